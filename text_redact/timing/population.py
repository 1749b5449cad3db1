"""How people type: intervals and holds of a typist drawn from the population, never of the one who was recorded."""

from __future__ import annotations

import functools
import json
import math
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from text_redact.timing.chance import Chance, Floats
from text_redact.timing.keys import CLASSES

MS = 1_000_000.0
"""Nanoseconds of a millisecond."""


@functools.cache
def parameters() -> MappingProxyType[str, Any]:
    """``population.json``: medians in milliseconds, spreads of logarithms; its ``about`` says where they are from."""
    text = resources.files("text_redact.timing").joinpath("population.json").read_text("utf-8")
    return MappingProxyType(json.loads(text))


class Stand:
    """A stand-in for the typist of one recording: one tempo and one hold, drawn once.

    Intervals are log-normal around the median of their transition, some of them lengthened by a pause; the tempo
    shifts both. Dhakal et al. (CHI 2018) publish the quantiles that the parameters were fitted to.
    """

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        model = parameters()
        tempo, hold = chance.normal(2)
        self._tempo = float(model["tempo_sd"] * tempo)
        held = model["hold"]
        self._hold = math.log(held["median_ms"]) + held["sd"] * float(hold) + held["by_tempo"] * self._tempo

    def intervals(self, kind: npt.NDArray[np.int8]) -> Floats:
        """Nanoseconds from the press before to each press, by its code in `CLASSES`; shape as ``kind``."""
        model = parameters()
        gaps = [model["gaps"][name] for name in CLASSES if name != "repeat"]
        # The code of a repeat reads a row of its own, which the line below puts right.
        log = np.array([math.log(gap["median_ms"]) + gap["by_tempo"] * self._tempo for gap in gaps] + [0.0])[kind]
        log += np.array([gap["within"] for gap in gaps] + [0.0])[kind] * self._chance.normal(len(kind))
        share = np.array([gap["pause"] for gap in gaps] + [0.0])[kind]
        share = np.minimum(0.6, share * math.exp(model["pause_by_tempo"] * self._tempo))
        mean, spread = model["pause_log"]
        paused = self._chance.uniform(len(kind)) < share
        log += paused * (mean + spread * self._chance.normal(len(kind)))
        value = np.maximum(model["floor_ms"], np.exp(log))
        # How fast a keyboard repeats is a setting of the person: everyone gets the same.
        first, after = model["repeat_ms"]
        repeat = kind == CLASSES.index("repeat")
        again = repeat & np.concatenate([[False], repeat[:-1]]) if len(kind) else repeat
        return np.asarray(np.where(repeat, np.where(again, after, first), value) * MS)

    def holds(self, count: int) -> Floats:
        """Nanoseconds that keys stay down, shape ``(count,)``."""
        within = parameters()["hold"]["within"]
        return np.asarray(np.exp(self._hold + within * self._chance.normal(count)) * MS)

    def homing(self, count: int) -> Floats:
        """Nanoseconds between the keyboard and the mouse, shape ``(count,)``."""
        return self._log_normal("homing", count)

    def pauses(self, count: int) -> Floats:
        """Nanoseconds of pauses in which somebody did something else, shape ``(count,)``."""
        return self._log_normal("away", count)

    def _log_normal(self, name: str, count: int) -> Floats:
        entry = parameters()[name]
        drawn = np.exp(math.log(entry["median_ms"]) + entry["sd"] * self._chance.normal(count))
        return np.asarray(np.clip(drawn, entry["least_ms"], entry["most_ms"]) * MS)
