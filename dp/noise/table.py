"""Integer noise for large vectors: exact tables of 127 bits, searched by NumPy, fed by the operating system.

Large scales are split so that tables stay small. Geometric: ``N = block Q + R``, where ``R`` is a geometric cut at
``block`` (mirrored for ``Q < 0``) and independent of ``Q`` given its sign, exactly. Discrete Gaussian: ``N = X + block
Y`` with ``sigma_X = 4 block`` and ``sigma_X^2 + block^2 sigma_Y^2 = sigma^2``; by Poisson summation the sum has the
wanted probabilities up to a factor within ``1 +- 2 exp(-2 pi^2 15)`` (about 10^-128).

The work per value hardly depends on the value: a few per cent, near bounds, take some 50 ns more.
"""

from __future__ import annotations

import math
import os
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dp.noise import contract, fixed
from dp.noise.fixed import BITS, LOW_BITS, Table
from dp.terms import Currency, Terms

MAX_SCALE = 2**24
"""Largest scale (geometric) or sigma (Gaussian)."""

_WHOLE_SCALE = 192
"""Up to this scale the geometric has one table (of at most 34,000 bounds)."""

_WHOLE_SIGMA = 512
"""Up to this sigma the Gaussian has one table (of at most 14,000 bounds)."""

_CHUNK = 1 << 16
"""Values drawn at once: random bytes and indices stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class TableNoise(contract.NoiseBackend):
    """Noise by inversion of exact tables. Tables are built for every draw and thrown away.

    Attributes:
        mechanism: ``geometric`` or ``gaussian``.
    """

    mechanism: str

    @property
    def sampler(self) -> str:
        """``table-127``."""
        return f"table-{BITS}"

    def check(self, exact: Sequence[int], terms: Terms) -> None:
        """Refuse values that are not integers below 2^53 and scales above 2^24 (``noise-unsafe``)."""
        contract.refuse(self._unsafe(terms, len(exact)), contract.integers(exact))

    def draw(self, exact: Sequence[int], terms: Terms) -> tuple[int, ...]:
        """``exact`` with noise; raises as `check`."""
        self.check(exact, terms)
        noisy: list[int] = self.draw_array(np.array(exact, dtype=np.int64), terms).tolist()
        return tuple(noisy)

    def draw_array(self, exact: NDArray[np.int64], terms: Terms) -> NDArray[np.int64]:
        """``exact`` of shape ``(n,)`` with noise; raises `StepFailed` as `check`."""
        contract.refuse(self._unsafe(terms, exact.size), contract.array(exact))
        block, tables = build(terms)
        noisy = np.empty_like(exact)
        for start in range(0, exact.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            np.add(exact[part], _noise(self.mechanism, block, tables, exact[part].size), out=noisy[part])
        return noisy

    def deviation(self, terms: Terms) -> Fraction:
        """Each bound is off by less than 1.01 units of 2^-127 and so each probability by less than 2.02 at most."""
        return sum((Fraction(2 * count + 8, 1 << BITS) for count in sizes(terms)), Fraction(0))

    def _unsafe(self, terms: Terms, cells: int) -> str:
        if reason := contract.invalid(terms) or _too_wide(terms) or contract.other(terms, self.mechanism):
            return reason
        return (
            "the delta of the implementation would pass 1e-6" if self.delta(terms, cells) > contract.MAX_DELTA else ""
        )


def _too_wide(terms: Terms) -> str:
    wide = terms.scale > MAX_SCALE if terms.currency is Currency.PURE else terms.variance > MAX_SCALE**2
    return "the noise would have a scale above 2^24" if wide else ""


def block_of(terms: Terms) -> int:
    """Size of the blocks that the noise is split into, a power of two; 1 where one table does."""
    if terms.currency is Currency.PURE:
        return 1 if terms.scale <= _WHOLE_SCALE else _power_of_two(32 * terms.scale)
    # sigma_Y stays above 16, so that the Poisson error is as said.
    return 1 if terms.variance <= _WHOLE_SIGMA**2 else _power_of_two(Fraction(math.isqrt(int(terms.variance)), 16))


def sizes(terms: Terms) -> tuple[int, ...]:
    """Upper bound on the number of bounds of each table, without building it."""
    block, bits = block_of(terms), BITS * math.log(2) * (1 + 1e-9)
    if terms.currency is Currency.PURE:
        outer = 2 * math.ceil(terms.scale * Fraction(bits) / block) + 4
        return (outer,) if block == 1 else (outer, block)
    return tuple(2 * math.ceil(math.sqrt(2 * bits * variance)) + 6 for variance in _variances(terms, block))


def build(terms: Terms) -> tuple[int, tuple[Table, ...]]:
    """Size of a block and the tables: the whole or outer one first, then the one inside a block."""
    block = block_of(terms)
    if terms.currency is Currency.ZCDP:
        return block, tuple(fixed.gaussian(variance) for variance in _variances(terms, block))
    outer = fixed.geometric(terms.scale, block)
    return block, (outer,) if block == 1 else (outer, fixed.within(terms.scale, block))


def _variances(terms: Terms, block: int) -> tuple[Fraction, ...]:
    if block == 1:
        return (terms.variance,)
    inner = Fraction(16 * block**2)
    return (terms.variance - inner) / block**2, inner


def _power_of_two(square: Fraction) -> int:
    """Smallest power of two whose square is at least ``square``."""
    power = 1
    while power**2 < square:
        power *= 2
    return power


def _noise(mechanism: str, block: int, tables: tuple[Table, ...], count: int) -> NDArray[np.int64]:
    outer = search(tables[0], count)
    if block == 1:
        return outer
    inner = search(tables[1], count)
    if mechanism == "geometric":
        inner = np.where(outer < 0, block - 1 - inner, inner)
    return outer * block + inner


def search(table: Table, count: int) -> NDArray[np.int64]:
    """``count`` independent values with exactly the probabilities of the table, shape ``(count,)``.

    The first 16 random bits decide most values, 63 nearly all others. When these equal the upper 63 bits of a bound,
    which happens about once in 10^14 draws, 64 more are drawn.
    """
    drawn = np.frombuffer(os.urandom(8 * count), dtype="<u8")
    # The last of four little-endian pairs of bytes holds the upper 16 bits.
    value = np.take(table.guide, drawn.view("<u2")[3::4], mode="clip").astype(np.int64)
    open_ = np.flatnonzero(value == fixed.UNDECIDED)
    high = (drawn[open_] >> np.uint64(1)).astype(np.int64)
    place = np.searchsorted(table.coarse, high, side="right")
    # Where nothing lies below, index -1 takes the last bound, which is not equal either.
    for i in np.flatnonzero(table.coarse[place - 1] == high).tolist():
        low = int.from_bytes(os.urandom(LOW_BITS // 8), "little")
        place[i] = bisect_right(table.bounds, int(high[i]) << LOW_BITS | low)
    value[open_] = place + table.first
    return value
