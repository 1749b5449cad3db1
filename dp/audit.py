"""Measures sensitivity: how far a query's vectors really move when one person comes or goes, against what it declares.

Record and replay (after arXiv 2602.17454): random pairs of neighbouring data sets (`dp.neighbours`), one with all rows
of a person and one without any, go through the query as it is. No noise is drawn, so nothing hides a wrong bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pyarrow as pa

from dp.bounding import Bounding, bounded_lanes
from dp.contract import Part, Query, Vector
from dp.neighbours import neighbours
from recording.errors import BoundaryError

PAIRS = 1_000
"""Pairs of a full audit."""

# Every eighth pair is also tried in another order; every fortieth again by itself, as a release does it.
_EVERY, _ALONE = 8, 40

# Pairs that are bounded in one pass.
_TOGETHER = 40

_Data = Sequence[pa.Table]
_Outcome = Mapping[str, Vector] | str
"""Vectors by part, or the name of an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAudit:
    """The worst that was measured for one part, each as a share of what is declared: 1 is exactly as declared.

    Attributes:
        part: Name of the part.
        l0: Keys that changed.
        linf: Largest change under a key.
        l1: Sum of changes.
        l2_squared: Sum of squared changes.
    """

    part: str
    l0: Fraction = Fraction(0)
    linf: Fraction = Fraction(0)
    l1: Fraction = Fraction(0)
    l2_squared: Fraction = Fraction(0)

    @property
    def worst(self) -> Fraction:
        """The largest of the four."""
        return max(self.l0, self.linf, self.l1, self.l2_squared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit of one query found.

    Attributes:
        query: Its name.
        pairs: How many pairs were tried.
        parts: The worst for each part.
        divergences: Number of the pair and what told the two data sets apart besides values: ``raised``, ``keys``,
            ``parts``, ``type``, or ``order`` where the same rows in another order gave another vector.
    """

    query: str
    pairs: int
    parts: tuple[PartAudit, ...]
    divergences: tuple[tuple[int, str], ...]

    @property
    def worst(self) -> Fraction:
        """The largest measured share of what is declared."""
        return max((part.worst for part in self.parts), default=Fraction(0))

    @property
    def holds(self) -> bool:
        """Whether nothing moved more than declared and nothing else told neighbours apart."""
        return self.worst <= 1 and not self.divergences


def audit(query: Query, *, pairs: int = PAIRS, first: int = 0) -> Audit:
    """Try ``pairs`` random neighbours; the number of a pair makes its data, so that a finding can be looked at again.

    Queries that say how they bound (``bounding()``) are tried many at once, by the statements that a release runs
    (`dp.bounding.bounded_lanes`). Some pairs are also bounded by themselves; where that gives something else, it
    counts as a divergence.

    Args:
        query: The query as a policy declares it.
        pairs: How many.
        first: Number of the first.
    """
    parts = query.parts()
    worst = {part.name: PartAudit(part=part.name) for part in parts}
    divergences: list[tuple[int, str]] = []
    for number, here, there, others in _tried(query, range(first, first + pairs)):
        if isinstance(here, str) or isinstance(there, str):
            # An error is a signal even where both data sets give it: data must not be able to stop a release.
            divergences.append((number, "raised"))
            continue
        divergences += [(number, what) for what in _differences(parts, here, there)]
        divergences += [(number, "order") for other in others if isinstance(other, str) or not _equal(here, other)][:1]
        for part in parts:
            if part.name in here and part.name in there:
                worst[part.name] = _larger(worst[part.name], part, _moves(here[part.name], there[part.name]))
    return Audit(query=query.id, pairs=pairs, parts=tuple(worst.values()), divergences=tuple(divergences))


def _tried(query: Query, numbers: range) -> Iterator[tuple[int, _Outcome, _Outcome, list[_Outcome]]]:
    """Of each pair: its number, what came of both data sets, and of the first one done in other ways."""
    for start in numbers[::_TOGETHER]:
        some = numbers[start - numbers.start :][:_TOGETHER]
        pairs = {number: neighbours(query, number) for number in some}
        reversed_ones = {number: _reversed(pairs[number][0]) for number in some if number % _EVERY == 0}
        found = iter(_outcomes(query, [data for pair in pairs.values() for data in pair] + [*reversed_ones.values()]))
        both = {number: (next(found), next(found)) for number in some}
        others: dict[int, list[_Outcome]] = {number: [next(found)] for number in reversed_ones}
        for number in some:
            if number % _ALONE == 0:
                # Rows as they are, on another number of threads.
                others[number].append(_outcome(query, pairs[number][0], threads=3))
            yield number, *both[number], others.get(number, [])


def _reversed(pieces: _Data) -> _Data:
    return [piece.take(pa.array(np.arange(piece.num_rows)[::-1])) for piece in reversed(pieces)]


def _outcomes(query: Query, data: Sequence[_Data]) -> list[_Outcome]:
    bounding = getattr(query, "bounding", None)
    if bounding is None:
        return [_outcome(query, pieces) for pieces in data]
    how: Bounding = bounding()
    lanes: list[list[pa.Table] | str] = [_partials(query, pieces) for pieces in data]
    try:
        found = iter(bounded_lanes([lane for lane in lanes if not isinstance(lane, str)], how))
    except Exception:  # noqa: BLE001  one of them raises: by itself it tells which
        return [_outcome(query, pieces) for pieces in data]
    return [lane if isinstance(lane, str) else next(found) for lane in lanes]


def _partials(query: Query, pieces: _Data) -> list[pa.Table] | str:
    try:
        return [query.partial(piece, None) for piece in pieces]
    except BoundaryError as error:
        return error.code
    except Exception as error:  # noqa: BLE001  whatever a query raises on data is what is looked for
        return type(error).__name__


def _outcome(query: Query, pieces: _Data, *, threads: int = 1) -> _Outcome:
    found = _partials(query, pieces)
    if isinstance(found, str):
        return found
    try:
        return query.vectors(found, threads=threads)
    except BoundaryError as error:
        return error.code
    except Exception as error:  # noqa: BLE001  as above
        return type(error).__name__


def _differences(parts: Sequence[Part], here: Mapping[str, Vector], there: Mapping[str, Vector]) -> list[str]:
    out = []
    for part in parts:
        if part.name not in here or part.name not in there:
            out.append("parts")
            continue
        for keys, values in (here[part.name], there[part.name]):
            if part.keys is not None and keys != part.keys:
                out.append("keys")
            if not isinstance(values, np.ndarray) or values.dtype != np.int64 or len(values) != len(keys):
                out.append("type")
            if list(keys) != sorted(set(keys)):
                out.append("order")
    return sorted(set(out))


def _equal(one: Mapping[str, Vector], other: Mapping[str, Vector]) -> bool:
    return one.keys() == other.keys() and all(
        one[name][0] == other[name][0] and np.array_equal(one[name][1], other[name][1]) for name in one
    )


def _moves(here: Vector, there: Vector) -> list[Fraction]:
    """By how much each key moved, without those that did not."""
    if here[0] == there[0] and all(np.asarray(values).dtype == np.int64 for _, values in (here, there)):
        # Exact as objects; a map has thousands of cells, and a person moves few.
        rows = np.flatnonzero(here[1] != there[1])
        return [Fraction(abs(move)) for move in (here[1][rows].astype(object) - there[1][rows].astype(object))]
    # Fractions hold floats exactly, should a faulty query give any; what is no number moves by more than any bound.
    one, other = (dict(zip(vector[0], np.asarray(vector[1]).tolist(), strict=True)) for vector in (here, there))
    moves = (one.get(key, 0) - other.get(key, 0) for key in one.keys() | other.keys())
    return [abs(Fraction(move)) if np.isfinite(move) else Fraction(2**80) for move in moves if move != 0]


def _larger(worst: PartAudit, part: Part, moves: Sequence[Fraction]) -> PartAudit:
    total = Fraction(part.groups * part.per_group)
    return PartAudit(
        part=worst.part,
        l0=max(worst.l0, Fraction(len(moves), part.groups)),
        linf=max(worst.linf, max(moves, default=Fraction(0)) / part.per_group),
        l1=max(worst.l1, sum(moves, Fraction(0)) / total),
        l2_squared=max(worst.l2_squared, sum((move * move for move in moves), Fraction(0)) / (total * part.per_group)),
    )
