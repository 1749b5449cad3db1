"""Carries out what the admit steps say: which rows go, and which frames may be looked at at all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundary.admit import Consent
from boundary.plan import Plan
from boundary.register import EVERYTHING
from recording.model import KEY_KINDS, Frame, Recording


class Refused(Exception):
    """An admit step refused the whole recording: a verdict, not an error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def without_consent(plan: Plan) -> Plan:
    """The plan for samples, which nobody recorded and so nobody consents to."""
    return replace(plan, admit=tuple(step for step in plan.admit if not isinstance(step, Consent)))


def bars_rows(plan: Plan) -> bool:
    """Whether the policy keeps parts of recordings out: any admit step but consent, which takes all or nothing."""
    return any(not isinstance(step, Consent) for step in plan.admit)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows (``seq``) that are not let in.

    Attributes:
        removed: Those that go. Releases of keys pressed before stay, so that key events stay well-formed.
        barred: Those and every other row of barred time: none of them counts in a statistic.
        scope: What the person consented to, as `boundary.register.SCOPES`.
    """

    removed: frozenset[int] = field(default=frozenset(), repr=False)
    barred: frozenset[int] = field(default=frozenset(), repr=False)
    scope: frozenset[str] = EVERYTHING

    def counted(self, events: pa.Table) -> pa.Table:
        """The events that count in statistics."""
        if "statistics" not in self.scope:
            return events.slice(0, 0)
        if not self.barred:
            return events
        return events.filter(pc.invert(pc.is_in(events["seq"], value_set=pa.array(sorted(self.barred), pa.int64()))))


def admit(recording: Recording, plan: Plan, person: str | None) -> Rows:
    """Ask every admit step.

    Raises:
        Refused: An admit step refuses the whole recording.
    """
    barred: set[int] = set()
    scope = EVERYTHING
    for step in plan.admit:
        admission = step(recording, person)
        if admission.refused:
            raise Refused(admission.refused)
        scope &= admission.scope
        if admission.removed is not None:
            barred.update(admission.removed.to_pylist())
    removed = _with_releases(recording, set(barred))
    return Rows(removed, removed | barred, scope)


def _with_releases(recording: Recording, removed: set[int]) -> frozenset[int]:
    """A key goes down and up together, wherever the focus was when it came up."""
    if not removed:
        return frozenset()
    events = recording.events
    keys = events.select(["seq", "kind", "key", "stream"]).filter(
        pc.is_in(events["kind"], value_set=pa.array(sorted(KEY_KINDS)))
    )
    down: dict[tuple[int, str | None], bool] = {}
    for row in keys.to_pylist():
        key = (row["stream"], row["key"])
        if row["kind"] == "key_down":
            down[key] = row["seq"] in removed
        elif row["kind"] == "key_up" and key in down:
            (removed.add if down.pop(key) else removed.discard)(row["seq"])
    return frozenset(removed)


def admitted_frames(recording: Recording, plan: Plan, removed: frozenset[int]) -> list[Frame]:
    """Frames that may be looked at.

    A frame passes with its own row and with the events right before and right after its time, since recorders notice a
    change of window late. Where neither row nor time is known it may show anything.
    """
    events = recording.events
    if not bars_rows(plan) or not len(events):
        return [frame for frame in recording.frames if frame.row not in removed]
    known = events.filter(pc.is_valid(events["t_ns"])).select(["seq", "t_ns"]).sort_by("t_ns")
    times = known["t_ns"].to_numpy()
    gone = np.isin(known["seq"].to_numpy(), np.fromiter(removed, np.int64, len(removed)))
    out = []
    for frame in recording.frames:
        if frame.row in removed:
            continue
        if frame.t_ns is None:
            near = frame.row is not None
        else:
            first = np.searchsorted(times, frame.t_ns, side="left")
            last = np.searchsorted(times, frame.t_ns, side="right")
            near = len(times) > 0 and not gone[max(0, first - 1) : last + 1].any()
        if near:
            out.append(frame)
    return out
