"""Allow lists: detectors that pass over values which are no secret. They hold for every reading, the last included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from policies.contract import BatchDetector, ContextualDetector, PassageDetector, TextDetector
from policies.schema import NEVER_IGNORED, Allow
from recording.model import Hit, Passage

_EDGE = re.compile(r"^[\W_]+|[\W_]+$")


def folded(value: str) -> str:
    """A value as it is compared: case, white space and signs around it do not matter."""
    return " ".join(_EDGE.sub("", value.casefold()).split())


@dataclass(frozen=True, slots=True)
class Allowed:
    """Values that are no secret, folded."""

    values: frozenset[str] = field(repr=False)

    def kept(self, text: str, hits: Iterable[Hit]) -> list[Hit]:
        """The hits that count: what is more than an allowed value counts whole, and so does any secret."""
        return [
            hit for hit in hits if hit.label in NEVER_IGNORED or folded(text[hit.start : hit.end]) not in self.values
        ]


@dataclass(frozen=True, slots=True)
class Sparing:
    """A text detector without its hits on allowed values."""

    detector: TextDetector
    allowed: Allowed

    def __call__(self, text: str) -> Sequence[Hit]:
        """Hits that count."""
        return self.allowed.kept(text, self.detector(text))

    def many(self, texts: Sequence[str]) -> Sequence[Sequence[Hit]]:
        """Hits that count, text by text."""
        made: Iterator[Sequence[Hit]] | Sequence[Sequence[Hit]]
        made = self.detector.many(texts) if isinstance(self.detector, BatchDetector) else map(self.detector, texts)
        return [self.allowed.kept(text, hits) for text, hits in zip(texts, made, strict=True)]


@dataclass(frozen=True, slots=True)
class SparingGuesses(Sparing):
    """The same of a detector whose answers depend on the words around."""

    def steady(self) -> TextDetector | None:
        """The part of it whose answers do not depend on them."""
        assert isinstance(self.detector, ContextualDetector)
        part = self.detector.steady()
        return None if part is None else Sparing(part, self.allowed)


@dataclass(frozen=True, slots=True)
class SparingPassages:
    """A passage detector without its hits on allowed values."""

    detector: PassageDetector
    allowed: Allowed

    def __call__(self, passage: Passage) -> Sequence[Hit]:
        """Hits that count."""
        return self.allowed.kept(passage.text, self.detector(passage))


def sparing(detector: TextDetector, allowed: Allowed) -> TextDetector:
    """``detector`` without its hits on allowed values; itself where none is allowed."""
    if not allowed.values:
        return detector
    return SparingGuesses(detector, allowed) if isinstance(detector, ContextualDetector) else Sparing(detector, allowed)


def sparing_passages(detector: PassageDetector, allowed: Allowed) -> PassageDetector:
    """The same of a passage detector."""
    return SparingPassages(detector, allowed) if allowed.values else detector


def allowed_by(allow: Allow, listed: Iterable[str]) -> Allowed:
    """What a policy allows.

    Args:
        listed: Values of its list file.
    """
    return Allowed(frozenset(filter(None, map(folded, (*allow.values, *listed)))))
