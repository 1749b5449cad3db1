"""The known-font attack: who knows font and place tries every digit and keeps what looks most like the covered picture.

Coordinate descent over the digits of one number, as in Depix and Unredacter, with everything granted to the attacker:
font, size, colours, place, how boxes are made, the style with all its options, the noise seed, what was written.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks._harness import Skip

Picture = npt.NDArray[np.uint8]
"""Rows x columns x 3, BGR."""

FONTS = ("dejavu/DejaVuSans.ttf", "liberation/LiberationSans-Regular.ttf")
SIZE = 13
CANVAS = (40, 192)
"""Rows and columns."""
PLACE = (60, 12)
"""Left and top of the value; left of it stands a caption that stays."""
PASSES = 3

Ink = tuple[int, int, int, int]
"""Left, top, width and height of what is drawn."""
Treat = Callable[[Picture, Ink], Picture]
"""What becomes of a page on which a value has this ink: who tries another value tries the box that it would have."""


@dataclass(frozen=True, slots=True)
class Target:
    """One number on a screen: its text, how it is drawn, and where its ink is."""

    value: str = field(repr=False)
    font: str
    dark: bool
    ink: Ink


@dataclass(frozen=True, slots=True)
class Recovered:
    """What an attack brought back.

    Attributes:
        right: Digits that are those of the value.
        digits: Digits that it has.
        told: Decisions at which the pixels preferred some digits to others.
        decisions: Decisions in all.
    """

    right: int
    digits: int
    told: int
    decisions: int

    @property
    def whole(self) -> bool:
        """Whether every digit is right."""
        return self.right == self.digits


def targets(count: int, seed: int) -> list[Target]:
    """Random social security numbers of areas that are issued, in turn in every font, on light and on dark."""
    drawn = random.Random(seed)
    out = []
    for number in range(count):
        area = drawn.choice([n for n in range(1, 900) if n != 666])
        value = f"{area:03d}-{drawn.randrange(1, 100):02d}-{drawn.randrange(1, 10_000):04d}"
        font, dark = FONTS[number % len(FONTS)], number // len(FONTS) % 2 == 1
        out.append(Target(value, font, dark, _ink(value, font)))
    return out


def render(target: Target, value: str) -> Picture:
    """The page with another value in the target's place."""
    from PIL import Image, ImageDraw

    paper, ink = ((30, 32, 40), (220, 220, 220)) if target.dark else ((255, 255, 255), (25, 25, 25))
    image = Image.new("RGB", CANVAS[::-1], paper)
    pen = ImageDraw.Draw(image)
    pen.text((12, PLACE[1]), "SSN:", font=_font(target.font, SIZE), fill=ink)
    pen.text(PLACE, value, font=_font(target.font, SIZE), fill=ink)
    return np.ascontiguousarray(np.asarray(image, np.uint8)[:, :, ::-1])


def attack(target: Target, treat: Treat, seed: str) -> Recovered:
    """Recover the digits of a target from what ``treat`` leaves of its page.

    Where pixels prefer no digit one is drawn, so that a picture that holds nothing gives chance: one in ten.
    """
    drawn = random.Random(seed)
    seen = treat(render(target, target.value), target.ink).astype(np.int32)
    guess = [drawn.choice("0123456789") if char.isdigit() else char for char in target.value]
    places = [place for place, char in enumerate(guess) if char.isdigit()]
    told = decisions = 0
    for _ in range(PASSES):
        before = list(guess)
        for place in places:
            costs = []
            for digit in "0123456789":
                guess[place] = digit
                value = "".join(guess)
                costs.append(_cost(seen, treat(render(target, value), _ink(value, target.font))))
            least = min(costs)
            guess[place] = str(drawn.choice([digit for digit, cost in enumerate(costs) if cost == least]))
            told += min(costs) != max(costs)
            decisions += 1
        if guess == before:
            break
    right = sum(guess[place] == target.value[place] for place in places)
    return Recovered(right, len(places), told, decisions)


def _cost(seen: npt.NDArray[np.int32], candidate: Picture) -> int:
    return int(((seen - candidate) ** 2).sum())


@lru_cache(maxsize=16)
def _font(name: str, size: int) -> Any:
    from PIL import ImageFont

    path = Path("/usr/share/fonts/truetype") / name
    if not path.exists():
        raise Skip(f"the font {path.stem} is not installed")
    return ImageFont.truetype(str(path), size)


def _ink(value: str, font: str) -> Ink:
    left, top, right, bottom = _font(font, SIZE).getbbox(value)
    return int(PLACE[0] + left), int(PLACE[1] + top), int(right - left), int(bottom - top)


def widths(values: Sequence[str], font: str) -> list[int]:
    """Width of the ink of each value, in pixels."""
    return [int(box[2] - box[0]) for box in (_font(font, SIZE).getbbox(value) for value in values)]
