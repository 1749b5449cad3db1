"""A loaded policy: validated, merged, frozen, and identified by its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policies.contract import Options, StepSpec
from policies.nodes import Mark, Plain
from policies.schema import Allow, Budget, Case, Data, Limits, When
from policies.severity import Severity, severity_of
from recording.mappings import Mappings


@dataclass(frozen=True, slots=True)
class StepUse:
    """One step with its options, and the policy line that asks for it."""

    spec: StepSpec
    options: Options
    mark: Mark


@dataclass(frozen=True, slots=True)
class PolicySource:
    """The text of one policy file, under the name that messages use."""

    file: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OverrideUse:
    """What is different in some places; goes on top of the policy as a policy goes on the one it extends.

    Attributes:
        find: Detectors of texts that look there besides all others.
        ignore: Labels that stay there.
        change: Operators by label.
    """

    when: When
    find: tuple[StepUse, ...]
    ignore: frozenset[str]
    change: Mapping[str, StepUse]
    mark: Mark


@dataclass(frozen=True, slots=True)
class CaseUse:
    """A test of the policy, and its place in it."""

    case: Case = field(repr=False)
    mark: Mark


@dataclass(frozen=True, slots=True)
class Policy:
    """What a reviewer signed, ready to be planned.

    Attributes:
        name: The policy's own name.
        digest: SHA-256 (hex) of the effective policy and of the list files it names; comments and layout do not
            change it.
        sources: The files it was made of, first the one that was asked for; enough to load it again elsewhere.
        folder: Where its relative paths start.
        person: Metadata key that names the person.
        read: How files are read; what `recording.open_recording` takes.
        severities: How bad a leak is, by label, as far as the policy says so; see `severity`.
        effective: The merged policy as plain data.
        lists: SHA-256 (hex) of every list file by the path that the policy gives.
    """

    name: str
    digest: str
    sources: tuple[PolicySource, ...]
    folder: Path
    person: str | None
    limits: Limits
    read: Mappings
    admit: tuple[StepUse, ...]
    find: tuple[StepUse, ...]
    link: StepUse | None
    change: Mapping[str, StepUse]
    verify: tuple[StepUse, ...]
    names: str
    video: str
    video_every_s: float
    audio: str
    budget: Budget
    data: Data
    aggregates: tuple[StepUse, ...]
    effective: Plain = field(repr=False)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    allow: Allow = field(default_factory=Allow, repr=False)
    overrides: tuple[OverrideUse, ...] = ()
    tests: tuple[CaseUse, ...] = ()
    lists: Mapping[str, str] = field(default_factory=dict)

    def severity(self, label: str) -> Severity:
        """How bad it is when a value of this label leaks."""
        return severity_of(label, self.severities)

    def uses(self) -> tuple[StepUse, ...]:
        """Every step of the policy in the order of the data's flow."""
        link = (self.link,) if self.link else ()
        special = [use for override in self.overrides for use in (*override.find, *override.change.values())]
        changes = (*self.change.values(), *special)
        return (*self.admit, *self.find, *link, *changes, *self.verify, *self.aggregates)


def digest(effective: Plain, lists: Mapping[str, str]) -> str:
    """SHA-256 (hex) over canonical JSON: sorted keys, no white space, ASCII; with digests of lists where there are."""
    whole = {"policy": effective, "lists": dict(lists)} if lists else effective
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
