"""What may be written over a value on a frame: its label, and what took its place in keys and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from boundary.covering import StandIn
from boundary.deciding import Decision
from boundary.findings import Session
from boundary.plan import Plan
from boundary.replacing import replacing
from recording.model import Box
from text_redact.known import KnownValues, known_value


def stand_ins(
    session: Session, decisions: Sequence[Decision], known: KnownValues, plan: Plan, person: str | None
) -> Mapping[Box, StandIn]:
    """The label and replacement of every box that was decided on.

    The replacement is that of the known value which OCR read there, so that a letter read wrong on one frame does not
    give a person a second stand-in. Equal arguments give the same texts as `boundary.change.change` writes.
    """
    boxed = [(decision.finding.span, decision) for decision in decisions if isinstance(decision.finding.span, Box)]
    if not boxed or not getattr(plan.coverer, "writes_stand_ins", False):
        return {box: StandIn(decision.finding.label) for box, decision in boxed}
    replaced = replacing(session, decisions, known, plan, person)
    by_label: dict[str, list[str]] = {}
    for value in known:
        by_label.setdefault(value.label, []).append(value.value)
    out = {}
    for box, decision in boxed:
        label = decision.finding.label
        read = session.passages[decision.passage].text[decision.start : decision.end]
        out[box] = StandIn(label, replaced(decision, _meant(label, read, by_label.get(label, ()))))
    return out


def _meant(label: str, read: str, values: Sequence[str]) -> str:
    """What OCR read, or the known value that it must have been."""
    from image_redact.nearest import nearest

    here = known_value(label, read)
    # In another case or with other separators it is the same value, and operators know that.
    same = here is not None and any(
        there and there.key == here.key for v in values for there in (known_value(label, v),)
    )
    return read if same else nearest(read, values) or read
