"""Where each leaf of a JSON text lies, to the byte.

The standard parser gives values without places; editing a recording without re-serialising it needs the places. The
scanner is strict (RFC 8259), keeps duplicate keys, and accepts ``NaN`` and ``Infinity`` because Python writes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from recording.errors import InputError
from recording.lines import place_of

MAX_DEPTH = 200
"""Deepest nesting accepted; accessibility trees of real recordings reach about 40."""

# Possessive quantifiers: an unterminated string must fail in linear time.
_TOKEN = re.compile(
    rb'[ \t\r\n]*+(?:("(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")'
    rb"|(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)|(true|false|null|NaN|-?Infinity)|([][{},:]))"
)
_BLANK = re.compile(rb"[ \t\r\n]*+")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One literal of a JSON text.

    Attributes:
        path: Keys and indexes from the root; for a key, the path of the member that it names.
        start: First byte of the literal, quotes included.
        end: One past its last byte.
        kind: ``string``, ``number``, ``constant``, ``key``; ``object`` and ``array`` when containers were asked for.
        text: Decoded string or key; the literal itself for numbers and constants; empty for containers. A lone
            surrogate, which is no character, reads as U+FFFD.
    """

    path: tuple[str | int, ...] = field(repr=False)
    start: int
    end: int
    kind: str
    text: str = field(repr=False)

    @property
    def name(self) -> str:
        """The nearest key on the path, empty when there is none."""
        for part in reversed(self.path):
            if isinstance(part, str):
                return part
        return ""


def scan(  # noqa: C901, PLR0912, PLR0915  one flat loop over tokens: splitting it costs half its speed
    data: bytes,
    *,
    file: str,
    start: int = 0,
    end: int | None = None,
    containers: bool = False,
) -> Iterator[Leaf]:
    """Every leaf of the one JSON value in ``data[start:end]``, in the order of the text.

    Args:
        data: UTF-8, validated before (`recording.lines.check_text`).
        file: Name for error places.
        start: First byte of the value; blanks around it are allowed.
        end: One past the last byte; the end of ``data`` when absent.
        containers: Also give objects and arrays, each after its content.

    Raises:
        InputError: ``json-syntax`` or ``json-depth``, with ``file:line:col``.
    """
    stop = len(data) if end is None else end
    position = start
    # One entry per open container: its path, its next index (-1 for objects), its first byte.
    stack: list[tuple[tuple[str | int, ...], bool, int]] = []
    index: list[int] = []
    path: tuple[str | int, ...] = ()
    expect = "value"
    match_token = _TOKEN.match
    while expect != "end":
        token = match_token(data, position, stop)
        if token is None:
            raise _syntax(data, file, position, stop)
        kind = token.lastindex
        at, position = token.span(kind or 0)
        if kind == 4:
            sign = data[at]
            if sign in b"{[" and expect in ("value", "value-or-close"):
                if len(stack) >= MAX_DEPTH:
                    raise InputError(
                        f"nested deeper than {MAX_DEPTH} levels", code="json-depth", place=place_of(file, data, at),
                        hint="no known recorder nests so deep",
                    )  # fmt: skip
                is_array = sign == 0x5B
                stack.append((path, is_array, at))
                index.append(0)
                if is_array:
                    path = (*path, 0)
                expect = "value-or-close" if is_array else "key-or-close"
                continue
            if sign in b"}]" and stack and stack[-1][1] == (sign == 0x5D):
                if expect not in (
                    "comma",
                    "value-or-close" if sign == 0x5D else "key-or-close",
                ):
                    raise _syntax(data, file, at, stop)
                path, is_array, opened = stack.pop()
                index.pop()
                if containers:
                    yield Leaf(path, opened, position, "array" if is_array else "object", "")
            elif sign == 0x3A and expect == "colon":
                expect = "value"
                continue
            elif sign == 0x2C and expect == "comma" and stack:
                base, is_array, _ = stack[-1]
                if is_array:
                    index[-1] += 1
                    path = (*base, index[-1])
                expect = "value" if is_array else "key"
                continue
            else:
                raise _syntax(data, file, at, stop)
        elif kind == 1 and expect in ("key", "key-or-close"):
            text = decode_string(data[at:position])
            path = (*stack[-1][0], text)
            yield Leaf(path, at, position, "key", text)
            expect = "colon"
            continue
        elif expect in ("value", "value-or-close"):
            literal = data[at:position]
            if kind == 1:
                yield Leaf(path, at, position, "string", decode_string(literal))
            else:
                yield Leaf(
                    path,
                    at,
                    position,
                    "number" if kind == 2 else "constant",
                    literal.decode("ascii"),
                )
        else:
            raise _syntax(data, file, at, stop)
        expect = "comma" if stack else "end"
    blank = _BLANK.match(data, position, stop)
    if blank is not None and blank.end() != stop:
        raise _syntax(data, file, blank.end(), stop)


def decode_string(literal: bytes) -> str:
    """The text of a JSON string literal with its quotes."""
    if b"\\" not in literal:
        return literal[1:-1].decode("utf-8")
    return _SURROGATE.sub("\ufffd", json.loads(literal))


def encode_string(text: str, *, ensure_ascii: bool) -> bytes:
    """A JSON string literal of ``text``; escapes everything outside ASCII when told, or when UTF-8 cannot hold it."""
    try:
        return json.dumps(text, ensure_ascii=ensure_ascii).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(text, ensure_ascii=True).encode("ascii")


def encode_like(text: str, *, literal: bytes, data: bytes) -> bytes:
    """A literal that replaces ``literal`` in ``data``, escaped the way the source escapes.

    A number stays a number when ``text`` is one. The source escapes (Python's default) unless the literal or the file
    holds a byte outside ASCII.
    """
    if not literal.startswith(b'"'):
        token = _TOKEN.fullmatch(text.encode("utf-8", "replace"))
        if token is not None and token.lastindex == 2:
            return text.strip().encode("ascii")
    if text.isascii() or not literal.isascii():
        return encode_string(text, ensure_ascii=False)
    return encode_string(text, ensure_ascii=b"\\u" in literal or data.isascii())


def _syntax(data: bytes, file: str, position: int, stop: int) -> InputError:
    blank = _BLANK.match(data, position, stop)
    at = blank.end() if blank is not None else position
    ended = at >= stop
    return InputError(
        "the JSON text ends too early" if ended else "not valid JSON here",
        code="json-syntax",
        place=place_of(file, data, min(at, len(data))),
        hint="the recorder was probably stopped while writing" if ended else "one JSON value was expected",
    )


_UNIT = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL)


def char_starts(literal: bytes) -> Sequence[int]:
    """Where each code point of a JSON string begins, in bytes from its first quote; then where the last one ends.

    The code points are those of `decode_string`: an escaped pair of surrogates is one.
    """
    if literal.isascii() and b"\\" not in literal:
        return range(1, len(literal))
    starts, at = [], 1
    for unit in _UNIT.finditer(literal[1:-1].decode("utf-8")):
        starts.append(at)
        at += len(unit[0].encode("utf-8"))
    return [*starts, at]
