"""Sentences to training batches of a few fixed shapes.

Every distinct shape makes the allocator keep another set of buffers, so there are three.
"""

from __future__ import annotations

import queue
import random
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from corpora import IGNORE, LABELS, Sentence
from torch import Tensor

from text_redact.names.wordpiece import Pieces, WordPiece

BUCKETS = ((32, 96), (64, 48), (128, 24))
"""Pieces of a row, rows of a batch."""
TAGS = ("O", *(f"{prefix}-{label}" for label in LABELS for prefix in "BI"))
SKIP = -100
"""Target of pieces that teach nothing."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of shape (rows, pieces): piece ids, case styles, target tags."""

    ids: Tensor
    styles: Tensor
    targets: Tensor


Row = tuple[list[int], list[int], list[int]]


def targets(pieces: Pieces, sentence: Sentence) -> list[int]:
    """The tag of each piece: BIO by word, where a word belongs to the span that it touches."""
    out: list[int] = []
    spans = sorted(sentence.spans)
    at, last = 0, -1
    for (start, end), count in zip(pieces.words, pieces.counts, strict=True):
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        if at == len(spans) or spans[at][0] >= end:
            out += [0] * count
        elif spans[at][2] == IGNORE:
            out += [SKIP] * count
        else:
            inside = 2 * LABELS.index(spans[at][2]) + 2
            out += [inside if at == last else inside - 1, *[inside] * (count - 1)]
            last = at
    return out


def rows(sentence: Sentence, cut: WordPiece, longest: int) -> Iterator[Row]:
    """Rows of at most ``longest`` pieces behind a start mark, cut between words."""
    pieces = cut(sentence.text)
    tags = targets(pieces, sentence)
    at = word = 0
    while word < len(pieces.counts):
        size = 0
        while word < len(pieces.counts) and size + pieces.counts[word] <= longest - 1:
            size += pieces.counts[word]
            word += 1
        if not size:  # one word longer than a row
            return
        ids = [cut.start, *pieces.ids[at : at + size]]
        yield ids, [0, *pieces.styles[at : at + size]], [SKIP, *tags[at : at + size]]
        at += size


def joined(
    sentences: Iterable[Sentence], rng: random.Random, share: float = 0.3, most: int = 350
) -> Iterator[Sentence]:
    """Some neighbours as lines of one text, since recordings hold lists, forms and signatures."""
    held: Sentence | None = None
    for sentence in sentences:
        if held is not None and len(held.text) + len(sentence.text) < most and rng.random() < share:
            gap = rng.choice(("\n", "\n", "\n", "  ", " | ", "\t", "\n\n"))
            move = len(held.text) + len(gap)
            spans = (*held.spans, *((a + move, b + move, label) for a, b, label in sentence.spans))
            held = Sentence(held.text + gap + sentence.text, spans)
            continue
        if held is not None:
            yield held
        held = sentence
    if held is not None:
        yield held


def batches(sentences: Iterable[Sentence], cut: WordPiece) -> Iterator[Batch]:
    """Full batches, each row in the smallest bucket that holds it; what fills no batch at the end is left out."""
    waiting: dict[int, list[Row]] = {length: [] for length, _ in BUCKETS}
    for sentence in sentences:
        for row in rows(sentence, cut, BUCKETS[-1][0]):
            length, size = next(bucket for bucket in BUCKETS if len(row[0]) <= bucket[0])
            waiting[length].append(row)
            if len(waiting[length]) == size:
                yield _pack(waiting[length], length)
                waiting[length] = []


def _pack(full: Sequence[Row], length: int) -> Batch:
    def fill(part: int, value: int) -> Tensor:
        return torch.tensor([row[part] + [value] * (length - len(row[part])) for row in full])

    return Batch(fill(0, 0), fill(1, 0), fill(2, SKIP))


def ahead(stream: Iterator[Batch], depth: int = 24) -> Iterator[Batch]:
    """The same batches, made by a thread while the network computes."""
    ready: queue.Queue[Batch | BaseException] = queue.Queue(depth)

    def work() -> None:
        try:
            for batch in stream:
                ready.put(batch)
        except BaseException as problem:  # noqa: BLE001 - handed to the consumer, which raises it
            ready.put(problem)

    threading.Thread(target=work, daemon=True).start()
    while True:
        item = ready.get()
        if isinstance(item, BaseException):
            raise item
        yield item
