"""diffprivlib's two integer mechanisms with the guards that make them safe, for short vectors.

Both are asked for noise around 0, which Python adds as integers: around a large value ``Geometric`` would round the
sum as a float. The randomness is ``secrets.SystemRandom``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dp.epsilon import MICRO
from dp.noise import contract, ideal
from dp.terms import Currency, Terms

MAX_SCALE = 2**20
"""Largest scale or sigma: beyond it the 53 bits behind one draw make too many outputs impossible."""

# How far the number of 53-bit fractions that give one noise value may lie from its ideal: 1 for the grid, 3 for the
# rounding of exp, log and division. tests/dp counts them through the shipped code and finds the bound more than 10
# times too large. The same stands for one comparison inside the Gaussian's rejection sampler.
_GRID_ERROR = 4


@dataclass(frozen=True, slots=True)
class GeometricNoise(contract.NoiseBackend):
    """diffprivlib's ``Geometric``, guarded."""

    @property
    def mechanism(self) -> str:
        """``geometric``."""
        return "geometric"

    @property
    def sampler(self) -> str:
        """Library, version and class."""
        from dp._diffprivlib import library

        return f"{library()} Geometric"

    def check(self, exact: Sequence[int], terms: Terms) -> None:
        """Load the library, and refuse what it cannot noise safely.

        That is: non-integers, values of 2^53 and more, scales above 2^20, and a delta above `MAX_DELTA`.

        Raises:
            StepFailed: ``noise-unsafe``; the text holds no value.
            MissingExtra: diffprivlib is not installed or does not load.
        """
        from dp._diffprivlib import geometric

        geometric()
        _refuse(self, exact, terms)

    def draw(self, exact: Sequence[int], terms: Terms) -> tuple[int, ...]:
        """``exact`` with noise; raises as `check`, which is repeated here."""
        from dp._diffprivlib import geometric

        self.check(exact, terms)
        mechanism = geometric()(epsilon=terms.amount / MICRO, sensitivity=terms.l1)
        return tuple(value + _finite(mechanism) for value in exact)

    def deviation(self, terms: Terms) -> Fraction:
        """Sum over all values of what their 53-bit counts may be off by; the same split as `geometric_delta`."""
        scale, c = float(terms.scale), float(_GRID_ERROR)
        body = scale * max(0.0, math.log(2.0**53 * math.tanh(1 / (2 * scale)) / c)) + 2
        return min(Fraction(1), Fraction(2 * (body * c + c * (scale + 1) + c) * (1 + 1e-9)) / 2**53)

    def delta(self, terms: Terms, cells: int) -> Fraction:
        """See `geometric_delta`; the deltas of the values that one person changes add up."""
        return min(Fraction(1), min(terms.groups, cells) * Fraction(geometric_delta(terms) * (1 + 1e-9)))

    def tail(self, terms: Terms, at_least: int) -> Fraction:
        """The ideal tail; one fraction decides whether the noise reaches ``at_least``, so one grid error is added."""
        return min(Fraction(1), ideal.tail(terms, at_least) + Fraction(_GRID_ERROR, 2**53))


@dataclass(frozen=True, slots=True)
class GaussianNoise(contract.NoiseBackend):
    """diffprivlib's ``GaussianDiscrete`` at an exact variance, guarded.

    Its time grows with the noise (correlation 0.4): use it where a release leaves as a whole and at a fixed time.
    """

    @property
    def mechanism(self) -> str:
        """``gaussian``."""
        return "gaussian"

    @property
    def sampler(self) -> str:
        """Library, version and class."""
        from dp._diffprivlib import library

        return f"{library()} GaussianDiscrete"

    def check(self, exact: Sequence[int], terms: Terms) -> None:
        """As `GeometricNoise.check`."""
        from dp._diffprivlib import gaussian

        gaussian()
        _refuse(self, exact, terms)

    def draw(self, exact: Sequence[int], terms: Terms) -> tuple[int, ...]:
        """``exact`` with noise; raises as `check`, which is repeated here."""
        from dp._diffprivlib import gaussian

        self.check(exact, terms)
        mechanism = gaussian()(_sigma(terms))
        return tuple(value + int(mechanism.randomise(0)) for value in exact)

    def deviation(self, terms: Terms) -> Fraction:
        """One grid error for each comparison that a draw is expected to make (a coupling with exact comparisons).

        A try makes at most ``e^tau (t + 1) + 8`` of them on average (``t = floor(sigma) + 1``, ``tau = 1/t``), and five
        tries are more than any sigma needs on average.
        """
        t = math.isqrt(int(terms.variance)) + 1
        return min(Fraction(1), 5 * (Fraction(2.8) * (t + 1) + 8) * _GRID_ERROR / 2**53)


def unsafe(terms: Terms) -> str:
    """Why diffprivlib must not be used on these terms, or an empty string. Reads no data: checks policies too."""
    if reason := contract.invalid(terms):
        return reason
    gaussian = terms.currency is Currency.ZCDP
    if terms.variance > MAX_SCALE**2 if gaussian else terms.scale > MAX_SCALE:
        return "the noise would have a scale (max_groups * max_per_group / budget) above 2^20"
    backend = GaussianNoise() if gaussian else GeometricNoise()
    if backend.delta(terms, terms.groups) > contract.MAX_DELTA:
        return f"53 random bits are too few for this {terms.currency}: the delta of the implementation would pass 1e-6"
    return ""


def geometric_delta(terms: Terms) -> float:
    """Upper bound on the hockey-stick divergence, at the calibrated epsilon, of one value of ``Geometric``.

    diffprivlib inverts one fraction of 53 bits, so ``N(k) = 2^53 P[N = k]`` is off by at most ``c`` points. The
    divergence at epsilon is the sum over ``k`` of ``max(0, N(k) - e^epsilon N(k+d)) / 2^53``, and a term is at most
    ``c (1 + e^epsilon)``. On each side that is used for the ``k`` whose ideal count passes ``t = c e^epsilon`` (about
    ``s ln(f/t)`` of them, ``f`` the count at 0) and the whole remaining mass, ``t (s + 1) + c``, for the rest.
    """
    epsilon, scale, c = terms.amount / MICRO, float(terms.scale), float(_GRID_ERROR)
    threshold = c * math.exp(epsilon)
    at_zero = 2.0**53 * math.tanh(1 / (2 * scale))
    body = scale * max(0.0, math.log(at_zero / threshold)) + 2
    points = body * (c + threshold) + threshold * (scale + 1) + c
    return min(1.0, 2 * points / 2.0**53)


def _refuse(backend: contract.NoiseBackend, exact: Sequence[int], terms: Terms) -> None:
    contract.refuse(unsafe(terms), contract.other(terms, backend.mechanism), contract.integers(exact))


def _sigma(terms: Terms) -> float:
    """A float sigma whose square, as a float, is at least the exact variance: never too little noise."""
    sigma = math.sqrt(terms.variance)
    # As diffprivlib squares it.
    while Fraction(sigma**2) < terms.variance:
        sigma = math.nextafter(sigma, math.inf)
    return sigma


def _finite(mechanism: Any) -> int:
    """One draw around 0. The fraction 1/2 (probability 2^-53) has no finite noise and is drawn again."""
    while True:
        try:
            return int(mechanism.randomise(0))
        except OverflowError:
            continue
