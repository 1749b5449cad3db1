"""Which backend draws: decided by public terms and the length of the vector, never by data."""

from __future__ import annotations

import math
from fractions import Fraction

from dp.noise.contract import NoiseBackend
from dp.noise.library import GaussianNoise, GeometricNoise, unsafe
from dp.noise.table import TableNoise
from dp.terms import Currency, Terms

SHORT = 10_000
"""Longest vector that diffprivlib noises."""

_STEPS = 200_000
"""Most steps of diffprivlib's Gaussian for a whole vector, about sigma each: a few seconds."""


_DELTA = Fraction(1, 10**8)
"""Largest delta that diffprivlib may cost a vector: a budget's delta, 10^-6 as a rule, then has room for a hundred."""


def backend_for(terms: Terms, cells: int) -> NoiseBackend:
    """Use diffprivlib for vectors up to `SHORT` where its guards hold and it costs little, exact tables for the rest.

    Args:
        terms: What the noise must hide.
        cells: Length of the vector.
    """
    if cells <= SHORT and not unsafe(terms):
        pure = terms.currency is Currency.PURE
        quick = pure or cells * (math.isqrt(int(terms.variance)) + 1) <= _STEPS
        backend = GeometricNoise() if pure else GaussianNoise()
        if quick and backend.delta(terms, cells) <= _DELTA:
            return backend
    return TableNoise(terms.mechanism)
