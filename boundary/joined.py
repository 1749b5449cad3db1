"""Text that was typed in several steps: read as one, and changed in each of the places that hold a piece of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from recording.model import Passage, Recording

if TYPE_CHECKING:
    from boundary.findings import Found


def joined_passages(recording: Recording, kept: Collection[int]) -> Iterator[Passage]:
    """The texts that were typed in steps, of which at least two fields were let in.

    Args:
        kept: Indexes of the text fields that were let in; a piece of any other is left out.
    """
    for one in recording.joined:
        parts = tuple(part for part in one.parts if part[1].field in kept)
        gone = [part for part in one.parts if part[1].field not in kept]
        text = one.text
        for at, place in gone:
            length = place.end - place.start
            # A line break of the same length: what was not let in is not read, and joins nothing.
            text = text[:at] + "\n" * length + text[at + length :]
        if len(parts) > 1:
            yield Passage(text, "field", "typed", parts=parts)


def with_fields_of(recording: Recording, files: Collection[str]) -> Recording:
    """The recording with the text fields of some files alone; what was typed in several still finds its places."""
    kept = [at for at, text in enumerate(recording.fields) if text.file in files]
    moved = {old: new for new, old in enumerate(kept)}
    joined = []
    for one in recording.joined:
        parts = tuple((at, replace(place, field=moved[place.field])) for at, place in one.parts if place.field in moved)
        # A piece without a place stays in the text: what is around it reads as it was typed.
        joined.append(replace(one, parts=parts))
    return replace(recording, fields=tuple(recording.fields[at] for at in kept), joined=tuple(joined))


def in_fields(passages: Sequence[Passage], found: Sequence[Sequence[Found]]) -> list[list[Found]]:
    """What was found in joined texts, as hits of the fields that hold its pieces; joined texts have none any more."""
    out = [list(hits) if not passage.parts else [] for passage, hits in zip(passages, found, strict=True)]
    number_of = {passage.field: number for number, passage in enumerate(passages) if passage.field is not None}
    for passage, hits in zip(passages, found, strict=True):
        for at, place in passage.parts:
            length = place.end - place.start
            for one in hits:
                start, end = max(one.hit.start, at), min(one.hit.end, at + length)
                if start >= end:
                    continue
                first, last = place.start + start - at, place.start + end - at
                out[number_of[place.field]].append(replace(one, hit=replace(one.hit, start=first, end=last)))
    return out
