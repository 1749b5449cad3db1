"""Statistics on engines: workers count, and only the driver bounds, adds noise and charges.

What workers send is exact and names people: it is as sensitive as the data, and never leaves the boundary.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from boundary.counting import Count, Counted, count, count_recording, uncounted
from boundary.data import find_data
from boundary.engines.shipping import Shipped, recording_columns, ship
from boundary.folders import make_folder
from boundary.outcome import Withheld
from boundary.plan import Plan
from boundary.release_cli import Released, require_statistics, write_statistics
from boundary.stage import Stage, from_files
from boundary.tables import Gathered, rows_columns, rows_digest, rows_tallies
from policies import Policy
from recording.errors import BoundaryError, InputError

PARTIAL = pa.schema(
    [
        # Which statistic of the policy a count is for; null where the row tells of a source.
        pa.field("statistic", pa.int32()),
        # A person's exact sum, as `dp.contract.PARTIALS`.
        pa.field("person", pa.string()),
        pa.field("part", pa.string()),
        pa.field("key", pa.string()),
        pa.field("value", pa.int64()),
        # What was counted or not, as JSON.
        pa.field("source", pa.string()),
    ]
)
"""What workers send to the driver."""

_SUMS = ["person", "part", "key", "value"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts on a worker.

    Attributes:
        shipped: The policy.
        dataset: Name of the data where rows are events; empty where each row is a recording or a file.
        digest: Keyed digest of that name and of who consents, which must be the same everywhere.
    """

    shipped: Shipped
    dataset: str
    digest: str

    @property
    def schema(self) -> pa.Schema:
        """`PARTIAL`."""
        return PARTIAL

    @property
    def columns(self) -> list[str]:
        """Columns to read, where rows are events."""
        return rows_columns(self.shipped.plan())

    def reads(self, names: Iterable[str]) -> list[str]:
        """Those of a table's columns that are read; see `recording_columns`."""
        return self.columns if self.dataset else recording_columns(names)

    def stream(self, batches: Iterable[pa.Table | pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The partial tallies of some batches, with `PARTIAL`; what is wrong with a source is told in a row of it.

        Raises:
            BoundaryError: The policy cannot be built on this machine, or is another one.
        """
        plan = self.shipped.plan()
        tables = (pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch for batch in batches)
        if self.dataset:
            yield from self._events(tables, plan)
            return
        gathered = Gathered(plan)
        for table in tables:
            for place, found, ends in _counted(table, plan):
                yield _source(place, found, ends=ends)
                for index, tally in enumerate(found.tallies if isinstance(found, Counted) else ()):
                    gathered.add(index, tally)
        yield from _rows(gathered.merged())

    def _events(self, tables: Iterable[pa.Table], plan: Plan) -> Iterator[pa.RecordBatch]:
        try:
            self._require_same_people(plan)
            tallies = rows_tallies(_large(tables), plan)
        except Exception as error:  # noqa: BLE001  what it says ends up in an engine's log
            yield _source("", uncounted(error), ends=True)
        else:
            yield from _rows(tallies)

    def _require_same_people(self, plan: Plan) -> None:
        if rows_digest(self.dataset, plan) != self.digest:
            hint = "give all machines the same consent register and list of people, and do not start at midnight"
            raise InputError("who consents is told otherwise on this machine", code="policy-differs", hint=hint)

    def merge(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Partial tallies as fewer; for those of one person, brought together by the engine."""
        gathered = Gathered(self.shipped.plan())
        for batch in batches:
            table = pa.Table.from_batches([batch])
            yield from table.filter(pc.is_null(table["statistic"])).to_batches()
            _gather(table, gathered)
        yield from _rows(gathered.merged())


def tally(policy: Stage | Policy | str | Path, dataset: str | None) -> Tally:
    """What travels to workers.

    Args:
        policy: With statistics.
        dataset: Where rows are events, the public name of these data; asked again under it, the stored answer is
            given. Otherwise each row is a recording or a file of tables.

    Raises:
        BoundaryError: The policy was refused, has no statistics, or has some that such data cannot answer.
    """
    shipped = ship(policy)
    plan = shipped.plan()
    require_statistics(plan)
    Gathered(plan)
    if dataset is not None and not dataset.strip():
        raise InputError("the data have no name", code="release-id", hint="name them by their snapshot or day")
    if dataset:
        rows_columns(plan)
    return Tally(shipped, dataset or "", rows_digest(dataset, plan) if dataset else "")


def release_tallies(
    parts: Iterable[pa.Table], job: Tally, out: str | Path, *, ledger: str | Path | None = None
) -> Released:
    """Merge partial tallies, bound, charge and noise them, in this process, as ``boundary release`` does.

    Args:
        parts: What all workers sent, with `PARTIAL`, in any order.
        job: What they were sent.
        out: A new or empty folder of this machine.
        ledger: Path or address; by default the policy's.

    Raises:
        InputError: ``out`` holds something or cannot be written; a table or the rows could not be counted. Nothing was
            charged.
    """
    plan, folder = job.shipped.plan(), Path(out)
    make_folder(folder)
    gathered = Gathered(plan)
    digests: list[str] = [job.digest] if job.dataset else []
    named, left_out = True, []
    for part in parts:
        for told in part["source"].drop_null().to_pylist():
            place, found, ends = _read(told)
            if isinstance(found, Counted):
                named = named and found.named
                digests.append(found.digest)
            elif ends:
                raise InputError(found.message, code=found.code, place=found.place or place, hint=found.hint)
            else:
                left_out.append((Path(place), found))
        _gather(part, gathered)
    # One of them carries the counts of all: who is bounded does not depend on how tallies were grouped.
    counted = [Counted(named, (), digest) for digest in digests]
    counted[:1] = [Counted(named, gathered.merged(), one.digest) for one in counted[:1]]
    answers, refused = write_statistics(counted, plan, folder, ledger=ledger)
    return Released(answers, refused, left_out)


def _large(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Rows in pieces as large as those of a file, since each costs something."""
    from dp.sources import BATCH_ROWS

    kept: list[pa.Table] = []
    for table in tables:
        kept.append(table)
        if sum(one.num_rows for one in kept) >= BATCH_ROWS:
            yield pa.concat_tables(kept)
            kept = []
    if kept:
        yield pa.concat_tables(kept)


def _counted(table: pa.Table, plan: Plan) -> Iterator[tuple[str, Counted | Withheld, bool]]:
    """Place, what was counted, and whether a failure ends the release, of everything that a table names."""
    if "files" in table.column_names:
        for cell in table["files"]:
            yield "", count_recording(from_files(cell, plan), plan), False
    elif "path" in table.column_names:
        for path in table["path"].to_pylist():
            try:
                jobs = [Count(*one) for one in find_data(Path(path))]
            except (BoundaryError, TypeError) as error:
                # Where one machine does not see what another does, leaving it out would not be up to the data.
                yield str(path), uncounted(error), True
                continue
            for job in jobs:
                yield str(job.source), count(job, plan), job.kind != "recording"
    else:
        recording_columns(table.column_names)


def _source(place: str, found: Counted | Withheld, *, ends: bool) -> pa.RecordBatch:
    about: dict[str, Any] = {"place": place, "ends": ends}
    about |= {"withheld": asdict(found)} if isinstance(found, Withheld) else {"of": [found.named, found.digest]}
    return pa.RecordBatch.from_pylist([{"source": json.dumps(about)}], schema=PARTIAL)


def _read(told: str) -> tuple[str, Counted | Withheld, bool]:
    about = json.loads(told)
    if "withheld" in about:
        return about["place"], Withheld(**about["withheld"]), about["ends"]
    named, digest = about["of"]
    return about["place"], Counted(named, (), digest), about["ends"]


def _rows(tallies: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
    for index, made in enumerate(tallies):
        for batch in made.select(_SUMS).to_batches():
            number = pa.array([index] * batch.num_rows, pa.int32())
            nothing = pa.nulls(batch.num_rows, pa.string())
            yield pa.record_batch([number, *batch.columns, nothing], schema=PARTIAL)


def _gather(part: pa.Table, gathered: Gathered) -> None:
    from dp.contract import PARTIALS

    for index in pc.unique(part["statistic"]).drop_null().to_pylist():
        if not 0 <= index < gathered.statistics:
            raise InputError("a tally is for no statistic of the policy", code="dp-tally")
        own = part.filter(pc.equal(part["statistic"], index)).select(_SUMS)
        # Engines have types of their own for text; a null would be refused when it is bounded.
        gathered.add(index, own.cast(PARTIALS))
