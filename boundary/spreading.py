"""Findings carried over: from one value of a series to all others, and from a joined text to its pieces."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pyarrow.compute as pc

from boundary.deciding import Decision, places
from boundary.field_texts import in_series
from boundary.findings import Found, Session
from boundary.link import NOT_LINKED
from recording.model import Hit, Passage
from recording.series import Edit, carry, edit_between
from text_redact.known import EXACT, MIN_CHARS, WHOLE_LABELS, KnownValues
from text_redact.words import is_ordinary

RULE = "series:"
"""What stands before the rule of a finding that was carried over."""


def spread(session: Session, found: Sequence[Sequence[Found]]) -> list[list[Found]]:
    """Add what a finding means for other texts: no beginning, other attempt or rest of a found value stays readable.

    What is found in texts read as one becomes findings in each of them. Then, series by series, forwards and backwards
    through the edits, what is found in one value becomes findings in the others; `Found.of` says of which value they
    are pieces, so that all are replaced alike. Doing it again adds nothing.
    """
    out = [list(hits) for hits in found]
    place = {p.field: number for number, p in enumerate(session.passages) if p.field is not None}
    for number, passage in enumerate(session.passages):
        if passage.parts:
            for hit in out[number]:
                for index, piece in _pieces(passage, hit):
                    out[place[index]].append(piece)
            out[number] = []
    fields = [(index, item) for index, item in enumerate(session.recording.fields) if item.series]
    for members in in_series(fields).values():
        if not any(out[place[index]] for index, _ in members if index in place):
            continue
        values = [item.text for _, item in members]
        hits = [out[place[index]] if index in place else [] for index, _ in members]
        for (index, _), all_hits in zip(members, _through(values, hits), strict=True):
            if index in place:
                out[place[index]] = all_hits
    return out


def _pieces(passage: Passage, found: Found) -> Iterator[tuple[int, Found]]:
    whole = found.of or passage.text[found.hit.start : found.hit.end]
    for at, held in passage.parts:
        start, end = max(found.hit.start, at), min(found.hit.end, at + held.end - held.start)
        if start < end:
            hit = replace(found.hit, start=held.start + start - at, end=held.start + end - at)
            yield held.field, replace(found, hit=hit, of=whole)


# Along a series ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Carried:
    """A finding in a value that it was not made in, as far as its whole is there."""

    start: int
    end: int
    broken: bool
    found: Found = field(repr=False)
    whole: str = field(repr=False)


def _through(values: Sequence[str], hits: Sequence[Sequence[Found]]) -> Iterator[list[Found]]:
    edits = [edit_between(before, after) for before, after in pairwise(values)]
    forwards = _carried(values, hits, edits)
    turned = [edit.turned() for edit in reversed(edits)]
    backwards = _carried(values[::-1], hits[::-1], turned)[::-1]
    for value, own, ahead, back in zip(values, hits, forwards, backwards, strict=True):
        more = (_as_found(one) for one in (*ahead, *back))
        yield _named(value, [*own, *more])


def _carried(values: Sequence[str], hits: Sequence[Sequence[Found]], edits: Sequence[Edit]) -> list[list[_Carried]]:
    """For each value, what those before it hold."""
    out: list[list[_Carried]] = [[]] if values else []
    for number, edit in enumerate(edits):
        before, after = values[number], values[number + 1]
        moved = []
        for one in (*(_made_here(f, before) for f in hits[number]), *out[number]):
            there = carry(one.start, one.end, edit, after, broken=one.broken)
            if there == (one.start, one.end, one.broken):
                moved.append(one)  # most often; values are many, and findings in them more
            elif there is not None:
                moved.append(replace(one, start=there[0], end=there[1], broken=there[2]))
        out.append(_merged(moved))
    return out


def _made_here(found: Found, value: str) -> _Carried:
    said = value[found.hit.start : found.hit.end]
    return _Carried(found.hit.start, found.hit.end, found.of not in {"", said}, found, found.of or said)


def _merged(carried: Iterable[_Carried]) -> list[_Carried]:
    """What overlaps and is of one kind as one, so that their number does not grow with that of the values."""
    out: list[_Carried] = []
    for one in sorted(carried, key=_by_kind):
        last = out[-1] if out else None
        if last is not None and _by_kind(last)[:2] == _by_kind(one)[:2] and one.start < last.end:
            longest, end = max(last, one, key=_length), max(last.end, one.end)
            same = (longest.start, longest.end) == (last.start, end)
            out[-1] = longest if same else replace(longest, start=last.start, end=end)
        else:
            out.append(one)
    return out


def _by_kind(one: _Carried) -> tuple[str, bool, int]:
    return one.found.hit.label, one.broken, one.start


def _length(one: _Carried) -> int:
    return len(one.whole)


def _as_found(one: _Carried) -> Found:
    hit = one.found.hit
    rule = hit.rule if hit.rule.startswith(RULE) else f"{RULE}{hit.rule}"
    return Found(replace(hit, start=one.start, end=one.end, rule=rule), one.found.use, one.whole)


def _named(value: str, hits: Sequence[Found]) -> list[Found]:
    """Findings that share a character are pieces of the longest value that one of them is of, and named like it."""
    out: list[Found] = []
    for start, end, _, group in places(hits):
        wholes: dict[str, str] = {}
        for f in group:
            said = f.of or value[f.hit.start : f.hit.end]
            wholes[f.hit.label] = max(wholes.get(f.hit.label, ""), said, key=len)
        most = max(_rank(f, wholes) for f in group)
        kept: list[Found] = []
        for f in group:
            is_place = (f.hit.start, f.hit.end) == (start, end)
            # A guess at the whole place, made before the value was complete, must not name it.
            if (_rank(f, wholes) == most or not is_place) and not any(f.hit == other.hit for other in kept):
                kept.append(f if f.of == wholes[f.hit.label] else replace(f, of=wholes[f.hit.label]))
        out += kept
        if not any((f.hit.start, f.hit.end) == (start, end) for f in kept):
            best = next(f for f in group if _rank(f, wholes) == most)
            hit = replace(best.hit, start=start, end=end)
            out.append(replace(best, hit=hit, of=wholes[hit.label]))
    return out


def _rank(found: Found, wholes: Mapping[str, str]) -> tuple[int, bool]:
    """The longer the value, the more of it was there to judge by."""
    return len(wholes[found.hit.label]), found.hit.label not in NOT_LINKED


# Pieces of known values --------------------------------------------------------------------------------------------


def link_pieces(session: Session, found: Sequence[Sequence[Found]], known: KnownValues) -> list[list[Found]]:
    """Add beginnings of known values that were typed into another field, or before a page was drawn anew."""
    search = beginnings(known)
    return [
        [*hits, *(Found(hit, None, of) for hit, of in search(passage))]
        for passage, hits in zip(session.passages, found, strict=True)
    ]


def beginnings(known: KnownValues) -> Callable[[Passage], Iterable[tuple[Hit, str]]]:
    """A search of typed values for beginnings of known ones: the hit, and the value that it is a beginning of.

    A text ends with it where it was taken back or left unfinished. What was typed behind it by mistake belongs to it,
    unless it is longer than the beginning. A value that another one holds all of is not read: that one tells what
    became of the beginning.
    """
    whole = {value.value.casefold() for value in known}
    heads: dict[str, tuple[str, str] | None] = {}
    for value in known:
        text = value.value.casefold()
        for size in range(MIN_CHARS, min(len(text), LONGEST)):
            if heads.get(text[:size]) is None:
                heads[text[:size]] = (value.label, value.value) if _tells(text[:size], value.label) else None

    def search(passage: Passage) -> Iterable[tuple[Hit, str]]:
        text = passage.text.casefold()
        # A letter that folds into two moves all that follow; what is spelt in full is found by the other search.
        if passage.role != "input" or passage.echo or not heads or len(text) != len(passage.text):
            return
        for word in _START.finditer(text):
            start = word.start()
            size = _longest(text, start, heads)
            told = heads.get(text[start : start + size])
            if told is None:
                continue
            tail = text[start + size :]
            if len(tail) <= size and not any(map(str.isspace, tail)) and text[start : start + size + 1] not in whole:
                yield Hit(told[0], start, len(text), EXACT, "link:beginning"), told[1]

    return search


_START = re.compile(r"(?<!\w)\S|(?<=_)\w")
LONGEST = 256
"""Beginnings of more characters are not looked for: whoever types as much types it to its end."""
SURE_DIGITS = 6
"""Shortest beginning of digits that is no year and no count."""


def _tells(beginning: str, label: str) -> bool:
    """Whether a beginning says anything: words of the language and years begin many values."""
    plain = "".join(char for char in beginning if char.isalnum())
    if label in WHOLE_LABELS:
        return True
    return len(plain) >= SURE_DIGITS if plain.isdecimal() else not is_ordinary(beginning.strip())


def _longest(text: str, start: int, heads: Mapping[str, object]) -> int:
    """Characters of the longest beginning of a value that stands at ``start`` and tells something; 0 for none."""
    size, longest = MIN_CHARS, 0
    while start + size <= len(text) and text[start : start + size] in heads:
        longest = size if heads[text[start : start + size]] is not None else longest
        size += 1
    return longest


# Rows that say nothing new -----------------------------------------------------------------------------------------


def repeats(session: Session, decisions: Sequence[Decision]) -> frozenset[int]:
    """Rows (``seq``) of input that say, once values are replaced, what the one before said of the same field.

    There is one for each key that was pressed: their number would tell how long a replaced value is.
    """
    by_field: dict[int, list[Decision]] = {}
    for decision in decisions:
        index = session.passages[decision.passage].field
        if index is not None:
            by_field.setdefault(index, []).append(decision)
    fields = session.recording.fields
    series = in_series((index, fields[index]) for index in range(len(fields)))
    again: Counter[int] = Counter()
    for members in series.values():
        last: Sequence[object] | None = None
        for index, item in members:
            told = _shape(item.text, by_field.get(index, ()))
            if item.role == "input" and item.row is not None and len(told) > 1 and told == last:
                again[item.row] += 1
            last = told
    if not again:
        return frozenset()
    # A row that says anything else stays.
    said = Counter(item.row for item in fields if item.row in again)
    return frozenset(row for row, count in again.items() if said[row] == count) & _inputs(session)


def _shape(text: str, decisions: Iterable[Decision]) -> Sequence[object]:
    """A text with what is put in its values' places: what stays, and of what value each place is."""
    out: list[object] = []
    at = 0
    for decision in sorted(decisions, key=_start):
        out += [text[at : decision.start], (decision.operator, decision.finding.label, decision.value(text))]
        at = decision.end
    return [*out, text[at:]]


def _start(decision: Decision) -> int:
    return decision.start


def _inputs(session: Session) -> frozenset[int]:
    events = session.recording.events
    return frozenset(events["seq"].filter(pc.equal(events["kind"], "input")).to_pylist())
