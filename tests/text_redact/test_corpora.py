"""On texts of real people: how much harmless text is taken, and whether the addresses in it are found."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from recording.model import Hit
from text_redact import entities
from text_redact.detectors import pii
from text_redact.secrets.engine import Secrets

CORPORA = Path(__file__).parents[3] / "shared" / "data" / "corpora"
MOST_TAKEN = 0.002
"""Share of characters outside every labelled span that may be found; measured: 0.0001 (dev), 0.0012 (train)."""
FEWEST_ADDRESSES = 0.99


def records(pattern: str) -> Iterator[dict[str, object]]:
    """Every text of the corpora with its labelled spans."""
    paths = sorted(CORPORA.glob(pattern))
    if not paths:
        pytest.skip(f"no corpora in {CORPORA}: over-redaction and recall are not measured here")
    for path in paths:
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def detect():
    """Both detectors of personal data and secrets as policies use them by default."""
    find, secrets = pii.build(entities.DEFAULT, 0.4), Secrets()

    def both(text: str) -> list[Hit]:
        return [*find(text), *secrets(text)]

    return both


def test_little_harmless_text_is_taken(detect, capsys):
    """Of the characters that nobody labelled, fewer than one in five hundred are found."""
    taken = total = 0
    rules: Counter[str] = Counter()
    for record in records("*.dev.jsonl"):
        labelled = {i for span in record["spans"] for i in range(span["start"], span["end"])}
        harmless = set(range(len(record["text"]))) - labelled
        hit_chars: set[int] = set()
        for hit in detect(record["text"]):
            inside = harmless.intersection(range(hit.start, hit.end))
            rules[hit.rule] += bool(inside)
            hit_chars |= inside
        taken, total = taken + len(hit_chars), total + len(harmless)
    with capsys.disabled():
        sys.stdout.write(f"\nover-redaction: {taken} of {total} characters ({taken / total:.5%}), {dict(rules)}\n")
    assert taken / total < MOST_TAKEN


def test_addresses_are_found(detect, capsys):
    """Labelled e-mail addresses are covered whole."""
    found = total = 0
    for record in records("*.jsonl"):
        wanted = [span for span in record["spans"] if span["label"] == "EMAIL_ADDRESS"]
        if wanted:
            covered = {i for hit in detect(record["text"]) for i in range(hit.start, hit.end)}
            total += len(wanted)
            found += sum(set(range(span["start"], span["end"])) <= covered for span in wanted)
    if not total:
        pytest.skip("the corpora label no e-mail address: recall is not measured")
    with capsys.disabled():
        sys.stdout.write(f"\nEMAIL_ADDRESS: {found} of {total} found\n")
    assert found / total >= FEWEST_ADDRESSES
