"""How well the width of a box tells how long the covered value is."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from benchmarks._harness import Count
from benchmarks._template import FONTS, widths
from image_redact.cover import spots
from image_redact.locate import padded, placed, places_of
from image_redact.screen import Rect

CASES = (
    "no grid",
    "grid 16 px (every box)",
    "ends at 64 px (every box with room)",
    "grid 32 px",
    "grid 64 px",
    "grid 128 px",
)
"""The second and third are what boxes have of themselves; the others, what the option ``grid`` makes of them."""
_SYLLABLES = [
    "an",
    "be",
    "cor",
    "da",
    "el",
    "fi",
    "gra",
    "hol",
    "im",
    "jo",
    "ka",
    "len",
    "mar",
    "ne",
    "or",
    "pri",
    "qui",
    "ros",
    "sa",
    "tor",
    "ul",
    "ver",
    "wil",
    "xa",
    "yor",
    "zel",
]


def values(count: int, seed: int) -> list[str]:
    """Invented e-mail addresses and names of 6 to 40 characters."""
    drawn = random.Random(seed)

    def word() -> str:
        return "".join(drawn.choices(_SYLLABLES, k=drawn.randint(1, 4)))

    out: list[str] = []
    while len(out) < count:
        made = f"{word()}.{word()}@{word()}.example" if drawn.random() < 0.5 else f"{word()} {word()}".title()
        out += [made] if 6 <= len(made) <= 40 else []
    return out


def measure(count: int, seed: int) -> list[Count]:
    """Lengths guessed from widths, learnt on one half of the values and tried on the other, for every grid."""
    drawn = random.Random(seed)
    texts = values(count, seed)
    inks = [width for font in FONTS for width in widths(texts, font)]
    lefts = [drawn.randrange(60, 600) for _ in inks]
    lengths = [len(text) for _ in FONTS for text in texts]
    half = len(texts) // 2
    learn = [index for index in range(len(inks)) if index % len(texts) < half]
    trial = [index for index in range(len(inks)) if index % len(texts) >= half]
    typical = int(np.median([lengths[index] for index in learn]))
    counts = _counts("no look at the box", [abs(typical - lengths[index]) for index in trial])
    for case in CASES:
        seen = [_width(left, ink, case) for left, ink in zip(lefts, inks, strict=True)]
        table: defaultdict[int, list[int]] = defaultdict(list)
        for index in learn:
            table[seen[index]].append(lengths[index])
        guess = {width: int(np.median(found)) for width, found in table.items()}
        errors = [abs(guess[_nearest(seen[index], guess)] - lengths[index]) for index in trial]
        counts += _counts(case, errors)
    return counts


def _width(left: int, ink: int, case: str) -> int:
    value = Rect(left, 40, ink, 11)
    if case == "no grid":
        return padded(value, grid=1).width
    if "room" in case:
        return placed(value, places_of(())).width
    (spot,) = spots(np.empty((96, 1400, 3), np.uint8), [padded(value)], style="fill", grid=int(case.split()[1]))
    return spot.box.width


def _nearest(width: int, guess: dict[int, int]) -> int:
    return min(guess, key=lambda known: (abs(known - width), known))


def _counts(case: str, errors: Sequence[int]) -> list[Count]:
    return [
        Count(figure=f"lengths guessed exactly: {case}", ours=sum(e == 0 for e in errors), of=len(errors)),
        Count(figure=f"lengths guessed within 1: {case}", ours=sum(e <= 1 for e in errors), of=len(errors)),
    ]
