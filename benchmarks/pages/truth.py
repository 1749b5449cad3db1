"""What a screen shows: sensitive values with the boxes of their words, and every other word with its box."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.pages.chromium import Browser

Box = tuple[int, int, int, int]
"""Left, top, width and height in device pixels."""
_SCRIPT = Path(__file__).with_name("truth.js")


@dataclass(frozen=True, slots=True)
class Word:
    """A visible word. ``glued`` marks an ordinary word that touches a sensitive value: covering it is no fault."""

    text: str = field(repr=False)
    box: Box
    glued: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A sensitive value as far as it can be seen.

    Attributes:
        text: The whole value, also where a part of it is clipped.
        label: EMAIL, PHONE, SSN, DOB, CARD, IBAN, IP, SECRET, PASSWORD, PERSON, ADDRESS or QR.
        layout: How it stands: plain, glued, keyvalue, cells, above, left, wrapped, clipped, picture.
        words: Its visible words; one broken over two lines counts twice.
    """

    text: str = field(repr=False)
    label: str
    layout: str
    words: tuple[Word, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """All that can be read on one screen of ``width`` x ``height`` device pixels."""

    width: int
    height: int
    values: tuple[Value, ...] = field(repr=False)
    words: tuple[Word, ...] = field(repr=False)


def read_truth(page: Browser, *, width: int, height: int, scale: float) -> Truth:
    """Truth of the page that is shown; ``width`` and ``height`` in CSS pixels."""
    found: Mapping[str, Any] = page.evaluate(_SCRIPT.read_text("utf-8"))
    size = (round(width * scale), round(height * scale))
    values = []
    for value in found["values"]:
        words = tuple(Word(word["text"], _box(word["box"], scale, size)) for word in value["words"])
        values.append(Value(value["text"], value["label"], _layout(value, words), words))
    others = tuple(Word(word["text"], _box(word["box"], scale, size), word["glued"]) for word in found["words"])
    return Truth(*size, tuple(values), others)


def _layout(value: Mapping[str, Any], words: tuple[Word, ...]) -> str:
    if value["clipped"]:
        return "clipped"
    tops = [word.box[1] for word in words]
    wrapped = max(tops) - min(tops) > words[0].box[3] // 2
    return "wrapped" if wrapped else str(value["layout"])


def _box(box: list[float], scale: float, size: tuple[int, int]) -> Box:
    left, top = math.floor(box[0] * scale), math.floor(box[1] * scale)
    right = min(math.ceil((box[0] + box[2]) * scale), size[0])
    bottom = min(math.ceil((box[1] + box[3]) * scale), size[1])
    return left, top, right - left, bottom - top


def to_json(truth: Truth, **about: object) -> str:
    """The truth as JSON text, after ``about``: kind, split, seed and scale."""
    return json.dumps({**about, **asdict(truth)}, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str) -> Truth:
    """The truth that `to_json` wrote."""
    found = json.loads(text)
    values = (
        Value(value["text"], value["label"], value["layout"], tuple(_word(word) for word in value["words"]))
        for value in found["values"]
    )
    return Truth(found["width"], found["height"], tuple(values), tuple(_word(word) for word in found["words"]))


def _word(word: Mapping[str, Any]) -> Word:
    left, top, width, height = word["box"]
    return Word(word["text"], (left, top, width, height), word["glued"])
