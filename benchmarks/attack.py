"""Digits that a known-font attack recovers from every style of covering, and lengths that widths of boxes give away.

Chance is one digit in ten. Styles that policies refuse are made here, to show that the attack works.
"""

from __future__ import annotations

from benchmarks import _widths
from benchmarks._harness import Count, Result
from benchmarks._template import FONTS, SIZE, Recovered, attack, targets
from benchmarks._treatments import QUALITY, treatments

NUMBERS, QUICK = 60, 3
VALUES, QUICK_VALUES = 2_000, 100
SEED = 20_16


def run(*, quick: bool) -> Result:
    """Attack every treatment of every number."""
    found: dict[str, list[Recovered]] = {}
    numbers = targets(QUICK if quick else NUMBERS, SEED)
    for index, target in enumerate(numbers):
        for name, treat in treatments(target):
            found.setdefault(name, []).append(attack(target, treat, f"{name} {index}"))
    counts = [count for name, results in found.items() for count in _counts(name, results)]
    counts += _widths.measure(QUICK_VALUES if quick else VALUES, SEED)
    fonts = ", ".join(font.partition("/")[2].removesuffix(".ttf") for font in FONTS)
    return Result(
        counts=tuple(counts),
        notes=(
            f"{len(numbers)} random numbers of 9 digits, {fonts} at {SIZE} px, light and dark; chance 0.10",
            f"from JPEG: quality {QUALITY}, colour at half resolution, as Pillow writes it",
            "the attacker knows font, place, how boxes are made, style, noise seed and stand-in; ties are drawn",
            "lengths: e-mail addresses and names of 6 to 40 characters, learnt on one half, tried on the other",
        ),
    )


def _counts(name: str, results: list[Recovered]) -> list[Count]:
    return [
        Count(
            figure=f"{name}: digits recovered",
            ours=sum(result.right for result in results),
            of=sum(result.digits for result in results),
        ),
        Count(figure=f"{name}: whole values", ours=sum(result.whole for result in results), of=len(results)),
        Count(
            figure=f"{name}: decisions that pixels told",
            ours=sum(result.told for result in results),
            of=sum(result.decisions for result in results),
        ),
    ]
