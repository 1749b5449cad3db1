"""Texts whose pieces are text fields: read as one, and changed in each of the places that hold a piece."""

from __future__ import annotations

from collections.abc import Collection, Iterator

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
