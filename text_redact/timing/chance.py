"""Random numbers that depend on the project key and the recording alone, and that nobody without the key can repeat.

A counter generator such as NumPy's can be run backwards from enough of its output; the times that leave are such
output. SHAKE-256 cannot, and the same recording under the same key still gets the same times.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Chance:
    """Draws from one keyed stream; equal seeds give equal draws in the same order of calls."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._calls = 0

    def uniform(self, count: int) -> Floats:
        """``count`` numbers in the open interval (0, 1)."""
        self._calls += 1
        label = self._calls.to_bytes(8, "big")
        stream = hashlib.shake_256(b"boundary timing" + label + self._seed).digest(8 * count)
        return np.asarray((np.frombuffer(stream, "<u8") >> np.uint64(12)).astype(np.float64) + 0.5) / 2.0**52

    def normal(self, count: int) -> Floats:
        """``count`` standard normal numbers (Box and Muller)."""
        half = (count + 1) // 2
        radius = np.sqrt(-2 * np.log(self.uniform(half)))
        angle = 2 * np.pi * self.uniform(half)
        return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:count]
