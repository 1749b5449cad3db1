"""Noise behind one contract. The only mechanism so far: the two-sided geometric on integers (arXiv 0811.2841).

For scale ``s`` (sensitivity / epsilon) and ``a = exp(-1/s)``: ``P[N = k] = (1-a)/(1+a) * a^|k|``, which hides a
change of L1 norm ``d`` with epsilon ``d/s``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dp.epsilon import MICRO
from dp.terms import Currency, Terms
from recording.errors import StepFailed

MAX_VALUE = 2**53
"""Values must be smaller in magnitude: what leaves stays an exact integer for every reader of the JSON."""

MAX_SCALE = 2**20
"""Largest scale: beyond it the 53 bits behind one draw make too many outputs impossible."""

MAX_DELTA = 1e-6
"""Largest `NoiseBackend.delta` with which anything is released."""

# How far the number of 53-bit fractions that give one noise value may lie from its ideal: 1 for the grid, 3 for the
# rounding of exp, log and division. tests/dp counts them through the shipped code and finds the bound more than 10
# times too large.
_GRID_ERROR = 4


def Calibration(*, epsilon: int, groups: int, per_group: int) -> Terms:  # noqa: N802  the name before `Terms`
    """Terms in micro-epsilon."""
    return Terms(currency=Currency.PURE, amount=epsilon, groups=groups, per_group=per_group)


class NoiseBackend(Protocol):
    """**Protocol:** adds integer noise to a vector of integers. Nothing in it takes a seed."""

    @property
    def mechanism(self) -> str:
        """Name of the mechanism for the ledger."""
        ...

    def check(self, values: Sequence[int], terms: Terms) -> None:
        """Raise `StepFailed` for what this backend cannot do safely. Called before anything is charged."""
        ...

    def delta(self, terms: Terms, cells: int) -> Fraction:
        """Upper bound on the delta that the implementation adds to the ideal one: one person, whole vector."""
        ...

    def tail(self, terms: Terms, at_least: int) -> Fraction:
        """Upper bound on ``P[noise >= at_least]``."""
        ...

    def event(self, terms: Terms) -> Mapping[str, object]:
        """The mechanism as an event that can be accounted for again."""
        ...

    def draw_array(self, exact: NDArray[np.int64], terms: Terms) -> NDArray[np.int64]:
        """The same as `draw` for an array."""
        ...

    def half_width(self, terms: Terms, level: Fraction) -> int:
        """Smallest ``w`` with ``P[|noise| <= w] >= level`` for one value."""
        ...

    def draw(self, values: Sequence[int], terms: Terms) -> tuple[int, ...]:
        """``values`` with fresh independent noise on each, in order."""
        ...


@dataclass(frozen=True, slots=True)
class GeometricNoise:
    """diffprivlib's ``Geometric``, guarded. The randomness is the operating system's."""

    @property
    def mechanism(self) -> str:
        """``geometric``."""
        return "geometric"

    def check(self, values: Sequence[int], terms: Terms) -> None:
        """Load the library, and refuse what it cannot noise safely.

        That is: non-integers, values of 2^53 and more, scales above 2^20, and a delta above `MAX_DELTA`.

        Raises:
            StepFailed: ``noise-unsafe``; the text holds no value.
            MissingExtra: diffprivlib is not installed or does not load.
        """
        from dp._diffprivlib import geometric

        geometric()
        reason = unsafe(terms)
        if not reason and any(type(value) is not int or abs(value) >= MAX_VALUE for value in values):
            reason = "a value is not an integer below 2^53 in magnitude"
        if reason:
            raise StepFailed(reason, code="noise-unsafe", hint="nothing was charged")

    def delta(self, terms: Terms, cells: int = 1) -> Fraction:
        """See `geometric_delta`; a person changes at most ``groups`` values, whose deltas add up."""
        return Fraction(min(1.0, terms.groups * geometric_delta(terms)))

    def tail(self, terms: Terms, at_least: int) -> Fraction:
        """``a^k / (1 + a)`` for ``k > 0``, and a little more for the implementation."""
        if at_least <= 0:
            return Fraction(1)
        with localcontext() as context:
            context.prec = 50
            step = Decimal(terms.scale.denominator) / Decimal(terms.scale.numerator)
            return Fraction((-step * at_least).exp() / (1 + (-step).exp())) + Fraction(_GRID_ERROR, 2**53)

    def event(self, terms: Terms) -> Mapping[str, object]:
        """A discrete Laplace event."""
        return {"event": "discrete-laplace", "l1": terms.l1, "scale": str(terms.scale)}

    def draw_array(self, exact: NDArray[np.int64], terms: Terms) -> NDArray[np.int64]:
        """As `draw`."""
        return np.array(self.draw(exact.tolist(), terms), np.int64)

    def half_width(self, terms: Terms, level: Fraction) -> int:
        """Exact quantile: ``P[|N| > w] = 2 a^(w+1) / (1+a)``, solved with 50 digits."""
        with localcontext() as context:
            context.prec = 50
            scale = terms.scale
            step = Decimal(scale.denominator) / Decimal(scale.numerator)
            allowed = (1 - Decimal(level.numerator) / Decimal(level.denominator)) * (1 + (-step).exp()) / 2
            return max(0, math.ceil(-allowed.ln() / step) - 1)

    def draw(self, values: Sequence[int], terms: Terms) -> tuple[int, ...]:
        """``values`` plus noise.

        The mechanism is asked for noise around 0 and Python adds it: around a large value diffprivlib would round the
        sum as a float.

        Raises:
            StepFailed, MissingExtra: As `check`, which is repeated here.
        """
        from dp._diffprivlib import geometric

        self.check(values, terms)
        mechanism = geometric()(epsilon=terms.amount / MICRO, sensitivity=terms.l1)
        return tuple(value + _noise(mechanism) for value in values)


def backend_for(terms: Terms, cells: int) -> NoiseBackend:
    """The noise for a vector of that many cells."""
    if terms.currency is not Currency.PURE:
        raise StepFailed("there is no noise for rho yet", code="noise-unsafe", hint="use epsilon")
    return GeometricNoise()


def unsafe(terms: Terms) -> str:
    """Why the geometric mechanism must not be used so, or an empty string. Reads no data: checks policies too."""
    if terms.scale > MAX_SCALE:
        return "the noise would have a scale (max_groups * max_per_group / epsilon) above 2^20"
    if terms.groups * geometric_delta(terms) > MAX_DELTA:
        return "53 random bits are too few for this epsilon: the delta of the implementation would pass 1e-6"
    return ""


def geometric_delta(terms: Terms) -> float:
    """Upper bound on the hockey-stick divergence, at the calibrated epsilon, of one value of the implementation.

    diffprivlib inverts one fraction of 53 bits, so ``N(k) = 2^53 P[N = k]`` is off by at most ``c`` points. The
    divergence at epsilon is the sum over ``k`` of ``max(0, N(k) - e^epsilon N(k+d)) / 2^53``, and a term is at most
    ``c (1 + e^epsilon)``. On each side that is used for the ``k`` whose ideal count passes ``t = c e^epsilon`` (about
    ``s ln(f/t)`` of them, ``f`` the count at 0) and the whole remaining mass, ``t (s + 1) + c``, for the rest.
    """
    epsilon, scale, c = terms.amount / MICRO, float(terms.scale), float(_GRID_ERROR)
    if epsilon > 30:
        return 1.0
    threshold = c * math.exp(epsilon)
    at_zero = 2.0**53 * math.tanh(1 / (2 * scale))
    body = scale * max(0.0, math.log(at_zero / threshold)) + 2
    points = body * (c + threshold) + threshold * (scale + 1) + c
    return min(1.0, 2 * points / 2.0**53)


def _noise(mechanism: Any) -> int:
    """One draw around 0. The fraction 1/2 (probability 2^-53) has no finite noise and is drawn again."""
    while True:
        try:
            return int(mechanism.randomise(0))
        except OverflowError:
            continue
