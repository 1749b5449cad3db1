"""Places in a file of the source, and where they are in what it became, and in the part of that which is verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from recording.edit import Patch
from recording.timeline import Bools, Ints


@dataclass(frozen=True, slots=True)
class Places:
    """Offsets of one file, before and after its patches.

    Attributes:
        starts: First byte of each patch in the source, in order; int64, shape ``(patches,)``.
        ends: One past its last byte.
        grown: By how many bytes the file has grown before each patch, and at its end; shape ``(patches + 1,)``.
    """

    starts: Ints = field(repr=False)
    ends: Ints = field(repr=False)
    grown: Ints = field(repr=False)

    @classmethod
    def of(cls, patches: Sequence[Patch]) -> Places:
        """The places of a file with patches in effect, in their order."""
        grown = [len(patch.data) - (patch.end - patch.start) for patch in patches]
        return cls(
            np.array([patch.start for patch in patches], np.int64),
            np.array([patch.end for patch in patches], np.int64),
            np.concatenate([[0], np.cumsum(grown, dtype=np.int64)]).astype(np.int64),
        )

    def after(self, at: Ints) -> Ints:
        """Where offsets of the source, each at the beginning of a line or the end of one, are in the result.

        What was put in there lies before it. Patches lie within a line, so none begins before a line's end and ends
        behind it.
        """
        return at + self.grown[np.searchsorted(self.ends, at, side="right")]

    def before(self, at: int) -> int | None:
        """Where an offset of the result is in the source; ``None`` in what a patch put there."""
        number = int(np.searchsorted(self.ends + self.grown[1:], at, side="right"))
        if number < len(self.starts) and at >= self.starts[number] + self.grown[number]:
            return None
        return int(at - self.grown[number])

    def touched(self, starts: Ints, ends: Ints) -> Bools:
        """Whether some patch changes something in bytes ``starts..ends`` of the source."""
        number = np.searchsorted(self.ends, starts, side="right")
        begin = np.append(self.starts, np.iinfo(np.int64).max)
        return np.asarray(begin[number] < ends)


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of a file, put together.

    Attributes:
        starts: First byte of each piece in the file; int64, shape ``(pieces,)``.
        ends: One past its last byte.
    """

    starts: Ints = field(repr=False)
    ends: Ints = field(repr=False)

    @classmethod
    def between(cls, first: int, last: int, without: tuple[Ints, Ints]) -> Part:
        """Bytes ``first..last`` without others, which are in order and do not overlap."""
        starts = np.concatenate([[first], without[1]]).astype(np.int64)
        ends = np.concatenate([without[0], [last]]).astype(np.int64)
        kept = starts < ends
        return cls(starts[kept], ends[kept])

    def read(self, data: bytes) -> bytes:
        """The part of the file's bytes."""
        return b"".join(data[start:end] for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    def inside(self, at: Ints) -> Ints:
        """Where offsets of the file are in the part; -1 for those that are not in it."""
        if not len(self.starts):
            return np.full(len(at), -1, np.int64)
        sizes = np.concatenate([[0], np.cumsum(self.ends - self.starts)])
        number = np.searchsorted(self.starts, at, side="right") - 1
        found = (number >= 0) & (at < self.ends[number])
        return np.where(found, sizes[number] + at - self.starts[number], -1)

    def outside(self, at: int) -> int | None:
        """Where an offset of the part is in the file; ``None`` behind its end."""
        sizes = np.cumsum(self.ends - self.starts)
        number = int(np.searchsorted(sizes, at, side="right"))
        return None if number == len(sizes) else int(self.ends[number] - (sizes[number] - at))
