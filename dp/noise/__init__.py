"""Integer noise behind one contract: two guarded mechanisms of diffprivlib, and exact tables for large vectors.

Nothing here takes a seed; all randomness is the operating system's.
"""

from __future__ import annotations

from dp.noise.choose import SHORT, backend_for
from dp.noise.contract import MAX_DELTA, MAX_EPSILON, MAX_VALUE, NoiseBackend
from dp.noise.library import MAX_SCALE, GaussianNoise, GeometricNoise, geometric_delta, unsafe
from dp.noise.table import TableNoise

__all__ = [
    "MAX_DELTA",
    "MAX_EPSILON",
    "MAX_SCALE",
    "MAX_VALUE",
    "SHORT",
    "GaussianNoise",
    "GeometricNoise",
    "NoiseBackend",
    "TableNoise",
    "backend_for",
    "geometric_delta",
    "unsafe",
]
