"""The stage on Ray Data: actors that keep the plan, batches as Arrow, releases one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from boundary.engines.shipping import Shipped, recording_columns, ship
from boundary.engines.tallies import Tally, release_tallies, tally
from boundary.release_cli import Released
from boundary.stage import Stage
from policies import Policy
from recording.errors import BoundaryError

if TYPE_CHECKING:
    from ray.data import Dataset


class Actor:
    """Lives in a process of Ray's, which keeps the plan. Errors come with a batch, since Ray tries again to make it."""

    def __init__(self, work: Shipped | Tally) -> None:
        self._work = work

    def __call__(self, batch: pa.Table) -> Iterator[pa.Table]:
        """Verdicts one by one, or tallies."""
        yield self._work.schema.empty_table()
        yield from (pa.Table.from_batches([part]) for part in self._work.stream([batch]))


def apply(dataset: Dataset, stage: Stage | Policy | str | Path, *, workers: int = 2, rows: int = 16) -> Dataset:
    """Take recordings through the boundary, when the result is consumed.

    Args:
        dataset: Columns as in `Shipped.stream`; no other is read.
        stage: A stage, or a policy; every node has its folder and the project key.
        workers: Most actors, each with a plan; no more than the dataset has blocks (`Dataset.repartition`).
        rows: Recordings of a batch.

    Returns:
        A dataset with `Stage.schema`.
    """
    columns = recording_columns(dataset.columns() or ())
    return _mapped(dataset.select_columns(columns), ship(stage), workers, rows)


def release(
    dataset: Dataset, policy: Stage | Policy | str | Path, out: str | Path,
    *, events: str | None = None, ledger: str | Path | None = None, workers: int = 2,
) -> Released:  # fmt: skip
    """Release a policy's statistics: counted by actors, bounded, noised and charged here.

    Args:
        dataset: Recordings or files of tables, as for `apply`; or events, one a row.
        policy: With statistics.
        out: A new or empty folder of this machine.
        events: Where rows are events, the public name of these data; asked again under it, the stored answer is given.
        ledger: Path or address; by default the policy's.
        workers: Most actors.

    Raises:
        BoundaryError: See `boundary.engines.tallies.release_tallies`.
    """
    from ray.exceptions import RayTaskError

    job = tally(policy, events)
    wanted = job.columns if events else recording_columns(dataset.columns() or ())
    counted = _mapped(dataset.select_columns(wanted), job, workers, None)
    counted.context.max_errored_blocks = 0  # a block that is left out leaves out people
    try:
        parts = counted.iter_batches(batch_format="pyarrow", batch_size=None, prefetch_batches=0)
        return release_tallies(parts, job, out, ledger=ledger)
    except RayTaskError as error:
        raise (error.cause if isinstance(error.cause, BoundaryError) else error) from None


def _mapped(dataset: Dataset, work: Shipped | Tally, workers: int, rows: int | None) -> Dataset:
    from ray.data import ActorPoolStrategy

    pool = ActorPoolStrategy(min_size=1, max_size=max(1, workers))
    return dataset.map_batches(
        Actor, fn_constructor_args=(work,), batch_format="pyarrow", batch_size=rows, compute=pool
    )
