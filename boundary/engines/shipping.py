"""What travels to an engine's workers: a stage, and what they must find there to do the same as anywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from boundary.plan import Plan
from boundary.stage import SCHEMA, Stage
from boundary.state import key_mark, project_key, shared_key
from boundary.versions import DISTRIBUTION, installed
from policies import Policy
from recording.errors import InputError

COLUMNS = ("row", "files", "path")
"""The columns that may reach a worker; all others stay where they are."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A stage for other processes and machines: refused where key or version are others, so a retry does the same.

    Attributes:
        stage: The policy.
        mark: Which key it was shipped under (`boundary.state.key_mark`); the key itself does not travel.
        version: Of this toolkit.
    """

    stage: Stage
    mark: str
    version: str

    @property
    def schema(self) -> pa.Schema:
        """`Stage.schema`."""
        return SCHEMA

    @staticmethod
    def reads(names: Iterable[str]) -> list[str]:
        """Those of a table's columns that are read; see `recording_columns`."""
        return recording_columns(names)

    def plan(self) -> Plan:
        """The policy, built once a process.

        Raises:
            InputError: ``policy-differs``: policy or version are others here; ``key-missing``, ``key-differs``, and as
                `boundary.state.project_key`.
            BoundaryError: The policy cannot be built here.
        """
        if installed(DISTRIBUTION) != self.version:
            hint = "install the same version of boundary-redaction everywhere"
            raise InputError("this machine has another version of the toolkit", code="policy-differs", hint=hint)
        if key_mark(shared_key(self.stage.key_file)) != self.mark:
            hint = "copy the key file of the machine that starts the work to all others, or show all the same one"
            raise InputError("this machine has another project key", code="key-differs", hint=hint)
        return self.stage.plan()

    def __call__(self, batch: pa.Table | pa.RecordBatch) -> pa.Table:
        """Verdicts of a batch; see `stream`."""
        return pa.Table.from_batches(self.stream([batch]), SCHEMA)

    def stream(self, batches: Iterable[pa.Table | pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Verdicts with `Stage.schema`, in order, one at a time: however large a batch is, one release is in memory.

        Args:
            batches: With the column ``path`` or ``files``, and by choice ``row``, the numbers under which verdicts are
                joined again; without it rows are numbered within their batch. Other columns are not looked at.

        Raises:
            InputError: As `plan`; ``no-recording-column``; ``row-numbers``: they are no integers from 0 on.
        """
        for batch in batches:
            self.plan()
            names = recording_columns(batch.schema.names)
            table = pa.table([batch[name] for name in names], names=names)
            numbers = _numbers(table, batch.num_rows)
            for index, number in enumerate(numbers):
                (done,) = self.stage(table.slice(index, 1)).to_batches()
                yield done.set_column(0, SCHEMA.field("row"), pa.array([number], pa.int64()))


def ship(stage: Stage | Policy | str | Path) -> Shipped:
    """Make a stage ready to travel; where there is no project key yet, one is made here.

    It takes tables as `Shipped.stream` says; every machine needs the policy's folder and the project key.

    Args:
        stage: A stage, or a policy as `Stage` takes it.

    Raises:
        BoundaryError: The policy was refused, or the key cannot be read.
    """
    made = stage if isinstance(stage, Stage) else Stage(stage)
    return Shipped(made, key_mark(project_key(made.key_file)), installed(DISTRIBUTION) or "")


def recording_columns(names: Iterable[str]) -> list[str]:
    """Those of a table's columns that a worker may see.

    Raises:
        InputError: ``no-recording-column``: the table names no recordings.
    """
    found = [name for name in COLUMNS if name in set(names)]
    if not {"files", "path"} & set(found):
        hint = "give a column 'path' or 'files'; see boundary.engines.sources"
        raise InputError("the table names no recordings", code="no-recording-column", hint=hint)
    return found


def _numbers(table: Any, count: int) -> list[int]:
    if "row" not in table.column_names:
        return list(range(count))
    numbers = table["row"]
    if not pa.types.is_integer(numbers.type) or numbers.null_count or min(numbers.to_pylist(), default=0) < 0:
        hint = "number the rows from 0 on, as boundary.engines.sources does, or leave the column out"
        raise InputError("the column 'row' does not number the rows", code="row-numbers", hint=hint)
    return [int(number) for number in numbers.to_pylist()]
