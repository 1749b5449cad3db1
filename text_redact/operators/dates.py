"""Reads dates as people write them, and writes others in the same way.

Read are ISO 8601 (``2024-03-09``, ``20240309``, ``2024-03``), figures with ``/ . -`` in either order, years of two and
four digits, months by name in seven languages in any case, ordinals, weekdays, and times of day beside a date. Where
both of two figures may be the month (``03/04/2024``) the option says which is; before a dot stands the day.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from text_redact.operators.tables import listed, table
from text_redact.operators.wordlists import ascii_of

NO_YEAR = 2023
"""Year in which a date without one is moved."""
_PIVOT = 69
"""Two-digit years from here on are of the last century (as POSIX strptime has it)."""

_TIME = r"\d{1,2}(?:[:h]\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:\s*[ap]\.?m\.?)?|\s*[ap]\.?m\b\.?)"
_ZONE = r"(?:\s*(?:z\b|utc\b|gmt\b|[ce]e?s?t\b|[+-]\d{2}:?\d{2}\b))"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text: ``kind`` is ``date``, ``time`` or ``weekday``, and ``groups`` are the spans of its figures."""

    kind: str
    start: int
    end: int
    groups: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """A text that is dates, and what else may stand beside them."""

    text: str = field(repr=False)
    parts: tuple[Part, ...]

    @property
    def dates(self) -> tuple[Part, ...]:
        """The dates alone."""
        return tuple(part for part in self.parts if part.kind == "date")


@functools.cache
def _names(kind: str) -> Mapping[str, tuple[str, int, int]]:
    """Month or weekday in lower case -> language, form (0 full, 1 short) and number from 0."""
    out: dict[str, tuple[str, int, int]] = {}
    for language, forms in table("calendar")[kind].items():
        for form, words in enumerate(forms):
            for number, word in enumerate(words):
                for spelling in (word, ascii_of(word)):
                    out.setdefault(spelling, (language, form, number))
    if kind == "months":
        out |= {"sept": ("en", 1, 8), "maerz": ("de", 0, 2)}
    return out


@functools.cache
def _pattern() -> re.Pattern[str]:
    months = "|".join(sorted(map(re.escape, _names("months")), key=len, reverse=True))
    days = "|".join(sorted(map(re.escape, _names("days")), key=len, reverse=True))
    name, gap = rf"(?P<name{{n}}>{months})\.?", r"[\s,./-]*"
    ordinal = r"(?:\s?(?:st|nd|rd|th|er|º|\.))?"
    year = r"(?P<y{n}>\d{{4}}|'?\d{{2}})(?![\d:])(?!\s*[ap]\.?m\b)"
    forms = (
        r"(?P<y1>\d{4})(?P<s1>[-/.])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})(?=\D|$)",
        r"(?P<a2>\d{1,2})(?P<s2>[-/.\s])\s?(?P<b2>\d{1,2})(?P=s2)\s?(?P<y2>\d{4}|\d{2})(?![\d:])",
        r"(?P<y3>(?:19|20)\d{2})(?P<m3>0[1-9]|1[0-2])(?P<d3>[0-2]\d|3[01])(?=\D|$)",
        rf"(?P<d4>\d{{1,2}})(?P<o4>{ordinal})(?:\s?(?:of|de))?{gap}{name.format(n=4)}(?:(?:\s?de)?{gap}{year.format(n=4)})?",
        rf"{name.format(n=5)}{gap}(?P<d5>\d{{1,2}})(?![\d:])(?P<o5>{ordinal})(?:(?:\s?de)?{gap}{year.format(n=5)})?",
        rf"{name.format(n=6)}(?:\s?de)?{gap}(?P<y6>\d{{4}})(?!\d)",
        r"(?P<y7>(?:19|20)\d{2})(?P<s7>[-/])(?P<m7>0[1-9]|1[0-2])(?!\d)",
        r"(?P<m8>0?[1-9]|1[0-2])(?P<s8>[-/])(?P<y8>(?:19|20)\d{2})(?!\d)",
        r"(?P<a9>\d{1,2})(?P<s9>[/.])(?P<b9>\d{1,2})(?![\d:])",
    )
    time = rf"(?P<time>t?{_TIME}{_ZONE}?)"
    weekday = rf"(?P<weekday>(?<![^\W\d_])(?:{days})(?![^\W\d_])\.?)"
    dates = "|".join(f"(?:{form})" for form in forms)
    return re.compile(rf"(?:(?<!\d)|(?=t\d))(?:(?P<date>{dates})|{time}|{weekday})", re.IGNORECASE)


