"""A loaded policy: validated, merged, frozen, and identified by its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policies.contract import Options, StepSpec
from policies.nodes import Mark, Plain
from policies.schema import Budget, Data, Limits


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
class Policy:
    """What a reviewer signed, ready to be planned.

    Attributes:
        name: The policy's own name.
        digest: SHA-256 (hex) of the effective policy; comments and layout do not change it.
        sources: The files it was made of, first the one that was asked for; enough to load it again elsewhere.
        folder: Where its relative paths start.
        person: Metadata key that names the person.
        effective: The merged policy as plain data.
    """

    name: str
    digest: str
    sources: tuple[PolicySource, ...]
    folder: Path
    person: str | None
    limits: Limits
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

    def uses(self) -> tuple[StepUse, ...]:
        """Every step of the policy in the order of the data's flow."""
        link = (self.link,) if self.link else ()
        return (*self.admit, *self.find, *link, *self.change.values(), *self.verify, *self.aggregates)


def digest(effective: Plain) -> str:
    """SHA-256 (hex) over canonical JSON: sorted keys, no white space, ASCII."""
    text = json.dumps(effective, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
