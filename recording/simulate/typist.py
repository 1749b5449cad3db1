"""Who types: speed, hold, mistakes and habits of one invented person, drawn from published statistics."""

from __future__ import annotations

import functools
import json
import math
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np

FIXES = ("backspace", "arrows", "mouse", "word", "select", "undo")
"""Ways to put a mistake right, in the order of `Typist.fixes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typist:
    """How one person types. Rates are per character of the intended text.

    Attributes:
        speed: Factor on the intervals of a median typist; above 1 is slower.
        pause: Factor on how often a pause is made.
        hold_ms: Median time that a key stays down, milliseconds.
        corrected: Mistakes made and put right.
        uncorrected: Mistakes made and left.
        reworded: False starts: a few characters typed, taken back and replaced.
        looks_back: Share of the mistakes left that are put right at the end of a text, far from the caret.
        fixes: Share of each of `FIXES`.
        caps_lock: Types words of capitals with Caps Lock.
        keeps_shift: Keeps Shift down over neighbouring capitals and signs.
        shift: Name of the Shift key in use, ``shift`` or ``shift_r``.
        repeats: Erases and moves by holding the key until it repeats itself.
    """

    speed: float = 1.0
    pause: float = 1.0
    hold_ms: float = 102.0
    corrected: float = 0.03
    uncorrected: float = 0.007
    reworded: float = 0.002
    looks_back: float = 0.3
    fixes: tuple[float, ...] = (0.84, 0.03, 0.02, 0.05, 0.03, 0.03)
    caps_lock: bool = False
    keeps_shift: bool = True
    shift: str = "shift"
    repeats: bool = False


@functools.cache
def parameters() -> MappingProxyType[str, Any]:
    """The fitted model, ``typing.json``: medians in milliseconds, ``sd`` and ``within`` of logarithms."""
    text = resources.files("recording.simulate").joinpath("typing.json").read_text("utf-8")
    return MappingProxyType(json.loads(text))


def draw_typist(rng: np.random.Generator) -> Typist:
    """Somebody from the population; equal generators give equal typists.

    Speed, hold and error rates are log-normal with the published spreads. Rollover is no parameter: it happens where a
    hold is longer than the next interval, which gives the published shares. Habits have no published figures; they are
    set so that every way of editing occurs.
    """
    model = parameters()
    z = rng.standard_normal(6)
    log_speed = model["speed_sd"] * z[0]
    hold = model["hold"]
    mouse = rng.dirichlet(np.array([model["fixes"][name] for name in FIXES]) * 12)
    return Typist(
        speed=math.exp(log_speed),
        pause=math.exp(model["pause_sd"] * z[1] + model["pause_by_speed"] * log_speed),
        hold_ms=hold["median_ms"] * math.exp(hold["sd"] * z[2] + hold["by_speed"] * log_speed),
        corrected=min(0.25, _rate(model["corrected_per_char"], z[3])),
        uncorrected=min(0.12, _rate(model["uncorrected_per_char"], z[4])),
        reworded=0.002 * math.exp(0.5 * z[5]),
        looks_back=float(rng.random()),
        fixes=tuple(float(share) for share in mouse),
        caps_lock=bool(rng.random() < 0.3),
        keeps_shift=bool(rng.random() < 0.8),
        shift="shift_r" if rng.random() < 0.25 else "shift",
        repeats=bool(rng.random() < 0.5),
    )


def _rate(model: dict[str, float], z: float) -> float:
    return model["median"] * math.exp(model["sd"] * z)
