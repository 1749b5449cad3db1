"""Finding in text: characters a second of the steps of ``baseline``, what Presidio finds and we do not, and recall.

The corpora hold posts of real people: their texts are neither printed nor kept, only counted.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from benchmarks import _presidio
from benchmarks._harness import Count, Result, Skip, Speed, compare, shared
from benchmarks._values import KINDS, Labelled, negatives, texts
from boundary.detect import detect
from boundary.plan import Plan, build_plan
from policies import load_policy
from text_redact.entities import DEFAULT

CORPORA = ("btc.dev", "tweebank_ner.dev", "wnut17.dev")
KEY = b"benchmark key, of no secrecy..."

Spans = Sequence[tuple[int, int]]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Text:
    """A text with the places that its corpus or its maker labelled."""

    text: str = field(repr=False)
    labelled: tuple[tuple[int, int], ...]


def run(*, quick: bool) -> Result:
    """Speed, coverage and over-redaction on every corpus that is here, recall on generated texts."""
    plan = build_plan(load_policy("baseline"), key=KEY)
    peer = _presidio.build(DEFAULT)
    speeds: list[Speed] = []
    counts: list[Count] = []
    notes = [
        f"labels only we look for: {', '.join(sorted(set(DEFAULT) - set(peer.entities)))}, and those of text.secrets"
    ]
    made = [*texts(2 if quick else 60), *negatives(4 if quick else 400)]
    sources = {"generated": [Text(item.text, ((item.start, item.end),)) for item in made]}
    for name in CORPORA:
        try:
            sources[name] = _corpus(name)[: 5 if quick else None]
        except Skip as reason:
            notes.append(f"{name} skipped: {reason}")
    for name, items in sources.items():
        speeds.append(_speed(name, [item.text for item in items], plan, peer, rounds=1 if quick else 5))
        counts += _coverage(name, items, plan, peer)
    counts += _recall(made, plan, peer)
    return Result(speeds=tuple(speeds), counts=tuple(counts), notes=tuple(notes))


def _corpus(name: str) -> list[Text]:
    lines = shared("corpora", f"{name}.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    return [Text(r["text"], tuple((s["start"], s["end"]) for s in r["spans"])) for r in records]


def _speed(name: str, items: Sequence[str], plan: Plan, peer: _presidio.Analyzer, *, rounds: int) -> Speed:
    def ours() -> None:
        for text in items:
            detect(text, plan)

    def theirs() -> None:
        for text in items:
            peer.spans(text)

    work = sum(len(text) for text in items)
    return compare(case=name, unit="character", work=work, peer=_presidio.NAME, ours=ours, theirs=theirs, rounds=rounds)


def mask(length: int, spans: Iterable[tuple[int, int]]) -> Mask:
    """True for every code point that lies in a span; shape ``(length,)``."""
    out = np.zeros(length, np.bool_)
    for start, end in spans:
        out[start:end] = True
    return out


def _found(text: str, plan: Plan) -> Spans:
    return [(hit.start, hit.end) for _, hit in plan.detectors.in_text(text)]


def _coverage(name: str, items: Sequence[Text], plan: Plan, peer: _presidio.Analyzer) -> list[Count]:
    """What of Presidio's we have, and what both hit that nobody labelled."""
    total: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    for item in items:
        size, theirs = len(item.text), peer.spans(item.text)
        hits = [hit for _, hit in plan.detectors.in_text(item.text)]
        ours, outside = mask(size, [(hit.start, hit.end) for hit in hits]), ~mask(size, item.labelled)
        total["covered"] += sum(bool(ours[start:end].all()) for start, end in theirs)
        total["theirs"] += len(theirs)
        total["outside"] += int(outside.sum())
        total["ours over"] += int((ours & outside).sum())
        total["peer over"] += int((mask(size, theirs) & outside).sum())
        labels.update(hit.label for hit in hits if outside[hit.start : hit.end].any())
    return [
        Count(figure=f"{name}: peer's findings that ours cover", ours=total["covered"], of=total["theirs"]),
        Count(
            figure=f"{name}: characters hit outside labels",
            ours=total["ours over"], peer=total["peer over"], of=total["outside"],
        ),
        *(
            Count(figure=f"{name}: findings outside labels, {label}", ours=count, of=sum(labels.values()))
            for label, count in sorted(labels.items())
        ),
    ]  # fmt: skip


def _recall(items: Iterable[Labelled], plan: Plan, peer: _presidio.Analyzer) -> list[Count]:
    """Values of which every letter and digit lies in a finding, whatever it is called."""
    totals: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for item in items:
        if item.start == item.end:
            continue
        kind = totals[item.kind]
        kind["all"] += 1
        kind["ours"] += _hidden(item, _found(item.text, plan))
        kind["peer"] += _hidden(item, peer.spans(item.text))
    return [
        Count(figure=f"recall: {kind}", ours=totals[kind]["ours"], peer=totals[kind]["peer"], of=totals[kind]["all"])
        for kind in KINDS
    ]


def _hidden(item: Labelled, spans: Spans) -> bool:
    hit = mask(len(item.text), spans)
    return all(hit[at] for at in range(item.start, item.end) if item.text[at].isalnum())
