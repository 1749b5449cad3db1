"""The contract of a source of noise, and what every source refuses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dp.noise import ideal
from dp.terms import Currency, Terms
from recording.errors import StepFailed

MAX_VALUE = 2**53
"""Values must be smaller in magnitude: what leaves stays an exact integer for every reader of the JSON."""

MAX_DELTA = Fraction(1, 10**6)
"""Largest `NoiseBackend.delta` with which anything is released."""

MAX_EPSILON = 30
"""Largest epsilon of one release: beyond it it says nothing, and errors of the sampler weigh ``e^epsilon``."""

RHO_EPSILON = 10
"""Releases paid in rho declare their delta for totals up to this epsilon; `dp.accounting` weighs it for any total."""


class NoiseBackend(Protocol):
    """**Protocol:** adds integer noise to a vector of integers. Nothing in it takes a seed.

    Whoever inherits from it gives mechanism, sampler, `check`, `draw` and `deviation`; the rest follows from these.
    """

    __slots__ = ()

    @property
    def mechanism(self) -> str:
        """``geometric`` or ``gaussian``: the ideal distribution."""
        ...

    @property
    def sampler(self) -> str:
        """What draws, with its version, for the record of a release."""
        ...

    def check(self, exact: Sequence[int], terms: Terms) -> None:
        """Raise `StepFailed` for what this backend cannot do safely. Called before anything is charged."""
        ...

    def draw(self, exact: Sequence[int], terms: Terms) -> tuple[int, ...]:
        """``exact`` with fresh independent noise on each, in order."""
        ...

    def draw_array(self, exact: NDArray[np.int64], terms: Terms) -> NDArray[np.int64]:
        """As `draw`, for an array of shape ``(n,)``."""
        refuse(array(exact))
        return np.array(self.draw(exact.tolist(), terms), dtype=np.int64)

    def half_width(self, terms: Terms, level: Fraction) -> int:
        """Smallest ``w`` that can be shown to have ``P[|noise| <= w] >= level`` for one value.

        That of the ideal noise: deviations of the shipped backends are beyond every digit of a level.
        """
        return ideal.half_width(terms, level)

    def deviation(self, terms: Terms) -> Fraction:
        """Upper bound on the total variation distance between one drawn value and the ideal distribution."""
        ...

    def delta(self, terms: Terms, cells: int) -> Fraction:
        """Upper bound on the delta that the implementation adds to the ideal one: one person, ``cells`` values.

        See `weighed`.
        """
        return weighed(self.deviation(terms), terms, cells)

    def tail(self, terms: Terms, at_least: int) -> Fraction:
        """Upper bound on ``P[noise >= at_least]`` of one value as it is drawn, for thresholds.

        The ideal tail and the deviation.
        """
        return min(Fraction(1), ideal.tail(terms, at_least) + self.deviation(terms))

    def event(self, terms: Terms) -> Mapping[str, object]:
        """JSON-able account of the draw for `dp.accounting`; exact integers and fractions as text."""
        return event(terms, self)


def invalid(terms: Terms) -> str:
    """Why no backend can serve these terms, or an empty string. Reads no data: checks policies too."""
    if min(terms.amount, terms.groups, terms.per_group) < 1:
        return f"{terms.currency} and both bounds must be positive"
    if terms.currency is Currency.PURE and terms.price > MAX_EPSILON:
        return f"an epsilon above {MAX_EPSILON} protects nobody"
    if terms.currency is Currency.ZCDP and terms.price > MAX_EPSILON:
        return f"a rho above {MAX_EPSILON} protects nobody"
    return ""


def other(terms: Terms, mechanism: str) -> str:
    """Why ``mechanism`` cannot serve these terms, or an empty string."""
    return "" if terms.mechanism == mechanism else "the noise is not of the mechanism that the currency asks for"


def integers(values: Sequence[int]) -> str:
    """Why the values cannot be noised exactly, or an empty string; it never quotes one."""
    if any(type(value) is not int or abs(value) >= MAX_VALUE for value in values):
        return "a value is not an integer below 2^53 in magnitude"
    return ""


def array(values: NDArray[np.int64]) -> str:
    """As `integers`, for an array: it must be one-dimensional and of 64-bit integers."""
    if values.dtype != np.int64 or values.ndim != 1:
        return "the values are not a vector of 64-bit integers"
    # abs(-2^63) overflows, so both ends are compared.
    if values.size and not -MAX_VALUE < int(values.min()) <= int(values.max()) < MAX_VALUE:
        return "a value is not an integer below 2^53 in magnitude"
    return ""


def refuse(*reasons: str) -> None:
    """Raise `StepFailed` (``noise-unsafe``) with the first reason that is not empty."""
    for reason in reasons:
        if reason:
            raise StepFailed(reason, code="noise-unsafe", hint="nothing was charged")


def weighed(deviation: Fraction, terms: Terms, cells: int) -> Fraction:
    """The delta that total variation costs: ``(1 + e^epsilon)`` times it, for each value that one person changes.

    With ``P~`` within ``t`` of ``P``: ``P~(S) <= P(S) + t <= e^eps Q(S) + t <= e^eps Q~(S) + (1 + e^eps) t``. Values
    that a person does not change have the same noise on both sides and cost nothing.
    """
    epsilon = float(terms.price) if terms.currency is Currency.PURE else RHO_EPSILON
    factor = Fraction(math.exp(epsilon) * (1 + 1e-12)) + 1
    return min(Fraction(1), min(terms.groups, cells) * deviation * factor)


def event(terms: Terms, backend: NoiseBackend) -> dict[str, object]:
    """The event of one draw: the ideal distribution, the bounds, the sampler, and its deviation over all groups.

    Releases paid in epsilon also say the sampler's delta at that very epsilon, which is smaller than what the deviation
    costs at the epsilon of many releases together.
    """
    shape = (
        {"event": "discrete-laplace", "l1": terms.l1, "scale": str(terms.scale)}
        if terms.currency is Currency.PURE
        else {"event": "discrete-gaussian", "l2_squared": terms.l2_squared, "variance": str(terms.variance)}
    )
    bounds = {"groups": terms.groups, "per_group": terms.per_group}
    deviation = str(min(Fraction(1), terms.groups * backend.deviation(terms)))
    own = {"delta": str(backend.delta(terms, terms.groups))} if terms.currency is Currency.PURE else {}
    return {**shape, **bounds, **own, "sampler": backend.sampler, "deviation": deviation}
