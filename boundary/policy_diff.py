"""What another policy would do to the same recordings: findings added, removed and changed, settings, and budgets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal

from boundary.explaining import Explained, Explanation, explain_recording
from boundary.opening import open_under, reading_of
from boundary.plan import Plan
from policies import Policy
from policies.nodes import Plain
from recording import discover
from recording.errors import BoundaryError
from recording.model import Box, Field, Keys, Span

Kind = Literal["added", "removed", "changed"]
Cell = tuple[str, int, int]
"""What a place is made of: a key row, a character of a text field, a square of a frame."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place that the policies treat differently.

    Attributes:
        recording: Number of the recording in the sample, from 1.
        kind: ``added``: only the second finds it; ``removed``: only the first does; ``changed``: both do, but it gets
            another label, another operator, or another extent.
        what: For what is changed, what differs: ``label``, ``action``, ``extent``. With no ``after``, a part of it is
            hidden with its neighbours, and the rest is not.
    """

    recording: int
    kind: Kind
    before: Explained | None
    after: Explained | None
    what: tuple[str, ...] = ()

    @property
    def told(self) -> Explained:
        """The finding to show: the second policy's, or what only the first has."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that differs: its path in the policy, and both values as JSON; ``None`` where it is not set."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Spending:
    """The budget of a policy, and what one release of all its statistics costs.

    Attributes:
        currency: ``epsilon`` or ``rho``.
        total: The account's budget, for its whole life.
        price: Sum of the prices of the statistics.
        statistics: Price by name.
    """

    scope: str
    currency: str
    total: Decimal
    price: Decimal
    statistics: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def releases(self) -> int | None:
        """How many releases of everything the budget pays for; ``None`` where nothing is charged."""
        return int(self.total // self.price) if self.price else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A recording whose fate differs: codes why it would be withheld, empty where it would not, and rows removed."""

    recording: int
    before: str
    after: str
    removed_before: int
    removed_after: int


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """Everything that differs between two policies.

    Attributes:
        recordings: Paths of the sample, for who sees it anyway; `Change.recording` counts them from 1.
        same: Findings on which both agree.
        unreadable: Sources that could not be opened, by code.
    """

    settings: tuple[Setting, ...]
    budget: tuple[Spending, Spending]
    changes: tuple[Change, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    same: int = 0
    recordings: tuple[Path, ...] = field(default=(), repr=False)
    unreadable: Mapping[str, int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.settings or self.changes or self.outcomes) and self.budget[0] == self.budget[1]

    def count(self, kind: Kind) -> int:
        """Number of findings that are ``added``, ``removed`` or ``changed``."""
        return sum(change.kind == kind for change in self.changes)


def compare_policies(before: Plan, after: Plan, sample: Sequence[Path] = ()) -> PolicyDiff:
    """Compare two policies by their settings, their budgets and what they find in a sample.

    Args:
        before: The policy that is in use.
        after: The one that may take its place.
        sample: Recordings, or folders of them.

    Raises:
        InputError: A source is not there. A recording that cannot be read is counted in ``unreadable``.
    """
    changes: list[Change] = []
    outcomes: list[Outcome] = []
    paths: list[Path] = []
    unreadable: Counter[str] = Counter()
    same = 0
    for path in (found for source in sample for found in discover(source)):
        try:
            recording = open_under(path, before.policy)
            alike = reading_of(before.policy) == reading_of(after.policy)
            again = recording if alike else open_under(path, after.policy)
        except BoundaryError as error:
            unreadable[error.code] += 1
            continue
        paths.append(path)
        first, second = explain_recording(recording, before), explain_recording(again, after)
        found, agreed = compare_findings(first, second, recording=len(paths))
        changes += found
        same += agreed
        fates = (first.withheld, second.withheld), (first.removed, second.removed)
        if any(one != other for one, other in fates):
            outcomes.append(Outcome(len(paths), *fates[0], *fates[1]))
    return PolicyDiff(
        settings=compare_settings(before.policy, after.policy),
        budget=(spending(before.policy), spending(after.policy)),
        changes=tuple(changes),
        outcomes=tuple(outcomes),
        same=same,
        recordings=tuple(paths),
        unreadable=dict(unreadable),
    )


def compare_findings(before: Explanation, after: Explanation, *, recording: int = 1) -> tuple[list[Change], int]:
    """Findings of two policies in one recording, paired by place.

    Returns:
        What differs, in the order of the second policy and then of the first, and the number of places that do not.
    """
    first = [frozenset(_cells(one.span)) for one in before.findings]
    second = [frozenset(_cells(one.span)) for one in after.findings]
    owners: dict[Cell, list[int]] = {}
    for number, cells in enumerate(first):
        for cell in cells:
            owners.setdefault(cell, []).append(number)
    paired: set[int] = set()
    changes: list[Change] = []
    same = 0
    for one, cells in zip(after.findings, second, strict=True):
        near = Counter(number for cell in cells for number in owners.get(cell, ()))
        if not near:
            changes.append(Change(recording, "added", None, one))
            continue

        def fits(number: int, one: Explained = one, cells: frozenset[Cell] = cells) -> tuple[bool, float, bool]:
            other = before.findings[number]
            likeness = len(first[number] & cells) / len(first[number] | cells)
            return not _differs(other, one), likeness, other.label == one.label

        partner = max(near, key=fits)
        paired.add(partner)
        what = _differs(before.findings[partner], one)
        if what:
            changes.append(Change(recording, "changed", before.findings[partner], one, what))
        else:
            same += 1
    hidden = frozenset(cell for cells in second for cell in cells)
    for number, other in enumerate(before.findings):
        if first[number] and not first[number] & hidden:
            changes.append(Change(recording, "removed", other, None))
        elif number not in paired and not first[number] <= hidden:
            changes.append(Change(recording, "changed", other, None, ("extent",)))
    return changes, same


def _differs(before: Explained, after: Explained) -> tuple[str, ...]:
    pairs = {
        "label": (before.label, after.label),
        "action": (before.action, after.action),
        "extent": (set(_cells(before.span)), set(_cells(after.span))),
    }
    return tuple(name for name, (one, other) in pairs.items() if one != other)


SQUARE = 8
"""Side of the squares that boxes on frames are compared by, in pixels."""


def _cells(span: Span) -> Iterator[Cell]:
    match span:
        case Keys(stream, rows):
            yield from (("keys", stream, row) for row in rows)
        case Field(number, start, end):
            yield from (("field", number, at) for at in range(start, end))
        case Box(frame, x, y, width, height):
            for row in range(y // SQUARE, (y + height - 1) // SQUARE + 1):
                for column in range(x // SQUARE, (x + width - 1) // SQUARE + 1):
                    yield frame, row, column


def compare_settings(before: Policy, after: Policy) -> tuple[Setting, ...]:
    """Settings that differ after merging, by path; comments, layout and what is inherited from where do not count."""
    first, second = dict(_flat(before.effective, "")), dict(_flat(after.effective, ""))
    paths = sorted(first.keys() | second.keys())
    return tuple(Setting(p, first.get(p), second.get(p)) for p in paths if first.get(p) != second.get(p))


def _flat(value: Plain, path: str) -> Iterator[tuple[str, str]]:
    """Leaves by path; entries of lists of steps go by their name, so that an added one moves no other."""
    if isinstance(value, dict) and value and not path.startswith("tests["):
        for key, child in value.items():
            yield from _flat(child, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        seen: Counter[str] = Counter()
        for entry in value:
            name = _name(entry)
            seen[name] += 1
            yield from _flat(entry, f"{path}[{name}{f' {seen[name]}' if seen[name] > 1 else ''}]")
    else:
        yield path, json.dumps(value, ensure_ascii=False)


def _name(entry: Plain) -> str:
    if not isinstance(entry, dict):
        return ""
    parts = [str(entry[key]) for key in ("use", "id", "label", "name") if isinstance(entry.get(key), str)]
    when = entry.get("when")
    for key, value in when.items() if isinstance(when, dict) else ():
        first = value[0] if isinstance(value, list) and value else value
        parts.append(f"{key} {first}")
    return " ".join(parts)


def spending(policy: Policy) -> Spending:
    """What the policy's statistics cost, each released once, and what there is to spend."""
    from boundary.aggregates import statistic_name

    currency = "rho" if policy.budget.rho is not None else "epsilon"
    prices = {}
    for index, use in enumerate(policy.aggregates):
        price = getattr(use.options, currency, None)
        if price is not None:
            prices[statistic_name(policy, index)] = Decimal(str(price))
    return Spending(policy.budget.scope, currency, policy.budget.total, sum(prices.values(), Decimal(0)), prices)


def by_label(changes: Iterable[Change]) -> dict[str, Counter[str]]:
    """Number of changes by label and kind."""
    out: dict[str, Counter[str]] = {}
    for change in changes:
        out.setdefault(change.told.label, Counter())[change.kind] += 1
    return dict(sorted(out.items()))
