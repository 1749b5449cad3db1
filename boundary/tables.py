"""Tables through the boundary: the rows of Parquet files and of exports of ActivityWatch that count, and their tallies.

A file holds many people's rows, so nothing that is wrong with it may leave a part of it out: it ends the release.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from boundary.admit import Consent, Globs
from boundary.data import Kind
from boundary.plan import Plan, TableAggregate
from boundary.register import today
from boundary.release import digest_files
from recording.errors import InputError
from recording.model import SourceFile

if TYPE_CHECKING:
    from dp.sources import Piece

HOST = "hostname"
"""What the policy's ``person`` is where every host of an export is one person's."""

_MERGE_ROWS = 2_000_000


def table_tallies(path: Path, kind: Kind, plan: Plan) -> tuple[Any, ...]:
    """What each statistic of the policy counts in a file; it stays inside.

    Raises:
        InputError: Columns or people are not told, or the file cannot be read; ``admit-table``: the policy keeps out
            what cannot be told from a table.
        StepFailed: A statistic reads recordings only.
    """
    return _tallied(_pieces(path, kind, plan), plan)


def rows_tallies(batches: Iterable[pa.Table], plan: Plan) -> tuple[Any, ...]:
    """The same of rows that an engine hands over, with the columns of `rows_columns`.

    Raises:
        InputError: As `table_tallies` does for a Parquet file.
    """
    from dp.sources import piece_of

    columns, people = _declared(plan), _people(plan)
    every = list(range(len(plan.aggregates)))
    return _tallied(((piece_of(batch, columns, people=people), every) for batch in batches), plan)


def rows_columns(plan: Plan) -> list[str]:
    """What `rows_tallies` reads of rows, by the names that the data have.

    Raises:
        InputError: As `table_tallies`, where the policy is at fault.
    """
    return sorted(set(_declared(plan).values()))


class Gathered:
    """Tallies of each statistic of a policy, merged when they have grown, so that they stay small."""

    def __init__(self, plan: Plan) -> None:
        self._aggregates = [_table_aggregate(plan, index) for index in range(len(plan.aggregates))]
        self._kept: list[list[pa.Table]] = [[] for _ in self._aggregates]

    @property
    def statistics(self) -> int:
        """How many there are."""
        return len(self._aggregates)

    def add(self, index: int, tally: pa.Table) -> None:
        """Take a tally of the statistic with this number."""
        made = self._kept[index]
        made.append(tally)
        # The first is what was merged before: that is done again when as much has come on top.
        if sum(one.num_rows for one in made) > max(_MERGE_ROWS, 2 * made[0].num_rows):
            self._kept[index] = [self._aggregates[index].merged(made)]

    def merged(self) -> tuple[pa.Table, ...]:
        """One tally for each statistic."""
        return tuple(one.merged(tallies) for one, tallies in zip(self._aggregates, self._kept, strict=True))


def _tallied(pieces: Iterable[tuple[Piece, list[int]]], plan: Plan) -> tuple[pa.Table, ...]:
    gathered = Gathered(plan)
    for piece, indices in pieces:
        events = _admitted(piece, plan)
        for index in indices:
            gathered.add(index, _table_aggregate(plan, index).tally(events, piece.person))
    return gathered.merged()


def table_digest(path: Path, plan: Plan) -> str:
    """Keyed digest of a file, of whose its rows are and of who consents; its name does not matter."""
    return _digest(SourceFile("table", None, path), plan)


def rows_digest(dataset: str, plan: Plan) -> str:
    """Keyed digest of the name of a set of rows, of whose they are and of who consents."""
    return _digest(SourceFile("dataset", dataset.encode("utf-8", "surrogatepass")), plan)


def _digest(source: SourceFile, plan: Plan) -> str:
    files = {source.name: source}
    if plan.policy.data.people:
        files["people"] = SourceFile("people", None, plan.policy.folder / plan.policy.data.people)
    for step in plan.admit:
        if isinstance(step, Consent):
            # Who counts is part of what is counted: after a withdrawal no stored answer is given again.
            told = "\n".join(step.register().counting(step.require, today()))
            files["consent"] = SourceFile("consent", told.encode("utf-8", "surrogatepass"))
    return digest_files(files, plan.key)


def read_people(path: Path) -> Mapping[str, str]:
    """The person of each device: CSV, UTF-8, columns ``device`` and ``person``.

    Raises:
        InputError: ``register-unreadable``, ``register-columns``; ``people-twice``: a device is two people's;
            ``dp-person``: a line lacks one of the two.
    """
    from dp.rows import person_id

    people: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not {"device", "person"} <= set(rows.fieldnames or ()):
                hint = "add the header line 'device,person'"
                raise InputError("a register of people has the columns device and person", code="register-columns",
                                 place=f"{path}:1", hint=hint)  # fmt: skip
            for row in rows:
                device, person = person_id(row["device"]), (row["person"] or "").strip()
                person_id(person)
                if people.setdefault(device, person) != person:
                    raise InputError("a device belongs to two people", code="people-twice",
                                     place=f"{path}:{rows.line_num}", hint="give each device one line")  # fmt: skip
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError("the register of people cannot be read", code="register-unreadable", place=str(path),
                         hint="a UTF-8 CSV file with the columns device and person") from None  # fmt: skip
    return MappingProxyType(people)


def _pieces(path: Path, kind: Kind, plan: Plan) -> Iterator[tuple[Piece, list[int]]]:
    """The pieces of a file, each with the statistics that read it."""
    from dp.sources import bucket_for, read_activitywatch, read_parquet

    policy, wanted, people = plan.policy, _wanted(plan), _people(plan)
    if kind == "parquet":
        every = list(range(len(wanted)))
        yield from ((piece, every) for piece in read_parquet(path, _declared(plan), people=people))
        return
    if people is None and policy.person != HOST:
        hint = f"list every host under 'release.data.people', or set 'person: {HOST}' where each is one person's"
        raise InputError("an export names hosts, and nothing says whose they are", code="person-unknown", hint=hint)
    buckets: dict[str, list[int]] = {}
    for index, wants in enumerate(wanted):
        buckets.setdefault(bucket_for(wants), []).append(index)
    for bucket, indices in buckets.items():
        yield from ((piece, indices) for piece in read_activitywatch(path, bucket=bucket, people=people))


def _people(plan: Plan) -> Mapping[str, str] | None:
    file = plan.policy.data.people
    return read_people(plan.policy.folder / file) if file else None


def _wanted(plan: Plan) -> list[frozenset[str]]:
    """The columns that each statistic needs, besides ``person``."""
    also = _admit_columns(plan)
    return [_table_aggregate(plan, index).columns() | also for index in range(len(plan.aggregates))]


def _declared(plan: Plan) -> dict[str, str]:
    """The column of the data for each that is needed."""
    policy = plan.policy
    columns = {name: policy.data.columns.get(name, name) for name in sorted({"person"}.union(*_wanted(plan)))}
    return columns | {"person": policy.data.columns.get("person", policy.person or "person")}


def _table_aggregate(plan: Plan, index: int) -> TableAggregate:
    aggregate = plan.aggregates[index]
    if not isinstance(aggregate, TableAggregate):
        raise InputError(
            "a statistic counts in recordings only", code="step-no-table", hint="release it from recordings"
        )
    return aggregate


def _admit_columns(plan: Plan) -> frozenset[str]:
    """What the admit steps look at in a table.

    Raises:
        InputError: ``admit-table``: one cannot be asked about a table.
    """
    if plan.rows or not all(isinstance(step, Consent | Globs) for step in plan.admit):
        hint = "use a policy of its own for tables, with admit.consent, admit.apps and admit.windows alone"
        raise InputError("the policy keeps out what only a recording tells", code="admit-table", hint=hint)
    return frozenset(step.column for step in plan.admit if isinstance(step, Globs))


def _admitted(piece: Piece, plan: Plan) -> pa.Table:
    events = piece.events
    for step in plan.admit:
        if isinstance(step, Globs):
            events = events.filter(pc.invert(step.barred(events)))
        elif isinstance(step, Consent):
            events = events.filter(_consenting(step, piece, events))
    return events


def _consenting(step: Consent, piece: Piece, events: pa.Table) -> pa.ChunkedArray | pa.Array:
    allowed = frozenset(step.register().counting(step.require, today()))
    if piece.person is not None:
        return pa.array([piece.person.strip() in allowed] * events.num_rows, pa.bool_())
    who = events["person"].cast(pa.string())
    said = [name for name in pc.unique(who).to_pylist() if name is not None]
    return pc.is_in(who, value_set=pa.array([name for name in said if name.strip() in allowed], pa.string()))
