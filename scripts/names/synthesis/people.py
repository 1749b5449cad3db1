"""People of about fifty regions, and the ways in which their names are written."""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass, field

from synthesis import lists
from synthesis.markov import Chain

MADE_UP = 0.15
"""Share of names made up letter by letter."""
_ENGLISH_NICKS = frozenset({"anglo", "irish", "caribbean_misc", "filipino", "cantonese", "singaporean"})


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person; ``nick`` is what friends call them, ``eastern`` puts the family name first."""

    given: str = field(repr=False)
    family: str = field(repr=False)
    nick: str = field(repr=False)
    middle: str = field(repr=False)
    eastern: bool


@dataclass(frozen=True, slots=True)
class Region:
    """Names of a region; ``style`` is western, eastern, double or initials."""

    name: str
    style: str
    given: tuple[str, ...] = field(repr=False)
    family: tuple[str, ...] = field(repr=False)
    chains: tuple[Chain, Chain] = field(repr=False)


@functools.cache
def regions(*, held_out: bool) -> tuple[Region, ...]:
    """Every region with its share of the names; the chains learn from the share that is not held out."""
    own = lists.sections("people.txt", " ")
    out = []
    for line in lists.read("regions.txt").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, locales, style = (part.strip() for part in line.split(":"))
        given, family = list(own.get(f"{name} given", ())), list(own.get(f"{name} family", ()))
        for locale in locales.split():
            given += lists.faker_list("person", locale, ("first_names", "first_romanized"), 700)
            family += lists.faker_list("person", locale, ("last_names", "last_romanized"), 700)
        if syllables := own.get(f"{name} syllable"):
            given += _joined(syllables)
        if name == "irish":
            given += lists.faker_list("person", "ga_IE", ("first_names",), 300)
        chains = (Chain(lists.share(given, held_out=False)), Chain(lists.share(family, held_out=False)))
        kept = lists.share(given, held_out=held_out), lists.share(family, held_out=held_out)
        out.append(Region(name, style, kept[0], kept[1], chains))
    return tuple(out)


def _joined(syllables: tuple[str, ...]) -> list[str]:
    """Given names of one and two syllables as they are romanised: Xiaomei, Xiao-Mei, Xiao Mei, Xiao-mei."""
    rng = random.Random(7)
    out = [syllable.capitalize() for syllable in syllables]
    for _ in range(600):
        one, two = rng.choice(syllables), rng.choice(syllables)
        shape = rng.choice((one + two, f"{one}-{two.capitalize()}", f"{one} {two.capitalize()}", f"{one}-{two}"))
        out.append(shape[0].upper() + shape[1:])
    return out


class People:
    """A pool of ``size`` people made from ``seed``, about as many of each region."""

    def __init__(self, seed: int, *, held_out: bool, size: int = 6000) -> None:
        rng = random.Random(f"people {seed} {held_out}")
        every = regions(held_out=held_out)
        nicks = lists.share(lists.sections("people.txt", " ")["anglo nick"], held_out=held_out)
        self.pool = tuple(_person(every[at % len(every)], nicks, rng) for at in range(size))

    def draw(self, rng: random.Random) -> Person:
        """Anybody."""
        return rng.choice(self.pool)


def _person(region: Region, nicks: tuple[str, ...], rng: random.Random) -> Person:
    def drawn(kind: int) -> str:
        entries = (region.given, region.family)[kind]
        return region.chains[kind].make(rng) if rng.random() < MADE_UP or not entries else rng.choice(entries)

    given, middle, family = drawn(0), drawn(0), drawn(1)
    if region.style == "double" and rng.random() < 0.4:
        family += f" {drawn(1)}"
    elif rng.random() < 0.04:
        family += f"-{drawn(1)}"
    if region.style == "initials" and rng.random() < 0.35:
        family = f"{rng.choice('ABDGJKMNPRSTV')}{rng.choice(('.', ''))}"
    nick = given.split()[0]
    if rng.random() < 0.3 and region.name in _ENGLISH_NICKS:
        nick = rng.choice(nicks)
    elif rng.random() < 0.2 and len(nick) > 4:
        nick = nick[: rng.randint(3, 4)].rstrip("-' ") + rng.choice(("", "", "y", "i", "o", "a", "ie"))
    if rng.random() < 0.45:
        given, middle, family, nick = (lists.plain(name) for name in (given, middle, family, nick))
    return Person(given, family, nick, middle, region.style == "eastern" and rng.random() < 0.55)


def full(person: Person, rng: random.Random) -> str:
    """A full name in one of its usual forms."""
    given, family, middle = person.given, person.family, person.middle
    if person.eastern:
        return f"{family} {given}"
    if rng.random() < 0.74:
        return f"{given} {family}"
    forms = (
        f"{given} {middle[0]}. {family}",
        f"{given} {middle[0]}. {family}",
        f"{given} {middle[0]} {family}",
        f"{given[0]}. {family}",
        f"{given[0]} {family}",
        f"{given[0]}. {middle[0]}. {family}",
        f"{given[0]}.{middle[0]}. {family}",
        f"{given} {middle} {family}",
        f"{given} {middle} {family}",
        f"{person.nick} {family}",
        f"{given} {family[0]}.",
        f"{given} {family} {rng.choice(('Jr', 'Jr.', 'II', 'III', 'Sr.'))}",
        f'{given} "{person.nick}" {family}',
        f"{family.upper()} {given}",
    )
    return rng.choice(forms)


def first(person: Person, rng: random.Random) -> str:
    """What somebody is called: the given name or the nickname."""
    return person.nick if rng.random() < 0.3 else person.given


def either(person: Person, rng: random.Random) -> str:
    """Any form: given, full, family, or initials."""
    kind = rng.random()
    if kind < 0.45:
        return first(person, rng)
    if kind < 0.9:
        return full(person, rng)
    return person.family if kind < 0.97 else f"{first(person, rng)} {person.family[0]}"
