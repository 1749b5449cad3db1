"""Random numbers in blocks, and the intervals and holds of a typist made of them."""

from __future__ import annotations

import math

import numpy as np

from recording.simulate.typist import Typist, parameters

_BLOCK = 4096


class Chance:
    """Draws for one typist. Numbers are made in blocks, since one by one they would cost more than the keys."""

    def __init__(self, typist: Typist, rng: np.random.Generator) -> None:
        model = parameters()
        self._rng = rng
        self._typist = typist
        self._floor = float(model["gap_floor_ms"])
        self._log_pause = float(model["pause_log_mean"]), float(model["pause_log_sd"])
        self._gaps = {name: self._gap(gap) for name, gap in model["gaps"].items()}
        self._within = float(model["hold"]["within"])
        self._uniform: list[float] = []
        self._normal: list[float] = []
        self._pauses: list[float] = []

    def _gap(self, gap: dict[str, float]) -> tuple[float, float, float]:
        typist = self._typist
        return gap["median_ms"] * typist.speed ** gap["by_speed"], gap["within"], min(0.6, gap["pause"] * typist.pause)

    def uniform(self) -> float:
        """A number of the interval [0, 1)."""
        if not self._uniform:
            self._uniform = self._rng.random(_BLOCK).tolist()
        return self._uniform.pop()

    def below(self, count: int) -> int:
        """A whole number of ``0..count-1``."""
        return int(self.uniform() * count)

    def pick(self, shares: tuple[float, ...] | list[float]) -> int:
        """An index, each with its share; the shares need not add up to one."""
        left = self.uniform() * sum(shares)
        for index, share in enumerate(shares):
            left -= share
            if left < 0:
                return index
        return len(shares) - 1

    def lognormal(self, sd: float) -> float:
        """A factor around one."""
        if not self._normal:
            self._normal = self._rng.standard_normal(_BLOCK).tolist()
        return math.exp(sd * self._normal.pop())

    def gap_us(self, kind: str) -> int:
        """Microseconds from the press before to this one; ``kind`` is one of ``gaps`` in ``typing.json``."""
        median, within, pause = self._gaps[kind]
        gap = median * self.lognormal(within)
        if self.uniform() < pause:
            mean, sd = self._log_pause
            gap *= math.exp(mean) * self.lognormal(sd)
        return int(max(self._floor, gap) * 1000)

    def hold_us(self) -> int:
        """Microseconds that a key stays down."""
        return int(max(20.0, self._typist.hold_ms * self.lognormal(self._within)) * 1000)
