"""Bounds what one person adds to a statistic, in DuckDB, in integers, from that person's own rows alone.

Sums of integers do not depend on their order, so neither does anything here: pieces, rows and threads may come as they
like (floats do not have this, arXiv 2207.10635). Sums are 128 bits wide and saturate at `CAP`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dp.contract import PARTIALS, Ints, Part, Vector
from recording.errors import InputError, MissingExtra

if TYPE_CHECKING:
    import duckdb

CAP = 2**62
"""Where the sum of one person under one key stops growing. Saturating sums of non-negatives are associative."""

MEMORY_MB = 700
"""Most memory that DuckDB takes. Nothing is spilled to disk, where it would outlive the process."""

MAX_THREADS = 64
_COMPACT_ROWS = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one person's merged sums become contributions.

    Attributes:
        sql: A query over ``merged(person, part, key, value HUGEINT > 0)`` that gives ``person, part, key, value,
            weight``, reading one person's rows for that person's result and nothing else.
        digest_ties: Equal weights are ordered by a digest of query, person and key, where keys are not public; by the
            code points of the key otherwise.
    """

    sql: str = "SELECT person, part, key, value, value AS weight FROM merged"
    digest_ties: bool = False


def open_engine(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that reads no file, fetches no extension and spills nothing to disk.

    Raises:
        MissingExtra: DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        hint = "pip install 'boundary-redaction[dp]'"
        raise MissingExtra("DuckDB is not installed", code="missing-extra", hint=hint) from None
    settings: dict[str, Any] = {
        "memory_limit": f"{MEMORY_MB}MB",
        "temp_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": False,
    }
    if threads is not None:
        settings["threads"] = max(1, min(threads, MAX_THREADS))
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def sums(columns: Mapping[str, Ints], *, threads: int | None = None) -> dict[str, Ints]:
    """Group rows by the int64 columns ``person`` and ``key`` and add up every other column, saturating at `CAP`.

    Args:
        columns: Arrays of one length; the summed ones hold no negative.
        threads: Of DuckDB; all cores by default.

    Returns:
        Columns of the same names, one entry for each pair that occurs, in no particular order.
    """
    added = [name for name in columns if name not in {"person", "key"}]
    figures = ", ".join(f"least(sum({name}), {CAP})::BIGINT AS {name}" for name in added)
    with open_engine(threads) as engine:
        engine.register("piece", pa.table({name: pa.array(values) for name, values in columns.items()}))
        # Column names are ours, none is data.
        grouped = f"SELECT person, key, {figures} FROM piece GROUP BY person, key"  # noqa: S608
        found = run(engine, grouped)
    return {name: found.column(name).to_numpy().astype(np.int64) for name in columns}


def run(engine: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    """The result of ``sql``; errors of DuckDB, which quote data, become ones that do not.

    Raises:
        InputError: ``dp-memory`` or ``dp-engine``.
    """
    import duckdb

    try:
        return engine.sql(sql).to_arrow_table()
    except duckdb.OutOfMemoryException:
        hint = "group by fewer keys, or release the data in several scopes"
        raise InputError("bounding needs more memory than it may have", code="dp-memory", hint=hint) from None
    except (duckdb.Error, pa.ArrowException, UnicodeError):
        raise InputError("bounding could not read the partial aggregates", code="dp-engine") from None


def bounded(
    partials: Iterable[pa.Table],
    parts: Sequence[Part],
    *,
    query: str,
    inner: Mapping[str, frozenset[str] | None] | None = None,
    shape: Shape | None = None,
    threads: int | None = None,
) -> dict[str, Vector]:
    """Merge partial aggregates, bound every person, and add up.

    Each person keeps, in each part, the ``groups`` keys of largest weight, each cut to ``per_group``.

    Args:
        partials: Tables with the schema `PARTIALS`, in any order; each may repeat persons of another.
        parts: The vectors to make.
        query: Name of the query, which the digest of ties is made with.
        inner: Parts that partials may hold, with the keys that they may have (``None``: any); by default ``parts``.
        shape: How sums become contributions.
        threads: Of DuckDB; all cores by default.

    Raises:
        InputError: ``dp-tally``: a partial has another schema, a part, key or value that the query does not allow;
            ``dp-person``: an empty person; ``dp-overflow``: a sum beyond 64 bits.
    """
    shape = shape or Shape()
    allowed = _own_keys(parts) if inner is None else inner
    with open_engine(threads) as engine:
        _load(engine, _checked(partials, allowed))
        return _added(run(engine, _selection(shape, query, parts)), parts)


def _own_keys(parts: Sequence[Part]) -> Mapping[str, frozenset[str] | None]:
    return {part.name: None if part.keys is None else frozenset(part.keys) for part in parts}


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


def _checked(partials: Iterable[pa.Table], inner: Mapping[str, frozenset[str] | None]) -> Iterator[pa.Table]:
    for partial in partials:
        check(partial, inner)
        yield partial


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


def _selection(shape: Shape, query: str, parts: Sequence[Part]) -> str:
    # The name of a query is a slug and that of a part is ours, so they need no quoting.
    limits = ", ".join(f"('{part.name}', {part.groups}::BIGINT, {part.per_group}::BIGINT)" for part in parts)
    tie = f"md5(concat('{query}', chr(31), c.person, chr(31), c.key)), c.key" if shape.digest_ties else "c.key"
    return f"""
    WITH limits(part, groups, per_group) AS (VALUES {limits}),
    merged AS MATERIALIZED (
      SELECT person, part, key, least(sum(value), {CAP}) AS value FROM partial WHERE value > 0
      GROUP BY person, part, key),
    contribution AS ({shape.sql}),
    ranked AS (
      SELECT c.part, c.key, least(c.value, l.per_group) AS value, l.groups,
        row_number() OVER (PARTITION BY c.person, c.part ORDER BY c.weight DESC, {tie}) AS place
      FROM contribution c JOIN limits l ON c.part = l.part WHERE c.value > 0)
    SELECT part, key, sum(value)::HUGEINT AS value FROM ranked WHERE place <= groups GROUP BY part, key
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


def check(partial: pa.Table, inner: Mapping[str, frozenset[str] | None]) -> None:
    """Refuse a partial aggregate that the query cannot have made. Workers and files are not trusted to be ours.

    Raises:
        InputError: ``dp-tally`` or ``dp-person``.
    """
    import pyarrow.compute as pc

    wrong = InputError("a tally has a key or a count that the query does not allow", code="dp-tally")
    if not isinstance(partial, pa.Table) or partial.schema.names != PARTIALS.names:
        raise wrong
    if partial.schema.types != PARTIALS.types or any(column.null_count for column in partial.columns):
        raise wrong
    if not partial.num_rows:
        return
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
