"""Recall, over-redaction and false persons of a model by threshold, on development sets only.

``python tune.py --folder FOLDER_WITH_MODEL`` prints a table; the thresholds to ship are read off it.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import corpora

from benchmarks._names import Item, marked, parse, score, styled
from text_redact.names import model as runtime
from text_redact.names import spans
from text_redact.names.wordpiece import WordPiece

LABELS = ("PERSON", "LOCATION", "ORGANIZATION", "ADDRESS")


def load(folder: Path) -> runtime.Model:
    """The model in ``folder``, which need not be the shipped one."""
    config = json.loads((folder / "config.json").read_text("utf-8"))
    cut = WordPiece((folder / "vocab.txt").read_text("utf-8").splitlines())
    return runtime.Model(runtime._session((folder / "model.onnx").read_bytes()), cut, config)  # noqa: SLF001


PROGRAMS = ("pydantic", "rich", "typer", "hypothesis", "cryptography", "scikit-learn")
"""Distributions whose modules are no part of the training."""


def programs(count: int) -> list[Item]:
    """Pieces of program text that training sees nothing of; every person found in them counts as false."""
    files = [
        file.locate()
        for package in PROGRAMS
        for file in importlib.metadata.files(package) or ()
        if file.suffix in (".py", ".pyi", ".pyx", ".cpp", ".h", ".toml")
    ]
    rng = random.Random(5)
    out: list[Item] = []
    while len(out) < count:
        lines = Path(str(rng.choice(files))).read_text("utf-8", "replace").splitlines()
        at = rng.randrange(max(1, len(lines) - 30))
        out.append(Item("\n".join(lines[at : at + 30]), ()))
    return out


def sets(quick: int, kinds: Sequence[str]) -> dict[str, list[Item]]:
    """Development sets by name."""
    out = {
        name: parse((corpora.FOLDER / f"{name}.dev.jsonl").read_text("utf-8").splitlines())[:quick]
        for name in ("btc", "wnut17", "tweebank_ner")
    }
    sample = Path(__file__).parents[2] / "benchmarks" / "names_sample.txt"
    out["sample"] = marked(sample.read_text("utf-8").splitlines())
    if importlib.util.find_spec("synthesis"):
        from synthesis import negatives, sentences

        for held in (False, True):
            made = [
                Item(e.text, tuple((s[0], s[1], s[2]) for s in e.spans))
                for e in sentences(quick, 987_654, held_out=held)
            ]
            out["made held" if held else "made seen"] = made
        out["negatives"] = [Item(e.text, ()) for e in negatives(quick, 987_654)]
    out["programs"] = programs(max(20, quick // 5))
    return {name: items for name, items in out.items() if not kinds or name in kinds}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--thresholds", default="0.1,0.2,0.3,0.5")
    parser.add_argument("--items", type=int, default=600)
    parser.add_argument("--sets", default="")
    parser.add_argument("--misses", type=int, default=0, help="print this many misses of made texts (never of corpora)")
    given = parser.parse_args()
    model = load(given.folder)
    print(hashlib.sha256((given.folder / "model.onnx").read_bytes()).hexdigest()[:12])
    print(f"{'set':<14}{'style':<9}{'thr':>5}" + "".join(f"{n[:3]:>7}{'full':>6}" for n in LABELS) + "  over%  fp/KB")
    thresholds = [float(t) for t in given.thresholds.split(",")]
    for name, items in sets(given.items, [s for s in given.sets.split(",") if s]).items():
        for style in ("original",) if name in ("programs", "negatives") else ("original", "lower", "typo"):
            rng = random.Random(3)
            shown = [styled(item, style, rng) for item in items]
            readings = model.read([item.text for item in shown])
            for threshold in thresholds:
                bounds = dict.fromkeys(LABELS, threshold)
                found = [spans.hits(i.text, r, model.labels, bounds) for i, r in zip(shown, readings, strict=True)]
                print(f"{name:<14}{style:<9}{threshold:5.2f}{_row(score(shown, found, LABELS))}")
            if given.misses and name.startswith("made"):
                missed(shown, found, given.misses)


def _row(total: Counter[str]) -> str:
    cells = ""
    for label in LABELS:
        count = total[f"{label} of"]
        shares = [total[f"{label} {what}"] / count for what in ("touched", "hidden")] if count else []
        cells += f"{shares[0]:7.3f}{shares[1]:6.2f}" if shares else " " * 13
    over, persons = 100 * total["over"] / max(1, total["outside"]), 1000 * total["persons"] / total["characters"]
    return f"{cells}{over:7.2f}{persons:7.3f}"


def missed(items: Sequence[Item], found: Sequence[Sequence[object]], most: int) -> None:
    """Print made texts with a name that no hit touches."""
    for item, hits in zip(items, found, strict=True):
        for start, end, label in item.truth:
            if most and not any(h.start < end and h.end > start for h in hits):  # type: ignore[attr-defined]
                most -= 1
                print(
                    "   missed", label, repr(item.text[start:end]), "in", repr(item.text[max(0, start - 40) : end + 40])
                )


if __name__ == "__main__":
    main()
