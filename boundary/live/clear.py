"""One window through the policy: which of the held lines may leave, and as what."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from boundary.bursts import typed_values
from boundary.deciding import Decision
from boundary.findings import Session
from boundary.live.cuts import latest_cut, torn
from boundary.live.drafts import Draft, Seen, drafted
from boundary.live.hold import Hold
from boundary.live.join import Joint, Piece, join, trimmed
from boundary.live.lines import Line
from boundary.live.residue import covered_too
from boundary.live.window import LEFT, Window
from boundary.looking import admitted, look
from boundary.outcome import code_of
from boundary.pipeline import StepClock
from boundary.plan import Plan
from boundary.scope import shown, unsaid, within
from boundary.verify import verify_text
from recording.errors import StepFailed
from recording.model import Keys
from text_redact.known import KnownValue, KnownValues, index_known
from text_redact.transcript import transcribe


@dataclass(frozen=True, slots=True)
class Cleared:
    """What of a window may leave.

    Attributes:
        lines: Cleared lines, in the order of the source.
        cut: So many held lines are done with.
        withheld: How many of these were withheld, by code.
        tail: What has left, for the next verification.
        known: Every value that is searched for from here on.
        covered: Rows (``seq``) of the window in which something was covered.
        torn: Held lines that are not done with, and will not leave: the value that they are part of began before.
        findings: Places covered among the held lines that are done with, by label.
        late: Places found only now in lines that had left before.
    """

    lines: tuple[Line, ...] = field(repr=False)
    cut: int
    withheld: Mapping[str, int]
    tail: Piece = field(repr=False)
    known: tuple[KnownValue, ...] = field(repr=False)
    covered: frozenset[int] = field(repr=False)
    torn: frozenset[int] = field(repr=False)
    findings: Mapping[str, int]
    late: int


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of the session so far: values, and what has left lately."""

    known: Sequence[KnownValue] = field(default=(), repr=False)
    tail: Piece = field(default_factory=Piece, repr=False)


ROUNDS = 4
"""So many drafts of a window are verified at most; what is found in one is covered in the next."""


def clear(window: Window, before: Before, plan: Plan, hold: Hold, *, due: int) -> Cleared:
    """Take a window through the policy.

    What verification finds is covered, and verified again. Where that does not help, what is due is withheld, but for
    what holds no text.

    Args:
        due: So many held lines must be decided now; all of them where the stream has ended.

    Raises:
        Refused: The recording is not admitted.
        BoundaryError: A step raised, or the result does not pass verification: nothing may leave.
    """
    clock = StepClock(time.monotonic() + plan.policy.limits.seconds)
    seen = _seen(window, before, plan, clock)
    taken: frozenset[int] = frozenset()
    for _ in range(ROUNDS):
        cut = len(window.held) if due == len(window.held) else latest_cut(window, seen.session, seen.decisions, hold)
        draft, joint = _drafted(window, seen, before, plan, clock, cut=cut, due=due)
        try:
            tail = _verified(joint, before, seen.known, plan, clock)
        except StepFailed as error:
            if code_of(error) != RESIDUE:
                raise
            found = covered_too(window, seen, draft, joint, plan, clock)
            taken |= found.gone - seen.gone
            seen = found
            continue
        return _cleared(window, seen, draft, tail, cut=max(cut, due), why="stream-undecided", taken=taken)
    draft, joint = _drafted(window, seen, before, plan, clock, cut=0, due=due)
    tail = _verified(joint, before, seen.known, plan, clock)
    return _cleared(window, seen, draft, tail, cut=due, why=RESIDUE, taken=taken)


RESIDUE = "text-residue"


def _drafted(
    window: Window, seen: Seen, before: Before, plan: Plan, clock: StepClock, *, cut: int, due: int
) -> tuple[Draft, Joint]:
    with clock.during("change.text"):
        draft = drafted(window, seen, plan, cut, due)
    return draft, join(before.tail, draft.piece, draft.changed.added, plan.policy.read)


def _verified(joint: Joint, before: Before, known: KnownValues, plan: Plan, clock: StepClock) -> Piece:
    """What the next piece is verified behind.

    Raises:
        StepFailed: ``text-residue``: the draft must not leave.
    """
    if joint.changed is None:
        return before.tail
    with clock.during("verify"):
        read = verify_text(joint.changed, (), known, plan, clock, left=joint.left)
        return Piece() if read is None else trimmed(joint.whole, read)


def _cleared(
    window: Window, seen: Seen, draft: Draft, tail: Piece, *, cut: int, why: str, taken: frozenset[int]
) -> Cleared:
    away = {row for row in taken if 0 <= window.at[row] < cut}
    values = typed_values(seen.decisions)
    fields = {row for decision in seen.decisions if (row := _field_row(seen.session, decision)) is not None}
    withheld = Counter({why: len(draft.mute - taken)}) + Counter({RESIDUE: len(away)})
    return Cleared(
        lines=draft.lines,
        cut=cut,
        withheld=dict(withheld),
        tail=tail,
        known=tuple(seen.known),
        covered=frozenset(fields | draft.mute | taken | window.torn).union(*(group for group, _ in values)),
        torn=torn(window, seen.session, seen.decisions, cut),
        findings=_counted(window, seen, values, cut),
        late=_late(window, seen),
    )


def _seen(window: Window, before: Before, plan: Plan, clock: StepClock) -> Seen:
    recording = window.recording
    rows, person = admitted(recording, plan, clock)
    silent = unsaid(recording, rows.scope)
    gone = rows.removed | silent.rows | window.torn
    if plan.is_empty:
        visible = shown(recording, rows.scope)
        session = Session(visible, transcribe(visible.events), ())
        return Seen(session, (), index_known(), gone, silent, person)
    looked = look(recording, rows, plan, clock, carried=before.known)
    decisions = within(looked.session, looked.decisions, silent)
    return Seen(looked.session, decisions, looked.known, gone, silent, person)


def _field_row(session: Session, decision: Decision) -> int | None:
    index = session.passages[decision.passage].field
    return None if index is None else session.recording.fields[index].row


def _rows(session: Session, decision: Decision) -> list[int]:
    span = decision.finding.span
    if isinstance(span, Keys):
        return list(span.rows)
    row = _field_row(session, decision)
    return [] if row is None else [row]


def _counted(window: Window, seen: Seen, values: Sequence[tuple[set[int], Decision]], cut: int) -> dict[str, int]:
    """Places by label that begin among the lines that are done with; texts that show the same keys count once."""
    counts: Counter[str] = Counter()
    for group, decision in values:
        counts[decision.finding.label] += 0 <= int(window.at[min(group)]) < cut
    for decision in seen.decisions:
        row = _field_row(seen.session, decision)
        counts[decision.finding.label] += row is not None and 0 <= int(window.at[row]) < cut
    return dict(+counts)


def _late(window: Window, seen: Seen) -> int:
    """Places of which something had left uncovered; each row is told once, since it counts as covered from then on."""
    return sum(bool((window.at[_rows(seen.session, decision)] == LEFT).any()) for decision in seen.decisions)
