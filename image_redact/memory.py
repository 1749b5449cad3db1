"""What was made of pixels, remembered by a keyed digest of them: in memory alone, bounded, for one session."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np

from image_redact.decode import Pixels
from image_redact.engines.contract import OcrEngine, Placed
from image_redact.screen import Rect

MOST_REMEMBERED = 5_000
"""Pieces that a session remembers: a few kilobytes each."""

Key = TypeVar("Key", bound=Hashable)
Held = TypeVar("Held")


def keyed_digest(key: bytes, pixels: Pixels) -> bytes:
    """16 bytes that are equal for equal pixels of equal shape."""
    state = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=16, key=key)
    state.update(np.ascontiguousarray(pixels).data)
    return state.digest()


class Recent(Generic[Key, Held]):
    """A mapping of bounded size: the least recently used go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Key, Held] = OrderedDict()

    def __len__(self) -> int:
        """Number of things held."""
        return len(self._held)

    def get(self, key: Key) -> Held | None:
        """What is held, or nothing where it never was or is forgotten."""
        held = self._held.get(key)
        if held is not None:
            self._held.move_to_end(key)
        return held

    def put(self, key: Key, held: Held) -> None:
        """Hold it."""
        self._held[key] = held
        while len(self._held) > self._most:
            self._held.popitem(last=False)


class PartMemory(Generic[Held]):
    """What was found in parts of frames.

    Args:
        most: Parts that are remembered.
    """

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._key = os.urandom(32)
        self._found: Recent[bytes, tuple[Held]] = Recent(most)

    def get(self, part: Pixels, look: Callable[[Pixels], Held]) -> Held:
        """What ``look`` makes of a part of any shape, or made of one with the same shape and pixels."""
        digest = keyed_digest(self._key, part)
        found = self._found.get(digest)
        if found is None:
            found = (look(part),)
            self._found.put(digest, found)
        return found[0]


Words = tuple[Placed, ...]
"""What an engine read in a piece."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was read in a piece, in its own pixels.

    Attributes:
        readings: Words by engine.
        unread: Parts that look like text and that no confident word explains.
    """

    readings: tuple[Words, ...] = field(repr=False)
    unread: tuple[Rect, ...]


class Memory:
    """What was read in pieces, by a keyed digest of their pixels; the key dies with the process.

    Sessions that share one read a piece once with an engine, whichever of them meets it first.

    Attributes:
        words: Of a piece, by engine.
        pieces: What a session made of the words of all its engines.
    """

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._key = os.urandom(32)
        self.words: Recent[tuple[bytes, OcrEngine], Words] = Recent(most)
        self.pieces: Recent[tuple[bytes, tuple[OcrEngine, ...]], Piece] = Recent(most)

    def digest(self, pixels: Pixels) -> bytes:
        """16 bytes that are equal for equal pixels of equal shape."""
        return keyed_digest(self._key, pixels)
