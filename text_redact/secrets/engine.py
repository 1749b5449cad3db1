"""The detector: one pass over the text says which rules can match; only those look, at their own place.

A text in which no keyword occurs, no string is long and no seed phrase fits costs one pass and nothing else. Every
pattern has a bounded length and is tried at a bounded number of places, so that the cost is linear in the text; a text
that takes too long all the same fails the step.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recording.errors import StepFailed
from recording.model import Hit
from text_redact.engine.rules import remembered
from text_redact.normalise import normalise
from text_redact.secrets import atoms, codes, context, seeds, tables, values
from text_redact.secrets.checks import CHECKS
from text_redact.secrets.gate import ALL, NONE, gate
from text_redact.secrets.randomness import entropy, likelihood, looks_random
from text_redact.secrets.rules import Entry, Shape, Token, Word, automaton

SECONDS = 10.0
"""Longest time for one text; a megabyte of code takes well under a second."""
_LONG, _PHRASE = 16, 50
_ROUND = 256
_MORE = re.compile(r"[A-Za-z0-9_-]{1,2000}")
_PART = re.compile(r"[A-Za-z0-9_.~+/-]{10,400}")
_ESCAPE = re.compile(r"\\[nrtu0]$|%[0-9A-Fa-f]{2}$|\\x1b\[\d*m$")
_LEAST_ENTROPY, _WORDY = 2.5, 0.3
_HALF_SCORE = 0.6
_LONG_LITERAL = 6

_Found = list[tuple[int, Entry]]
_Windows = dict[str, tuple[Shape, list[list[int]]]]


@dataclass(frozen=True, slots=True)
class Secrets:
    """Finds SECRET (tokens, keys, seed phrases), PASSWORD (also PINs) and ONE_TIME_CODE."""

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits, in offsets of ``text``.

        Raises:
            StepFailed: The text took longer than `SECONDS`.
        """
        if text.isascii():
            return remembered(scan, text)
        plain = normalise(text)
        return [plain.back(hit) for hit in remembered(scan, plain.text)]

    def many(self, texts: Sequence[str]) -> Sequence[Sequence[Hit]]:
        """All hits of each text."""
        return [self(text) for text in texts]


def build() -> Secrets:
    """The detector, with its rules compiled, so that a mistake in them shows before any data is read."""
    automaton()
    gate()
    return Secrets()


def scan(text: str) -> Sequence[Hit]:
    """All hits in a text that is normalised already; those inside another of at least the same score are left out."""
    ask = gate()
    signs = ALL if ask is None else ask(text)
    if signs is NONE:
        return ()
    strings = atoms.find(text) if signs.atom and len(max(text.split(), key=len, default="")) >= _LONG else ()
    if not (signs.keyword or signs.phrase or strings):
        return ()
    lowered = _lowered(text)
    found: _Found = list(automaton().iter(lowered))
    has_seed = signs.phrase and seeds.may_hold(lowered.split())
    if not (found or strings or has_seed):
        return ()
    hits = list(_by_keyword(text, found, time.monotonic() + SECONDS)) if signs.keyword else []
    if has_seed or (len(text) > _PHRASE and any(entry.words and entry.words[0].kind == "secret" for _, entry in found)):
        hits += seeds.find(text, lowered)
    if strings:
        hits += _by_atoms(text, strings, found, hits)
    return tuple(_merged(hits) if len(hits) > 1 else hits)


