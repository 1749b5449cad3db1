"""What a person consented to, carried out: no picture is seen without ``screens``, no text leaves without ``keys``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from boundary.deciding import Decision
from boundary.findings import Session
from boundary.joined import with_fields_of
from recording.documents import file_type
from recording.errors import StepFailed
from recording.model import Keys, Recording

PICTURES = frozenset({"image", "video"})
WORDLESS = ("move", "button_down", "button_up", "scroll", "frame")
"""Kinds of events that are no text; one that bears a text all the same is taken for one."""
NAMES = frozenset({"app", "file_ref", "file_name", "wall_clock"})
"""Roles of texts that say which program, which picture and when, and not what somebody wrote or read."""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What does not leave for want of the scope ``keys``: rows (``seq``), and files by source name."""

    rows: frozenset[int] = field(default=frozenset(), repr=False)
    files: frozenset[str] = field(default=frozenset(), repr=False)


def shown(recording: Recording, scope: frozenset[str]) -> Recording:
    """The recording without its pictures where they are out of scope; nobody looks at them then."""
    if "screens" in scope:
        return recording
    files = {name: file for name, file in recording.files.items() if file_type(name) not in PICTURES}
    return replace(with_fields_of(recording, files), files=files, frames=())


def unsaid(recording: Recording, scope: frozenset[str]) -> Unsaid:
    """Every row and file that holds text, where text is out of scope. Mouse, and frames, are left.

    They are looked at, so that what was typed is found on the screens as well.

    Raises:
        StepFailed: ``consent-scope``: a text stands among the events and in none of them.
    """
    if "keys" in scope:
        return Unsaid()
    events = recording.events
    wordless = pc.is_in(events["kind"], value_set=pa.array(WORDLESS))
    rows = set(events["seq"].filter(pc.invert(wordless)).to_pylist())
    logs = frozenset(pc.unique(events["file"].filter(wordless)).to_pylist())
    for text in recording.fields:
        if text.role in NAMES:
            continue
        if text.row is not None:
            rows.add(text.row)
        elif text.file in logs:
            raise StepFailed("text cannot be parted from the rest of the recording", code="consent-scope",
                             hint="record text in files of its own, or ask for consent to it")  # fmt: skip
    files = frozenset(name for name in recording.files if name not in logs and file_type(name) not in PICTURES)
    return Unsaid(frozenset(rows), files)


def within(session: Session, decisions: Sequence[Decision], gone: Unsaid) -> Sequence[Decision]:
    """The decisions on what is left: nothing is put in the place of what leaves as a whole."""
    if not gone.rows and not gone.files:
        return decisions
    return [decision for decision in decisions if not _is_in(session, decision, gone)]


def _is_in(session: Session, decision: Decision, gone: Unsaid) -> bool:
    if isinstance(decision.finding.span, Keys):
        return True
    index = session.passages[decision.passage].field
    if index is None:
        return False
    text = session.recording.fields[index]
    return text.row in gone.rows or (text.file in gone.files and text.role != "file_name")
