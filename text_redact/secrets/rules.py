"""The rules of the data files, compiled, and the one automaton that says which of them a text can match at all."""

from __future__ import annotations

import functools
import itertools
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from text_redact.secrets import forms
from text_redact.secrets.forms import Form

TOKEN_FILES = ("tokens_infrastructure.toml", "tokens_services.toml")
_KEYWORD_LEAST = 3
_SAY = ("verbs", "helpers", "done", "adverbs")
# Nothing that could belong to the token may stand next to it.
LEFT = r"(?<![A-Za-z0-9_])"
RIGHT = r"(?![A-Za-z0-9_])(?![-+/][A-Za-z0-9])"
_SEPARATORS = (" ", "", "-", "_", ".")
_PAIR_SEPARATORS = ("/", " / ", ":", " & ", "&", "+", " + ", "|", " and ")


@dataclass(frozen=True, slots=True)
class Kind:
    """A line of the token files.

    Attributes:
        rule: Identifier, for example ``github-token``.
        service: Who issues it.
        label: Label of its hits.
        near: Lower-case words of which one stands close by; empty where the form says enough.
        check: Name of a checksum in `text_redact.secrets.checks`, or nothing.
        forms: The formats.
    """

    rule: str
    service: str
    label: str
    near: tuple[str, ...]
    check: str
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """One form ready to match: ``before`` is how far in front of its literal it may begin."""

    kind: Kind
    form: Form
    pattern: re.Pattern[str]
    before: int


