"""Strings that no reader knows, where a policy says that they do not pass."""

from __future__ import annotations

from collections.abc import Iterator

from recording.mappings import Mappings
from recording.model import Recording, TextField

UNKNOWN = "text"
"""Role of a string of which nothing is known."""

VECTOR = "vector"
"""Role of a long list of numbers, which no step can read; its text is empty."""


def dropped_fields(recording: Recording, mappings: Mappings) -> Iterator[TextField]:
    """Every unknown string that does not pass. Names of members stay, and are scanned as text."""
    drops: dict[str, bool] = {}
    for one in recording.fields:
        if one.role != UNKNOWN or one.start == one.end:
            continue
        if one.file not in drops:
            table = mappings.of(recording.files[one.file].store or one.file)
            drops[one.file] = ((table.unknown if table else "") or mappings.unknown) == "drop"
        if drops[one.file] and not _is_member_name(recording, one):
            yield one


def _is_member_name(recording: Recording, one: TextField) -> bool:
    if one.codec != "json":
        return False
    data = recording.files[one.file].read()
    return data[one.end : one.end + 64].lstrip(b" \t\r\n").startswith(b":")
