"""Key rows as strokes: which release ends which press, what kind of transition a press is, which rows may move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from text_redact.keyboard import modifier, physical
from text_redact.timing.chance import Floats

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

CLASSES = (
    "letter",
    "same",
    "to_space",
    "after_space",
    "erase_first",
    "erase_next",
    "after_erase",
    "again",
    "chord",
    "other",
    "repeat",
)
"""Kinds of transition from one press to the next, as in ``population.json``; a repeat is made by the keyboard."""

_ERASERS = frozenset({"backspace", "delete"})


@dataclass(frozen=True, slots=True)
class Strokes:
    """What is known about ``n`` rows of one file, in file order.

    Attributes:
        press: bool: a key goes down, is pressed and released, or a text arrives.
        free: bool: the release of an ordinary key. Where it stands among the other presses says how far this typist's
            strokes overlap, and nothing about what was typed.
        start: int64: for a free row the press that it ends, the last one where the key repeated itself; else -1.
        next_same: int64: for a free row the next press of the same key, -1 where there is none.
        wall: bool: rows that no free row may pass: modifiers and everything that is no key.
        kind: int8 codes into `CLASSES` for presses, -1 elsewhere.
    """

    press: Bools = field(repr=False)
    free: Bools = field(repr=False)
    start: Ints = field(repr=False)
    next_same: Ints = field(repr=False)
    wall: Bools = field(repr=False)
    kind: npt.NDArray[np.int8] = field(repr=False)


def strokes(kinds: Sequence[str], keys: Sequence[str | None], texts: Sequence[str | None]) -> Strokes:
    """Pair presses with releases.

    Args:
        kinds: ``key_down``, ``key_up``, ``key_pair``, ``text`` or ``input`` for rows of typing; anything else counts as
            no key.
        keys: Normalised key names.
        texts: What presses type.
    """
    n = len(kinds)
    press, free, wall = np.zeros(n, np.bool_), np.zeros(n, np.bool_), np.ones(n, np.bool_)
    start, next_same = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    kind = np.full(n, -1, np.int8)
    down: dict[str, int] = {}
    ended: dict[str, int] = {}
    before: tuple[str, str] = ("", "")
    for row, what in enumerate(kinds):
        if what not in _TYPING:
            continue
        name = keys[row] or texts[row] or ""
        cap = physical(name)
        plain = modifier(keys[row]) is None
        wall[row] = not plain
        if what == "key_up":
            pressed = down.pop(cap, None)
            if pressed is not None and plain:
                free[row], start[row] = True, pressed
                ended[cap] = row
            else:
                wall[row] = True
            continue
        press[row] = True
        if cap in ended:
            next_same[ended.pop(cap)] = row
        now = (cap, texts[row] or "")
        again = what == "key_down" and cap in down
        kind[row] = _CODE["repeat"] if again else _CODE[_transition(before, now)]
        before = now
        if what == "key_down":
            down[cap] = row
    return Strokes(press, free, start, next_same, wall, kind)


_TYPING = frozenset({"key_down", "key_up", "key_pair", "text", "input"})
_CODE = {name: code for code, name in enumerate(CLASSES)}


def _transition(before: tuple[str, str], now: tuple[str, str]) -> str:  # noqa: PLR0911  a table, one return each
    (last, last_text), (cap, text) = before, now
    if cap in _ERASERS:
        return "erase_next" if last == cap else "erase_first"
    if last in _ERASERS:
        return "after_erase"
    if text == " ":
        return "to_space"
    if last_text == " ":
        return "after_space"
    if last == cap:
        return "same" if text else "again"
    if modifier(last):
        return "chord"
    return "letter" if _is_letter(text) and _is_letter(last_text) else "other"


def _is_letter(text: str) -> bool:
    return len(text) == 1 and text.isalpha() and text == text.lower()


def between(values: Floats, low: Floats, high: Floats) -> Floats:
    """``values`` kept inside ``low..high``; a value outside goes to the middle, so that it is at no edge."""
    middle = np.where(np.isfinite(high), (low + np.where(np.isfinite(high), high, low)) / 2, low + 10e6)
    outside = (values <= low) | (values >= high)
    return np.asarray(np.where(outside, middle, values))
