"""Bytes at many places of a file at once, eight at a time: compared with literals, and read as decimal digits.

Eight ASCII digits become a number in three multiplications (D. Lemire, "Quickly parsing eight digits", 2018).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_Word = npt.NDArray[np.uint64]

_ZEROS = np.uint64(0x3030303030303030)
_OVER_9 = np.uint64(0x7676767676767676)
_HIGH = np.uint64(0x8080808080808080)
_ONE, _THREE, _SEVEN, _SIXTY_FOUR = np.uint64(1), np.uint64(3), np.uint64(7), np.uint64(64)
_EIGHT, _SIXTEEN, _THIRTY_TWO, _TEN = np.uint64(8), np.uint64(16), np.uint64(32), np.uint64(10)
_PAIRS, _MILLION, _UNITS = np.uint64(0x000000FF000000FF), np.uint64(0x000F424000000064), np.uint64(0x0000271000000001)


@dataclass(frozen=True, slots=True)
class Words:
    """A file as 64-bit words that begin at every byte.

    Attributes:
        byte: uint8, shape ``(size,)``.
        words: uint64, little-endian, shape ``(size - 7,)``; empty for a shorter file.
    """

    byte: npt.NDArray[np.uint8] = field(repr=False)
    words: npt.NDArray[np.uint64] = field(repr=False)

    def holds(self, at: Places, literal: bytes) -> Bools:
        """At which of the places the literal stands; all of them are eight bytes and more before the end."""
        if len(literal) < 8:
            low = np.uint64((1 << 8 * len(literal)) - 1)
            return np.asarray(self.words[at] & low == np.uint64(int.from_bytes(literal, "little")))
        found = np.ones(len(at), np.bool_)
        for start in (*range(0, len(literal) - 8, 8), len(literal) - 8):
            found &= self.words[at + start] == np.uint64(int.from_bytes(literal[start : start + 8], "little"))
        return found

    def digits(self, at: Places) -> tuple[Places, Places]:
        """How many of the eight bytes from each place on are digits before any other, and their value, of 8 digits.

        Where there are fewer than eight, zeros follow: ``12,`` is 12000000.
        """
        word = self.words[at] ^ _ZEROS
        other = ((word + _OVER_9) | word) & _HIGH
        lowest = other & (~other + _ONE)
        kept = (lowest >> _SEVEN) - _ONE  # of no other byte: all ones
        word &= kept
        word = word * _TEN + (word >> _EIGHT)
        value = ((word & _PAIRS) * _MILLION + ((word >> _SIXTEEN) & _PAIRS) * _UNITS) >> _THIRTY_TWO
        return (np.bitwise_count(kept) >> 3).astype(np.int64), value.astype(np.int64)

    def digits_before(self, at: Places) -> Places:
        """How many bytes right before each place are digits, 0 to 16."""
        count: Places = self._trailing(at)
        full = count == 8
        if full.any():
            count[full] += self._trailing(at[full] - 8)
        return count

    def _trailing(self, at: Places) -> Places:
        word = self.words[at - 8].byteswap() ^ _ZEROS
        other = ((word + _OVER_9) | word) & _HIGH
        kept = ((other & (~other + _ONE)) >> _SEVEN) - _ONE
        return np.asarray(np.bitwise_count(kept) >> 3).astype(np.int64)


def words_of(data: bytes) -> Words:
    """View a file; nothing is copied."""
    count = max(0, len(data) - 7)
    words = np.ndarray((count,), np.dtype("<u8"), data if count else b"", 0, (1,)) if count else np.zeros(0, np.uint64)
    return Words(np.frombuffer(data, np.uint8), words)


POWERS = np.array([10**power for power in range(9)], np.int64)
"""``POWERS[8 - count]`` scales the value of `Words.digits` down to that of its own digits."""
