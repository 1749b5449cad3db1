"""What was computed lately, bounded in size."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Memory(Generic[T]):
    """Answers by key; the least recently used go first when the sum of their sizes passes ``limit``.

    Several threads may use one.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._held: OrderedDict[bytes, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> T | None:
        """The answer for ``key``, or ``None`` where it is not held."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(self, key: bytes, value: T, size: int) -> None:
        """Hold ``value``, ``size`` in the unit of the limit."""
        with self._lock:
            if key in self._held:
                self._size -= self._held.pop(key)[1]
            self._held[key] = (value, size)
            self._size += size
            while self._size > self._limit:
                _, (_, gone) = self._held.popitem(last=False)
                self._size -= gone

    def __len__(self) -> int:
        """How many answers are held."""
        return len(self._held)
