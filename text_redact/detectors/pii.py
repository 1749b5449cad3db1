"""Personal data by pattern: Presidio's recognizers and our own, over normalised text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from recording.model import Hit
from text_redact.detectors import own, presidio
from text_redact.engine.rules import Rules, remembered
from text_redact.entities import PRESIDIO
from text_redact.normalise import normalise


@dataclass(frozen=True, slots=True)
class Pii:
    """Runs rules on the normalised text and gives hits in offsets of the original."""

    entities: tuple[str, ...]
    threshold: float
    rules: Rules = field(repr=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Compiled rules stay in their process."""
        return build, (self.entities, self.threshold)

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits; equal and overlapping ones are the caller's to merge."""
        if text.isascii():
            return remembered(self.rules, text)
        plain = normalise(text)
        return [plain.back(hit) for hit in remembered(self.rules, plain.text)]


def build(entities: Iterable[str], threshold: float) -> Pii:
    """Make the detector for ``entities``; slow, done once a process.

    Presidio's own pattern for e-mail is left out: ours takes every address that it takes, at any host.
    """
    wanted = tuple(sorted(set(entities)))
    of_presidio = (set(wanted) & set(PRESIDIO)) - {"EMAIL_ADDRESS"}
    return Pii(wanted, threshold, Rules((*presidio.rules(of_presidio, threshold), *own.rules(wanted))))
