"""How much of a screen's values is hidden, from the pixels before and after alone: no box of a redactor is believed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from benchmarks import _pixels
from benchmarks.pages.truth import Box, Truth, Value, Word

ENOUGH = 0.95
"""Share of the glyph pixels of every word of a value that must be hidden."""
HIT = 0.2
"""Share of an ordinary word's glyph pixels from which it counts as hit."""
_MARGIN = _pixels.FLAT
_TOUCHED = 0.25
"""Share of a code's pixels that covering changes at least: about half of them are dark and half light."""


@dataclass(slots=True)
class Tally:
    """Sums over screens; keys are ``(group, name)`` such as ``("kind", "EMAIL")``."""

    covered: Counter[tuple[str, str]] = field(default_factory=Counter)
    of: Counter[tuple[str, str]] = field(default_factory=Counter)
    words_hit: int = 0
    words: int = 0


def judge(before: _pixels.Picture, after: _pixels.Picture, truth: Truth, page: str, tally: Tally) -> None:
    """Add one screen to the tally.

    Args:
        page: Kind of the page, for the figure by page kind.
    """
    for value in truth.values:
        group = "picture" if value.label == "QR" else "named" if value.label in ("PERSON", "ADDRESS") else "pattern"
        done = is_covered(before, after, value)
        # Names depend on the text detector alone, so the figures by page and layout are of the patterns.
        keys = [("group", group), ("kind", value.label)]
        keys += [("page", page), ("layout", value.layout)] if group == "pattern" else []
        for key in keys:
            tally.of[key] += 1
            tally.covered[key] += done
    for word in truth.words:
        if not word.glued:
            tally.words += 1
            tally.words_hit += is_hit(before, after, word)


def is_covered(before: _pixels.Picture, after: _pixels.Picture, value: Value) -> bool:
    """Whether `ENOUGH` of every word's glyphs is hidden; a code must be painted over and not read any more."""
    if value.label == "QR":
        return all(_code_gone(before, after, word.box) for word in value.words)
    return all(share >= ENOUGH for word in value.words if (share := _hidden(before, after, word.box)) is not None)


def is_hit(before: _pixels.Picture, after: _pixels.Picture, word: Word) -> bool:
    """Whether `HIT` of an ordinary word's glyphs, or of its box, has changed: black on black changes no glyph."""
    left, top, width, height = word.box
    inside = np.s_[top : top + height, left : left + width]
    if (before[inside] == after[inside]).all():
        return False
    ink = _pixels.glyphs(before[inside], (0, 0, width, height))
    changed = (before[inside] != after[inside]).any(axis=2)
    return bool(changed.mean() >= HIT or (ink.any() and changed[ink].mean() >= HIT))


def _hidden(before: _pixels.Picture, after: _pixels.Picture, box: Box) -> float | None:
    """Share of the box's glyph pixels that are hidden, ``None`` without any."""
    left, top, width, height = box
    x, y = max(left - _MARGIN, 0), max(top - _MARGIN, 0)
    around = np.s_[y : top + height + _MARGIN, x : left + width + _MARGIN]
    ink = _pixels.glyphs(before[around], (left - x, top - y, width, height))
    if not ink.any():
        return None
    # Without any change nothing is covered, however thick the strokes.
    if (before[around] == after[around]).all():
        return 0.0
    return float(_pixels.hidden(before[around], after[around])[ink].mean())


def _code_gone(before: _pixels.Picture, after: _pixels.Picture, box: Box) -> bool:
    import zxingcpp

    left, top, width, height = box
    inside = np.s_[top : top + height, left : left + width]
    changed = (before[inside] != after[inside]).any(axis=2)
    if changed.mean() < _TOUCHED or (_hidden(before, after, box) or 0.0) < ENOUGH:
        return False
    return not zxingcpp.read_barcodes(np.ascontiguousarray(after[inside]))
