"""The first half of the way, shared by all who look: admit, read, find, link, decide. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from boundary.admission import Refused, Rows, admit, admitted_frames
from boundary.deciding import Decision, decide
from boundary.findings import Found, Session, find, gather, known_values, link
from boundary.leftovers import find_leftovers
from boundary.overriding import overriding
from boundary.plan import Plan
from boundary.scope import shown
from boundary.screens import Screens, read_frames
from boundary.spreading import link_pieces, spread
from boundary.video import frames_of_videos
from recording.model import Finding, Recording
from text_redact.known import KnownValue, KnownValues, index_known


class Clock(Protocol):
    """**Protocol:** stops whoever takes too long, and is told which step begins."""

    def __call__(self) -> None:
        """Raise `StepFailed` when the recording's time is up."""
        ...

    def during(self, step: str) -> AbstractContextManager[None]:
        """The time of one step."""
        ...


@dataclass(frozen=True, slots=True)
class Looked:
    """What a policy finds in a recording and what becomes of it, before anything is changed.

    Attributes:
        rows: What was not let in.
        screens: What was read on the frames.
        found: Every hit, passage by passage, overlaps included.
        known: The values of the session that are searched everywhere.
        decisions: One for each place.
        pixels: What detectors of pixels found.
        videos: Videos that do not pass as they are, by code.
        sampled: What was taken out of videos.
    """

    rows: Rows
    screens: Screens
    session: Session
    found: Sequence[Sequence[Found]] = field(repr=False)
    known: KnownValues = field(repr=False)
    decisions: Sequence[Decision] = field(repr=False)
    pixels: Sequence[Finding] = field(repr=False)
    videos: Mapping[str, int]
    sampled: Sequence[Any] = field(repr=False)


def admitted(recording: Recording, plan: Plan, clock: Clock) -> tuple[Rows, str | None]:
    """The rows that are not let in, and whose recording it is.

    Raises:
        Refused: An admit step refuses the whole recording.
    """
    said = recording.attributes.get(plan.policy.person, "") if plan.policy.person else ""
    person = said.strip() or None
    with clock.during("admit"):
        rows = admit(recording, plan, person)
        if not rows.scope & {"keys", "screens"}:
            raise Refused("consent-scope")
    with clock.during("find.rows"):
        secret = frozenset(row for find_rows in plan.rows for row in find_rows(recording))
        # Rows that are secrets themselves go like those that were not admitted, and count in no statistic.
        if secret:
            rows = replace(rows, removed=rows.removed | secret, barred=rows.barred | secret)
        return rows, person


def look(source: Recording, rows: Rows, plan: Plan, clock: Clock, *, carried: Iterable[KnownValue] = ()) -> Looked:
    """Find everything and decide what becomes of it.

    Args:
        carried: Values that are known from earlier parts of the session; they are searched for as well.

    Raises:
        BoundaryError: A step raised, or time is up: nothing is known about the recording then.
    """
    removed = rows.removed
    with clock.during("read.video"):
        recording, videos, sampled = frames_of_videos(shown(source, rows.scope), plan, clock)
    with clock.during("find.screen"):
        screens = read_frames(recording, admitted_frames(recording, plan, removed), plan, clock)
    with clock.during("find.text"):
        session = gather(recording, removed, screens)
        session = replace(session, overrides=overriding(recording, session.passages, plan))
        found = spread(session, find(session, plan, clock))
    with clock.during("link"):
        known = known_values(session, found, plan, screens)
        known = index_known((*known, *before)) if (before := tuple(carried)) else known
        found = link(session, found, known, screens, clock)
        found = spread(session, link_pieces(session, found, known))
        found = spread(session, find_leftovers(session, found, known, plan, clock))
    with clock.during("decide"):
        decisions = decide(session, found, plan, screens)
        pixels = [finding for regions in screens.regions.values() for finding in regions]
    return Looked(rows, screens, session, found, known, decisions, pixels, videos, sampled)
