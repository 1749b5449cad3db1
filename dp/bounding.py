"""Bounds what one person adds to a statistic, in DuckDB, in integers, from that person's own rows alone.

Sums of integers do not depend on their order, so neither does anything here: pieces, rows and threads may come as they
like (floats do not have this, arXiv 2207.10635). Sums are 128 bits wide and saturate at `CAP`.

Lanes are data sets that are bounded in one pass and do not see each other: the same statements, with the lane written
before each person. `dp.audit` bounds thousands of small ones so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dp.contract import PARTIALS, Part, Vector
from dp.engine import CAP, open_engine, run
from recording.errors import InputError

if TYPE_CHECKING:
    import duckdb

_COMPACT_ROWS = 500_000
_LANE_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounding:
    """How a query bounds a person.

    Attributes:
        query: Name of the query, which the digest of ties is made with.
        parts: The vectors to make.
        inner: Parts that partial aggregates may hold, with the keys that they may have (``None``: any); by default
            ``parts`` and theirs.
        sql: How one person's merged sums become contributions: a query over ``merged(person, part, key, value HUGEINT >
            0)`` that gives ``person, part, key, value, weight``, reading one person's rows for that person's result and
            nothing else.
        digest_ties: Equal weights are ordered by a digest of query, person and key, where keys are not public; by the
            code points of the key otherwise.
    """

    query: str
    parts: tuple[Part, ...]
    inner: Mapping[str, frozenset[str] | None] | None = None
    sql: str = "SELECT person, part, key, value, value AS weight FROM merged"
    digest_ties: bool = False

    @property
    def allowed(self) -> Mapping[str, frozenset[str] | None]:
        """``inner``, or its default."""
        if self.inner is not None:
            return self.inner
        return {part.name: None if part.keys is None else frozenset(part.keys) for part in self.parts}


def bounded(partials: Iterable[pa.Table], bounding: Bounding, *, threads: int | None = None) -> dict[str, Vector]:
    """Merge partial aggregates, bound every person, and add up.

    Each person keeps, in each part, the ``groups`` keys of largest weight, each cut to ``per_group``. Memory grows with
    the pairs of person and key that occur, and ends at `dp.engine.MEMORY_MB`.

    Args:
        partials: Tables with the schema `PARTIALS`, in any order; each may repeat persons of another.
        bounding: What is bounded, and how.
        threads: Of DuckDB; all cores by default.

    Raises:
        InputError: ``dp-tally``: a partial has another schema, a part, key or value that the query does not allow;
            ``dp-person``: an empty person; ``dp-overflow``: a sum beyond 64 bits; ``dp-memory``.
    """
    checked = (check(partial, bounding.allowed) for partial in partials)
    found = _merged(checked, _selection(bounding, lane="0", person="c.person"), threads)
    return _added(found, bounding.parts)


def bounded_lanes(
    lanes: Sequence[Sequence[pa.Table]], bounding: Bounding, *, threads: int | None = None
) -> list[dict[str, Vector]]:
    """`bounded` for each of many small data sets, in one pass.

    Args:
        lanes: The partial aggregates of each data set.
        bounding: As in `bounded`.
        threads: As in `bounded`.

    Raises:
        InputError: As `bounded` does, for any lane.
    """
    tables = [
        partial.set_column(0, PARTIALS.field("person"), _in_lane(number, partial.column("person")))
        for number, lane in enumerate(lanes)
        for partial in (check(one, bounding.allowed) for one in lane)
    ]
    person = f"substr(c.person, {_LANE_DIGITS + 1})"
    statement = _selection(bounding, lane=f"left(c.person, {_LANE_DIGITS})::BIGINT", person=person)
    found = _merged([pa.concat_tables(tables)] if tables else [], statement, threads)
    # Sorted by lane, so that each is a slice.
    starts = np.searchsorted(found.column("lane").to_numpy(), np.arange(len(lanes) + 1))
    return [_added(found.slice(starts[n], starts[n + 1] - starts[n]), bounding.parts) for n in range(len(lanes))]


def _in_lane(number: int, people: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(pa.scalar(f"{number:0{_LANE_DIGITS}d}"), people, "")


def _merged(partials: Iterable[pa.Table], statement: str, threads: int | None) -> pa.Table:
    with open_engine(threads) as engine:
        _load(engine, partials)
        return run(engine, statement)


def merged(partials: Iterable[pa.Table], *, threads: int | None = None) -> pa.Table:
    """Partial aggregates of one query as one: what `bounded` makes of it is what it makes of them.

    Args:
        partials: As `Query.partial` makes them here; those from elsewhere are checked by `bounded`.
        threads: Of DuckDB; all cores by default.
    """
    with open_engine(threads) as engine:
        _load(engine, partials)
        _compact(engine)
        return run(engine, "SELECT person, part, key, value::BIGINT AS value FROM partial").cast(PARTIALS)


def _load(engine: duckdb.DuckDBPyConnection, partials: Iterable[pa.Table]) -> None:
    engine.execute("CREATE TABLE partial (person VARCHAR, part VARCHAR, key VARCHAR, value HUGEINT)")
    rows = limit = 0
    for partial in partials:
        engine.register("piece", partial)
        run(engine, "INSERT INTO partial SELECT person, part, key, value FROM piece")
        engine.unregister("piece")
        rows += partial.num_rows
        if rows > max(_COMPACT_ROWS, limit):
            rows = _compact(engine)
            limit = 2 * rows


def _compact(engine: duckdb.DuckDBPyConnection) -> int:
    summed = f"least(sum(value), {CAP}) AS value"
    # The only figure in it is ours.
    run(engine, f"CREATE TABLE merged AS SELECT person, part, key, {summed} FROM partial GROUP BY ALL")  # noqa: S608
    engine.execute("DROP TABLE partial")
    engine.execute("ALTER TABLE merged RENAME TO partial")
    return int(engine.sql("SELECT count(*) FROM partial").fetchall()[0][0])


def _selection(bounding: Bounding, *, lane: str, person: str) -> str:
    # The name of a query is a slug and that of a part is ours, so they need no quoting.
    limits = ", ".join(f"('{part.name}', {part.groups}::BIGINT, {part.per_group}::BIGINT)" for part in bounding.parts)
    digest = f"md5(concat('{bounding.query}', chr(31), {person}, chr(31), c.key)), c.key"
    return f"""
    WITH limits(part, groups, per_group) AS (VALUES {limits}),
    merged AS MATERIALIZED (
      SELECT person, part, key, least(sum(value), {CAP}) AS value FROM partial WHERE value > 0
      GROUP BY person, part, key),
    contribution AS ({bounding.sql}),
    ranked AS (
      SELECT {lane} AS lane, c.part, c.key, least(c.value, l.per_group) AS value, l.groups, row_number() OVER (
        PARTITION BY c.person, c.part ORDER BY c.weight DESC, {digest if bounding.digest_ties else "c.key"}) AS place
      FROM contribution c JOIN limits l ON c.part = l.part WHERE c.value > 0)
    SELECT lane, part, key, sum(value)::HUGEINT AS value FROM ranked WHERE place <= groups
    GROUP BY lane, part, key ORDER BY lane
    """  # noqa: S608  no data in it


def _added(found: pa.Table, parts: Sequence[Part]) -> dict[str, Vector]:
    totals: dict[str, dict[str, int]] = {part.name: {} for part in parts}
    names, keys, values = (found.column(name).to_pylist() for name in ("part", "key", "value"))
    for name, key, value in zip(names, keys, values, strict=True):
        totals[name][key] = int(value)
    out: dict[str, Vector] = {}
    for part in parts:
        sums_of = totals[part.name]
        ordered = tuple(sorted(sums_of)) if part.keys is None else part.keys
        if not sums_of.keys() <= set(ordered):
            raise InputError("a tally has a key that the query does not allow", code="dp-tally")
        if any(value > CAP for value in sums_of.values()):
            raise InputError("a sum does not fit into 64 bits", code="dp-overflow", hint="lower max_per_group")
        out[part.name] = (ordered, np.array([sums_of.get(key, 0) for key in ordered], dtype=np.int64))
    return out


def check(partial: pa.Table, inner: Mapping[str, frozenset[str] | None]) -> pa.Table:
    """``partial`` as it is, unless the query cannot have made it. Workers and files are not trusted to be ours.

    Raises:
        InputError: ``dp-tally`` or ``dp-person``.
    """
    wrong = InputError("a tally has a key or a count that the query does not allow", code="dp-tally")
    if not isinstance(partial, pa.Table) or partial.schema.names != PARTIALS.names:
        raise wrong
    if partial.schema.types != PARTIALS.types or any(column.null_count for column in partial.columns):
        raise wrong
    if not partial.num_rows:
        return partial
    try:
        partial.validate(full=True)
    except pa.ArrowInvalid:
        raise wrong from None
    if pc.any(pc.equal(partial.column("person"), "")).as_py():
        raise InputError("a tally does not name its person", code="dp-person", hint="set 'person' in the policy")
    spread = pc.min_max(partial.column("value")).as_py()
    parts = set(pc.unique(partial.column("part")).to_pylist())
    if spread["min"] < 0 or spread["max"] > CAP or not parts <= inner.keys():
        raise wrong
    for part in parts:
        allowed = inner[part]
        if allowed is not None:
            chosen = partial.filter(pc.equal(partial.column("part"), part)).column("key")
            if not set(pc.unique(chosen).to_pylist()) <= allowed:
                raise wrong
    return partial
