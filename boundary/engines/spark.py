"""The stage on Spark: ``mapInArrow`` over workers that keep the plan, releases one at a time."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from boundary.engines.shipping import Shipped, recording_columns, ship
from boundary.engines.tallies import PARTIAL, release_tallies, tally
from boundary.release_cli import Released
from boundary.stage import SCHEMA, Stage
from policies import Policy
from recording.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def apply(frame: DataFrame, stage: Stage | Policy | str | Path) -> DataFrame:
    """Take recordings through the boundary, when the result is consumed.

    Args:
        frame: Columns as in `Shipped.stream`; no other is read.
        stage: A stage, or a policy; every node has its folder and the project key.

    Returns:
        A frame with `Stage.schema`.

    Raises:
        InputError: ``engine-python``: workers would run another Python than has this toolkit.
    """
    from pyspark.sql.pandas.types import from_arrow_schema

    _same_python(frame)
    shipped: Shipped = ship(stage)
    recordings = frame.select(recording_columns(frame.columns))
    return recordings.mapInArrow(shipped.stream, from_arrow_schema(SCHEMA))


def release(
    frame: DataFrame, policy: Stage | Policy | str | Path, out: str | Path,
    *, events: str | None = None, ledger: str | Path | None = None,
) -> Released:  # fmt: skip
    """Release a policy's statistics: counted by workers, bounded, noised and charged here.

    Args:
        frame: Recordings or files of tables, as for `apply`; or events, one a row.
        policy: With statistics.
        out: A new or empty folder of the driver.
        events: Where rows are events, the public name of these data; asked again under it, the stored answer is given.
        ledger: Path or address; by default the policy's.

    Raises:
        BoundaryError: See `boundary.engines.tallies.release_tallies`.
    """
    from pyspark.sql.pandas.types import from_arrow_schema

    _same_python(frame)
    job, schema = tally(policy, events), from_arrow_schema(PARTIAL)
    wanted = job.columns if events else recording_columns(frame.columns)
    # Column names of data may hold dots.
    counted = frame.select([f"`{name}`" for name in wanted]).mapInArrow(job.stream, schema)
    # All of a person meet in one task, so that the driver gets each sum once.
    merged = counted.repartition("person").mapInArrow(job.merge, schema)
    return release_tallies([merged.toArrow()], job, out, ledger=ledger)


def _same_python(frame: DataFrame) -> None:
    """Spark starts ``python3`` where it is told nothing, which in no virtual environment has this toolkit."""
    context = getattr(frame.sparkSession, "sparkContext", None)
    if context is None:  # Spark Connect: the server's own matter
        return
    found = shutil.which(context.pythonExec)
    other = found is None or Path(found).parent.resolve() != Path(sys.executable).parent.resolve()
    if other if context.master.startswith("local") else "PYSPARK_PYTHON" not in os.environ:
        hint = "before the session is made: export PYSPARK_PYTHON with the path of the Python that has this toolkit"
        raise InputError("Spark's workers would run another Python", code="engine-python", hint=hint)