@dataclass(frozen=True, slots=True)
class Shape:
    """An entry of ``shapes.toml``; see there."""

    rule: str
    label: str
    keywords: tuple[str, ...]
    pattern: re.Pattern[str]
    before: int
    after: int
    demands: str
    check: str
    anchored: bool
    must: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word that announces a value: what it announces, and whether it also counts inside a longer word."""

    kind: str
    inside: bool
    foreign: bool = False


@dataclass(slots=True)
class Entry:
    """All that hangs on one keyword of the automaton."""

    size: int
    tokens: list[Token] = field(default_factory=list)
    near: list[Kind] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)


@functools.cache
def kinds() -> tuple[Kind, ...]:
    """Every kind of token of the data files, in their order."""
    found = []
    for name in TOKEN_FILES:
        for table in _toml(name).values():
            found += [_kind(rule, line) for rule, line in table.items()]
    return tuple(found)


def _kind(rule: str, line: list[Any]) -> Kind:
    service, notation, *rest = line
    extras: Mapping[str, Any] = rest[0] if rest else {}
    notations = [notation] if isinstance(notation, str) else notation
    return Kind(
        rule=rule,
        service=service,
        label=extras.get("label", "SECRET"),
        near=tuple(word.lower() for word in extras.get("near", ())),
        check=extras.get("check", ""),
        forms=tuple(form for text in notations for form in forms.parse(text)),
    )


@functools.cache
def shapes() -> tuple[Shape, ...]:
    """Every entry of ``shapes.toml``."""
    return tuple(_shape(rule, entry) for rule, entry in _toml("shapes.toml").items())


def _shape(rule: str, entry: Mapping[str, Any]) -> Shape:
    flags = re.NOFLAG if entry.get("case") else re.IGNORECASE
    demands = next((name for name in ("plain", "random", "digit", "word") if entry.get(name)), "value")
    return Shape(
        rule=rule,
        label=entry.get("label", "SECRET"),
        keywords=tuple(word.lower() for word in entry["keywords"]),
        pattern=re.compile(entry["pattern"], flags),
        before=entry.get("before", 0),
        after=entry["after"],
        demands=demands,
        check=entry.get("check", ""),
        anchored=entry.get("anchored", False),
        must=entry.get("must", ""),
    )


@functools.cache
def words() -> Mapping[str, tuple[Word, ...]]:
    """The announcing words of ``words.toml`` with every way to join their parts, lower case."""
    found: defaultdict[str, dict[Word, None]] = defaultdict(dict)
    table = _toml("words.toml")
    for kind, entry in table.items():
        for group in ("inside", "alone"):
            for word in entry.get(group, ()):
                for spelt in _spellings(word, _SEPARATORS + _PAIR_SEPARATORS if kind == "pair" else _SEPARATORS):
                    found[spelt][Word(kind, group == "inside", not spelt.isascii() or word in _foreign())] = None
    for right in table["password"]["misspelt"]:
        for wrong in _typos(right):
            found[wrong][Word("password", inside=True)] = None
    return {word: tuple(kinds_) for word, kinds_ in found.items()}


@functools.cache
def verbs() -> re.Pattern[str]:
    """What stands between an announcing word and its value in a sentence, with the spaces around it."""
    say = _toml("words.toml")["say"]
    said, helpers, done, adverbs = ("|".join(map(re.escape, sorted(say[name], key=len, reverse=True))) for name in _SAY)
    verb = (
        rf"(?:(?:{helpers})[ \t]{{1,2}}){{0,3}}(?:{done})[ \t]{{1,2}}(?:to|as)|(?:{said})(?:[ \t]{{1,2}}(?:{adverbs}))?"
    )
    return re.compile(rf"[ \t]{{1,3}}(?:{verb})(?:[ \t]{{0,2}}:)?[ \t]{{1,3}}", re.IGNORECASE)


@functools.cache
def objects() -> re.Pattern[str]:
    """What the value is for, between the word and the verb or sign: " for the router", " do wifi"."""
    links = "|".join(_toml("words.toml")["say"]["links"])
    verb = r"\b(?:is|was|ist|lautet|est|es|\u00e9|\u00e8|e|jest|\u00e4r|er|on)\b[ \t]"
    words = r"(?:[ \t]{1,2}[\w'.@/&-]{1,30}){1,6}?"
    return re.compile(rf"[ \t]{{1,3}}(?:{links}){words}(?=[ \t]{{0,3}}(?:[:=]|{verb}))", re.IGNORECASE)


@functools.cache
def token(form: Form, kind: Kind) -> Token:
    """A form with its borders: strict where the literal is short, open where it says whose token it is."""
    left = "" if form.distinctive else LEFT
    right = "" if form.distinctive else RIGHT
    before = 0 if form.leads else sum(len(p) if isinstance(p, str) else p[2] for p in _parts_before(form)) + 1
    return Token(kind, form, re.compile(f"{left}(?:{form.pattern}){right}"), min(before, 200))


def _parts_before(form: Form) -> Iterator[str | tuple[str, int, int]]:
    return itertools.takewhile(lambda part: part != form.literal, form.parts)


@functools.cache
def loose() -> tuple[Token, ...]:
    """Forms without a literal to search for and without words near by: tried where a long unbroken string begins."""
    return tuple(
        token(form, kind)
        for kind in kinds()
        if not kind.near
        for form in kind.forms
        if len(form.literal) < _KEYWORD_LEAST
    )


@functools.cache
def automaton() -> Any:
    """Aho-Corasick automaton over all keywords, for lower-case text; values are `Entry`. Built once a process."""
    import ahocorasick

    entries: dict[str, Entry] = {}
    for kind in kinds():
        for word in kind.near:
            _entry(entries, word).near.append(kind)
        if not kind.near:
            for form in kind.forms:
                if len(form.literal) >= _KEYWORD_LEAST:
                    _entry(entries, form.literal.lower()).tokens.append(token(form, kind))
    for shape in shapes():
        for word in shape.keywords:
            _entry(entries, word).shapes.append(shape)
    for word, meanings in words().items():
        _entry(entries, word).words.extend(meanings)
    built = ahocorasick.Automaton()
    for word, entry in entries.items():
        built.add_word(word, entry)
    built.make_automaton()
    return built


@functools.cache
def foreign_automaton() -> Any:
    """The same over the keywords alone that are not in ASCII; values are nothing of interest."""
    import ahocorasick

    built = ahocorasick.Automaton()
    for word in automaton().keys():  # noqa: SIM118  no mapping
        if not word.isascii():
            built.add_word(word, len(word))
    built.make_automaton()
    return built


def _entry(entries: dict[str, Entry], word: str) -> Entry:
    return entries.setdefault(word, Entry(len(word)))


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("text_redact.secrets").joinpath("data", name).read_text("utf-8"))


@functools.cache
def phrases(name: str) -> frozenset[str]:
    """A list of ``phrases.toml``: ``no_values``, ``no_values_foreign``, ``harmless_starts`` or ``harmless_endings``."""
    return frozenset(_toml("phrases.toml")[name])


@functools.cache
def _foreign() -> frozenset[str]:
    """Announcing words of other languages that are written in ASCII."""
    return frozenset(_toml("phrases.toml")["foreign"])


def _spellings(word: str, separators: Iterable[str]) -> Iterable[str]:
    parts = word.split(" ")
    return sorted({separator.join(parts) for separator in separators}) if len(parts) > 1 else (word,)


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _beside() -> Mapping[str, str]:
    """Keys beside each other on a QWERTY keyboard: to the left and right, and above and below."""
    beside: defaultdict[str, str] = defaultdict(str)
    for row, keys in enumerate(_ROWS):
        for at, key in enumerate(keys):
            beside[key] += keys[max(0, at - 1) : at] + keys[at + 1 : at + 2]
            for other in _ROWS[max(0, row - 1) : row] + _ROWS[row + 1 : row + 2]:
                beside[key] += other[at : at + 1]
    return beside


def _typos(word: str) -> set[str]:
    """Misspellings by one slip of a finger, at least five letters long."""
    out = set()
    neighbours = _beside()
    for at, char in enumerate(word):
        head, tail = word[:at], word[at + 1 :]
        out.add(head + tail)
        out.add(head + char + char + tail)
        out.update(head + beside + tail for beside in neighbours.get(char, ""))
        if tail:
            out.add(head + tail[0] + char + tail[1:])
    return out - {word}
