"""Names and places to choose from: the lists of Faker's providers, read as they are, without its generator.

An instance of Faker for each value is slow, and its random state is shared; the lists are constants.
"""

from __future__ import annotations

import functools
import importlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Gender = Literal["female", "male", "any"]

LATIN = (
    "en_US", "en_GB", "es_ES", "it_IT", "fr_FR", "de_DE", "pt_BR", "nl_NL", "sv_SE", "da_DK", "no_NO", "fi_FI", "pl_PL",
    "cs_CZ", "hu_HU", "ro_RO", "hr_HR", "tr_TR", "en_IN", "id_ID", "yo_NG", "en_KE", "zu_ZA", "en_PK", "es_MX",
)  # fmt: skip
"""Locales of the Latin script; a name that several know counts as the first one's."""

_SCRIPTS = {
    "CYRILLIC": "ru_RU", "GREEK": "el_GR", "ARABIC": "ar_AA", "HEBREW": "he_IL", "DEVANAGARI": "hi_IN",
    "HANGUL": "ko_KR", "HIRAGANA": "ja_JP", "KATAKANA": "ja_JP", "CJK": "zh_CN", "THAI": "th_TH",
    "ARMENIAN": "hy_AM", "GEORGIAN": "ka_GE", "TAMIL": "ta_IN", "BENGALI": "bn_BD", "ORIYA": "or_IN",
    "SINHALA": "si_LK",
}  # fmt: skip
_ENGLISH = ("en_GB", "en_IE", "en_NZ")
_FEWEST = 15
"""A shorter list would give the same stand-in to everybody."""

_FOLD = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae",
                       "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "Þ": "Th", "ə": "a", "Ə": "A"})  # fmt: skip


def ascii_of(text: str) -> str:
    """A Latin text without diacritics; what has no such form is left out."""
    folded = unicodedata.normalize("NFKD", text.translate(_FOLD))
    return folded.encode("ascii", "ignore").decode("ascii")


def folded(word: str) -> str:
    """A word without diacritics where its letters are Latin ones, else as it is."""
    plain = ascii_of(word)
    return plain if len(plain) >= len(word) else word


@dataclass(frozen=True, slots=True)
class NameList:
    """Names of one locale; ``any`` holds all of them."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    any: tuple[str, ...]

    def of(self, gender: Gender) -> tuple[str, ...]:
        """The names of a gender; all of them where the locale does not tell."""
        chosen = {"female": self.female, "male": self.male, "any": self.any}[gender]
        return chosen if len(chosen) >= _FEWEST else self.any


@functools.cache
def name_list(role: str, locale: str) -> NameList:
    """Given or family names of a locale, those of en_US where it has too few."""
    provider: Any = importlib.import_module(f"faker.providers.person.{locale}").Provider
    kind = "first_names" if role == "given" else "last_names"
    parts = {
        "female": _read(provider, f"{kind}_female"),
        "male": _read(provider, f"{kind}_male"),
        "any": _read(provider, kind) or _read(provider, "unisex_last_names" if role == "family" else kind),
    }
    if role == "family" and len(parts["any"]) < _FEWEST:
        parts["any"] = _read(provider, "unisex_last_names")
    every = tuple(dict.fromkeys((*parts["any"], *parts["female"], *parts["male"])))
    if len(every) < _FEWEST:
        return name_list(role, LATIN[0])
    return NameList(parts["female"], parts["male"], every)


def _read(provider: Any, name: str) -> tuple[str, ...]:
    """One list, in its own order, without what is no single word."""
    words = getattr(provider, name, ())
    if not isinstance(words, Iterable) or isinstance(words, str):
        return ()
    return tuple(dict.fromkeys(word for word in map(str, words) if _is_word(word)))


def _is_word(word: str) -> bool:
    letters = all(char.isalpha() or unicodedata.category(char).startswith("M") for char in word)
    return letters and 1 <= len(word) <= 12 and (len(word) > 1 or not word.isascii())


@functools.cache
def _index(role: str) -> Mapping[str, tuple[str, Gender]]:
    """Name in lower case and without diacritics -> locale and gender."""
    out: dict[str, tuple[str, Gender]] = {}
    english = {folded(name.casefold()) for locale in _ENGLISH for name in name_list(role, locale).any}
    late: dict[str, tuple[str, Gender]] = {}
    # French lists have the family names of Alsace, German ones the given names of everybody.
    order = LATIN if role == "given" else dict.fromkeys((*LATIN[:2], "de_DE", *LATIN))
    for locale in (*order, *dict.fromkeys(_SCRIPTS.values())):
        names = name_list(role, locale)
        female, male = frozenset(names.female), frozenset(names.male)
        for name in names.any:
            told: Gender = "any"
            if (name in female) != (name in male):
                told = "female" if name in female else "male"
            word = folded(name.casefold())
            # Americans are called Garcia and Rossi too: the US are the last to claim a name.
            (late if locale == LATIN[0] and word not in english else out).setdefault(word, (locale, told))
    return {**late, **out}


def is_name(word: str) -> bool:
    """Whether a word, in lower case, is on a list of given or family names."""
    word = folded(word)
    return word in _index("given") or word in _index("family")


def likely_role(word: str) -> str:
    """What a single word is: a given name where their lists have it, else a family name, of which there are more."""
    return "given" if folded(word) in _index("given") else "family"


def about(role: str, word: str) -> tuple[str, Gender]:
    """Locale and gender of a name in lower case; of an unknown one the locale of its script, and any gender."""
    found = _index(role).get(folded(word))
    if found:
        return found
    first = next((char for char in word if char.isalpha()), "a")
    script = unicodedata.name(first, "LATIN").split()[0].partition("-")[0]
    return _SCRIPTS.get(script, LATIN[0]), "any"


# Places ------------------------------------------------------------------------------------------------------------


@functools.cache
def cities() -> Mapping[str, tuple[str, str]]:
    """City in lower case -> its name and the two-letter code of its country: some 900 of all continents."""
    from faker.providers.date_time import Provider as Countries
    from faker.providers.geo import Provider as Places

    capitals = [(country.capital, country.alpha_2_code) for country in Countries.countries]
    places = [(place[2], place[3]) for place in Places.land_coords]
    out = {name.casefold(): (name, code) for name, code in (*places, *capitals)}
    return {**{folded(name): where for name, where in out.items()}, **out}


@functools.cache
def countries() -> Mapping[str, tuple[str, str]]:
    """Two-letter code -> name and continent."""
    from faker.providers.date_time import Provider

    return {country.alpha_2_code: (country.name, country.continent) for country in Provider.countries}


@functools.cache
def country_names() -> Mapping[str, str]:
    """Country in lower case, its common short names included -> two-letter code."""
    short = {"usa": "US", "uk": "GB", "u.s.": "US", "u.k.": "GB", "england": "GB", "scotland": "GB", "wales": "GB"}
    short |= {"united states": "US", "russia": "RU", "south korea": "KR", "holland": "NL", "deutschland": "DE"}
    return {**{name.casefold(): code for code, (name, _) in countries().items()}, **short}


@functools.cache
def us_states() -> frozenset[str]:
    """States of the US in lower case."""
    from faker.providers.address.en_US import Provider

    return frozenset(state.casefold() for state in Provider.states)


@functools.cache
def us_state_codes() -> frozenset[str]:
    """Their codes, two letters in lower case."""
    from faker.providers.address.en_US import Provider

    return frozenset(state.casefold() for state in Provider.states_abbr)
