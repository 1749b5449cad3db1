"""Personal data by pattern: Presidio's recognizers and our own, over normalised text."""

from __future__ import annotations

import functools
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

    def many(self, texts: Sequence[str]) -> Sequence[Sequence[Hit]]:
        """All hits of each text."""
        return [self(text) for text in texts]


def build(entities: Iterable[str], threshold: float) -> Pii:
    """Make the detector for ``entities``; slow, done once a process.

    Presidio's own patterns are left out for what ours cover (`own.COVERED`).
    """
    return _built(tuple(sorted(set(entities))), threshold)


@functools.cache
def _built(wanted: tuple[str, ...], threshold: float) -> Pii:
    # Engines that move work between processes unpickle a detector for every task.
    of_presidio = (set(wanted) & set(PRESIDIO)) - own.COVERED
    found = Pii(wanted, threshold, Rules((*presidio.rules(of_presidio, threshold), *own.rules(wanted))))
    found.rules(_WARM_UP)
    return found


_WARM_UP = "tel. (212) 555-0143"
"""Read once at build time, so that what is compiled at first use is compiled before the first text."""
