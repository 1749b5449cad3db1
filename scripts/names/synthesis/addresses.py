"""Street addresses in the layouts of some fifty countries: whole, partial, on several lines, and as people say them."""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from synthesis import lists
from synthesis.people import People
from synthesis.places import chain

_SLOT = re.compile(r"\{(\w)\}")
_BREAK = re.compile(r"/(?!\{[dA]\})")
_ENDINGS = ("straße", "strasse", "str.", "weg", "gasse", "allee", "platz", "straat", "laan", "gracht", "kade", "gatan")
_MORE = ("vägen", "gata", "veien", "vej", "gade", "katu", "tie", "-dong", "-ro", "-daero", "utca")
_SHORT = dict(
    pair.split(":")
    for pair in [
        "Street:St",
        "Road:Rd",
        "Avenue:Ave",
        "Lane:Ln",
        "Drive:Dr",
        "Boulevard:Blvd",
        "Court:Ct",
        "Place:Pl",
        "Square:Sq",
        "Terrace:Tce",
        "Close:Cl",
        "Crescent:Cres",
        "Apartment:Apt",
    ]
)
_TYPES = re.compile(
    r"(?i)(st|street|rd|road|ave|avenue|lane|drive|blvd|calle|rua|via|rue|avenida|av|jalan|jl|ul|corso|piazza|plaza|"
    r"boulevard|highway|alley|soi|paseo|camino|place|route|chemin|viale|cad|caddesi|sokak|praça|alameda|pl|leoforos)\.?$"
)
_FAKER_STREETS = {
    "CZ": ("cs_CZ", "sk_SK"),
    "SE": ("da_DK",),
    "RS": ("hr_HR", "sl_SI"),
    "ID": ("id_ID",),
    "VN": ("vi_VN",),
}
_NUMBER_FIRST = frozenset({"US", "GB", "CA", "AU", "IE", "NZ", "IN", "NG", "KE", "FR"})


@dataclass(frozen=True, slots=True)
class Country:
    """What addresses of one country are made of; see ``data/addresses.txt``."""

    code: str
    streets: tuple[str, ...] = field(repr=False)
    cities: tuple[str, ...] = field(repr=False)
    forms: tuple[str, ...] = field(repr=False)
    zips: tuple[str, ...]
    units: tuple[str, ...]
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """One invented address: on one line, on several, its street and number only, and as said."""

    line: str = field(repr=False)
    lines: str = field(repr=False)
    part: str = field(repr=False)
    said: str = field(repr=False)


@functools.cache
def countries(*, held_out: bool) -> tuple[Country, ...]:
    """Every country with its share of streets and cities; an empty share is filled with made-up words."""
    found: dict[str, dict[str, list[str]]] = {}
    for line in lists.read("addresses.txt").splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), {})
        elif " = " in line and not line.startswith("#"):
            key, value = line.split(" = ", 1)
            current.setdefault(key, []).extend([value] if key == "form" else value.split(";"))
    out = []
    for code, parts in found.items():
        streets = list(parts["streets"])
        for locale in _FAKER_STREETS.get(code, ()):
            streets += lists.faker_list("address", locale, ("streets", "street_names"), 200)
        rng = random.Random(code)
        out.append(
            Country(
                code,
                lists.share(streets, held_out=held_out) or _others(streets, rng),
                lists.share(parts["cities"], held_out=held_out) or tuple(chain().make(rng) for _ in range(8)),
                tuple(parts["form"]),
                tuple(parts["zip"]),
                tuple(parts["unit"]),
                tuple(parts.get("state", ("",))),
            )
        )
    return tuple(out)


def _others(streets: Iterable[str], rng: random.Random) -> tuple[str, ...]:
    return tuple(made for street in streets if (made := _other(street, rng)) != street)


def _other(street: str, rng: random.Random) -> str:
    """``street`` with its main word made up and its type kept."""
    words = [w for w in re.findall(r"[^\W\d_]{3,}\.?", street) if not _TYPES.match(w)]
    if not words:
        return street
    word = max(words, key=len)
    ending = next((e for e in (*_ENDINGS, *_MORE) if word.lower().endswith(e) and len(word) > len(e)), "")
    new = chain().make(rng, longest=9)
    return street.replace(word, new + ending, 1)


