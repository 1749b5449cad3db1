"""The stage in Dask: one delayed task for each row group of Parquet files, or for each table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from boundary.engines.shipping import COLUMNS, Shipped, ship
from boundary.stage import Stage
from policies import Policy
from recording.errors import not_installed


def apply(parts: Iterable[str | Path | pa.Table], stage: Stage | Policy | str | Path) -> list[Any]:
    """Take recordings through the boundary, when the result is computed.

    Args:
        parts: Tables with columns as in `Shipped.stream`, or Parquet files of them, which the workers read.
        stage: A stage, or a policy; every worker has its folder and the project key.

    Returns:
        A ``dask.delayed`` table with `Stage.schema` for each table and each row group.

    Raises:
        MissingExtra: Dask is not installed.
        BoundaryError: The policy was refused.
    """
    try:
        from dask import delayed
    except ImportError:
        raise not_installed("Dask", "dask") from None
    shipped = ship(stage)
    return [delayed(_do)(shipped, part, group) for part, group in _groups(parts)]


def _groups(parts: Iterable[str | Path | pa.Table]) -> Iterator[tuple[Any, int]]:
    import pyarrow.parquet as pq

    for part in parts:
        if isinstance(part, pa.Table):
            yield part, 0
        else:
            yield from ((str(part), group) for group in range(pq.read_metadata(part).num_row_groups))


def _do(shipped: Shipped, part: Any, group: int) -> pa.Table:
    import pyarrow.parquet as pq

    if isinstance(part, str):
        with pq.ParquetFile(part) as file:
            present = [name for name in COLUMNS if name in file.schema_arrow.names]
            part = file.read_row_group(group, columns=present)
    return shipped(part)
