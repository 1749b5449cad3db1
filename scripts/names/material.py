"""What the model learns from: real sentences in new variants, made ones, and texts without names, pass after pass."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator

import augment
import batches
import corpora
from corpora import Sentence
from listings import listings

from text_redact.names.wordpiece import WordPiece

MADE = 16_000
"""Made sentences for each time that all real sentences are seen."""
NEGATIVES = 4_000
"""Texts without names, likewise: shells, logs, interfaces."""
LISTINGS = 3_000
"""Pieces of real program text, likewise."""
PARTS = 8
"""A pass is made in so many parts, so that the first batches need not wait for all of it."""


class Stream:
    """An endless stream of batches; ``passes`` counts how often the real sentences were seen."""

    def __init__(self, cut: WordPiece, *, seed: int, synthetic: bool = True) -> None:
        self.cut = cut
        self.seed = seed
        self.synthetic = synthetic
        self.passes = 0

    def batches(self) -> Iterator[batches.Batch]:
        """Batches without end."""
        return batches.batches(self._sentences(), self.cut)

    def _sentences(self) -> Iterator[Sentence]:
        real = corpora.training()
        rng = random.Random(self.seed)
        while True:
            rng.shuffle(real)
            number = self.seed * 1000 + self.passes
            made, bare = _made(number) if self.synthetic else (iter(()), iter(()))
            names: list[tuple[str, str]] = []
            for part in range(PARTS):
                fresh = [*itertools.islice(made, MADE // PARTS)]
                names += _names(fresh)
                known = frozenset(itertools.chain.from_iterable(names))
                sources = [(sentence, True) for sentence in real[part::PARTS]]
                bare_part = itertools.islice(bare, NEGATIVES // PARTS)
                others = (fresh, bare_part, listings(LISTINGS // PARTS, number * PARTS + part, known))
                sources += [(sentence, False) for sentence in itertools.chain(*others)]
                rng.shuffle(sources)
                variants = (augment.variant(sentence, rng, names if is_real else []) for sentence, is_real in sources)
                yield from batches.joined(variants, rng)
            self.passes += 1


def _made(seed: int) -> tuple[Iterator[Sentence], Iterator[Sentence]]:
    """Made sentences, and texts without names."""
    from synthesis import negatives, sentences

    return (
        (Sentence(e.text, tuple((s[0], s[1], s[2]) for s in e.spans)) for e in sentences(MADE, seed)),
        (Sentence(e.text, ()) for e in negatives(NEGATIVES, seed)),
    )


def _names(made: Iterable[Sentence]) -> Iterator[tuple[str, str]]:
    """Given and family names of made people, to put in the place of real ones."""
    for sentence in made:
        for start, end, label in sentence.spans:
            words = sentence.text[start:end].split()
            if (
                label == "PERSON"
                and len(words) == 2
                and all(word[0].isupper() and word[-1].isalpha() for word in words)
            ):
                yield words[0], words[1]