def _lowered(text: str) -> str:
    """In lower case with every character at its place."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lowered


def _by_keyword(text: str, found: _Found, deadline: float) -> Iterator[Hit]:
    windows: _Windows = {}
    spans: list[tuple[int, int, Entry]] = []
    for number, (last, entry) in enumerate(found):
        if number % _ROUND == 0:
            _check(deadline)
        start, end = last + 1 - entry.size, last + 1
        for one in entry.tokens:
            yield from _token(text, start, end, one)
        for shape in entry.shapes:
            if shape.anchored and shape.must in text:
                yield from _anchored(text, start, shape)
            elif not shape.anchored:
                _note(windows, shape, start)
        if entry.words and _may_announce(text, end):
            spans.append((start, -end, entry))
    yield from _in_windows(text, windows, deadline)
    for number, (start, end, word) in enumerate(_longest(spans) if spans else ()):
        if number % _ROUND == 0:
            _check(deadline)
        yield from _word(text, start, end, word)


def _in_windows(text: str, windows: _Windows, deadline: float) -> Iterator[Hit]:
    for shape, ranges in windows.values():
        for low, high in ranges:
            _check(deadline)
            for match in shape.pattern.finditer(text, low, min(high, len(text))):
                yield from _of_shape(match, shape)


def _check(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise StepFailed("the search for secrets ran out of time", code="pattern-timeout", hint="split the text")


def _may_announce(text: str, end: int) -> bool:
    """Whether a word may end here: "pass" does not in "passenger", "key" may in "keyFile" and "keys"."""
    after = text[end : end + 1]
    return not after.islower() or after == "s" or not after.isascii() or not text[end - 1].isascii()


def _longest(spans: list[tuple[int, int, Entry]]) -> Iterator[tuple[int, int, Word]]:
    """Announcing words that are no part of a longer one of the same kind: of "pass" and "password" the last."""
    reached: dict[str, int] = {}
    for start, minus_end, entry in sorted(spans, key=_place):
        for word in entry.words:
            if -minus_end > reached.get(word.kind, 0):
                reached[word.kind] = -minus_end
                yield start, -minus_end, word


def _word(text: str, start: int, end: int, word: Word) -> Iterator[Hit]:
    if word.kind in ("otp", "backup"):
        if not context.stands_alone(text, start, end):
            return
        yield from codes.announced(text, start, end)
        if word.kind == "backup":
            yield from codes.backups(text, end)
        return
    yield from context.find(text, start, end, word)
    if word.kind == "password" and context.stands_alone(text, start, end):
        yield from tables.said_before(text, start, context.LABELS[word.kind])


def _token(text: str, start: int, end: int, one: Token) -> Iterator[Hit]:
    form = one.form
    if text[start:end] != form.literal:
        return
    glued = start > 0 and text[start - 1].isalnum() and not _ESCAPE.search(text, max(0, start - 6), start)
    if form.distinctive and glued and len(form.literal) < _LONG_LITERAL:
        return
    if form.leads:
        match = one.pattern.match(text, start)
    else:
        match = one.pattern.search(text, max(0, start - one.before), min(len(text), end + 4000))
    if match is None:
        yield from _part(text, start, end, one)
    elif _believed("".join(filter(None, match.groups())), one):
        stop = match.end()
        if form.distinctive and (more := _MORE.match(text, stop)) is not None:
            stop = more.end()
        stop = match.start() + len(text[match.start() : stop].rstrip("."))
        proven = bool(one.kind.check) and CHECKS[one.kind.check](match.group())
        yield Hit(one.kind.label, match.start(), stop, 1.0 if proven else 0.9, f"secret:{one.kind.rule}")


def _part(text: str, start: int, end: int, one: Token) -> Iterator[Hit]:
    """A token too short for its format, or cut off: the longest unbroken piece has to look random by itself."""
    if not one.form.distinctive or "/" in one.form.literal or (part := _PART.match(text, end)) is None:
        return
    if looks_random(max(re.split(r"[^A-Za-z0-9]", part.group()), key=len)):
        yield Hit(one.kind.label, start, part.end(), _HALF_SCORE, f"secret:{one.kind.rule}-part")


def _believed(drawn: str, one: Token) -> bool:
    """Whether the random part of a token is random enough: no placeholder, no words that happen to fit."""
    if values.is_placeholder(drawn) or entropy(drawn) < min(_LEAST_ENTROPY, len(drawn) / 6):
        return False
    if not one.form.distinctive and not atoms.likely(drawn):
        return False
    return not (drawn.isalpha() and likelihood(drawn) > _WORDY)


def _note(windows: _Windows, shape: Shape, start: int) -> None:
    """Remember where a shape is to be searched; windows that touch become one, so that no place is searched twice."""
    low, high = max(0, start - shape.before), start + shape.after
    ranges = windows.setdefault(shape.rule, (shape, []))[1]
    if ranges and low <= ranges[-1][1]:
        ranges[-1][1] = max(high, ranges[-1][1])
    else:
        ranges.append([low, high])


def _anchored(text: str, start: int, shape: Shape) -> Iterator[Hit]:
    match = shape.pattern.match(text, start, min(len(text), start + shape.after))
    if match is not None:
        yield from _of_shape(match, shape)


def _of_shape(match: re.Match[str], shape: Shape) -> Iterator[Hit]:
    group = next((name for name in ("value", "value2", "value3") if match.groupdict().get(name)), 0)
    value = match[group]
    if value and _meets(value, shape):
        begin = match.start(group)
        yield Hit(shape.label, begin, begin + len(value.rstrip(".,")), 0.85, f"secret:{shape.rule}")


def _meets(value: str, shape: Shape) -> bool:
    if (shape.check and not CHECKS[shape.check](value)) or (len(value) < 400 and values.is_placeholder(value)):
        return False
    return _DEMANDS[shape.demands](value) or (shape.demands == "value" and bool(shape.check))


def _anything(value: str) -> bool:
    return bool(value)


def _has_digit(value: str) -> bool:
    return any(map(str.isdecimal, value)) or looks_random(value)


def _is_no_word(value: str) -> bool:
    return _has_digit(value) or not (values.is_word(value) or "_" in value or values.is_code(value))


def _is_no_ordinary(value: str) -> bool:
    return values.is_mixed(value) or not (values.is_word(value) or values.is_harmless(value))


_DEMANDS = {
    "plain": _anything,
    "random": atoms.likely,
    "digit": _has_digit,
    "word": _is_no_word,
    "value": _is_no_ordinary,
}
"""What the data file asks of a shape's value besides its shape."""


def _by_atoms(text: str, strings: Sequence[re.Match[str]], found: _Found, hits: Sequence[Hit]) -> Iterator[Hit]:
    more = list(atoms.formats(text, strings))
    for last, entry in found:
        if entry.near:
            more += atoms.near(text, last + 1 - entry.size, last + 1, entry.near, strings)
    yield from more
    yield from atoms.unexplained(text, strings, [(hit.start, hit.end) for hit in (*hits, *more)])


def _merged(hits: list[Hit]) -> list[Hit]:
    """Hits that no other one covers; of those that share characters and label, the widest with the best score."""
    out: list[Hit] = []
    for hit in sorted(set(hits), key=_order):
        if out and hit.end <= out[-1].end:
            if hit.score > out[-1].score and hit.start == out[-1].start and hit.end == out[-1].end:
                out[-1] = hit
            continue
        out.append(hit)
    return out


def _place(span: tuple[int, int, Entry]) -> tuple[int, int]:
    return span[0], span[1]


def _order(hit: Hit) -> tuple[int, int, float, str]:
    # The rule last, so that of two the same one names the place in every process.
    return hit.start, -hit.end, -hit.score, hit.rule
