"""Inversion tables: the distribution function of integer noise as exact integers of 127 bits.

A table cuts ``0 .. 2^127`` at integer bounds; a uniform integer below 2^127 falls between two of them and that is the
value. So the probability of every value is known exactly: the difference of two integers over 2^127.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dp.noise.ideal import decimal

BITS = 127
"""Bits behind one draw: 63 for the vectorised search, 64 more where those do not decide."""

LOW_BITS = 64

UNDECIDED = -(2**31)
"""Mark in `Table.guide`; no table is that long."""

_WORK = 320
"""Bits of the arithmetic that builds tables: its errors, of some 2^40 units, stay far below one 2^-127."""

_DIGITS = 120


@dataclass(frozen=True, slots=True)
class Table:
    """Bounds of the values ``first, first + 1, ...``.

    Attributes:
        first: Value below the first bound.
        bounds: Ascending integers from 0 to 2^127; ``first + i`` is drawn between ``bounds[i - 1]`` and ``bounds[i]``.
        coarse: Their upper 63 bits, shape ``(len(bounds),)``.
        guide: The value that each choice of the upper 16 of 63 bits gives, shape ``(65536,)``, or `UNDECIDED` where a
            bound lies within.
    """

    first: int
    bounds: tuple[int, ...] = field(repr=False)
    coarse: NDArray[np.int64] = field(repr=False)
    guide: NDArray[np.int32] = field(repr=False)

    def counts(self) -> dict[int, int]:
        """How many of the 2^127 integers give each value: the exact probabilities of what is drawn."""
        edges = (0, *self.bounds, 1 << BITS)
        return {self.first + i: edges[i + 1] - edges[i] for i in range(len(edges) - 1)}


def geometric(scale: Fraction, block: int) -> Table:
    """Table of ``floor(N / block)`` for two-sided geometric ``N``: ``P[N >= k] = a^k / (1 + a)`` for ``k >= 1``."""
    one = 1 << _WORK
    a, fall = _exp(-1 / scale), _exp(-block / scale)
    whole = one + a
    # P[N >= q block] for q = 1, 2, ... and P[N <= -((j - 1) block + 1)] for j = 1, 2, ...
    above = _tails((fall << _WORK) // whole, fall)
    below = _tails((a << _WORK) // whole, fall) if block > 1 else above
    return _table(below, above)


def within(scale: Fraction, block: int) -> Table:
    """Table of the one-sided geometric cut at ``block``: ``P[R >= r] = (a^r - a^block) / (1 - a^block)``."""
    one = 1 << _WORK
    a, end = _exp(-1 / scale), _exp(-block / scale)
    tails, power = [], a
    for _ in range(1, block):
        tails.append(((power - end) << BITS) // (one - end))
        power = (power * a) >> _WORK
    return _table([], [tail for tail in tails if tail])


def gaussian(variance: Fraction) -> Table:
    """Table of the discrete Gaussian: weights by ``w(k+1) = w(k) r(k)``, ``r(k+1) = r(k) exp(-1/sigma^2)``."""
    one = 1 << _WORK
    ratio, fall = _exp(-1 / (2 * variance)), _exp(-1 / variance)
    weights, weight = [], one
    while weight := (weight * ratio) >> _WORK:
        weights.append(weight)
        ratio = (ratio * fall) >> _WORK
        if weight >> (_WORK - BITS - 40) == 0:
            break
    whole, above, tails = one + 2 * sum(weights), 0, []
    for weight in reversed(weights):
        above += weight
        tails.append((above << BITS) // whole)
    side = [tail for tail in reversed(tails) if tail]
    return _table(side, side)


def _table(below: list[int], above: list[int]) -> Table:
    """From ``P[value <= -j]`` and ``P[value >= j]``, ``j = 1, 2, ...``, in units of 2^-127 and rounded down."""
    bounds = (*reversed(below), *((1 << BITS) - tail for tail in above))
    coarse = np.array([bound >> LOW_BITS for bound in bounds], dtype=np.uint64).astype(np.int64)
    edges = np.searchsorted(coarse, np.arange(1 << 16, dtype=np.int64) << 47, side="left")
    ends = np.append(edges[1:], len(bounds))
    guide = np.where(edges == ends, edges - len(below), UNDECIDED).astype(np.int32)
    return Table(-len(below), bounds, coarse, guide)


def _tails(exact: int, fall: int) -> list[int]:
    """``exact`` (units of 2^-320) and what follows by the factor ``fall``, cut to units of 2^-127, while above 0."""
    tails = []
    while unit := exact >> (_WORK - BITS):
        tails.append(unit)
        exact = (exact * fall) >> _WORK
    return tails


def _exp(exponent: Fraction) -> int:
    """``exp(exponent)`` in units of 2^-320, rounded down."""
    with localcontext() as context:
        context.prec = _DIGITS
        return int(decimal(exponent).exp() * Decimal(1 << _WORK))
