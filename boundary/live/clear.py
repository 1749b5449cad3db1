"""One window through the policy: which of the held lines may leave, and as what."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from boundary.admission import Rows
from boundary.bursts import typed_values
from boundary.change import Changed, change
from boundary.deciding import Decision
from boundary.findings import Session
from boundary.live.cuts import latest_cut
from boundary.live.hold import Hold
from boundary.live.join import Piece, piece_of, verified
from boundary.live.lines import Line
from boundary.live.window import LEFT, Window
from boundary.looking import admitted, look
from boundary.outcome import code_of
from boundary.pipeline import StepClock
from boundary.plan import Plan
from boundary.scope import shown, unsaid, within
from recording import row_removal
from recording.edit import apply_patches
from recording.errors import StepFailed
from recording.model import Keys, Recording
from recording.timeline import Ints
from text_redact.known import KnownValue, KnownValues, index_known
from text_redact.transcript import transcribe


@dataclass(frozen=True, slots=True)
class Cleared:
    """What of a window may leave.

    Attributes:
        lines: Cleared lines, in the order of the source.
        cut: So many held lines are done with.
        undecided: How many of these were withheld, since it was not known yet what they are part of.
        tail: What has left, for the next verification.
        known: Every value that is searched for from here on.
        covered: Rows (``seq``) of the window in which something was covered.
        findings: Places covered among the held lines that are done with, by label.
        late: Places found only now in lines that had left before.
        failed: The code of what verification found; then no line leaves.
    """

    lines: tuple[Line, ...] = field(repr=False)
    cut: int
    undecided: int
    tail: Piece = field(repr=False)
    known: tuple[KnownValue, ...] = field(repr=False)
    covered: frozenset[int] = field(repr=False)
    findings: Mapping[str, int]
    late: int
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of the session so far: values, and what has left lately."""

    known: Sequence[KnownValue] = field(default=(), repr=False)
    tail: Piece = field(default_factory=Piece, repr=False)


def clear(window: Window, before: Before, plan: Plan, hold: Hold, *, due: int) -> Cleared:
    """Take a window through the policy.

    Args:
        due: So many held lines must be decided now; all of them where the stream has ended.

    Raises:
        Refused: The recording is not admitted.
        BoundaryError: A step raised, or the result does not pass verification: nothing may leave.
    """
    clock = StepClock(time.monotonic() + plan.policy.limits.seconds)
    recording = window.recording
    rows, person = admitted(recording, plan, clock)
    session, decisions, known = _looked(recording, rows, before, plan, clock)
    silent = unsaid(recording, rows.scope)
    decisions = within(session, decisions, silent)
    size = len(window.held)
    cut = size if due == size else latest_cut(window, session, decisions, hold)
    with clock.during("change.text"):
        gone = rows.removed | silent.rows
        changed = change(session, decisions, gone, {}, plan, known=known, person=person, without=silent.files)
    names = {source: name for name, (source, _) in changed.edits.items()}
    ranges = {names[file]: _range(changed, names[file], window, file, cut) for file in window.begins if file in names}
    forced = _forced(window, gone, cut, due)
    piece = piece_of(changed, ranges, {names[file]: data for file, data in forced.items() if file in names})
    failed = ""
    try:
        with clock.during("verify"):
            tail = verified(before.tail, piece, changed.added, known, plan, clock)
    except StepFailed as error:
        tail, failed = before.tail, code_of(error)
    covered = _covered(session, decisions)
    lines = (
        *_in_order(window, changed, names, cut),
        *(Line(names[f], d) for f, d in forced.items() if d and f in names),
    )
    return Cleared(
        lines=() if failed else lines,
        cut=max(cut, due),
        undecided=max(0, due - cut),
        tail=tail,
        known=tuple(known),
        covered=covered
        | frozenset(np.flatnonzero((window.at >= (0 if failed else cut)) & (window.at < max(cut, due))).tolist()),
        findings=_counted(window, session, decisions, max(cut, due)),
        late=_late(window, session, decisions),
        failed=failed,
    )


def _looked(
    recording: Recording, rows: Rows, before: Before, plan: Plan, clock: StepClock
) -> tuple[Session, Sequence[Decision], KnownValues]:
    if plan.is_empty:
        visible = shown(recording, rows.scope)
        return Session(visible, transcribe(visible.events), ()), (), index_known()
    seen = look(recording, rows, plan, clock, carried=before.known)
    return seen.session, seen.decisions, seen.known


