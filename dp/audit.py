"""Measures sensitivity: how far a query's vectors really move when one person comes or goes, against what it declares.

Record and replay (after arXiv 2602.17454): random pairs of neighbouring data sets, one with all rows of a person and
one without any, go through the query as it is. Data are hostile on purpose: NaN, infinities, negatives, values beyond
64 bits, keys nobody else has, thousands of rows, several devices, an id in several spellings. No noise is drawn, so
nothing hides a wrong bound. This module draws data, not noise, hence the only numbers of chance under ``dp``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa

from dp.contract import Column, Part, Query, Vector
from recording.errors import BoundaryError

PAIRS = 1_000
"""Pairs of a full audit."""

# Every eighth pair is also tried in another order.
_EVERY = 8

ONE = "The.One"
_SPELLINGS = (ONE, "the.one", " THE.ONE ")
_NUMBERS = (
    0,
    0.25,
    1,
    -1,
    1e-300,
    2.0**63,
    -(2.0**63),
    2.0**64,
    1e308,
    float("nan"),
    float("inf"),
    -float("inf"),
    None,
)
_WHOLE = (0, 1, -1, 3, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), None)
_TEXTS = (
    "Nobody else has this",
    "",
    "other",
    "a\x00b",
    "\N{RIGHT-TO-LEFT OVERRIDE}x",
    "\u00e9",
    "e\u0301",
    "k" * 400,
    None,
)


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

    Args:
        query: The query as a policy declares it.
        pairs: How many.
        first: Number of the first.
    """
    worst = {part.name: PartAudit(part=part.name) for part in query.parts()}
    divergences: list[tuple[int, str]] = []
    for number in range(first, first + pairs):
        with_one, without = neighbours(query, number)
        here, there = _outcome(query, with_one), _outcome(query, without)
        # Reversed rows and pieces on another number of threads: the order must not be seen.
        again = here
        if number % _EVERY == 0:
            again = _outcome(query, [piece.take(_reversed(piece)) for piece in reversed(with_one)], threads=3)
        if isinstance(here, str) or isinstance(there, str):
            # An error is a signal even where both data sets give it: data must not be able to stop a release.
            divergences.append((number, "raised"))
            continue
        divergences += [(number, what) for what in _differences(query, here, there)]
        if isinstance(again, str) or not _equal(here, again):
            divergences.append((number, "order"))
        for part in query.parts():
            if part.name in here and part.name in there:
                worst[part.name] = _larger(worst[part.name], part, _moves(here[part.name], there[part.name]))
    return Audit(query=query.id, pairs=pairs, parts=tuple(worst.values()), divergences=tuple(divergences))


def neighbours(query: Query, number: int) -> tuple[list[pa.Table], list[pa.Table]]:
    """Two data sets that differ in all rows of one person, each in pieces with a column ``person``."""
    chance = Random(number)  # noqa: S311  data to try a query with, not noise
    whole_numbers = chance.random() < 0.5
    mine = chance.choice((1, 1, 2, 5, 30, 400, 3_000))
    others = [f"p{index}" for index in range(chance.choice((0, 1, 2, 8, 30)))]
    people: list[str] = [chance.choice(_SPELLINGS) for _ in range(mine)]
    people += [person for person in others for _ in range(chance.choice((1, 3, 20)))]
    chance.shuffle(people)
    columns = {column.name: _values(column, people, chance, whole_numbers=whole_numbers) for column in query.columns()}
    days = pa.array([f"2026-01-{chance.randint(1, 3):02d}" for _ in people])
    table = pa.table({"person": pa.array(people), "day": days, **columns})
    cuts = sorted(chance.randint(0, table.num_rows) for _ in range(chance.choice((0, 1, 2))))
    edges = [0, *cuts, table.num_rows]
    pieces = [table.slice(start, end - start) for start, end in pairwise(edges)]
    if getattr(query, "unit_of_privacy", "person") == "person_day":
        # The weaker unit: a neighbour lacks one day of the person.
        gone = [[_is_one(row["person"]) and row["day"] == days[0].as_py() for row in p.to_pylist()] for p in pieces]
    else:
        gone = [[_is_one(person) for person in p.column("person").to_pylist()] for p in pieces]
    without = [
        p.filter(pa.array([not away for away in flags], pa.bool_())) for p, flags in zip(pieces, gone, strict=True)
    ]
    return pieces, without


def _is_one(person: str) -> bool:
    return person.strip().casefold() == ONE.casefold()


def _values(column: Column, people: Sequence[str], chance: Random, *, whole_numbers: bool) -> pa.Array:
    """Values of a column: narrow ones pile up under one key, wide ones spread; the one's and the others' may differ."""
    wide, kind = _pool(column, chance, whole_numbers=whole_numbers)
    pools = [wide, wide]
    for index in range(2):
        if chance.random() < 0.5:
            # Half of the narrow ones hold what the query has an opinion about, so that they count.
            near = list(column.samples) if chance.random() < 0.5 and column.samples else wide
            pools[index] = [chance.choice(near if kind == pa.string() else wide) for _ in range(chance.randint(1, 3))]
    return pa.array([chance.choice(pools[_is_one(person)]) for person in people], kind)


def _pool(column: Column, chance: Random, *, whole_numbers: bool) -> tuple[list[Any], pa.DataType]:
    if column.kind == "text":
        # Public keys weigh as much as the rest, so that people have several of them.
        known = list(column.samples) * (200 // max(1, len(column.samples)))
        return [*known, *_TEXTS, *(f"own {index}" for index in range(200))], pa.string()
    ends = [sample for sample in column.samples if not isinstance(sample, str)]
    top = max(1, int(max(ends, default=100)))
    if whole_numbers:
        return [*_WHOLE, *(int(end) for end in ends), *(chance.randint(0, top) for _ in range(8))], pa.int64()
    return [*_NUMBERS, *(float(end) for end in ends), *(chance.uniform(0, top) for _ in range(8))], pa.float64()


def _reversed(piece: pa.Table) -> pa.Array:
    return pa.array(np.arange(piece.num_rows)[::-1])


def _outcome(query: Query, pieces: Sequence[pa.Table], *, threads: int = 1) -> Mapping[str, Vector] | str:
    try:
        return query.vectors([query.partial(piece, None) for piece in pieces], threads=threads)
    except BoundaryError as error:
        return error.code
    except Exception as error:  # noqa: BLE001  whatever a query raises on data is what is looked for
        return type(error).__name__


def _differences(query: Query, here: Mapping[str, Vector], there: Mapping[str, Vector]) -> list[str]:
    out = []
    for part in query.parts():
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
    # Fractions hold floats exactly, should a faulty query give any; what is no number moves by more than any bound.
    one, other = (dict(zip(vector[0], np.asarray(vector[1]).tolist(), strict=True)) for vector in (here, there))
    moves = []
    for key in one.keys() | other.keys():
        move = one.get(key, 0) - other.get(key, 0)
        moves.append(abs(Fraction(move)) if np.isfinite(move) else Fraction(2**80))
    return moves


def _larger(worst: PartAudit, part: Part, moves: Sequence[Fraction]) -> PartAudit:
    total = Fraction(part.groups * part.per_group)
    return PartAudit(
        part=worst.part,
        l0=max(worst.l0, Fraction(sum(move > 0 for move in moves), part.groups)),
        linf=max(worst.linf, max(moves, default=Fraction(0)) / part.per_group),
        l1=max(worst.l1, sum(moves, Fraction(0)) / total),
        l2_squared=max(worst.l2_squared, sum((move * move for move in moves), Fraction(0)) / (total * part.per_group)),
    )
