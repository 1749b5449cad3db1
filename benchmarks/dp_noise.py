"""Noise for a map of a million cells: exact tables with secure randomness against plain NumPy noise.

NumPy's generator is neither secure nor exact, so it must not be used for releases; it stands for the least a vector of
noise can cost. diffprivlib, which draws short vectors here, is measured on fewer values, per value.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from benchmarks._harness import Result, Speed, compare
from dp import Currency, GaussianNoise, GeometricNoise, NoiseBackend, TableNoise, Terms
from recording.errors import MissingExtra

_GEOMETRIC = (1, 20, 100, 1_000, 100_000)
"""Scales: from one count at epsilon 1 to the seconds of 100 cells at a small one."""

_GAUSSIAN = ((20_000, 10, 1), (2_000, 100, 1), (2_000, 100, 60))
"""Micro-rho, groups and most per group: sigma 16, 158 and 9,500."""


def run(*, quick: bool) -> Result:
    """Seconds for whole vectors, tables built anew in each repetition as in a release."""
    cells, rounds = (10_000, 1) if quick else (1_000_000, 11)
    speeds = [
        _speed(TableNoise("geometric"), _pure(scale), cells, rounds, f"table, geometric, scale {scale:,}")
        for scale in _GEOMETRIC
    ]
    for amount, groups, per_group in _GAUSSIAN:
        terms = Terms(currency=Currency.ZCDP, amount=amount, groups=groups, per_group=per_group)
        case = f"table, Gaussian, sigma {math.sqrt(terms.variance):,.0f}"
        speeds.append(_speed(TableNoise("gaussian"), terms, cells, rounds, case))
    notes = ["above 1 we are faster; 0.33 is within 3 times of the peer"]
    few = 100 if quick else 10_000
    gaussian = Terms(currency=Currency.ZCDP, amount=20_000, groups=10, per_group=1)
    try:
        speeds.append(_speed(GeometricNoise(), _pure(20), few, 3, "diffprivlib, geometric, scale 20"))
        speeds.append(_speed(GaussianNoise(), gaussian, few, 1 if quick else 3, "diffprivlib, Gaussian, sigma 16"))
    except MissingExtra:
        notes.append("diffprivlib skipped: it is not installed")
    return Result(speeds=tuple(speeds), notes=tuple(notes))


def _pure(scale: int) -> Terms:
    return Terms(currency=Currency.PURE, amount=1_000_000, groups=1, per_group=scale)


def _speed(backend: NoiseBackend, terms: Terms, cells: int, rounds: int, case: str) -> Speed:
    exact = np.zeros(cells, dtype=np.int64)
    generator = np.random.default_rng(1)

    def ours() -> NDArray[np.int64]:
        return backend.draw_array(exact, terms)

    def geometric() -> NDArray[np.int64]:
        share = -math.expm1(-1 / terms.scale)
        return exact + generator.geometric(share, cells) - generator.geometric(share, cells)

    def gaussian() -> NDArray[np.int64]:
        return exact + np.rint(generator.normal(0, math.sqrt(terms.variance), cells)).astype(np.int64)

    pure = terms.currency is Currency.PURE
    return compare(
        case=case,
        unit="value",
        work=cells,
        peer="NumPy geometric (not secure)" if pure else "NumPy normal, rounded (not secure)",
        ours=ours,
        theirs=geometric if pure else gaussian,
        rounds=rounds,
    )
