"""From hits to decisions: what touches becomes one place, with the name of its best hit and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from boundary.findings import Found, Session
from boundary.link import NOT_LINKED
from boundary.plan import Plan
from boundary.screens import Screens
from boundary.trace import KNOWN
from recording.model import Chars, Finding, Hit, Keys, Passage, Span
from recording.model import Field as FieldSpan


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one place: the merged finding, the replacement, and the policy line that asked for it.

    Attributes:
        operator: Its name among the plan's operators.
        whole: The value that is replaced, where the place holds a piece of it; empty where it holds the whole.
    """

    finding: Finding
    passage: int
    start: int
    end: int
    action: str
    line: str
    operator: str = "default"
    whole: str = field(default="", repr=False)

    def value(self, text: str) -> str:
        """What is replaced in ``text``, the text of its passage."""
        return self.whole or text[self.start : self.end]


def decide(session: Session, found: Sequence[Sequence[Found]], plan: Plan, screens: Screens) -> list[Decision]:
    """Resolve overlaps: what touches becomes one place, named by its surest and then its longest finding."""
    decisions = []
    for number, (passage, hits) in enumerate(zip(session.passages, found, strict=True)):
        for start, end, best in _places(hits):
            use, operator = session.overrides.operator(number, best.hit.label, plan)
            action = "screen" if passage.kind == "screen" else use.spec.name
            for span in _spans(passage, start, end, screens):
                finding = Finding(
                    label=best.hit.label,
                    span=span,
                    score=best.hit.score,
                    rule=best.hit.rule,
                    why=KNOWN if best.use is None else best.use.spec.summary,
                    link=plan.keyed(best.of or passage.text[start:end]),
                )
                decisions.append(
                    Decision(finding, number, start, end, action, f"{use.mark.file}:{use.mark.line}", operator, best.of)
                )
    return decisions


def merge_hits(hits: Iterable[Hit]) -> list[Hit]:
    """Hits that share a character become one, named by the surest and then the longest of them."""
    places = _places([Found(hit, None) for hit in hits])
    return [replace(best.hit, start=start, end=end) for start, end, best in places]


def _places(hits: Sequence[Found]) -> Iterator[tuple[int, int, Found]]:
    """Start and end of every run of overlapping hits, and the hit that names it."""
    for start, end, best, _ in places(hits):
        yield start, end, best


def places(hits: Sequence[Found]) -> Iterator[tuple[int, int, Found, Sequence[Found]]]:
    """Start and end of every run of overlapping hits, the hit that names it, and all of them."""
    for group in _overlapping(hits):
        start, end = min(f.hit.start for f in group), max(f.hit.end for f in group)
        yield start, end, _best(group, start, end), group


def _best(group: Sequence[Found], start: int, end: int) -> Found:
    """Which finding names the place.

    Where everything is sensitive, saying what a part of it was would tell more, not less; what explains the whole place
    may name it.
    """
    whole = [f for f in group if (f.hit.start, f.hit.end) == (start, end) and f.hit.label not in NOT_LINKED]
    everything = [f for f in group if f.hit.label in NOT_LINKED]
    return max(whole or everything or group, key=_strength)


def _strength(found: Found) -> tuple[float, int, str]:
    return found.hit.score, found.hit.end - found.hit.start, found.hit.label


def _overlapping(hits: Sequence[Found]) -> Iterator[list[Found]]:
    """Groups of hits that share at least one character."""
    group: list[Found] = []
    end = -1
    for found in sorted(hits, key=_place):
        if found.hit.start >= found.hit.end:
            continue
        if group and found.hit.start < end:
            group.append(found)
            end = max(end, found.hit.end)
        else:
            if group:
                yield group
            group, end = [found], found.hit.end
    if group:
        yield group


def _place(found: Found) -> tuple[int, int]:
    return found.hit.start, -found.hit.end


def _spans(passage: Passage, start: int, end: int, screens: Screens) -> Sequence[Span]:
    """Where a place of a passage is: one span, or on a screen one for every row."""
    if passage.kind == "typed":
        return (Keys(passage.stream, tuple(sorted({row for row in passage.rows[start:end] if row >= 0}))),)
    if passage.field is not None:
        return (FieldSpan(passage.field, start, end),)
    if passage.frame is not None and passage.line is not None:
        return screens.boxes(passage.frame, passage.line, start, end)
    return (Chars(start, end),)
