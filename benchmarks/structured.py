"""Personal data that has a form: what leaks and what is found in harmless texts, by kind, beside plain Presidio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from benchmarks import _presidio
from benchmarks._harness import Count, Result
from benchmarks._structured_values import KINDS, SPLITS, Placed, harmless, placed
from text_redact.detectors import pii
from text_redact.entities import DEFAULT

Spans = Callable[[str], Sequence[tuple[int, int]]]


def run(*, quick: bool) -> Result:
    """Leak by kind and findings in harmless texts, on templates tuned on (``dev``) and never looked at (``final``)."""
    detect = pii.build(DEFAULT, _presidio.THRESHOLD)
    peer = _presidio.build(DEFAULT)

    def ours(text: str) -> list[tuple[int, int]]:
        return [(hit.start, hit.end) for hit in detect(text)]

    counts: list[Count] = []
    for split in SPLITS:
        counts += _leaks(split, list(placed(split, 3 if quick else 300, seed=5)), ours, peer.spans)
        counts += _alarms(split, list(harmless(split, 24 if quick else 2400, seed=5)), ours, peer.spans)
    return Result(
        counts=tuple(counts),
        notes=(
            "leaked: a letter or digit of the value lies in no finding, whatever it is called",
            "misses in 'final' were never looked at",
        ),
    )


def _leaks(split: str, items: Iterable[Placed], ours: Spans, theirs: Spans) -> list[Count]:
    total: Counter[str] = Counter()
    leaked: Counter[str] = Counter()
    at_peer: Counter[str] = Counter()
    for item in items:
        total[item.kind] += 1
        leaked[item.kind] += not hidden(item, ours(item.text))
        at_peer[item.kind] += not hidden(item, theirs(item.text))
    by_kind = [
        Count(figure=f"{split}: leaked, {kind}", ours=leaked[kind], peer=at_peer[kind], of=total[kind])
        for kind in KINDS
    ]
    everything = Count(
        figure=f"{split}: leaked, all kinds", ours=leaked.total(), peer=at_peer.total(), of=total.total()
    )
    return [*by_kind, everything]


def _alarms(split: str, items: Sequence[Placed], ours: Spans, theirs: Spans) -> list[Count]:
    mine = sum(bool(ours(item.text)) for item in items)
    others = sum(bool(theirs(item.text)) for item in items)
    return [Count(figure=f"{split}: harmless texts with a finding", ours=mine, peer=others, of=len(items))]


def hidden(item: Placed, spans: Iterable[tuple[int, int]]) -> bool:
    """Whether every letter and digit of the value lies in a span."""
    covered = {at for start, end in spans for at in range(start, end)}
    return all(at in covered for at in range(item.start, item.end) if item.text[at].isalnum())
