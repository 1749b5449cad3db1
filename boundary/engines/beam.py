"""The stage in an Apache Beam pipeline: a ``DoFn`` from batches of recordings to verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from boundary.engines.shipping import ship
from boundary.stage import Stage
from policies import Policy
from recording.errors import not_installed

try:
    import apache_beam as beam
except ImportError:
    raise not_installed("Apache Beam", "beam") from None


class Apply(beam.DoFn):  # type: ignore[misc]  # Beam has no types
    """Takes recordings through the boundary: ``beam.ParDo(Apply("policy.yaml"))``.

    Elements are Arrow tables with columns as in `Shipped.stream`, as ``ReadFromParquetBatched`` makes them; what comes
    out are tables with `Stage.schema`, one for each recording.

    Args:
        stage: A stage, or a policy; every worker has its folder and the project key.

    Raises:
        BoundaryError: The policy was refused.
    """

    def __init__(self, stage: Stage | Policy | str | Path) -> None:
        super().__init__()
        self._shipped = ship(stage)

    def setup(self) -> None:
        """Build the plan before the first batch."""
        self._shipped.plan()

    def process(self, element: pa.Table) -> Iterator[pa.Table]:
        """Verdicts one by one."""
        for part in self._shipped.stream([element]):
            yield pa.Table.from_batches([part])
