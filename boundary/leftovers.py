"""What stands free only once its neighbour is replaced: in "Egretheron" each name hides the other from a search."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from boundary.findings import Alarm, Found, Hits, Session, find_in_texts
from boundary.plan import Plan
from recording.model import Passage
from text_redact.buffer import AROUND, LONGEST
from text_redact.known import KnownValues, find_known

BLANK = "\ue000"
"""Stands for a replaced character: no letter, no digit and no space, so that a word before it does not announce the
word behind it."""

ROUNDS = 4
"""How often what is left is looked at again; verification withholds what would need more."""


def find_leftovers(
    session: Session, found: Sequence[Sequence[Found]], known: KnownValues, plan: Plan, alarm: Alarm
) -> list[Hits]:
    """Add what detectors and known values hit in texts and keys as they will be when the findings are gone."""
    out = [tuple(hits) for hits in found]
    steady = plan.detectors.steady()
    for _ in range(ROUNDS):
        fresh = False
        taken = _taken_keys(session, out)
        left = [_left(passage, hits, taken) for passage, hits in zip(session.passages, out, strict=True)]
        parts = [() if text is None else tuple(_around_gaps(text)) for text in left]
        read = find_in_texts((part for of_text in parts for _, part in of_text), steady, alarm)
        for number, (passage, of_text) in enumerate(zip(session.passages, parts, strict=True)):
            for start, part in of_text:
                alarm()
                linked = find_known(part, known, pieces=passage.role == "erased")
                ignored = session.overrides.ignored(number, plan)
                for found_ in (*read.get(part, ()), *(Found(hit, None) for hit in linked)):
                    hit = found_.hit
                    if found_.use is not None and hit.label in ignored:
                        continue
                    if any(char.isalnum() for char in part[hit.start : hit.end]):
                        moved = replace(hit, start=hit.start + start, end=hit.end + start) if start else hit
                        out[number] = (*out[number], replace(found_, hit=moved))
                        fresh = True
        if not fresh:
            break
    return out


SHORT = 1_000
"""A longer text is not read as a whole again: what is far from every gap stands as it stood."""


def _around_gaps(text: str) -> Iterator[tuple[int, str]]:
    """What of a text stands near a gap, as far as the text around an edit (`text_redact.buffer`), with its offset."""
    if len(text) <= SHORT:
        yield 0, text
        return
    low = high = 0
    for gap in _GAPS.finditer(text):
        if high and gap.start() - AROUND > high:
            yield low, text[low:high]
            high = 0
        if not high:
            blanks = _BLANKS.finditer(text, max(0, gap.start() - LONGEST), max(0, gap.start() - AROUND))
            low = max((blank.end() for blank in blanks), default=max(0, gap.start() - LONGEST))
        blank = _BLANKS.search(text, gap.end() + AROUND, gap.end() + LONGEST)
        high = blank.start() if blank else min(len(text), gap.end() + LONGEST)
    yield low, text[low:high]


_GAPS = re.compile(f"{BLANK}+")
_BLANKS = re.compile(r"\s+")


def _taken_keys(session: Session, found: Sequence[Sequence[Found]]) -> dict[int, frozenset[int]]:
    """Key rows behind a finding, by stream: a character is gone from every text that shows it."""
    rows: dict[int, set[int]] = {}
    for passage, hits in zip(session.passages, found, strict=True):
        if passage.kind == "typed":
            of_stream = rows.setdefault(passage.stream, set())
            for f in hits:
                of_stream.update(passage.rows[f.hit.start : f.hit.end])
    return {stream: frozenset(of_stream - {-1}) for stream, of_stream in rows.items()}


def _left(passage: Passage, hits: Sequence[Found], taken: dict[int, frozenset[int]]) -> str | None:
    """The passage with what goes blanked; ``None`` where nothing goes or nothing is left, and for screens."""
    if passage.echo:
        return None  # what is left of the value that holds it is carried over
    if passage.kind == "screen":
        return None  # whole words are covered there, and the result is read again
    gone = {place for f in hits for place in range(f.hit.start, f.hit.end)}
    rows = taken.get(passage.stream, frozenset()) if passage.kind == "typed" else frozenset[int]()
    if not rows.isdisjoint(passage.rows):
        gone |= {place for place, row in enumerate(passage.rows) if row in rows}
    if not gone:
        return None
    text = "".join(BLANK if place in gone else char for place, char in enumerate(passage.text))
    return text if any(char.isalnum() for char in text) else None
