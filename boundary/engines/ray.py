"""The stage on Ray Data: actors that keep the plan, batches as Arrow, releases one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from boundary.engines.shipping import Shipped, ship
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
    """Take recordings through the boundary when the result, with `Stage.schema`, is consumed; see `ship`.

    Args:
        workers: Most actors, each with a plan; no more than the dataset has blocks (`Dataset.repartition`).
        rows: Recordings of a batch.
    """
    return _mapped(dataset, ship(stage), workers, rows)


def release(
    dataset: Dataset, policy: Stage | Policy | str | Path, out: str | Path,
    *, events: str | None = None, ledger: str | Path | None = None, workers: int = 2,
) -> Released:  # fmt: skip
    """Release a policy's statistics, counted by so many actors; see `tally` and `release_tallies`."""
    from ray.exceptions import RayTaskError

    job = tally(policy, events)
    counted = _mapped(dataset, job, workers, None)
    counted.context.max_errored_blocks = 0  # a block that is left out leaves out people
    try:
        parts = counted.iter_batches(batch_format="pyarrow", batch_size=None, prefetch_batches=0)
        return release_tallies(parts, job, out, ledger=ledger)
    except RayTaskError as error:
        raise (error.cause if isinstance(error.cause, BoundaryError) else error) from None


def _mapped(dataset: Dataset, work: Shipped | Tally, workers: int, rows: int | None) -> Dataset:
    from ray.data import ActorPoolStrategy

    pool = ActorPoolStrategy(min_size=1, max_size=max(1, workers))
    return dataset.select_columns(work.reads(dataset.columns() or ())).map_batches(
        Actor, fn_constructor_args=(work,), batch_format="pyarrow", batch_size=rows, compute=pool
    )
