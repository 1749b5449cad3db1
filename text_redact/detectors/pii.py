"""Personal data by pattern: Presidio's recognizers and our own, over normalised text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from policies.contract import TextDetector
from recording.model import Hit
from text_redact.detectors import own, presidio
from text_redact.entities import PRESIDIO
from text_redact.normalise import normalise


@dataclass(frozen=True, slots=True)
class Pii:
    """Runs detectors on the normalised text and gives hits in offsets of the original."""

    detectors: tuple[TextDetector, ...] = field(repr=False)

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits; equal and overlapping ones are the caller's to merge."""
        plain = normalise(text)
        return [plain.back(hit) for detector in self.detectors for hit in detector(plain.text)]


def build(entities: Iterable[str], threshold: float) -> Pii:
    """Make the detector for ``entities``; slow, done once a process."""
    wanted = set(entities)
    return Pii(
        (
            presidio.build(wanted & set(PRESIDIO), threshold),
            own.Own(tuple(sorted(wanted & own.FOUND))),
        )
    )
