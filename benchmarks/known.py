"""Known values on screens as OCR misreads them: how many are found, what else is hit, the time with 10,000 of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from random import Random

from benchmarks._harness import Count, Result
from benchmarks._ocr_noise import NOISES, noisy
from benchmarks.pages.values import Fill
from image_redact import find_known, index_known
from image_redact.allowed import interface_words
from text_redact.words import ordinary_words

LENGTHS = ((2, 4), (5, 8), (9, 14), (15, 24), (25, 40))
VALUES, LINES = 10_000, 200


def run(*, quick: bool) -> Result:
    """Misread values one by one; then lines of words against all of them; then the clock."""
    random = Random(20)
    values = [value for value in _values(random, 600 if quick else VALUES) if len(value) > 1]
    counts = [*_recall(values, Random(21), 200 if quick else 3000), *_hits(values, Random(22), 200 if quick else 2000)]
    built, searched = _seconds(values, Random(23), rounds=1 if quick else 5)
    return Result(
        counts=tuple(counts),
        notes=(
            f"{len(values)} values: names, e-mail addresses, numbers; every misreading is of another draw",
            f"index built in {built:.2f} s; a page of {LINES} lines searched in {1000 * searched:.0f} ms",
        ),
    )


def _values(random: Random, count: int) -> list[str]:
    fill = Fill(random)
    kinds = ("PERSON", "PERSON", "EMAIL", "PHONE", "CARD", "IBAN", "ADDRESS", "SECRET")
    out: dict[str, None] = {}
    while len(out) < count:
        value = fill.raw(random.choice(kinds))
        out[value.split()[0].strip(",") if random.random() < 0.2 else value] = None
        if random.random() < 0.1:
            out["".join(random.choice("0123456789") for _ in range(random.randint(4, 12)))] = None
    return list(out)[:count]


def _recall(values: Sequence[str], random: Random, tries: int) -> Iterator[Count]:
    known = index_known(values)
    for low, high in LENGTHS:
        fitting = [value for value in values if low <= len(value) <= high]
        for noise in NOISES:
            found = of = 0
            for _ in range(max(20, tries // (len(LENGTHS) * len(NOISES))) if fitting else 0):
                value = random.choice(fitting)
                text = noisy(value, noise, random)
                if text is None or not text.strip():
                    continue
                before, after = _words(random, 2), _words(random, 2)
                line = f"{before} {text} {after}"
                hits = find_known(line, known)
                of += 1
                start, end = len(before) + 1, len(before) + 1 + len(text)
                covered = {at for hit in hits for at in range(hit.start, hit.end)}
                found += all(at in covered for at in range(start, end) if line[at].isalnum())
            if of:
                yield Count(figure=f"{low} to {high} letters, {noise}", ours=found, of=of)


def _hits(values: Sequence[str], random: Random, lines: int) -> Iterator[Count]:
    for count in (100, 1000, len(values)):
        known = index_known(values[:count])
        hit = sum(bool(find_known(_words(random, 8), known)) for _ in range(lines))
        yield Count(figure=f"lines of 8 ordinary words hit, {count} known", ours=hit, of=lines)
        words = sorted(interface_words())
        hit = sum(bool(find_known(word, known)) for word in words)
        yield Count(figure=f"words of interfaces hit, {count} known", ours=hit, of=len(words))


def _words(random: Random, count: int) -> str:
    return " ".join(random.choice(ordinary_words()) for _ in range(count))


def _seconds(values: Sequence[str], random: Random, *, rounds: int) -> tuple[float, float]:
    built, searched = [], []
    for _ in range(rounds):
        begin = time.perf_counter()
        known = index_known(values)
        built.append(time.perf_counter() - begin)
        page = [
            _words(random, 6) if random.random() < 0.8 else f"{_words(random, 3)} {random.choice(values)}"
            for _ in range(LINES)
        ]
        begin = time.perf_counter()
        for line in page:
            find_known(line, known)
        searched.append(time.perf_counter() - begin)
    return statistics.median(built), statistics.median(searched)
