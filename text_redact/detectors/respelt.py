"""What a misspelt word announces: "passorwd hunter2", "birrhday is 5.1.1942", "the passwordxis hunter2".

Detectors know words as they are spelt. In typed text those that announce a value are mistyped as often as any other, so
the nearest of them is put in their place and the text read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from recording.model import Hit
from text_redact.patterns import births
from text_redact.secrets.engine import scan
from text_redact.words import is_ordinary

WORDS = ("password", "passwort", "passcode", "passphrase", "birthday", "birthdate", "geburtsdatum")
"""Announcing words long enough that two slips leave nothing else that they could be."""
LABELS = ("DATE_OF_BIRTH", "PASSWORD")
SCORE = 0.5
_TOKEN = re.compile(r"[^\W\d_]{6,16}")
_SLIPS, _GLUED = 2, 3


@dataclass(frozen=True, slots=True)
class Respelt:
    """A text with announcing words put right; ``offsets[i]`` is where character ``i`` was, one more closes it."""

    text: str = field(repr=False)
    offsets: Sequence[int]


def find(text: str) -> Iterator[Hit]:
    """Hits that only the text with its announcing words put right gives, in offsets of ``text`` (normalised)."""
    right = respelt(text)
    if right is None:
        return
    for hit in (*scan(right.text), *_births(right.text)):
        if hit.label in LABELS:
            yield replace(
                hit,
                start=right.offsets[hit.start],
                end=right.offsets[hit.end - 1] + 1,
                score=SCORE,
                rule="mistyped:word",
            )


def _births(text: str) -> Iterator[Hit]:
    for _, rule in births.RULES:
        yield from rule.find(text, 0, len(text))


def respelt(text: str) -> Respelt | None:
    """The text with every misspelt announcing word put right; ``None`` where there is none."""
    out: list[str] = []
    offsets: list[int] = []
    done = 0
    for match in _TOKEN.finditer(text):
        said = match.group().lower()
        meant = _meant(said)
        if meant is None:
            continue
        out += (text[done : match.start()], meant)
        offsets += range(done, match.start())
        size = match.end() - match.start()
        offsets += [match.start() + min(at, size - 1) for at in range(len(meant))]
        done = match.end()
    if not out:
        return None
    out.append(text[done:])
    offsets += range(done, len(text) + 1)
    return Respelt("".join(out), offsets)


def _meant(said: str) -> str | None:
    """The announcing word that was meant, with a space for a letter that was typed instead of one."""
    if is_ordinary(said) or said in WORDS:
        return None
    for word in WORDS:
        if said.startswith(word):
            rest = said[len(word) :]
            return f"{word} {rest[1:]}" if len(rest) <= _GLUED and rest != "s" else None
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    best = process.extractOne(said, WORDS, scorer=OSA.distance, score_cutoff=_SLIPS)
    return None if best is None else best[0]
