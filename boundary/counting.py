"""What recordings add to statistics, without changing or writing them: read, admit, count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from boundary.admission import Refused, admit
from boundary.aggregates import Counted
from boundary.outcome import Withheld
from boundary.plan import Plan
from boundary.release import digest_of, tallies_of
from recording import discover, open_recording
from recording.errors import BoundaryError
from recording.model import Recording

Progress = Callable[[int, int], None]
"""Called with the number of recordings done and of all."""


def count_all(
    sources: Sequence[Path], plan: Plan, *, progress: Progress | None = None
) -> tuple[list[Counted], list[tuple[Path, Withheld]]]:
    """Count every recording at ``sources`` under a policy.

    Returns:
        What each adds, and which are left out and why; the latter is for the operator's eyes.

    Raises:
        InputError: A source is not there.
    """
    paths = list(dict.fromkeys(path for source in sources for path in discover(source.resolve())))
    counted: list[Counted] = []
    left_out: list[tuple[Path, Withheld]] = []
    for number, path in enumerate(paths, start=1):
        found = count(path, plan)
        if isinstance(found, Counted):
            counted.append(found)
        else:
            left_out.append((path, found))
        if progress:
            progress(number, len(paths))
    return counted, left_out


def count(path: Path, plan: Plan) -> Counted | Withheld:
    """What one recording adds; never raises on account of the recording: in doubt it is left out.

    Whether it is left out depends on itself alone, so leaving it out is within what one person may change.
    """
    try:
        recording = open_recording(path, max_bytes=plan.policy.limits.file_mb * 2**20)
        person = _person(recording, plan)
        tallies = tallies_of(recording, _admitted(recording, plan, person), person, plan)
        return Counted(person, tallies, digest_of(recording, plan.key))
    except Refused as refusal:
        return Withheld(refusal.code, "admit", "the recording is not admitted", "see the policy's admit section")
    except BoundaryError as error:
        return Withheld.because(error, "count")
    except Exception as error:  # noqa: BLE001  messages of libraries quote what they choke on
        return Withheld("step-raised", "count", f"{type(error).__name__} was raised", "report this")


def _person(recording: Recording, plan: Plan) -> str | None:
    said = recording.attributes.get(plan.policy.person, "") if plan.policy.person else ""
    return said.strip() or None


def _admitted(recording: Recording, plan: Plan, person: str | None) -> pa.Table:
    """The rows that count: admitted, and none that a step calls secret itself."""
    barred = admit(recording, plan, person).barred
    barred |= frozenset(row for find_rows in plan.rows for row in find_rows(recording))
    events = recording.events
    if not barred:
        return events
    return events.filter(pc.invert(pc.is_in(events["seq"], value_set=pa.array(sorted(barred), pa.int64()))))
