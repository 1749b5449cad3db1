"""Lines of a recording that is being made, whatever pieces they arrive in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from recording.errors import InputError
from recording.lines import BOM
from recording.times import from_iso, to_ns

MAIN = "events.jsonl"
"""The file of the input events, as `recording.formats.ducktrack` has it; any other is a file beside it."""
MAX_LINE = 8 * 2**20
"""Most bytes of one line."""

_FILE = re.compile(r"[\w-]{1,64}\.jsonl")
_FIRST = re.compile(rb'\s*\{\s*"(?:time_stamp|timestamp|start_time|time|t)"\s*:\s*(\d{1,19}(?:\.\d{1,9})?)\s*[,}]')
_TIME = re.compile(rb'"(?:time_stamp|timestamp|start_time|time|t)"\s*:\s*(?:(-?[\d.]{1,40})|"([\dT :.,Z+-]{8,40})")')


@dataclass(frozen=True, slots=True)
class Line:
    """One record, line end included, and the file of the recording that it belongs to.

    ``covered``: it has not left as it was; of one that is still held, it will not leave.
    """

    file: str
    data: bytes = field(repr=False)
    covered: bool = False


def checked(file: str, data: bytes) -> Line:
    """One whole line.

    Raises:
        InputError: ``stream-line``: it is none, is too long, or its file is no JSON-lines file.
    """
    if not _FILE.fullmatch(file) or len(data) > MAX_LINE or data.find(b"\n") not in (-1, len(data) - 1):
        raise InputError(
            "this is no line of a JSON-lines file",
            code="stream-line",
            hint=f"one record a line, at most {MAX_LINE >> 20} MB; files are named NAME.jsonl",
        )
    return Line(file, data if data.endswith(b"\n") else data + b"\n")


class Splitter:
    """Puts chunks of bytes, cut anywhere, together to lines of the main file."""

    def __init__(self) -> None:
        self._rest = b""
        self._begun = False

    def __call__(self, chunk: bytes) -> Iterator[Line]:
        """The lines that are whole now."""
        *whole, rest = (self._rest + chunk).split(b"\n") if b"\n" in chunk else (self._rest + chunk,)
        self._rest = rest
        for line in whole:
            # One line of the main file: nothing else is left to be checked.
            short = self._begun and len(line) < MAX_LINE
            yield Line(MAIN, line + b"\n") if short else self._line(line + b"\n")
        if len(self._rest) > MAX_LINE:
            checked(MAIN, self._rest)

    def end(self) -> Iterator[Line]:
        """The last line, where it has no end."""
        if self._rest:
            yield self._line(self._rest)
        self._rest = b""

    def _line(self, data: bytes) -> Line:
        data, self._begun = data if self._begun else data.removeprefix(BOM), True
        return checked(MAIN, data)


def time_of(line: Line) -> int | None:
    """When it happened, in nanoseconds of the recorder's clock; only to say how long lines are held."""
    match = _TIME.search(line.data)
    if match is None:
        return None
    return to_ns(match[1].decode()) if match[1] else from_iso(match[2].decode())


def marker(code: str, events: int, like: Line | None) -> Line:
    """What stands for events that were withheld: how many, and why; and when, as the first member of ``like`` says."""
    match = _FIRST.match(like.data) if like is not None else None
    stamp = b'"time_stamp": %s, ' % match[1] if match is not None else b""
    return Line(MAIN, b'{%s"action": "withheld", "code": "%s", "events": %d}\n' % (stamp, code.encode(), events))
