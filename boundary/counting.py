"""What data add to statistics, without changing or writing them: read, admit, count. Runs in the worker's process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from boundary.admission import Refused, admit
from boundary.data import Kind
from boundary.opening import open_under
from boundary.outcome import Withheld
from boundary.plan import Plan
from boundary.release import digest_of, tallies_of
from boundary.tables import table_digest, table_tallies
from policies import Policy
from recording.errors import BoundaryError, InputError
from recording.model import Recording


@dataclass(frozen=True, slots=True)
class Counted:
    """What one recording, or one file of a table, adds to the statistics.

    Attributes:
        named: Whether it says whose it is; where not, nobody's share can be bounded.
        tallies: What each statistic of the policy counted in it.
        digest: Keyed digest of it.
    """

    named: bool
    tallies: tuple[Any, ...] = field(repr=False)
    digest: str


@dataclass(frozen=True, slots=True)
class Count:
    """One thing to count: where it is, and how it is read."""

    source: Path
    kind: Kind = "recording"


def open_source(path: Path, policy: Policy) -> Recording:
    """Open one recording of a batch.

    Raises:
        InputError: ``link``, and as `boundary.opening.open_under`.
    """
    if path.is_symlink():
        raise InputError("a link inside a batch", code="link", hint="give what it points to as a source of its own")
    return open_under(path, policy)


def count(job: Count, plan: Plan) -> Counted | Withheld:
    """What one recording or file adds; never raises on account of it.

    Whether a recording is left out depends on itself alone, so leaving it out is within what one person may change. A
    table holds many people: what is wrong with it must end the release.
    """
    try:
        if job.kind == "recording":
            return count_recording(lambda: open_source(job.source, plan.policy), plan)
        return Counted(True, table_tallies(job.source, job.kind, plan), table_digest(job.source, plan))
    except Exception as error:  # noqa: BLE001  one place says what is told of an error
        return uncounted(error)


def count_recording(read: Callable[[], Recording], plan: Plan) -> Counted | Withheld:
    """What a recording adds; never raises on account of it."""
    try:
        recording = read()
        person = _person(recording, plan)
        tallies = tallies_of(recording, _admitted(recording, plan, person), person, plan)
        return Counted(person is not None, tallies, digest_of(recording, plan.key))
    except Exception as error:  # noqa: BLE001  as above
        return uncounted(error)


def uncounted(error: Exception) -> Withheld:
    """Why something does not count. Messages of libraries, which quote what they choke on, are not told."""
    if isinstance(error, Refused):
        return Withheld(error.code, "admit", "the recording is not admitted", "see the policy's admit section")
    if isinstance(error, BoundaryError):
        return Withheld.because(error, "count")
    return Withheld("step-raised", "count", f"{type(error).__name__} was raised", "report this")


def _person(recording: Recording, plan: Plan) -> str | None:
    said = recording.attributes.get(plan.policy.person, "") if plan.policy.person else ""
    return said.strip() or None


def _admitted(recording: Recording, plan: Plan, person: str | None) -> pa.Table:
    """The rows that count: admitted, and none that a step calls secret itself."""
    rows = admit(recording, plan, person)
    if "statistics" not in rows.scope:
        raise Refused("consent-scope")
    secret = frozenset(row for find_rows in plan.rows for row in find_rows(recording))
    return replace(rows, barred=rows.barred | secret).counted(recording.events)
