"""What stands free only once its neighbour is replaced: in "Egretheron" each name hides the other from a search."""

from __future__ import annotations

from collections.abc import Sequence

from boundary.findings import Alarm, Found, Session, find_in_texts
from boundary.plan import Plan
from recording.model import Passage
from text_redact.known import KnownValues, find_known

BLANK = "\ue000"
"""Stands for a replaced character: no letter, no digit and no space, so that a word before it does not announce the
word behind it."""

ROUNDS = 4
"""How often what is left is looked at again; verification withholds what would need more."""


def find_leftovers(
    session: Session, found: Sequence[Sequence[Found]], known: KnownValues, plan: Plan, alarm: Alarm
) -> list[list[Found]]:
    """Add what detectors and known values hit in texts and keys as they will be when the findings are gone."""
    out = [list(hits) for hits in found]
    steady = plan.detectors.steady()
    for _ in range(ROUNDS):
        fresh = False
        taken = _taken_keys(session, out)
        left = [_left(passage, hits, taken) for passage, hits in zip(session.passages, out, strict=True)]
        read = find_in_texts((text for text in left if text is not None), steady, alarm)
        for number, (passage, text) in enumerate(zip(session.passages, left, strict=True)):
            if text is None:
                continue
            alarm()
            linked = find_known(text, known, pieces=passage.role == "erased")
            ignored = session.overrides.ignored(number, plan)
            for hit in (*read[text], *(Found(hit, None) for hit in linked)):
                if hit.use is not None and hit.hit.label in ignored:
                    continue
                if any(char.isalnum() for char in text[hit.hit.start : hit.hit.end]):
                    out[number].append(hit)
                    fresh = True
        if not fresh:
            break
    return out


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
