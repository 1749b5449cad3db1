"""The labelled corpora that may train the shipped model, brought to its four labels.

Read from ``../shared/data/corpora`` (WNUT-17 and Broad Twitter Corpus, CC-BY 4.0; Tweebank-NER and the Enron seed,
Apache-2.0). Nothing of them is kept here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "corpora"
LABELS = ("PERSON", "LOCATION", "ORGANIZATION", "ADDRESS")
IGNORE = "?"
"""Label of a span that is neither learned as a name nor as no name."""

_MAP = {
    "PERSON": "PERSON",
    "LOCATION": "LOCATION",
    "ORGANIZATION": "ORGANIZATION",
    "GROUP": "ORGANIZATION",  # bands and teams: the Twitter corpus calls them organisations
    "CREATIVE_WORK": IGNORE,  # often somebody's name
    "MISC": IGNORE,
    "USERNAME": IGNORE,
    "EMAIL_ADDRESS": IGNORE,  # patterns find them
    "DIGITAL": IGNORE,
}
_CAPITAL = re.compile(r"\b[A-Z][\w'’-]*")
_NO_PERSON = re.compile(r"\d|^(team|all|everyone|folks|guys|group|sme|staff)s?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with labelled code points; labels are `LABELS` or `IGNORE`."""

    text: str = field(repr=False)
    spans: tuple[tuple[int, int, str], ...]


def read(name: str) -> list[Sentence]:
    """All records of ``NAME.jsonl`` with labels mapped; products and the like are no names."""
    out = []
    for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        spans = [(span["start"], span["end"], _MAP[span["label"]]) for span in record["spans"] if span["label"] in _MAP]
        out.append(Sentence(record["text"], tuple(sorted(spans))))
    return out


def enron(size: int = 420) -> Iterator[Sentence]:
    """The mails in pieces of whole lines of about ``size`` characters.

    Only some names are labelled, so capitalised words without a label teach nothing.
    """
    for mail in read("enron_seed.train"):
        spans = [
            (start, end, IGNORE if label == "PERSON" and _NO_PERSON.search(mail.text[start:end]) else label)
            for start, end, label in mail.spans
        ]
        taken = bytearray(len(mail.text))
        for start, end, _ in spans:
            taken[start:end] = b"\1" * (end - start)
        spans += [
            (m.start(), m.end(), IGNORE) for m in _CAPITAL.finditer(mail.text) if not any(taken[m.start() : m.end()])
        ]
        spans.sort()
        start = 0
        while start < len(mail.text):
            end = mail.text.find("\n", start + size)
            end = len(mail.text) if end < 0 else end
            inside = tuple((a - start, b - start, label) for a, b, label in spans if a >= start and b <= end)
            yield Sentence(mail.text[start:end], inside)
            start = end + 1


def training() -> list[Sentence]:
    """Every sentence that may be learned from."""
    return [s for name in ("wnut17.train", "btc.train", "tweebank_ner.train") for s in read(name)] + list(enron())
