"""Which backend draws: decided by public terms and the length of the vector, never by data."""

from __future__ import annotations

import math

from dp.noise.contract import NoiseBackend
from dp.noise.library import GaussianNoise, GeometricNoise, unsafe
from dp.noise.table import TableNoise
from dp.terms import Currency, Terms

SHORT = 10_000
"""Longest vector that diffprivlib noises."""

_STEPS = 200_000
"""Most steps of diffprivlib's Gaussian for a whole vector, about sigma each: a few seconds."""


def backend_for(terms: Terms, cells: int) -> NoiseBackend:
    """Use diffprivlib for vectors up to `SHORT` where its guards hold and it takes seconds, exact tables for the rest.

    Args:
        terms: What the noise must hide.
        cells: Length of the vector.
    """
    if cells <= SHORT and not unsafe(terms):
        if terms.currency is Currency.PURE:
            return GeometricNoise()
        if cells * (math.isqrt(int(terms.variance)) + 1) <= _STEPS:
            return GaussianNoise()
    return TableNoise(terms.mechanism)
