"""The peer of image benchmarks: presidio-image-redactor in an environment of its own, as a process fed with frames.

Its package pins another OpenCV than ours, so it can be no dependency: ``scripts/peer presidio-image-redactor`` installs
it apart.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from benchmarks._harness import Skip

NAME = "presidio-image-redactor"
_DRIVER = Path(__file__).with_name("_image_peer_driver.py")


@dataclass(slots=True)
class ImagePeer:
    """The running peer. ``failed`` counts the frames on which it raised."""

    source: BinaryIO = field(repr=False)
    sink: BinaryIO = field(repr=False)
    version: str = ""
    failed: int = 0

    def redact(self, png: bytes) -> bytes:
        """A frame as the peer covers it, PNG for PNG; unchanged where it failed, as a pipeline around it would do."""
        self.sink.write(len(png).to_bytes(8, "big") + png)
        self.sink.flush()
        answer = self.answer()
        self.failed += not answer
        return answer or png

    def answer(self) -> bytes:
        """The next message of the peer.

        Raises:
            Skip: It has ended.
        """
        head = self.source.read(8)
        if len(head) < 8:
            raise Skip(f"{NAME} is installed and does not start; run scripts/peer {NAME} again")
        return self.source.read(int.from_bytes(head, "big"))


def peer_python() -> Path:
    """The interpreter of the peer's environment.

    Raises:
        Skip: It was not made.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("BOUNDARY_PEERS") or cache / "boundary" / "peers")
    python = folder / NAME / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        raise Skip(f"{NAME} is not installed; scripts/peer {NAME} does it, in an environment of its own")
    return python


@contextlib.contextmanager
def image_peer() -> Iterator[ImagePeer]:
    """The peer, started and warm; it ends with the block.

    Raises:
        Skip: It is not installed, or does not start.
    """
    process = subprocess.Popen(
        [peer_python(), "-I", _DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        peer = ImagePeer(cast("BinaryIO", process.stdout), cast("BinaryIO", process.stdin))
        peer.version = peer.answer().decode()
        yield peer
    finally:
        process.terminate()
        process.wait(timeout=30)
        for end in (process.stdin, process.stdout):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.close()
