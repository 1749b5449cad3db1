"""Random pairs of neighbouring data sets, hostile on purpose: what `dp.audit` tries a query with.

NaN, infinities, negatives, values beyond 64 bits, keys nobody else has, thousands of rows, several devices, an id in
several spellings. This module draws data, not noise, hence the only numbers of chance under ``dp``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa

from dp.contract import Column, Query

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


def neighbours(query: Query, number: int) -> tuple[list[pa.Table], list[pa.Table]]:
    """Two data sets that differ in all rows of one person, each in pieces with a column ``person``.

    Args:
        query: Whose columns the rows have; with ``unit_of_privacy: person_day`` they differ in one day of the person.
        number: Of the pair; the same number gives the same data.
    """
    chance = Random(number)  # noqa: S311  data to try a query with, not noise
    whole_numbers = chance.random() < 0.5
    mine = chance.choice((1, 1, 2, 5, 30, 400, 3_000))
    others = [f"p{index}" for index in range(chance.choice((0, 1, 2, 8, 30)))]
    people = chance.choices(_SPELLINGS, k=mine)
    people += [person for person in others for _ in range(chance.choice((1, 3, 20)))]
    chance.shuffle(people)
    one = np.array([person.strip().casefold() == ONE.casefold() for person in people])
    columns = {column.name: _values(column, one, chance, whole_numbers=whole_numbers) for column in query.columns()}
    days = chance.choices([f"2026-01-{day:02d}" for day in range(1, 4)], k=len(people))
    table = pa.table({"person": pa.array(people), "day": pa.array(days), **columns})
    gone = one
    if getattr(query, "unit_of_privacy", "person") == "person_day":
        # The weaker unit: a neighbour lacks one day of the person.
        gone = one & (np.array(days) == days[0])
    cuts = sorted(chance.randint(0, table.num_rows) for _ in range(chance.choice((0, 1, 2))))
    pieces = [(start, end - start) for start, end in pairwise([0, *cuts, table.num_rows])]
    there = [table.slice(*piece).filter(pa.array(~gone[piece[0] : sum(piece)])) for piece in pieces]
    return [table.slice(*piece) for piece in pieces], there


def _values(column: Column, one: np.ndarray, chance: Random, *, whole_numbers: bool) -> pa.Array:
    """Values of a column: narrow ones pile up under one key, wide ones spread; the one's and the others' may differ."""
    wide, kind = _pool(column, chance, whole_numbers=whole_numbers)
    pools = [wide, wide]
    for index in range(2):
        if chance.random() < 0.5:
            # Half of the narrow ones hold what the query has an opinion about, so that they count.
            near = list(column.samples) if chance.random() < 0.5 and column.samples else wide
            pools[index] = chance.choices(near if kind == pa.string() else wide, k=chance.randint(1, 3))
    drawn = [chance.choices(pool, k=len(one)) for pool in pools]
    return pa.array([drawn[mine][row] for row, mine in enumerate(one.tolist())], kind)


def _pool(column: Column, chance: Random, *, whole_numbers: bool) -> tuple[Sequence[Any], pa.DataType]:
    if column.kind == "text":
        # Public keys weigh as much as the rest, so that people have several of them.
        known = list(column.samples) * (200 // max(1, len(column.samples)))
        return [*known, *_TEXTS, *(f"own {index}" for index in range(200))], pa.string()
    ends = [sample for sample in column.samples if not isinstance(sample, str)]
    top = max(1, int(max(ends, default=100)))
    if whole_numbers:
        return [*_WHOLE, *(int(end) for end in ends), *(chance.randint(0, top) for _ in range(8))], pa.int64()
    return [*_NUMBERS, *(float(end) for end in ends), *(chance.uniform(0, top) for _ in range(8))], pa.float64()
