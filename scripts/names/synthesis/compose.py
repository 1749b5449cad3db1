"""Filling templates: which text comes next, whose name stands in it, and how carelessly it is written."""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Iterator, Mapping

from synthesis import lists, people
from synthesis.addresses import Addresses
from synthesis.grammar import Sequence_, Slot, parse, write
from synthesis.organisations import Organisations
from synthesis.people import People, Person
from synthesis.places import Places
from synthesis.tables import listing, table

Spans = tuple[tuple[int, int, str], ...]
Piece = tuple[str, str]

GENRES = {"chat": 24, "mail": 11, "work": 14, "forms": 14, "calls": 13, "social": 6, "terminal": 4}
GENRES |= {"ambiguous": 5, "none": 15}
"""Template files and their weights; "none" holds texts without names."""
TABLES = 0.07
"""Share of texts that are tables and lists."""
_INFORMAL = {"chat", "social", "ambiguous", "none"}
_LABELS = {"L": "LOCATION", "C": "LOCATION", "K": "LOCATION", "R": "LOCATION", "O": "ORGANIZATION", "A": "ADDRESS"}
_CAPITALS = {"terminal": 0.0} | dict.fromkeys(_INFORMAL, 0.3)
"""Share of texts that start with a capital though the template does not; others 0.6."""
_PLURAL = re.compile(r"s(?=[ '’])")
_OWNED = re.compile(r"['’]s\b")
_LOOSE = re.compile(r"\b(i'm|i'll|don't|can't|it's|that's|we're|i've|didn't|won't|you're)\b", re.IGNORECASE)


@functools.cache
def templates(genre: str, *, held_out: bool) -> tuple[Sequence_, ...]:
    """The parsed templates of one file, one share of them."""
    lines = [line for line in lists.read(f"templates/{genre}.txt").splitlines() if line and not line.startswith("# ")]
    return tuple(parse(line) for line in lists.share(lines, held_out=held_out))


