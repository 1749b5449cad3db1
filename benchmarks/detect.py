"""Finding in text: speed of pattern and secret detectors, what Presidio finds and we do not, over-redaction, recall.

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
from boundary.plan import Plan, build_plan
from policies import load_policy
from policies.contract import TextDetector
from recording.simulate.values import KINDS, Labelled, negatives, texts
from text_redact.detectors import pii
from text_redact.engine.rules import forget
from text_redact.entities import DEFAULT
from text_redact.secrets import engine as secrets

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
    """Speed, coverage and over-redaction on every corpus that is here, recall on generated texts.

    Speed and coverage are those of ``text.pii`` and ``text.secrets`` at their defaults, as Presidio has no names model
    either; over-redaction is that of all of ``baseline``.
    """
    plan = build_plan(load_policy("baseline"), key=KEY)
    patterns = (pii.build(DEFAULT, _presidio.THRESHOLD), secrets.build())
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
        read = [item.text for item in items]
        speeds += _speeds(name, read, patterns, peer, rounds=1 if quick else 5)
        counts += _coverage(name, items, plan, patterns, peer)
    counts += _recall(made, plan, peer)
    return Result(speeds=tuple(speeds), counts=tuple(counts), notes=tuple(notes))


def _corpus(name: str) -> list[Text]:
    lines = shared("corpora", f"{name}.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    return [Text(r["text"], tuple((s["start"], s["end"]) for s in r["spans"])) for r in records]


def _speeds(
    name: str, items: Sequence[str], patterns: Sequence[TextDetector], peer: _presidio.Analyzer, *, rounds: int
) -> list[Speed]:
    """On texts never seen before, and once more on the same, as they come again from frame to frame."""

    def ours() -> None:
        for text in items:
            for find in patterns:
                find(text)

    def anew() -> None:
        forget()
        ours()

    def theirs() -> None:
        for text in items:
            peer.spans(text)

    work, about = sum(len(text) for text in items), _presidio.NAME
    ours()  # patterns are compiled at their first use
    return [
        compare(case=f"{name}{seen}", unit="character", work=work, peer=about, ours=run, theirs=theirs, rounds=rounds)
        for seen, run in (("", anew), (", seen before", ours))
    ]


def mask(length: int, spans: Iterable[tuple[int, int]]) -> Mask:
    """True for every code point that lies in a span; shape ``(length,)``."""
    out = np.zeros(length, np.bool_)
    for start, end in spans:
        out[start:end] = True
    return out


def _found(text: str, plan: Plan) -> Spans:
    return [(hit.start, hit.end) for _, hit in plan.detectors.in_text(text)]


def _coverage(
    name: str, items: Sequence[Text], plan: Plan, patterns: Sequence[TextDetector], peer: _presidio.Analyzer
) -> list[Count]:
    """What of Presidio's we have, and what both hit that nobody labelled."""
    total: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    for item in items:
        size, theirs = len(item.text), peer.spans(item.text)
        hits = [hit for _, hit in plan.detectors.in_text(item.text)]
        ours, outside = mask(size, [(hit.start, hit.end) for hit in hits]), ~mask(size, item.labelled)
        found = mask(size, [(hit.start, hit.end) for find in patterns for hit in find(item.text)])
        total["covered"] += sum(bool(found[start:end].all()) for start, end in theirs)
        total["patterns over"] += int((found & outside).sum())
        total["theirs"] += len(theirs)
        total["outside"] += int(outside.sum())
        total["ours over"] += int((ours & outside).sum())
        total["peer over"] += int((mask(size, theirs) & outside).sum())
        labels.update(hit.label for hit in hits if outside[hit.start : hit.end].any())
    return [
        Count(figure=f"{name}: peer's findings that ours cover", ours=total["covered"], of=total["theirs"]),
        Count(
            figure=f"{name}: characters hit outside labels, patterns and secrets",
            ours=total["patterns over"], peer=total["peer over"], of=total["outside"],
        ),
        Count(figure=f"{name}: characters hit outside labels, baseline", ours=total["ours over"], of=total["outside"]),
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
