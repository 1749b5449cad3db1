"""Work on frames that overlaps: the next one is decoded ahead, and what nobody waits for is done behind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping
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
    files: Mapping[str, SourceFile], names: Iterable[str], max_pixels: int, *, same: Container[str] = ()
) -> Generator[Callable[[], tuple[bytes, Any]]]:
    """For every frame what gives its bytes and its pixels; it is decoded while the one before is worked on.

    Pixels are rows x columns x 3, BGR, not to be changed. A file with the bytes of the one before is not decoded again,
    nor one whose name is in ``same``: frames that are known to have the pixels of the one before in ``names``. What is
    yielded raises `InputError` as `image_redact.decode.decode` does.
    """
    from image_redact.decode import decode

    last: tuple[str, bytes, Any] | None = None

    def one(name: str, before: str) -> tuple[bytes, Any]:
        nonlocal last
        data = files[name].read()
        if last is not None and (last[1] == data or (name in same and last[0] == before)):
            last = name, data, last[2]
        else:
            last = name, data, decode(data, max_pixels=max_pixels)
        return last[1:]

    with ThreadPoolExecutor(1) as worker:
        waiting: Future[tuple[bytes, Any]] | None = None
        before = ""
        for name in names:
            now, waiting = waiting, worker.submit(one, name, before)
            before = name
            if now is not None:
                yield now.result
        if waiting is not None:
            yield waiting.result