class Composer:
    """Makes texts from one seed."""

    def __init__(self, seed: int, *, held_out: bool) -> None:
        self.rng = random.Random(f"compose {seed} {held_out}")
        self.people = People(seed, held_out=held_out)
        self.places = Places(seed, held_out=held_out)
        self.organisations = Organisations(seed, self.people, self.places, held_out=held_out)
        self.addresses = Addresses(seed, self.people, held_out=held_out)
        words = lists.sections("ambiguous_words.txt", ",")
        self.words = {kind: lists.share(entries, held_out=held_out) for kind, entries in words.items()}
        self.genres = {genre: templates(genre, held_out=held_out) for genre in GENRES}
        self.known: dict[str, Person] = {}
        self.lowered = False

    def text(self) -> tuple[str, Spans]:
        """One text with its spans: one to four pieces of a genre, joined as such pieces are."""
        rng = self.rng
        if rng.random() < TABLES:
            self.known, self.lowered = {}, rng.random() < 0.15
            return spanned(self.merged((table if rng.random() < 0.6 else listing)(rng, self.entity)))
        genre = rng.choices(tuple(GENRES), tuple(GENRES.values()))[0]
        informal = genre in _INFORMAL
        self.lowered = informal and rng.random() < 0.45
        out: list[Piece] = []
        more = rng.choices((1, 2, 3, 4), (62, 22, 10, 6))[0]
        for at in range(more):
            chosen = "none" if at and rng.random() < 0.35 else genre
            if at:
                joins = ("\n",) if genre == "terminal" else _JOINS if informal or chosen == "none" else _BREAKS
                out.append((rng.choice(joins), ""))
            if at == 0 or rng.random() < 0.6:
                self.known = {}
            piece: list[Piece] = []
            write(rng.choice(self.genres[chosen]), rng, self.entity, piece)
            out += self.careless(self.merged(piece), genre)
        if genre != "terminal" and out[-1][0][-1:].isalnum() and "\n" not in out[-1][0] and rng.random() < 0.22:
            out.append((rng.choice(_MARKS), ""))
        return spanned(out)

    def entity(self, slot: Slot) -> Piece:
        """What fills an entity slot, and its label."""
        rng, kind = self.rng, slot.kind
        if kind in {"LW", "OW"}:
            text = rng.choice(self.words["location" if kind == "LW" else "organisation"])
            label = _LABELS[kind[0]]
        elif kind[0] in _LABELS:
            label = _LABELS[kind[0]]
            sources: Mapping[str, Places | Organisations | Addresses] = {
                "L": self.places,
                "O": self.organisations,
                "A": self.addresses,
            }
            source = sources[label[0]]
            text = source.draw(kind, rng)
        else:
            text, label = self.person(kind, slot.index), f"PERSON {slot.index} {kind}"
        if self.lowered and rng.random() < 0.85:
            text = text.lower()
        return text, label

    def person(self, kind: str, index: str) -> str:
        """A form of the name of the person with that index in this text."""
        rng = self.rng
        if kind == "W":
            return rng.choice(self.words["person"])
        someone = self.known.get(index)
        if someone is None:
            someone = self.known[index] = self.people.draw(rng)
        if kind == "GF":
            return people.full(someone, rng)
        if kind == "P":
            return people.either(someone, rng)
        if kind == "FG":
            return f"{someone.family}, {someone.given}{rng.choice(('', '', '', f' {someone.middle[0]}.'))}"
        if kind == "I":
            return f"{someone.given[0]}{rng.choice(('', '.'))}"
        return someone.family if kind == "F" else people.first(someone, rng)

    def merged(self, pieces: list[Piece]) -> list[Piece]:
        """Join the given and the family name of one person where only a space, a hyphen or "F, G" parts them."""
        out: list[Piece] = []
        for text, label in pieces:
            if len(out) > 1 and label.startswith("PERSON") and out[-2][1].startswith("PERSON") and not out[-1][1]:
                gap, (before, earlier) = out[-1][0], out[-2]
                (_, one, old), (_, other, kind) = earlier.split(" "), label.split(" ")
                listed = gap == ", " and old == "F" and kind in {"G", "I"}
                if gap == "-" or (one == other and (listed or (gap == " " and old != kind))):
                    out[-2:] = [(f"{before}{gap}{text}", f"PERSON {one} GF")]
                    continue
            out.append((text, label))
        return [(text, "PERSON" if label.startswith("PERSON") else label) for text, label in out]

    def careless(self, pieces: list[Piece], genre: str) -> list[Piece]:
        """Punctuation as people leave it: apostrophes, full stops and capitals dropped, spaces doubled."""
        rng, informal = self.rng, genre in _INFORMAL
        dropped, shouted, mark = rng.random() < (0.45 if informal else 0.06), rng.random() < 0.03, rng.random()
        out: list[Piece] = []
        for written, label in pieces:
            if label:
                out.append((written, label))
                continue
            text = written
            after_name = bool(out and out[-1][1])
            ending = 2 if dropped and _OWNED.match(text) else 1 if _PLURAL.match(text) else 0
            if after_name and ending:
                out[-1] = (f"{out[-1][0]}s", out[-1][1])
                text = text[ending:]
            if dropped:
                text = _LOOSE.sub(lambda match: match.group().replace("'", ""), text)
            elif not out and mark < _CAPITALS.get(genre, 0.6):
                text = text[:1].upper() + text[1:]
            text = text.upper() if shouted else text
            out.append((text.replace(" ", "  ", 1) if mark > 0.97 else text, label))
        return out


_JOINS = (" ", " ", ". ", "\n", ", ", "... ", " - ", "! ")
_BREAKS = ("\n", "\n", "\n\n", ". ")
_MARKS = (".", ".", ".", "!", "!!", "...", "?", " :)", " 🙂", " haha")


def spanned(pieces: list[Piece]) -> tuple[str, Spans]:
    """The text of the pieces without outer white space, and the places of the labelled ones."""
    parts: list[str] = []
    spans: list[tuple[int, int, str]] = []
    at = 0
    for written, label in pieces:
        text = written if parts or label else written.lstrip()
        if label and text:
            spans.append((at, at + len(text), label))
        parts.append(text)
        at += len(text)
    return "".join(parts).rstrip(), tuple(spans)


def compose(count: int, seed: int, *, held_out: bool) -> Iterator[tuple[str, Spans]]:
    """``count`` texts with spans."""
    composer = Composer(seed, held_out=held_out)
    made = 0
    while made < count:
        text, spans = composer.text()
        if text and len(text) <= 1200:
            made += 1
            yield text, spans
