"""Canaries: invented sensitive values that are planted in copies of a sample, each in one place alone."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from boundary.audit.kinds import HARMLESS, KINDS, PLAIN

TYPED, FIELD, SCREEN = "typed", "field", "screen"
MODALITIES = (TYPED, FIELD, SCREEN)
"""Where a canary is planted: in the keys, in a text beside the keys, in the pixels of a screenshot."""
SHORTEST = 6
"""Letters and digits of a canary, at least: shorter ones turn up by chance."""
SHARE = 0.5
"""A canary has leaked where at least this share of it can be read in one run."""
LEAST = 5
"""Characters of such a run, at least."""


@dataclass(frozen=True, slots=True)
class Canary:
    """A value to plant.

    Attributes:
        entity: What it is.
        value: The value.
        before: Words in front of it, on the same line.
        after: Words behind it.
        modality: One of `MODALITIES`.
    """

    entity: str
    value: str = field(repr=False)
    before: str = field(repr=False)
    after: str = field(repr=False)
    modality: str

    @property
    def text(self) -> str:
        """The whole line."""
        return f"{self.before}{self.value}{self.after}"


def draw(modality: str, count: int, entities: Sequence[str], *, seed: int) -> list[Canary]:
    """``count`` canaries, the entities in turn; no two share what is distinctive of them.

    ``HARMLESS`` among the entities stands for texts that are nobody's.
    """
    # A generator for each entity: that one is left out moves no value of another.
    sources = {entity: _values(entity, modality, seed) for entity in entities}
    return [next(sources[entities[number % len(entities)]]) for number in range(count)] if entities else []


def _values(entity: str, modality: str, seed: int) -> Iterator[Canary]:
    random = Random(f"{seed}/{modality}/{entity}")  # noqa: S311  invented values, repeatable on purpose
    kind = PLAIN if entity == HARMLESS else KINDS[entity]
    seen: set[str] = set()
    while True:
        value = typable(kind.make(random))
        core = fold(distinctive(entity, value))
        if len(core) < SHORTEST or core in seen:
            continue
        seen.add(core)
        before, _, after = random.choice(kind.frames).partition("{}")
        yield Canary(entity, value, before, after, modality)


def typable(text: str) -> str:
    """The text in letters that every keyboard has: accents are left out."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ł", "l").replace("ø", "o"))
    return "".join(char for char in plain if char.isascii() and char.isprintable())


def distinctive(entity: str, value: str) -> str:
    """What tells a value from others of its kind: of an e-mail address the part before the host."""
    return value.partition("@")[0] if entity == "EMAIL_ADDRESS" else value


def fold(text: str) -> str:
    """Letters and digits alone, in lower case: what a reader needs."""
    return "".join(char for char in text.casefold() if char.isalnum())


def longest_run(core: str, haystack: str, others: str = "") -> float:
    """Share, 0 to 1, of a folded value that stands in one run in a folded text; 0 below the leak's threshold.

    Args:
        core: The value, folded.
        haystack: Where it is looked for; see `haystack`.
        others: Texts of which no run counts, since it may be theirs: other canaries, and what the sample says itself.
    """
    need = min(len(core), max(LEAST, math.ceil(len(core) * SHARE)))
    best = 0
    for size in range(need, len(core) + 1):
        runs = [core[at : at + size] for at in range(len(core) - size + 1)]
        here = [run for run in runs if run in haystack]
        if not here:
            break
        if any(run not in others for run in here):
            best = size
    return best / len(core) if core else 0.0


def haystack(texts: Iterable[str]) -> str:
    """Texts folded and joined, so that no value reaches from one into the next."""
    return "\0".join(map(fold, texts))
