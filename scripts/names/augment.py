"""A fresh variant of a sentence for each pass: other case, typing errors, other names.

The detector reads what people type, so each sentence is seen as written, in lower case, mistyped, and in capitals.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from corpora import Sentence

VARIANTS = (("as is", 32), ("lower", 29), ("typos", 15), ("lower typos", 14), ("upper", 6), ("title", 4))
SWAPPED = 0.35
"""Share of people in real sentences who get another name."""

_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
Edit = tuple[int, int, str]


def _neighbours() -> Mapping[str, str]:
    out: dict[str, str] = {}
    for y, row in enumerate(_ROWS):
        for x, key in enumerate(row):
            near = [
                _ROWS[v][u]
                for v, u in ((y, x - 1), (y, x + 1), (y - 1, x), (y - 1, x + 1), (y + 1, x), (y + 1, x - 1))
                if 0 <= v < len(_ROWS) and 0 <= u < len(_ROWS[v])
            ]
            out[key] = "".join(near)
    return out


_NEAR = _neighbours()


def edit(sentence: Sentence, edits: Sequence[Edit]) -> Sentence:
    """Apply replacements ``start, end, text`` (sorted, apart); spans move along, and grow with edits inside them."""
    parts: list[str] = []
    at = 0
    moved: list[tuple[int, int, int]] = []  # old start, old end, change in length
    for start, end, new in edits:
        parts += [sentence.text[at:start], new]
        moved.append((start, end, len(new) - (end - start)))
        at = end
    parts.append(sentence.text[at:])

    def shift(place: int, *, is_end: bool) -> int:
        total = 0
        for start, end, change in moved:
            if end <= place and (is_end or start < place):
                total += change
        return place + total

    spans = tuple((shift(a, is_end=False), shift(b, is_end=True), label) for a, b, label in sentence.spans)
    return Sentence("".join(parts), spans)


def cased(sentence: Sentence, change: Callable[[str], str]) -> Sentence:
    """Change the case letter by letter; letters that would become two stay."""
    letters = ((change(c), c) for c in sentence.text)
    return Sentence("".join(new if len(new) == 1 else old for new, old in letters), sentence.spans)


def typos(sentence: Sentence, rng: random.Random, rate: float) -> Sentence:
    """Mistype about ``rate`` of the letters that have two letters beside them."""
    text, edits, last = sentence.text, [], -1
    for at in range(1, len(text) - 1):
        if at <= last or not text[at].isalpha() or not text[at - 1].isalnum() or rng.random() >= rate:
            continue
        made = _typo(text, at, rng)
        edits.append(made)
        last = made[1]
    return edit(sentence, edits)


def _typo(text: str, at: int, rng: random.Random) -> Edit:
    char = text[at]
    kind = rng.random()
    if kind < 0.35 and char.lower() in _NEAR:
        new = rng.choice(_NEAR[char.lower()])
        return at, at + 1, new.upper() if char.isupper() else new
    if kind < 0.6:
        return at, at + 1, ""
    if kind < 0.75:
        return at, at + 1, char * 2
    if text[at + 1].isalpha():
        return at, at + 2, text[at + 1] + char
    return at, at + 1, ""


def swap(sentence: Sentence, rng: random.Random, names: Sequence[tuple[str, str]]) -> Sentence:
    """Give some of the people other names, in as many words and in the same case; ``names`` are (given, family)."""
    edits: list[Edit] = []
    for start, end, label in sentence.spans:
        if label == "PERSON" and rng.random() < SWAPPED:
            old = sentence.text[start:end]
            given, family = rng.choice(names)
            words = old.split()
            if len(words) == 1:
                new = given if rng.random() < 0.7 else family
            elif len(words) == 2 and words[0].endswith(","):
                new = f"{family}, {given}"
            else:
                new = f"{given} {family}"
            edits.append((start, end, new.lower() if old.islower() else new.upper() if old.isupper() else new))
    kept: list[Edit] = []
    for made in sorted(edits):
        if not kept or made[0] >= kept[-1][1]:
            kept.append(made)
    return edit(sentence, kept)


def variant(sentence: Sentence, rng: random.Random, names: Sequence[tuple[str, str]]) -> Sentence:
    """One variant; ``names`` empty where people keep theirs."""
    if names:
        sentence = swap(sentence, rng, names)
    kind = rng.choices([name for name, _ in VARIANTS], [weight for _, weight in VARIANTS])[0]
    if kind == "upper":
        sentence = cased(sentence, str.upper)
    elif kind == "title":
        sentence = _title(sentence)
    elif kind.startswith("lower"):
        sentence = cased(sentence, str.lower)
    if kind.endswith("typos"):
        sentence = typos(sentence, rng, rng.uniform(0.01, 0.05))
    return sentence


def _title(sentence: Sentence) -> Sentence:
    out = list(sentence.text)
    for at, char in enumerate(out):
        if char.islower() and (at == 0 or sentence.text[at - 1].isspace()) and len(char.upper()) == 1:
            out[at] = char.upper()
    return Sentence("".join(out), sentence.spans)
