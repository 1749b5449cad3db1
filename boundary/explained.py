"""What an explanation is made of: places with what decided on them, and the figures of a recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from policies.severity import Severity
from recording.model import Span


@dataclass(frozen=True, slots=True)
class Rival:
    """A hit that shares characters with a finding, and lost its name to it.

    Attributes:
        step: The step that made it; empty for a known value of the session.
        line: ``file:line`` of the policy that asked for the step.
    """

    label: str
    score: float
    rule: str
    step: str
    line: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One place that is changed, and why.

    Attributes:
        label: What it is.
        severity: How bad it would be to leak it, as the policy says.
        modality: ``typed``, ``field`` or ``screen``.
        role: Which text: ``final``, ``erased``, ``window_title``, ``line`` ... ; ``pixels`` where no text was read.
        span: Where it is: key rows, a text field, a box of a frame.
        rows: Event rows (``seq``) that it belongs to; empty where no row does.
        score: The rule's confidence, 0 to 1.
        alone: The best score that the same label gets without the words around; ``None``: not found without them.
        rule: The rule that named it.
        step: The step with that rule; ``link`` for a known value of the session.
        why: What the step looks for, in a sentence.
        found_by: ``file:line`` of the policy that asked to find it.
        action: The operator that changes it.
        changed_by: ``file:line`` of the policy that chose the operator.
        rivals: Other hits of the same place, surest first.
        link: Keyed hash of the value; equal values have equal links.
        value: The value itself, empty for pixels.
        around: The text it stands in with the value's place in it, code points: text, start, end.
        caption: What introduces it: the name of the field, the words beside it on the screen.
    """

    label: str
    severity: Severity
    modality: str
    role: str
    span: Span
    rows: tuple[int, ...]
    score: float
    alone: float | None
    rule: str
    step: str
    why: str
    found_by: str
    action: str
    changed_by: str
    rivals: tuple[Rival, ...]
    link: str
    value: str = field(default="", repr=False)
    around: tuple[str, int, int] = field(default=("", 0, 0), repr=False)
    caption: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a policy does to one recording, as far as it can be told before it is done.

    Attributes:
        findings: Every place that is changed, typed ones first, in order.
        withheld: Code why nothing is known about it and nothing of it would leave; empty otherwise.
        events: Event rows read.
        removed: Rows that are not admitted.
        kinds: Event rows by kind, of those that are admitted.
        frames: Frames read.
        frames_withheld: Frames that could not be read, by code.
    """

    findings: tuple[Explained, ...] = ()
    withheld: str = ""
    events: int = 0
    removed: int = 0
    kinds: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    frames: int = 0
    frames_withheld: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
