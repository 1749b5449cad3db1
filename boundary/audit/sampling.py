"""Which recordings of a batch are looked at: a stated, seeded, stratified sample by format and application."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from boundary.opening import open_under
from policies import Policy
from recording.errors import BoundaryError, InputError

UNREADABLE, NOWHERE = "(not readable)", "(not said)"
"""Strata of recordings that cannot be opened, and application of those that name none."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Recordings of one format with one main application.

    Attributes:
        format: Name of the format.
        app: The application with the most events.
        size: Recordings in the batch.
        drawn: Recordings in the sample.
    """

    format: str
    app: str = field(repr=False)
    size: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn.

    Attributes:
        paths: The recordings, in the order of the batch.
        numbers: The number of each in the batch, from 1.
        strata: How many there are and were drawn.
        seed: Of the draw.
        total: Recordings in the batch.
    """

    paths: tuple[Path, ...] = field(repr=False)
    numbers: tuple[int, ...]
    strata: tuple[Stratum, ...]
    seed: int
    total: int

    @property
    def scheme(self) -> str:
        """The scheme in words, for reports."""
        if len(self.paths) == self.total:
            whole = "The one recording" if self.total == 1 else f"All {self.total} recordings"
            return f"{whole} of the batch: a census, nothing was drawn."
        return (
            f"{len(self.paths)} of {self.total} recordings, stratified by format and main application: one of each "
            "stratum first, the rest in proportion to its size (largest remainders); within a stratum every recording "
            f"had the same chance (order of SHA-256 of the seed {self.seed} and the number in the batch)."
        )


def draw_sample(paths: Sequence[Path], count: int | None, *, seed: int, policy: Policy) -> Sample:
    """Draw ``count`` recordings of a batch, all of them where it is ``None`` or not less than there are.

    Raises:
        InputError: ``count`` is not positive, or smaller than the number of strata.
    """
    if count is not None and count < 1:
        raise InputError("a sample has at least one recording", code="sample-size", hint="choose a larger --sample")
    strata: dict[tuple[str, str], list[int]] = {}
    for number, path in enumerate(paths):
        strata.setdefault(stratum_of(path, policy), []).append(number)
    whole = count is None or count >= len(paths)
    if not whole and count is not None and count < len(strata):
        raise InputError(
            f"the batch has {len(strata)} strata, and each needs one recording",
            code="sample-size",
            hint=f"choose --sample {len(strata)} or more",
        )
    sizes = {key: len(numbers) for key, numbers in strata.items()}
    drawn = sizes if whole or count is None else allocate(sizes, count)
    chosen = sorted(
        number
        for key, numbers in strata.items()
        for number in sorted(numbers, key=partial(_ticket, seed))[: drawn[key]]
    )
    return Sample(
        tuple(paths[number] for number in chosen),
        tuple(number + 1 for number in chosen),
        tuple(Stratum(*key, sizes[key], drawn[key]) for key in sorted(strata)),
        seed,
        len(paths),
    )


def allocate(sizes: Mapping[tuple[str, str], int], count: int) -> dict[tuple[str, str], int]:
    """How many of each stratum: one each, the rest in proportion to what is left, by largest remainders."""
    given = dict.fromkeys(sizes, 1)
    rest, pool = count - len(sizes), sum(sizes.values()) - len(sizes)
    exact = {key: rest * (size - 1) / pool if pool else 0.0 for key, size in sizes.items()}
    for key, share in exact.items():
        given[key] += int(share)
    remainders = [(int(exact[key]) - exact[key], key) for key in sizes]
    for _, key in sorted(remainders)[: count - sum(given.values())]:
        given[key] += 1
    return given


def stratum_of(path: Path, policy: Policy) -> tuple[str, str]:
    """Format and main application of a recording."""
    try:
        recording = open_under(path, policy)
    except BoundaryError:
        return UNREADABLE, NOWHERE
    apps = Counter(app for app in recording.events["app"].to_pylist() if app)
    return recording.format, max(apps, key=apps.__getitem__) if apps else NOWHERE


def _ticket(seed: int, number: int) -> bytes:
    return hashlib.sha256(f"{seed} {number}".encode()).digest()
