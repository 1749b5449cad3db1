"""The stage on Spark: ``mapInArrow`` over workers that keep the plan, releases one at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from boundary.engines.checking import require_workers
from boundary.engines.shipping import Shipped, ship
from boundary.engines.tallies import Tally, release_tallies, tally
from boundary.release_cli import Released
from boundary.stage import Stage
from policies import Policy

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def apply(frame: DataFrame, stage: Stage | Policy | str | Path) -> DataFrame:
    """Take recordings through the boundary when the result, with `Stage.schema`, is consumed; see `ship`.

    Raises:
        InputError: ``engine-python``: workers would run another Python than has this toolkit.
    """
    return _mapped(frame, ship(stage))


def release(
    frame: DataFrame, policy: Stage | Policy | str | Path, out: str | Path,
    *, events: str | None = None, ledger: str | Path | None = None,
) -> Released:  # fmt: skip
    """Release a policy's statistics, counted by workers; see `tally` and `release_tallies`.

    Raises:
        InputError: As `apply`.
    """
    job = tally(policy, events)
    counted = _mapped(frame, job)
    # All of a person meet in one task, so that the driver gets each sum once.
    merged = counted.repartition("person").mapInArrow(job.merge, counted.schema)
    return release_tallies([merged.toArrow()], job, out, ledger=ledger)


def _mapped(frame: DataFrame, work: Shipped | Tally) -> DataFrame:
    from pyspark.sql.pandas.types import from_arrow_schema

    context = getattr(frame.sparkSession, "sparkContext", None)
    if context is not None:  # with Spark Connect it is the server's own matter
        require_workers(context.pythonExec, local=context.master.startswith("local"))
    # Column names of data may hold dots.
    columns = [f"`{name}`" for name in work.reads(frame.columns)]
    return frame.select(columns).mapInArrow(work.stream, from_arrow_schema(work.schema))
