"""Names: recall whatever the label, over-redaction and false persons by set, case style and region; and speed.

The corpora hold posts of real people: their texts are neither printed nor kept, only counted.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import _spacy_peer
from benchmarks._harness import ROOT, Count, Result, Skip, Speed, compare, shared
from benchmarks._names import STYLES, Item, marked, parse, regions, score, styled
from text_redact.names import LABELS
from text_redact.names.detector import Names, forget

CORPORA = ("btc.dev", "wnut17.dev", "tweebank_ner.dev")
PROGRAMS = ("pydantic", "rich", "typer", "hypothesis", "cryptography", "scikit-learn")
"""Distributions whose program text is no part of the model's training."""
SEED = 20_261_121
"""Of the made texts measured on; used for nothing else."""
ENTITIES = ["PERSON", "LOCATION", "ORGANIZATION"]


def run(*, quick: bool) -> Result:
    """Accuracy on every set that is here, then speed on texts never seen and on a session's texts that repeat."""
    notes = [
        "touched: a hit of any label shares a character; hidden: hits cover every letter and digit",
        "over: hit characters outside every labelled span, of all such characters",
        "persons are per character of text: times 1000 for each KB",
        "the peer's weights are random: its speed is compared, not what it finds",
    ]
    counts: list[Count] = []
    most = 12 if quick else 1000
    for name, items in _sets(most, notes).items():
        is_plain = name in ("programs", "made: no names")
        for style in ("original",) if is_plain else STYLES:
            counts += _accuracy(name, style, items)
    people = (Path(_synthesis().__file__).parent / "data" / "people.txt").read_text("utf-8")
    for region, items in regions(people, 4 if quick else 80).items():
        counts += _accuracy(f"region {region}", "lower", items, short=True)
    return Result(speeds=_speeds(quick=quick), counts=tuple(counts), notes=tuple(notes))


def _sets(most: int, notes: list[str]) -> dict[str, list[Item]]:
    out: dict[str, list[Item]] = {}
    for name in CORPORA:
        try:
            out[name] = parse(shared("corpora", f"{name}.jsonl").read_text("utf-8").splitlines())[:most]
        except Skip as reason:
            notes.append(f"{name} skipped: {reason}")
    out["chat and mail, by hand"] = marked((ROOT / "benchmarks" / "names_sample.txt").read_text("utf-8").splitlines())
    made = _synthesis()
    sentences = made.sentences(most, SEED, held_out=True)
    out["made: held out"] = [Item(e.text, tuple((s[0], s[1], s[2]) for s in e.spans)) for e in sentences]
    out["made: no names"] = [Item(e.text, ()) for e in made.negatives(most, SEED)]
    out["programs"] = list(_programs(max(4, most // 5)))
    return out


def _synthesis() -> Any:
    """The generator of made texts, which is no part of the package."""
    folder = str(ROOT / "scripts" / "names")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module("synthesis")


def _programs(count: int) -> Iterator[Item]:
    files = [
        Path(str(file.locate()))
        for package in PROGRAMS
        for file in _files(package)
        if file.suffix in (".py", ".pyi", ".pyx", ".cpp", ".h", ".toml")
    ]
    rng = random.Random(SEED)
    for _ in range(count if files else 0):
        lines = rng.choice(files).read_text("utf-8", "replace").splitlines()
        at = rng.randrange(max(1, len(lines) - 30))
        yield Item("\n".join(lines[at : at + 30]), ())


def _files(package: str) -> Sequence[importlib.metadata.PackagePath]:
    try:
        return importlib.metadata.files(package) or ()
    except importlib.metadata.PackageNotFoundError:
        return ()


def _accuracy(name: str, style: str, items: Sequence[Item], *, short: bool = False) -> list[Count]:
    rng = random.Random(SEED)
    shown = [styled(item, style, rng) for item in items]
    total = score(shown, Names().many([item.text for item in shown]), LABELS)
    where = f"{name}, {style}"
    out = [
        Count(figure=f"{where}: {label} {what}", ours=total[f"{label} {what}"], of=total[f"{label} of"])
        for label in LABELS
        for what in ("touched", "hidden")
        if total[f"{label} of"]
    ]
    if not short:
        out.append(Count(figure=f"{where}: over", ours=total["over"], of=total["outside"]))
        out.append(Count(figure=f"{where}: false persons", ours=total["persons"], of=total["characters"]))
    return out


def _speeds(*, quick: bool) -> tuple[Speed, ...]:
    peer = _spacy_peer.build()
    rng = random.Random(SEED)
    made = [item.text for item in _synthesis().sentences(40 if quick else 1500, SEED + 1, held_out=True)]
    cases: Mapping[str, list[str]] = {
        "unseen, short texts": made,
        "unseen, mails of about 1 KB": ["\n".join(made[at : at + 12]) for at in range(0, len(made), 12)],
        "a session: 9 of 10 texts repeat": [rng.choice(made[: len(made) // 10]) for _ in made],
    }
    out = []
    for case, texts in cases.items():

        def ours(texts: Sequence[str] = texts) -> None:
            forget()
            for at in range(0, len(texts), 256):
                Names().many(texts[at : at + 256])

        def theirs(texts: Sequence[str] = texts) -> None:
            for text in texts:
                peer.analyze(text, language="en", entities=ENTITIES)

        work = sum(map(len, texts))
        rounds = 1 if quick else 3
        peer_name = _spacy_peer.NAME
        out.append(
            compare(case=case, unit="character", work=work, peer=peer_name, ours=ours, theirs=theirs, rounds=rounds)
        )
    return tuple(out)
