"""Shapes of the lines that ``keyboard``, ``mouse`` and ``pynput`` examples write; one line in, its parts out."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from recording.keys import normal_name, read_key

DATE_TIME = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d"
_STAMP = rf"{DATE_TIME}(?:[.,]\d{{1,9}})?(?:Z|[+-]\d\d:\d\d)?|\d\d:\d\d:\d\d(?:[.,]\d{{1,9}})?|\d{{10}}(?:\.\d{{1,9}})?"
_BREAK = r"(?: ?- |:? |, ?|: ?)"
# logging's own words; any other logger name is free text
_LEVEL = r"\[?(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\]?"
_LOGGER = r"(?:root|__main__|keylogger|keyboard|mouse|pynput)"
LEVEL_AND_NAME = (
    rf"(?:{_LEVEL}(?::{_LOGGER}:| ?- ?| ?: ?| )(?:{_LOGGER} ?[-:] ?)?|{_LOGGER} ?[-:] ?(?:{_LEVEL} ?[-:] ?)?)?"
)
_N = r"-?\d{1,9}(?:\.\d{1,17})?"
_T = r"-?\d{1,11}(?:\.\d{1,20})?"
_XY = rf"\(?(?:[Xx] ?[=:] ?)?(?P<x>{_N}), ?(?:[Yy] ?[=:] ?)?(?P<y>{_N})"
_BUTTON = r"(?:<?Button\.)?'?(?P<button>left|right|middle|unknown|x2?|x1|button\d{1,2})'?(?:: [0-9(), ]{1,20}>)?"

MOVE = (
    r"(?:(?:Pointer|Mouse|Cursor|pointer|mouse|cursor)(?: has)?(?: moved)?(?: to| position| at)?:? ?(?:Point)?|"
    rf"Point|MoveEvent|Move){_XY}(?:, time=(?P<time>{_T}))?\)?"
)
"""A mouse position, in the syntax that Python and RE2 share, so that whole files are matched at once."""

_SHAPES = (
    ("move", re.compile(MOVE)),
    ("scroll", re.compile(rf"(?:Mouse )?[Ss]croll(?:ed)?(?: up| down)?(?: at)? ?:? ?{_XY}\)?"
                          rf"(?:[ ,;]{{0,3}}[Ss]croll DX: {_N}, [Ss]croll DY: {_N}|"
                          rf",? ?(?:with )?(?:delta ?)?(?:dx ?[=:] ?)?\(?{_N}, ?(?:dy ?[=:] ?)?{_N}\)?|)\)?")),
    ("scroll", re.compile(rf"WheelEvent\(delta={_N}, time=(?P<time>{_T})\)")),
    ("button", re.compile(rf"(?:Mouse )?(?P<verb>[Cc]licked|[Pp]ressed|[Rr]eleased|[Cc]lick)(?: at)?:? ?{_XY}\)?"
                          rf"(?:,? ?(?:with |[Bb]utton ?[=:] ?){_BUTTON})?"
                          rf"(?:, ?(?:pressed|Pressed) ?[=:] ?(?P<pressed>True|False))?\)?")),
    ("button", re.compile(rf"(?:Mouse )?{_BUTTON} (?:button )?(?P<verb>pressed|released|clicked)(?: at {_XY}\)?)?")),
    ("button", re.compile(rf"ButtonEvent\(event_type='(?P<verb>up|down|double)', button={_BUTTON}, "
                          rf"time=(?P<time>{_T})\)")),
)  # fmt: skip
_REPR = r"'(?:[^'\\]|\\.)+'|\"(?:[^\"\\]|\\.)+\""
_NAMED = r"Key\.[a-z0-9_]{1,24}|<Key\.[a-z0-9_]{1,24}: [^>]{1,40}>{1,2}|<\d{1,10}>|\[(?:'.'|\".\"|.)\]"
_WORDS = "pressed|released|down|up|press|release|Pressed|Released|Press|Release|PRESSED|RELEASED"
_KEY_SHAPES = (
    re.compile(r"(?P<lead>KeyboardEvent\()(?P<key>.+) (?P<verb>down|up)(?P<tail>\))"),
    re.compile(rf"(?P<lead>(?P<verb>Press|Release)\(key=)(?P<key>{_REPR}|{_NAMED})(?P<tail>\))"),
    re.compile(rf"(?P<lead>(?:[Aa]lphanumeric |[Ss]pecial )?[Kk]ey )(?P<key>{_REPR}|{_NAMED}|.+) "
               rf"(?P<verb>{_WORDS})(?P<tail>)"),
    re.compile(rf"(?P<lead>(?:(?:[Ss]pecial |[Aa]lphanumeric )?[Kk]ey(?:stroke)? ?)?(?P<verb>{_WORDS}) ?:? )"
               r"(?P<key>.+)(?P<tail>)"),
    re.compile(r"(?P<lead>(?:[Ss]pecial )?[Kk]ey(?:stroke)?: )(?P<verb>)(?P<key>.+)(?P<tail>)"),
    re.compile(rf"(?P<lead>)(?P<key>{_REPR}|{_NAMED}) (?P<verb>{_WORDS})(?P<tail>)"),
    re.compile(rf"(?P<lead>)(?P<verb>)(?P<key>{_REPR}|{_NAMED})(?P<tail>)"),
)  # fmt: skip
HEAD = re.compile(
    rf"(?:\[?(?P<stamp>{_STAMP})\]?{_BREAK})?{LEVEL_AND_NAME}(?:\[(?P<title>[^\]\r\n]*)\] )?",
    re.DOTALL,
)
"""What stands before the event: time, level, name of the logger, window title. Matches any line, if need be nothing."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One line of a known shape, places counted in characters of the line.

    Attributes:
        kind: ``key``, ``move``, ``scroll`` or ``button``.
        stamp: The time in the prefix, verbatim.
        clock: Seconds since 1970 in the body, verbatim.
        title: Place of the window title in brackets.
        verb: The word that says press or release, in lower case; empty when the line has none.
        verb_at: Its place.
        key_at: Place of the key.
        key: The key's name, unquoted.
        quoted: True when the key is written as Python's ``repr`` or as a special key of pynput.
        x: Pixels.
        y: Pixels.
        button: Name of the button.
        pressed: For ``Click(..., pressed=True)``.
    """

    kind: str
    stamp: str | None = None
    clock: str | None = None
    title: tuple[int, int] | None = None
    verb: str = ""
    verb_at: tuple[int, int] = (0, 0)
    key_at: tuple[int, int] = (0, 0)
    key: str = field(default="", repr=False)
    quoted: bool = False
    x: float | None = None
    y: float | None = None
    button: str | None = None
    pressed: str | None = None


def read_line(line: str) -> Shape | None:
    """The shape of a line without its line end; ``None`` when it has no known one."""
    head = HEAD.match(line)
    if head is None:
        return None
    body, at = line[head.end() :], head.end()
    title = head.span("title") if head["title"] is not None else None
    for kind, pattern in _SHAPES if title is None else ():
        match = pattern.fullmatch(body)
        if match is not None:
            part = match.groupdict()
            x, y = (None if n is None else float(n) for n in (part.get("x"), part.get("y")))
            return Shape(kind, head["stamp"], part.get("time"), verb=(part.get("verb") or "").lower(), x=x, y=y,
                         button=part.get("button"), pressed=part.get("pressed"))  # fmt: skip
    for pattern in _KEY_SHAPES:
        match = pattern.fullmatch(body)
        if match is not None:
            key, quoted = unquote(match["key"])
            # A "key" of several characters that no keyboard has is text: "Released from duty: ..."
            if key is None or len(read_key(key)[1] or "") > 1:
                continue
            verb_at = match.span("verb")
            return Shape("key", head["stamp"], None, title, match["verb"].lower(), (verb_at[0] + at, verb_at[1] + at),
                         (match.start("key") + at, match.end("key") + at), key, quoted)  # fmt: skip
    if len(body) == 1 or normal_name(body) is not None:
        return Shape("key", head["stamp"], None, title, key_at=(at, len(line)), key=body)
    return None


def unquote(written: str) -> tuple[str | None, bool]:
    """The name of a key as written, and whether it was in pynput's notation; ``None`` for a broken literal."""
    if re.fullmatch(_REPR, written) and len(written) > 2:
        try:
            value = ast.literal_eval(written)
        except (ValueError, SyntaxError):
            return None, True
        return (value if isinstance(value, str) and value else None), True
    if written.startswith("<Key."):
        return written[1 : written.index(":")], True
    if len(written) > 2 and written[0] == "[" and written[-1] == "]":
        return written[1:-1].strip("'\"") or written[1:-1], True
    return written, written.startswith("Key.") or re.fullmatch(r"<\d+>", written) is not None


def key_of(shape: Shape) -> tuple[str, str | None]:
    """Key and text of a ``key`` line."""
    return read_key(shape.key)
