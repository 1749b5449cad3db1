"""Pictures of a video in memory, at the cost of what changed between them; none is ever written to disk."""

from __future__ import annotations

import zlib

import numpy as np

from image_redact.decode import Pixels

_KEY = 64
"""Every so many pictures one is kept whole, so that going back costs little."""


class Reel:
    """Pictures of one size, kept losslessly as differences from the one before; to be gone through in order.

    Attributes:
        size: Bytes that they take.
    """

    def __init__(self) -> None:
        self.size = 0
        self._packed: list[bytes] = []
        self._shape: tuple[int, ...] = ()
        self._last: Pixels | None = None
        self._at = -1
        self._now: Pixels | None = None

    def __len__(self) -> int:
        return len(self._packed)

    def add(self, pixels: Pixels) -> int:
        """Keep a picture (rows x columns x 3, uint8) and return its number.

        Raises:
            ValueError: It has another size than those before it.
        """
        if self._last is not None and pixels.shape != self._shape:
            raise ValueError("pictures of one reel have one size")
        whole = self._last is None or len(self._packed) % _KEY == 0
        change = pixels if whole or self._last is None else pixels ^ self._last
        packed = zlib.compress(change.tobytes(), 1)
        self._packed.append(packed)
        self.size += len(packed)
        self._shape, self._last = pixels.shape, pixels.copy()
        return len(self._packed) - 1

    def close(self) -> None:
        """Nothing more is added: let go of what adding needs."""
        self._last = None

    def __getitem__(self, number: int) -> Pixels:
        """The picture of a number, counted from 0, to be read and not written to."""
        if not 0 <= number < len(self._packed):
            raise IndexError(number)
        key = number - number % _KEY
        if self._now is None or not key <= self._at <= number:
            self._now, self._at = self._unpacked(key), key
        while self._at < number:
            self._now, self._at = self._now ^ self._unpacked(self._at + 1), self._at + 1
        return self._now

    def _unpacked(self, number: int) -> Pixels:
        return np.frombuffer(zlib.decompress(self._packed[number]), np.uint8).reshape(self._shape)
