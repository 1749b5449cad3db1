"""DuckDB as statistics use it: in memory, closed to files and the network, errors without data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from recording.errors import InputError, not_installed

if TYPE_CHECKING:
    import duckdb

    from dp.contract import Ints

CAP = 2**62
"""Where the sum of one person under one key stops growing. Saturating sums of non-negatives are associative."""

MEMORY_MB = 700
"""Most memory that DuckDB takes. Nothing is spilled to disk, where it would outlive the process."""

MAX_THREADS = 64


def open_engine(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that reads no file, fetches no extension and spills nothing to disk.

    Raises:
        MissingExtra: DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise not_installed("DuckDB", "dp") from None
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
