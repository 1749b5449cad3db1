"""What the recorder itself tells: secure fields, host names, device ids; and, where asked for, every text there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from recording.model import Hit, Passage

LABELS = MappingProxyType(
    {
        "host_name": "HOST_NAME",
        "device_id": "DEVICE_ID",
        "user_name": "USER_NAME",
        "person": "PERSON_ID",
        "serial_number": "DEVICE_ID",
    }
)
"""Roles whose whole value is sensitive, and as what."""


def _labels() -> dict[str, str]:
    return dict(LABELS)  # a mapping proxy cannot be pickled


@dataclass(frozen=True, slots=True)
class Roles:
    """Finds text by its role: what was typed into secure fields, and fields that name a person or a machine."""

    labels: Mapping[str, str] = field(default_factory=_labels)

    def __call__(self, passage: Passage) -> Sequence[Hit]:
        """The whole passage, or nothing of it."""
        if not passage.text.strip():
            return []
        if passage.secure:
            return [Hit("PASSWORD", 0, len(passage.text), 1.0, "role:secure-field")]
        label = self.labels.get(passage.role) if passage.kind == "field" else None
        return [Hit(label, 0, len(passage.text), 1.0, f"role:{passage.role}")] if label else []


@dataclass(frozen=True, slots=True)
class EveryText:
    """Finds everything: typed text as TYPED_TEXT, every other text as FREE_TEXT unless its role is in ``keep``."""

    typed: bool
    fields: bool
    keep: frozenset[str]

    def __call__(self, passage: Passage) -> Sequence[Hit]:
        """The whole passage, or nothing of it."""
        if not passage.text.strip():
            return []
        if "typed" in (passage.kind, passage.role) and self.typed:
            return [Hit("TYPED_TEXT", 0, len(passage.text), 0.5, "all:typed")]
        # The name of a column cannot change: it is the same in every file of its kind, and other detectors read it.
        if passage.kind == "field" and self.fields and passage.role not in self.keep | {"column"}:
            return [Hit("FREE_TEXT", 0, len(passage.text), 0.5, "all:field")]
        return []
