"""New times and mouse positions written into logger lines."""

from __future__ import annotations

import re

import numpy as np

from recording.errors import InputError
from recording.formats._logger_shapes import HEAD, MOVE
from recording.lines import BOM, line_end
from recording.timeline import DAY_NS, Bools, Ints, Timeline
from recording.times import from_iso, like_iso, like_number, to_ns

_MOVE = re.compile(MOVE)
_BODY_TIME = re.compile(r"\btime=(-?\d{1,11}(?:\.\d{1,20})?)")
_CLOCK = re.compile(r"(\d\d):(\d\d):(\d\d)(?:([.,])(\d{1,9}))?")


def log_times(data: bytes, starts: Ints, ends: Ints, t_ns: Ints, timed: Bools) -> tuple[Ints, Bools]:
    """Times of the lines, those included that the event table has no column for: the time of day alone.

    Args:
        data: The file.
        starts: First byte of each line, shape ``(n,)``.
        ends: One past the last byte of each line.
        t_ns: Times that are known, nanoseconds.
        timed: Where they are.

    Returns:
        Times and where they are. A log that tells the time of day alone counts from the midnight before its first line.

    Raises:
        InputError: ``timing-mixed``: some lines tell the date and others the time of day alone.
    """
    out, known = t_ns.copy(), timed.copy()
    days, last, clocks = 0, 0, False
    for row in np.flatnonzero(~timed).tolist():
        stamp = _stamp(data[int(starts[row]) : int(ends[row])].decode("utf-8"))
        if stamp is None:
            continue
        moment = _CLOCK.fullmatch(stamp)
        if moment is None:
            value = from_iso(stamp) if "-" in stamp else to_ns(stamp)
            if value is None:
                continue
            out[row], known[row] = value, True
            continue
        clocks = True
        value = _of_day(moment)
        days += value < last - DAY_NS // 2
        last = value
        out[row], known[row] = value + days * DAY_NS, True
    if clocks and np.any(timed):
        raise InputError(
            "some lines tell the date and others the time of day alone", code="timing-mixed",
            hint="times of such a log cannot be changed; leave the timing step out for it",
        )  # fmt: skip
    return out, known


def _stamp(line: str) -> str | None:
    head = HEAD.match(line)
    return None if head is None else head["stamp"]


def _of_day(moment: re.Match[str]) -> int:
    hours, minutes, seconds = (int(moment[group]) for group in (1, 2, 3))
    return ((hours * 60 + minutes) * 60 + seconds) * 10**9 + int((moment[5] or "").ljust(9, "0"))


def retime_log(data: bytes, starts: Ints, ends: Ints, timeline: Timeline) -> bytes:
    """The bytes of a log with the times, positions and order of ``timeline``, whose row ``i`` is line ``i``."""
    lines = []
    delta = np.where(timeline.timed, timeline.new_ns - timeline.old_ns, 0).tolist()
    motion = timeline.motion
    going = motion.rows.tolist() if motion is not None else []
    for row, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        line = data[start:end].decode("utf-8")
        if motion is not None and going[row]:
            line = _moved(line, float(motion.x[row]), float(motion.y[row]))
        lines.append(_shifted(line, delta[row]) if delta[row] else line)
    order = timeline.order.tolist()
    newline = line_end(data).decode()
    last = bool(lines) and not lines[-1].endswith("\n")
    if last:
        lines[-1] += newline
    text = "".join(lines[row] for row in order)
    head = BOM if data.startswith(BOM) else b""
    return head + (text[: -len(newline)] if last else text).encode("utf-8")


def _shifted(line: str, delta: int) -> str:
    """Every time of a line moved by ``delta`` nanoseconds."""
    head = HEAD.match(line)
    at, front = 0, ""
    if head is not None and head["stamp"] is not None:
        start, at = head.span("stamp")
        front = line[:start] + _later(head["stamp"], delta)
    return front + _BODY_TIME.sub(lambda m: f"time={_later(m[1], delta)}", line[at:])


def _later(literal: str, delta: int) -> str:
    moment = _CLOCK.fullmatch(literal)
    if moment is not None:
        seconds, rest = divmod((_of_day(moment) + delta) % DAY_NS, 10**9)
        text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        return text + (f"{moment[4]}{f'{rest:09d}'[: len(moment[5])]}" if moment[4] else "")
    value = from_iso(literal) if "-" in literal.lstrip("-") else to_ns(literal)
    if value is None:
        return literal
    return like_iso(value + delta, literal) if "-" in literal.lstrip("-") else like_number(value + delta, literal)


def _moved(line: str, x: float, y: float) -> str:
    head = HEAD.match(line)
    at = head.end() if head is not None else 0
    found = _MOVE.fullmatch(line.rstrip("\r\n"), at)
    if found is None:
        return line
    new = [str(round(value)) if "." not in found[name] else str(value) for name, value in (("x", x), ("y", y))]
    (x0, x1), (y0, y1) = found.span("x"), found.span("y")
    return line[:x0] + new[0] + line[x1:y0] + new[1] + line[y1:]
