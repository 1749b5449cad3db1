"""Why each region of a frame was covered: what a contact sheet and other onlookers are told, never a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recording.model import Box, Finding

KNOWN = "known value of the session"
"""`Finding.why` of what no detector found there."""
TEXT, LINKED, PIXELS = "text", "known", "pixels"
EVERY_LINE, UNREAD, STICKY, REPAIR = "line", "unread", "sticky", "repair"
REASONS: Mapping[str, str] = {
    TEXT: "text found by a detector",
    LINKED: "known value of the session",
    PIXELS: "detector of pixels, or a region of the policy",
    EVERY_LINE: "the policy covers every line of text",
    UNREAD: "looks like text and could not be read",
    STICKY: "same pixels as covered on another frame",
    REPAIR: "found by the second reading, after covering",
}
"""Why a region is covered, by the short name that `Mark.reason` has."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A covered region and why it is.

    Attributes:
        box: Left, top, width and height in pixels of the frame, before the paint grows to its grid.
        reason: A key of `REASONS`.
        label: What was found; empty where nothing says what it is.
        rule: The rule that found it; empty where no rule did.
        score: The rule's confidence, 0 to 1; ``None`` where no rule found it.
    """

    box: tuple[int, int, int, int]
    reason: str
    label: str = ""
    rule: str = ""
    score: float | None = None


class Watch:
    """Looks on while a recording is taken through a policy, and changes nothing: what is not asked for is passed over.

    What it raises withholds the recording. Nothing that it is shown is released yet: only the outcome of
    `boundary.pipeline.process` says whether it may be.
    """

    __slots__ = ()

    def decided(self, seen: Any, person: str | None) -> None:
        """Every text that there is, what was found in it, and what becomes of that: `boundary.looking.Looked`."""

    def frame(self, name: str, before: Any, after: Any, marks: Sequence[Mark]) -> None:
        """A frame that was covered, read again and found clean: pixels as captured and as they leave, BGR."""

    def ended(self, frames: Sequence[str], withheld: Mapping[str, str]) -> None:
        """Every frame of the recording, in order, and the codes of those that were withheld."""

    def changed(self, done: Any) -> None:
        """What was read, found and made of it, as `Done`; called last, before verification."""


@dataclass(frozen=True, slots=True)
class Done:
    """Everything that is known of a recording once it is changed.

    Attributes:
        session: `boundary.findings.Session`: the recording and its passages.
        decisions: `boundary.deciding.Decision` for each place of a text.
        regions: Findings of detectors of pixels.
        removed: Rows that were not admitted.
        screens: `boundary.screens.Screens`: what was read on the frames.
        changed: `boundary.change.Changed`: the files that are to leave.
    """

    session: Any = field(repr=False)
    decisions: Sequence[Any] = field(repr=False)
    regions: Sequence[Finding] = field(repr=False)
    removed: frozenset[int] = field(repr=False)
    screens: Any = field(repr=False)
    changed: Any = field(repr=False)


def marks(
    name: str, regions: Iterable[Any], repairs: Iterable[Any], why: Why, always: Iterable[Any], unread: Iterable[Any]
) -> list[Mark]:
    """The reason of every region of a frame.

    Args:
        regions: What was covered before the second reading; `image_redact.Region`.
        repairs: What the second reading added.
        why: What was found, by place.
        always: Boxes that the reader covers whatever is found.
        unread: Those of them that nobody could read.
    """
    lines, dark = {tuple(box) for box in always}, {tuple(box) for box in unread}
    out = []
    for region in regions:
        box = (region.box.x, region.box.y, region.box.width, region.box.height)
        found = why.get(Box(name, *box))
        if found is not None:
            out.append(Mark(box, found[0], found[1].label, found[1].rule, found[1].score))
        elif box in dark:
            out.append(Mark(box, UNREAD))
        elif box in lines:
            out.append(Mark(box, EVERY_LINE))
        else:
            out.append(Mark(box, STICKY, region.label))
    out += [Mark((r.box.x, r.box.y, r.box.width, r.box.height), REPAIR, r.label) for r in repairs]
    return out


Why = Mapping[Box, tuple[str, Finding]]
"""The finding at each box, and the key of `REASONS` that it stands for."""


def why(decided: Iterable[Finding], pixels: Iterable[Finding]) -> Why:
    """What was found, by place; where several findings share a box, the surest names it.

    Args:
        decided: Findings of texts and known values.
        pixels: Findings of detectors of pixels.
    """
    out: dict[Box, tuple[str, Finding]] = {}
    told = [(LINKED if finding.why == KNOWN else TEXT, finding) for finding in decided]
    told += [(PIXELS, finding) for finding in pixels]
    for reason, finding in told:
        if isinstance(finding.span, Box):
            other = out.get(finding.span)
            if other is None or other[1].score < finding.score:
                out[finding.span] = reason, finding
    return out
