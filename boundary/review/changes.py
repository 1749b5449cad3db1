"""What differs between the policy as it stands and the version that was approved last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from boundary.explaining import explain_recording
from boundary.policy_diff import (
    Change,
    Setting,
    Spending,
    by_label,
    compare_findings,
    compare_settings,
    spending,
)
from boundary.policy_show import place
from boundary.review.case import Approval
from boundary.review.desk import Desk
from boundary.review.preview import without_media
from policies import Policy
from recording.errors import BoundaryError

LISTED = 200
"""Changes that are listed one by one; the counts have all."""


@dataclass(frozen=True, slots=True)
class Place:
    """One finding that differs, as the page tells it: what it is and where, and never its value."""

    recording: int
    kind: str
    label: str
    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs.

    Attributes:
        settings: Of the policies, after what they extend was put in.
        labels: Findings added, removed and changed, by label.
        fates: Recordings that one of the policies would withhold and the other would not, or for another reason:
            number, code before, code after; empty where it would leave.
        same: Findings on which both agree.
        unread: Sample recordings that cannot be read.
        screens: Whether screens were compared, too.
    """

    approval: Approval
    settings: tuple[Setting, ...]
    budget: tuple[Spending, Spending]
    labels: dict[str, Counter[str]]
    places: tuple[Place, ...]
    fates: tuple[tuple[int, str, str], ...]
    count: int
    same: int
    unread: int
    screens: bool


def last_approved(desk: Desk, policy: Policy) -> tuple[Approval, Policy | None] | None:
    """The newest approval in force, and its policy where that can still be read as it was."""
    approved = desk.case(policy).approved
    return (approved[-1], desk.kept(approved[-1].version.digest)) if approved else None


def compared(desk: Desk, approval: Approval, before: Policy, after: Policy, *, screens: bool) -> Compared:
    """Compare two policies on the sample.

    Args:
        screens: Read its screens under both, which takes seconds for each; else its texts alone.

    Raises:
        BoundaryError: One of them cannot be built on this machine.
    """
    plans = desk.looks.plan(before), desk.looks.plan(after)
    changes: list[Change] = []
    fates: list[tuple[int, str, str]] = []
    same = unread = 0
    for number in range(1, len(desk.sample) + 1):
        try:
            wholes = [desk.looks.recording(number, plan.policy) for plan in plans]
        except BoundaryError:
            unread += 1
            continue
        recordings = wholes if screens else [without_media(whole) for whole in wholes]
        first, second = (explain_recording(one, plan) for one, plan in zip(recordings, plans, strict=True))
        found, agreed = compare_findings(first, second, recording=number)
        changes += found
        same += agreed
        if first.withheld != second.withheld:
            fates.append((number, first.withheld, second.withheld))
    return Compared(
        approval=approval,
        settings=compare_settings(before, after),
        budget=(spending(before), spending(after)),
        labels=by_label(changes),
        places=tuple(_place(change) for change in changes[:LISTED]),
        fates=tuple(fates),
        count=len(changes),
        same=same,
        unread=unread,
        screens=screens,
    )


def _place(change: Change) -> Place:
    before, after = change.before, change.after
    return Place(
        recording=change.recording,
        kind=change.kind,
        label=change.told.label,
        where=place(change.told),
        before=f"{before.label}, {before.action}" if before else "stays",
        after=f"{after.label}, {after.action}" if after else "stays",
    )
