"""Bytes of a text file as lines, without copying them, and places in them for people."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from recording.errors import InputError

BOM = b"\xef\xbb\xbf"
_LINE_FEED = 10
_BLOCK = 1 << 18
"""Bytes compared at once: what comes of them stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a file; line ``i`` is bytes ``starts[i]..ends[i]``, line end included, byte-order mark excluded.

    Attributes:
        starts: int64, shape ``(n,)``, bytes.
        ends: int64, shape ``(n,)``, bytes.
        text: The lines as Arrow strings over the same memory, line end included.
    """

    starts: npt.NDArray[np.int64] = field(repr=False)
    ends: npt.NDArray[np.int64] = field(repr=False)
    text: pa.LargeStringArray = field(repr=False)

    def __len__(self) -> int:
        """Number of lines."""
        return len(self.starts)


def place_of(file: str, data: bytes, offset: int) -> str:
    """``file:line:col`` of a byte offset; line and column count from 1, the column in characters."""
    line = data.count(b"\n", 0, offset) + 1
    begin = data.rfind(b"\n", 0, offset) + 1
    if begin == 0 and data.startswith(BOM):
        begin = min(len(BOM), offset)
    column = len(data[begin:offset].decode("utf-8", "replace")) + 1
    return f"{shown(file)}:{line}:{column}"


def shown(name: str) -> str:
    """A file name that is safe to print: no control characters, no undecodable bytes."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name)


def check_text(file: str, data: bytes) -> None:
    """Refuse what is not UTF-8 text.

    Raises:
        InputError: ``binary-file`` when there is a NUL byte, ``invalid-utf8`` at the first wrong byte.
    """
    nul = data.find(b"\0")
    if nul >= 0:
        raise InputError(
            "a text file holds a NUL byte", code="binary-file", place=place_of(file, data, nul),
            hint="not a text recording, or written as UTF-16: save it as UTF-8",
        )  # fmt: skip
    if data.isascii():
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            "not valid UTF-8", code="invalid-utf8", place=place_of(file, data, error.start),
            hint="save the file as UTF-8; the toolkit does not guess encodings",
        ) from None  # fmt: skip


def split_lines(data: bytes) -> Lines:
    """Lines of checked UTF-8 text, ended by LF (a CR before it stays with the line); the last may have no end."""
    first = len(BOM) if data.startswith(BOM) else 0
    every = np.frombuffer(data, np.uint8)
    breaks = [np.flatnonzero(every[at : at + _BLOCK] == _LINE_FEED) + (at + 1) for at in range(0, len(data), _BLOCK)]
    offsets = np.concatenate([np.array([first], np.int64), *breaks])
    if len(data) > first and offsets[-1] != len(data):
        offsets = np.append(offsets, np.int64(len(data)))
    text = pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data))
    return Lines(offsets[:-1], offsets[1:], text)


def line_end(data: bytes) -> bytes:
    """The line end the file uses: CRLF when its first line has it, else LF."""
    first = data.find(b"\n")
    return b"\r\n" if first > 0 and data[first - 1 : first] == b"\r" else b"\n"
