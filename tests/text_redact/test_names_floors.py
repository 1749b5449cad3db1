"""The shipped model keeps to the floors it was accepted with, on texts that it did not learn from."""

from __future__ import annotations

import importlib.metadata
import random
import sys
from pathlib import Path

import pytest

from benchmarks._names import Item, marked, parse, score, styled
from text_redact.names import LABELS
from text_redact.names.detector import Names

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "benchmarks" / "names_sample.txt"
CORPORA = ROOT.parent / "shared" / "data" / "corpora"
FLOORS = {"PERSON": 0.93, "LOCATION": 0.90, "ADDRESS": 0.93}
MOST_TAKEN = 0.02


def measured(items: list[Item], style: str) -> dict[str, float]:
    """Share of names touched by a hit of any label, by label, and of other characters taken."""
    rng = random.Random(1)
    shown = [styled(item, style, rng) for item in items]
    total = score(shown, Names().many([item.text for item in shown]), LABELS)
    out = {label: total[f"{label} touched"] / total[f"{label} of"] for label in LABELS if total[f"{label} of"]}
    return {**out, "taken": total["over"] / total["outside"]}


@pytest.mark.parametrize("style", ["original", "lower"])
def test_names_in_chat_and_mail_are_found_and_little_else(style: str):
    """On invented chat, mail, tickets and forms every floor holds, as written and in lower case."""
    found = measured(marked(SAMPLE.read_text("utf-8").splitlines()), style)
    assert all(found[label] >= floor for label, floor in FLOORS.items()), found
    assert found["taken"] <= MOST_TAKEN, found


@pytest.mark.slow
@pytest.mark.parametrize("style", ["original", "lower", "typo"])
def test_names_in_posts_of_strangers_are_found(style: str):
    """On public posts, which are harder than chat, nine people in ten are found, whatever the case."""
    paths = sorted(CORPORA.glob("*.dev.jsonl"))
    if not paths:
        pytest.skip(f"no corpora in {CORPORA}: recall on real posts is not measured here")
    items = [item for path in paths for item in parse(path.read_text("utf-8").splitlines())]
    found = measured(items, style)
    sys.stdout.write(f"\nposts, {style}: { ({k: round(v, 4) for k, v in found.items()}) }\n")
    assert found["PERSON"] >= 0.82
    assert found["LOCATION"] >= 0.85
    assert found["taken"] <= 0.05


@pytest.mark.slow
def test_program_text_holds_hardly_any_people():
    """On modules that training saw nothing of, fewer than one person in ten thousand characters is found."""
    files = [
        Path(str(file.locate()))
        for package in ("pydantic", "typer", "hypothesis")
        for file in importlib.metadata.files(package) or ()
        if file.suffix == ".py"
    ]
    rng = random.Random(2)
    texts = []
    for path in rng.sample(files, 60):
        lines = path.read_text("utf-8").splitlines()
        at = rng.randrange(max(1, len(lines) - 40))
        texts.append(Item("\n".join(lines[at : at + 40]), ()))
    total = score(texts, Names().many([item.text for item in texts]), LABELS)
    assert total["persons"] / total["characters"] <= 1e-4
