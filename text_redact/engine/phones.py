"""Telephone numbers as libphonenumber finds them, in one pass over the places that can hold one.

Presidio asks `phonenumbers.PhoneNumberMatcher` once a region, over the whole text, and parses every candidate each
time. Here the matcher's own rules pick the candidates once, from the metadata of the regions is seen which of them a
candidate may be a number of, and only those are asked.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import phonenumbers
from phonenumbers import phonenumbermatcher as rules
from phonenumbers.phonemetadata import PhoneMetadata

from text_redact.engine.needs import DIGITS

_BEFORE, _AFTER = 8, 24
"""Characters around a cluster of digits that decide whether it is a number: a bracket, a letter, an extension."""
_SECOND = re.compile(r" ?/ ?\d(?:[ -]?\d){0,11}")
CLUSTER = r"\d(?:[-x\s.()\[\]/~+]{0,6}\d){5,}"
"""What every number in ASCII has a match of."""
_CLUSTER = re.compile(r"\d(?:[-x\s.()\[\]/~+\u2010-\u2015\u2212\u00ad\u200b\u2060\u3000]{0,6}\d){5,}")
_TYPES = (
    "fixed_line mobile toll_free premium_rate shared_cost personal_number voip pager uan voicemail".split()  # noqa: SIM905
)


def find_phones(text: str, regions: tuple[str, ...], least: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of every number of at least ``least`` digits that is valid in one of ``regions`` or has a plus.

    Args:
        start: Only what lies in ``start..end`` is looked at.
    """
    done = start
    for cluster in _CLUSTER.finditer(text, start, end):
        first = max(done, cluster.start() - _BEFORE)
        done = cluster.end()
        window = text[first : min(end, done + _AFTER)]
        for match in _matches(window, regions, least, cluster.end() - first):
            # "079 123 45 67/68": what is behind the stroke is another number, or its last digits.
            second = _SECOND.match(text, first + match.end, end)
            last = second.end() if second else first + match.end
            yield first + match.start, last
            done = max(done, last)


@dataclass(frozen=True, slots=True)
class _Match:
    start: int
    end: int


@functools.lru_cache(maxsize=1 << 14)
def _matches(window: str, regions: tuple[str, ...], least: int, limit: int) -> Sequence[_Match]:
    """Matches that begin before ``limit``; what begins later is the next cluster's, and perhaps cut off here.

    A number that was typed stands in several passages with the same words around it.
    """
    out: list[_Match] = []
    last = 0
    for match in _Matcher(window, regions, least):
        if match.start >= limit:
            break
        # A number of one region may stand before one of another that the matcher's rules try first.
        if match.start - last > least:
            earlier = _matches(window[last : match.start], regions, least, limit)
            out += [_Match(last + before.start, last + before.end) for before in earlier]
        out.append(match)  # type: ignore[arg-type]
        last = match.end
    return tuple(out)


def forget() -> None:
    """Empty the memory of windows, for measurements."""
    _matches.cache_clear()


class _Matcher(phonenumbers.PhoneNumberMatcher):
    """The library's matcher with a check of its own: all regions at once, and each candidate once a process."""

    def __init__(self, text: str, regions: tuple[str, ...], least: int) -> None:
        super().__init__(text, None)
        self._regions = regions
        self._least = least

    def _parse_and_verify(self, candidate: str, offset: int) -> _Match | None:  # type: ignore[override]
        if len(candidate) < self._least or len(candidate) - len(candidate.translate(DIGITS)) < self._least:
            return None
        if not rules._MATCHING_BRACKETS.fullmatch(candidate) or rules._PUB_PAGES.search(candidate):  # noqa: SLF001
            return None
        end = offset + len(candidate)
        if offset > 0 and candidate[0] not in "([+\uff0b" and self._bars(self.text[offset - 1]):
            return None
        if end < len(self.text) and self._bars(self.text[end]):
            return None
        return _Match(offset, end) if _is_number(candidate, self._regions) else None

    def _bars(self, char: str) -> bool:
        if char.isascii():
            return char.isalpha() or char in "%$"
        return bool(self._is_invalid_punctuation_symbol(char) or self._is_latin_letter(char))


@functools.lru_cache(maxsize=1 << 15)
def _is_number(candidate: str, regions: tuple[str, ...]) -> bool:
    digits = "".join(char for char in candidate if char.isdecimal())
    if candidate.lstrip("([")[:1] in {"+", "\uff0b"}:
        return _library_says(candidate, None)
    # An extension, or a call abroad: rare, so all of it is left to the library.
    if _abroad(regions).match(digits) or any(char.isalpha() or char in "#,;~" for char in candidate):
        return any(_library_says(candidate, region) for region in regions)
    return any(country.has(digits) and _library_says(candidate, country.region) for country in _countries(regions))


def _library_says(candidate: str, region: str | None) -> bool:
    try:
        number = phonenumbers.parse(candidate, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return False
    return bool(rules._verify(rules.Leniency.VALID, number, candidate, None))  # type: ignore[arg-type]  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class _Country:
    """The national numbers of one country code, of every type and region that shares it."""

    region: str
    code: str
    numbers: re.Pattern[str]
    prefix: re.Pattern[str]

    def has(self, digits: str) -> bool:
        """Whether digits are a number of the country, with or without its code and its prefix for national calls."""
        options = {digits}
        fresh = options
        for _ in range(_STRIPS):
            fresh = {shorter for option in fresh for shorter in self._stripped(option)} - options
            options |= fresh
        return any(map(self.numbers.fullmatch, options))

    def _stripped(self, digits: str) -> Iterator[str]:
        if digits.startswith(self.code):
            yield digits[len(self.code) :]
        match = self.prefix.match(digits)
        if match and match.end():
            yield digits[match.end() :]
            yield from filter(None, match.groups())


_STRIPS = 3
"""How often the library takes a country code or a prefix away from one number."""


@functools.cache
def _abroad(regions: tuple[str, ...]) -> re.Pattern[str]:
    """What is dialled before a call to another country."""
    prefixes = [PhoneMetadata.metadata_for_region(region).international_prefix for region in regions]  # type: ignore[union-attr]
    return re.compile("|".join(f"(?:{prefix})" for prefix in dict.fromkeys(filter(None, prefixes))))


@functools.cache
def _countries(regions: tuple[str, ...]) -> tuple[_Country, ...]:
    codes = {phonenumbers.country_code_for_region(region): region for region in reversed(regions)}
    return tuple(_country(code, region) for code, region in codes.items())


def _country(code: int, asked: str) -> _Country:
    numbers: list[str] = []
    prefixes: list[str] = []
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]:
        metadata: Any = PhoneMetadata.metadata_for_region(region)
        for name in _TYPES:
            kind = getattr(metadata, name)
            if kind is not None and kind.national_number_pattern and kind.national_number_pattern != "NA":
                numbers.append(kind.national_number_pattern)
        if metadata.national_prefix_for_parsing:
            prefixes.append(metadata.national_prefix_for_parsing)
    distinct = "|".join(f"(?:{number})" for number in dict.fromkeys(numbers))
    return _Country(
        asked, str(code), re.compile(distinct), re.compile("|".join(f"(?:{p})" for p in dict.fromkeys(prefixes)))
    )