def read_dates(text: str, *, day_first: bool) -> Read | None:
    """Every date, time and weekday of a text; ``None`` where there is no date, an impossible one, or another word."""
    parts: list[Part] = []
    left: list[str] = []
    at = 0
    for match in _pattern().finditer(text):
        left.append(text[at : match.start()])
        at = match.end()
        kind = next(kind for kind in ("date", "time", "weekday") if match[kind] is not None)
        groups = {
            name[:-1]: match.span(name) for name, said in match.groupdict().items() if said and name[-1].isdigit()
        }
        if kind == "date":
            groups = _ordered(text, groups, day_first=day_first)
        parts.append(Part(kind, *match.span(), groups))
    left.append(text[at:])
    read = Read(text, tuple(parts))
    words = re.findall(r"\w+", " ".join(left).casefold())
    if not read.dates or any(not listed("date_links", word) for word in words):
        return None
    if any(date_of(read, part) is None for part in read.dates):
        return None
    return read


def _ordered(text: str, groups: dict[str, tuple[int, int]], *, day_first: bool) -> dict[str, tuple[int, int]]:
    """Which of two figures is the day: the one above 12, else as the separator or the option says."""
    if "a" not in groups:
        return groups
    first, second = (int(text[slice(*groups[name])]) for name in "ab")
    dotted = text[slice(*groups["s"])] == "."
    day_leads = first > 12 or (second <= 12 and (dotted or day_first))
    rest = {name: span for name, span in groups.items() if name not in "ab"}
    return {**rest, "d": groups["a" if day_leads else "b"], "m": groups["b" if day_leads else "a"]}


def date_of(read: Read, part: Part) -> dt.date | None:
    """The date that a part says, ``None`` for an impossible one; of a month the 15th, without a year in `NO_YEAR`."""
    said = {name: read.text[start:end] for name, (start, end) in part.groups.items()}
    month = _names("months")[said["name"].casefold()][2] + 1 if "name" in said else int(said["m"])
    digits = said.get("y", "").lstrip("'")
    year = int(digits) if digits else NO_YEAR
    if len(digits) == 2:
        year += 1900 if year >= _PIVOT else 2000
    try:
        return dt.date(year, month, int(said.get("d", "15")))
    except ValueError:
        return None


def rewrite(read: Read, days: int, *, keep_time: bool) -> str | None:
    """The text with every date moved by ``days`` and written as it was; ``None`` beyond the years 1 to 9999.

    Times of day stay as they are or are taken out.
    """
    out: list[str] = []
    at = 0
    for part in read.parts:
        before, said = read.text[at : part.start], read.text[part.start : part.end]
        at = part.end
        date = date_of(read, part) if part.kind == "date" else None
        if part.kind == "time" and not keep_time:
            continue  # with the words that led to it
        if out or part.start == 0 or read.parts[0] is part:
            out.append(before)
        if part.kind == "weekday":
            out.append(_renamed("days", said, lambda number: (number + days) % 7))
        elif date is None:
            out.append(said)
        else:
            try:
                out.append(_written(read, part, date + dt.timedelta(days)))
            except OverflowError:
                return None
    tail = read.text[at:]
    return "".join([*out, "" if any(map(str.isalnum, tail)) else tail]).strip(" ,")


def _written(read: Read, part: Part, date: dt.date) -> str:
    figures = {name: read.text[start:end] for name, (start, end) in part.groups.items()}
    two_figures = "name" not in figures and all(len(figures.get(name, "00")) == 2 for name in "dm")
    padded = two_figures or any(figures.get(name, "").startswith("0") for name in "dm")
    new: dict[str, str] = {}
    for name, number in (("d", date.day), ("m", date.month)):
        if name in figures:
            new[name] = f"{number:02d}" if padded else str(number)
    if "y" in figures:
        digits = figures["y"]
        sign = "'" if digits[0] == "'" else ""
        new["y"] = f"{date.year:04d}" if len(digits) == 4 else f"{sign}{date.year % 100:02d}"
    if "name" in figures:
        new["name"] = _renamed("months", figures["name"], lambda _: date.month - 1)
    if figures.get("o", "").strip().casefold() in {"st", "nd", "rd", "th"}:
        new["o"] = _cased(_ordinal(date.day), figures["o"])
    text, at = "", part.start
    for name, (start, end) in sorted(part.groups.items(), key=_start):
        text += read.text[at:start] + new.get(name, read.text[start:end])
        at = end
    return text + read.text[at : part.end]


def _start(item: tuple[str, tuple[int, int]]) -> tuple[int, int]:
    return item[1]


def _ordinal(day: int) -> str:
    return "th" if 11 <= day % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _renamed(kind: str, said: str, number: Callable[[int], int]) -> str:
    """Another month or weekday in the same language, form and case."""
    dot = "." if said.endswith(".") else ""
    language, form, old = _names(kind)[said.rstrip(".").casefold()]
    words: Sequence[str] = table("calendar")[kind][language][form]
    word = words[number(old)]
    return _cased(ascii_of(word) if said.isascii() else word, said) + dot


def _cased(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.title() if like[:1].isupper() else word