def _range(changed: Changed, name: str, window: Window, file: str, cut: int) -> tuple[int, int]:
    """First and last byte (exclusive) in the changed file of the held lines up to a cut."""
    ends = [
        start + len(line.data)
        for line, start in zip(window.held[:cut], window.starts[:cut], strict=True)
        if line.file == file
    ]
    first = window.begins[file]
    places = _Places(changed, name)
    return places(first), places(ends[-1] if ends else first)


class _Places:
    """Where an offset of a source file is in what it became; what was put in there lies before it."""

    def __init__(self, changed: Changed, name: str) -> None:
        patches = changed.edits[name][1]
        self.ends = np.array([patch.end for patch in patches], np.int64)
        grown = [len(patch.data) - (patch.end - patch.start) for patch in patches]
        self.grown: Ints = np.concatenate([[0], np.cumsum(grown, dtype=np.int64)]).astype(np.int64)

    def __call__(self, at: int) -> int:
        # Patches lie within a line, so none begins before a line's end and ends behind it.
        return at + int(self.grown[np.searchsorted(self.ends, at, side="right")])


def _in_order(window: Window, changed: Changed, names: Mapping[str, str], cut: int) -> list[Line]:
    """The changed lines up to a cut: runs of one file are taken at once."""
    places = {file: _Places(changed, name) for file, name in names.items()}
    out: list[Line] = []
    run = 0
    for number in range(1, cut + 1):
        if number < cut and window.held[number].file == window.held[run].file:
            continue
        file = window.held[run].file
        if file in names:
            end = window.starts[number - 1] + len(window.held[number - 1].data)
            data = changed.files[names[file]][places[file](window.starts[run]) : places[file](end)]
            out += [Line(names[file], data)] if data else []
        run = number
    return out


def _forced(window: Window, gone: frozenset[int], cut: int, due: int) -> dict[str, bytes]:
    """Of lines that must leave before it is known what they are part of: those that hold no text at all."""
    if due <= cut:
        return {}
    texts = gone | unsaid(window.recording, frozenset()).rows
    out: dict[str, bytes] = {}
    for file in window.begins:
        mine = [n for n in range(cut, due) if window.held[n].file == file]
        if not mine:
            continue
        first, last = window.starts[mine[0]], window.starts[mine[-1]] + len(window.held[mine[-1]].data)
        wanted = np.flatnonzero((window.at >= cut) & (window.at < due))
        away = [p for p in row_removal(window.recording, sorted(texts.intersection(wanted.tolist()))) if p.file == file]
        data = window.recording.files[file].read()[:last]
        out[file] = apply_patches(data, away)[first:]
    return out


def _covered(session: Session, decisions: Sequence[Decision]) -> frozenset[int]:
    rows = {row for group, _ in typed_values(decisions) for row in group}
    return frozenset(rows | {row for decision in decisions if (row := _field_row(session, decision)) is not None})


def _field_row(session: Session, decision: Decision) -> int | None:
    index = session.passages[decision.passage].field
    return None if index is None else session.recording.fields[index].row


def _rows(session: Session, decision: Decision) -> list[int]:
    span = decision.finding.span
    if isinstance(span, Keys):
        return list(span.rows)
    row = _field_row(session, decision)
    return [] if row is None else [row]


def _counted(window: Window, session: Session, decisions: Sequence[Decision], cut: int) -> dict[str, int]:
    """Places by label that begin among the lines that are done with; texts that show the same keys count once."""
    counts: Counter[str] = Counter()
    for group, decision in typed_values(decisions):
        counts[decision.finding.label] += 0 <= int(window.at[min(group)]) < cut
    for decision in decisions:
        row = _field_row(session, decision)
        counts[decision.finding.label] += row is not None and 0 <= int(window.at[row]) < cut
    return dict(+counts)


def _late(window: Window, session: Session, decisions: Sequence[Decision]) -> int:
    """Places of which something had left uncovered; each row is told once, since it counts as covered from then on."""
    late = 0
    for decision in decisions:
        rows = _rows(session, decision)
        late += any(window.at[row] == LEFT for row in rows)
    return late
