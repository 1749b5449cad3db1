"""Texts whose pieces are text fields: read as one, and changed in each of the places that hold a piece."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from recording.model import Passage, Recording


def joined_passages(recording: Recording, kept: Collection[int]) -> Iterator[Passage]:
    """The joined texts of which at least two fields were let in.

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
            yield Passage(text, "field", one.role, parts=parts)


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
