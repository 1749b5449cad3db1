"""Several detectors as one, each asked in the way that suits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from policies.contract import BatchDetector, TextDetector, steady
from recording.model import Hit


@dataclass(frozen=True, slots=True)
class Together:
    """All hits of all detectors, in their order; picklable if they are."""

    detectors: tuple[TextDetector, ...] = field(repr=False)

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits in one text."""
        return [hit for detector in self.detectors for hit in detector(text)]

    def steady(self) -> Together | None:
        """Those of them that do not depend on the words around a value."""
        parts = [part for part in map(steady, self.detectors) if part is not None]
        return Together(tuple(parts)) if parts else None

    def many(self, texts: Sequence[str]) -> list[Sequence[Hit]]:
        """The same for many texts; detectors that are faster on many get them all."""
        out: list[list[Hit]] = [[] for _ in texts]
        for detector in self.detectors:
            found = detector.many(texts) if isinstance(detector, BatchDetector) else map(detector, texts)
            for hits, more in zip(out, found, strict=True):
                hits.extend(more)
        return list(out)