class Addresses:
    """A pool of addresses made from ``seed``, about as many of each country."""

    def __init__(self, seed: int, people: People, *, held_out: bool, size: int = 5000) -> None:
        rng = random.Random(f"addresses {seed} {held_out}")
        every = countries(held_out=held_out)
        # English-speaking layouts are what most typed text holds: a third of the pool.
        spread = [*every, *(c for c in every if c.code in {"US", "GB", "IN", "CA", "AU"} for _ in range(4))]
        self.pool = tuple(_address(rng.choice(spread), people, rng) for _ in range(size))

    def draw(self, slot: str, rng: random.Random) -> str:
        """An address for a slot: A on a line, AM on several, AP street and number, AS as said."""
        address = rng.choice(self.pool)
        if slot == "AM":
            return address.lines
        if slot == "AP":
            return address.part
        kind = rng.random()
        if slot == "AS" or kind < 0.1:
            return address.said
        if kind < 0.16:
            return address.part
        return address.line if kind < 0.92 else address.lines


def _fill(pattern: str, rng: random.Random) -> str:
    """A pattern of d for a digit and A for a capital."""
    return "".join(
        rng.choice("0123456789") if c == "d" else rng.choice("ABCDEFGHJKLMNPRSTW") if c == "A" else c for c in pattern
    )


def _number(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.8:
        return str(rng.randint(1, 10 ** rng.randint(1, 3)))
    if kind < 0.88:
        return f"{rng.randint(1, 200)}{rng.choice('abcABCD')}"
    if kind < 0.94:
        return str(rng.randint(1000, 19999))
    low = rng.randint(1, 150)
    return f"{low}-{low + rng.choice((1, 2, 4))}"


def _address(country: Country, people: People, rng: random.Random) -> Address:
    """One address: its words drawn once, its layout, then the shorter and the careless forms."""
    street = rng.choice(country.streets)
    if rng.random() < 0.35:
        street = _other(street, rng)
    if rng.random() < 0.35:
        street = " ".join(_SHORT.get(word, word) for word in street.split())
    person, number = people.draw(rng), _number(rng)
    city = chain().make(rng) if rng.random() < 0.15 else rng.choice(country.cities)
    words = {"s": street, "f": person.family.split()[-1], "g": person.given, "n": number, "c": city}
    form = rng.choice(country.forms)
    lines = [_filled(line, country, words, rng).strip() for line in _BREAK.split(form)]
    if len(lines) == 1 and ", " in form and rng.random() < 0.9:
        lines = lines[0].split(", ")
        line = ", ".join(lines)
    else:
        line = rng.choice((", ", ", ", ", ", " ", "; ")).join(lines)
    first = form.startswith("{n}") or country.code in _NUMBER_FIRST
    part = f"{number} {street}" if first else f"{street} {number}"
    said = _said(part, _filled(rng.choice(country.units), country, words, rng), city, line, rng)
    if rng.random() < 0.3:
        line, said, part = lists.plain(line), lists.plain(said), lists.plain(part)
    return Address(line, "\n".join(lines), part, said)


def _said(part: str, unit: str, city: str, line: str, rng: random.Random) -> str:
    """An address as people say or type it in passing: parts of it, mostly in small letters, few commas."""
    forms = (
        part,
        f"{part} {unit}",
        f"{unit} {part}",
        f"{part} {city}",
        f"{part}, {unit}, {city}",
        line.replace(",", ""),
    )
    said = rng.choice(forms)
    return said.lower() if rng.random() < 0.6 else said


def _filled(pattern: str, country: Country, words: Mapping[str, str], rng: random.Random) -> str:
    """``pattern`` with its slots filled; a unit may hold slots itself."""
    makers: Mapping[str, Callable[[], str]] = {
        "d": lambda: str(rng.randint(1, 9)),
        "A": lambda: rng.choice("ABCDEFGH"),
        "a": lambda: rng.choice("abc"),
        "N": lambda: str(rng.randint(1, 99999)),
        "z": lambda: _fill(rng.choice(country.zips), rng),
        "t": lambda: rng.choice(country.states),
        "u": lambda: _filled(rng.choice(country.units), country, words, rng),
    }
    return _SLOT.sub(lambda match: words.get(match.group(1)) or makers[match.group(1)](), pattern)
