"""Measuring detectors of names: case styles, recall whatever the label, over-redaction, false persons."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from recording.model import Hit

Truth = tuple[tuple[int, int, str], ...]
STYLES = ("original", "lower", "upper", "typo")
_NEAR = {"a": "s", "b": "v", "c": "x", "d": "f", "e": "r", "f": "g", "g": "h", "h": "j", "i": "o", "j": "k", "k": "l",
         "l": "k", "m": "n", "n": "b", "o": "p", "p": "o", "q": "w", "r": "t", "s": "d", "t": "y", "u": "i", "v": "b",
         "w": "e", "x": "c", "y": "u", "z": "x"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """A text with the names in it: code points ``start, end`` and label, in order."""

    text: str = field(repr=False)
    truth: Truth


def parse(lines: Iterable[str]) -> list[Item]:
    """Labelled texts from JSON lines as the development data have them, every label kept."""
    records = map(json.loads, lines)
    return [Item(r["text"], tuple((s["start"], s["end"], s["label"]) for s in r["spans"])) for r in records]


def styled(item: Item, style: str, rng: random.Random) -> Item:
    """The item in another case, or mistyped; spans keep to their words.

    ``typo`` changes about one letter in thirty: a neighbour key, an omission, a doubling, or two letters exchanged.
    """
    if style == "lower":
        return Item(_letters(item.text, str.lower), item.truth)
    if style == "upper":
        return Item(_letters(item.text, str.upper), item.truth)
    return _mistyped(item, rng) if style == "typo" else item


def _letters(text: str, change: Callable[[str], str]) -> str:
    return "".join(new if len(new := change(char)) == 1 else char for char in text)


def _mistyped(item: Item, rng: random.Random) -> Item:
    parts: list[str] = []
    offsets: list[int] = []
    at = size = 0
    text = item.text
    while at < len(text):
        piece, step = text[at], 1
        if at and text[at].isalpha() and text[at - 1].isalnum() and rng.random() < 1 / 30:
            kind = rng.randrange(4)
            if kind == 0:
                piece = _NEAR.get(text[at].lower(), text[at])
            elif kind == 1:
                piece = ""
            elif kind == 2:
                piece = text[at] * 2
            elif text[at + 1 : at + 2].isalpha():
                piece, step = text[at + 1] + text[at], 2
        offsets += [size] * step
        parts.append(piece)
        size += len(piece)
        at += step
    offsets.append(size)
    return Item("".join(parts), tuple((offsets[a], offsets[b], label) for a, b, label in item.truth))


def score(items: Sequence[Item], found: Iterable[Sequence[Hit]], labels: Sequence[str]) -> Counter[str]:
    """Counts over all items.

    Returns:
        By label ``LABEL of``, ``LABEL touched`` (a hit of any label shares a character), ``LABEL hidden`` (hits cover
        every letter and digit); ``outside`` characters in no true span of any label, ``over`` of them hit; ``persons``
        hits of PERSON that touch no true span.
    """
    total: Counter[str] = Counter()
    for item, hits in zip(items, found, strict=True):
        hit, true = bytearray(len(item.text)), bytearray(len(item.text))
        for one in hits:
            hit[one.start : one.end] = b"\1" * (one.end - one.start)
        for start, end, label in item.truth:
            true[start:end] = b"\1" * (end - start)
            if label in labels:
                total[f"{label} of"] += 1
                total[f"{label} touched"] += any(hit[start:end])
                total[f"{label} hidden"] += all(hit[at] for at in range(start, end) if item.text[at].isalnum())
        total["outside"] += len(true) - sum(true)
        total["over"] += sum(a and not b for a, b in zip(hit, true, strict=True))
        total["persons"] += sum(one.label == "PERSON" and not any(true[one.start : one.end]) for one in hits)
        total["characters"] += len(item.text)
    return total


_CARRIERS = (
    "hey is {given} in today? need the report",
    "Hi {given},\nthanks for the call. I will send the offer to {given} {family} tomorrow.\nRegards,\n{given} {family}",
    "can you add {given} {family} to the thread",
    "ticket 4411 reassigned from {family}, {given} to tier 2",
    "name: {given} {family}\nstatus: active",
    "spoke w {given} about the invoice, mrs {family} will pay friday",
    "{given}: brb lunch",
    "did {family} sign it yet",
)
"""Sentences of the measurement by region; no training text was made from them."""


def regions(people: str, each: int) -> dict[str, list[Item]]:
    """Texts with names of one region each, ``each`` for every region.

    Args:
        people: Names by region: sections ``[region given]``, or ``[region syllable]`` of which two make a given name,
            and ``[region family]``, names parted by white space.
    """
    lists: dict[str, dict[str, list[str]]] = {}
    part: list[str] = []
    for line in people.splitlines():
        if line.startswith("["):
            region, kind = line.strip("[] ").split()
            part = lists.setdefault(region, {}).setdefault(kind, [])
        elif not line.startswith("#"):
            part += [name.replace("_", " ") for name in line.split()]
    rng = random.Random(17)
    for kinds in lists.values():
        syllables = kinds.get("syllable")
        if syllables:
            pairs = (rng.sample(syllables, 2) for _ in range(60))
            kinds["given"] = [*kinds.get("given", ()), *((a + b.lower()).capitalize() for a, b in pairs)]
    return {
        region: [_carried(rng, kinds["given"], kinds["family"]) for _ in range(each)]
        for region, kinds in sorted(lists.items())
        if kinds.get("given") and kinds.get("family")
    }


def _carried(rng: random.Random, given: Sequence[str], family: Sequence[str]) -> Item:
    names = {"given": rng.choice(given), "family": rng.choice(family)}
    text = ""
    truth: list[tuple[int, int, str]] = []
    for part in re.split(r"(\{\w+\})", rng.choice(_CARRIERS)):
        name = names.get(part.strip("{}"), "") if part.startswith("{") else ""
        if name:
            if truth and text[truth[-1][1] :] == " ":  # given and family name are one name
                truth[-1] = (truth[-1][0], len(text) + len(name), "PERSON")
            else:
                truth.append((len(text), len(text) + len(name), "PERSON"))
        text += name or part
    return Item(text, tuple(truth))


def marked(lines: Iterable[str]) -> list[Item]:
    """Texts with names marked as ``[LABEL value]``, one a line; line ends and tabs as in C, ``#`` starts a comment."""
    out = []
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        text, at = "", 0
        truth: list[tuple[int, int, str]] = []
        plain = line.rstrip("\n").replace("\\n", "\n").replace("\\t", "\t")
        for match in re.finditer(r"\[([A-Z]+) ([^\]]+)\]", plain):
            text += plain[at : match.start()]
            truth.append((len(text), len(text) + len(match.group(2)), match.group(1)))
            text += match.group(2)
            at = match.end()
        out.append(Item(text + plain[at:], tuple(truth)))
    return out
