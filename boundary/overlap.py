"""Work on frames that overlaps: the next one is decoded ahead, and what nobody waits for is done behind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from recording.model import SourceFile


@contextlib.contextmanager
def behind() -> Iterator[Callable[[Callable[[], Any]], Future[Any]]]:
    """Does one thing after the other in a thread of its own; no more than one waits, so that memory stays bounded."""
    with ThreadPoolExecutor(1) as worker:
        before: list[Future[Any]] = []

        def later(do: Callable[[], Any]) -> Future[Any]:
            wait(before)
            before[:] = [worker.submit(do)]
            return before[0]

        yield later


def decoded(
    files: Mapping[str, SourceFile], names: Iterable[str], max_pixels: int
) -> Generator[Callable[[], tuple[bytes, Any]]]:
    """For every frame what gives its bytes and its pixels; it is decoded while the one before is worked on.

    Pixels are rows x columns x 3, BGR, not to be changed. A file with the bytes of the one before is not decoded again.
    What is yielded raises `InputError` as `image_redact.decode.decode` does.
    """
    from image_redact.decode import decode

    last: tuple[bytes, Any] | None = None

    def one(name: str) -> tuple[bytes, Any]:
        nonlocal last
        data = files[name].read()
        if last is None or last[0] != data:
            last = data, decode(data, max_pixels=max_pixels)
        return last

    with ThreadPoolExecutor(1) as worker:
        before: Future[tuple[bytes, Any]] | None = None
        for name in names:
            now, before = before, worker.submit(one, name)
            if now is not None:
                yield now.result
        if before is not None:
            yield before.result
