"""Organisations: known ones, and many more put together the way such names are."""

from __future__ import annotations

import random
from collections.abc import Callable

from synthesis import lists
from synthesis.people import People
from synthesis.places import Places, chain

_KNOWN = ("company", "agency", "university", "club", "bank")
_SLOTS = {"OU": "university", "OB": "bank", "OA": "agency", "OX": "club"}


class Organisations:
    """A pool of organisations by kind made from ``seed``."""

    def __init__(self, seed: int, people: People, places: Places, *, held_out: bool, size: int = 1500) -> None:
        self.rng = random.Random(f"organisations {seed} {held_out}")
        self.people, self.places = people, places
        self.parts = lists.sections("organisations.txt", ",")
        self.known = {kind: lists.share(self.parts[kind], held_out=held_out) for kind in _KNOWN}
        makers: dict[str, Callable[[], str]] = {
            "company": self._company,
            "agency": self._body,
            "university": self._school,
            "club": self._body,
            "bank": self._bank,
            "hospital": self._hospital,
        }
        self.pools = {kind: tuple(self._some(kind, make) for _ in range(size)) for kind, make in makers.items()}

    def draw(self, slot: str, rng: random.Random) -> str:
        """An organisation for a template's slot: OU a university, OB a bank, OH a hospital and so on, O any."""
        kind = "hospital" if slot == "OH" else _SLOTS.get(slot)
        kinds = ("company", "agency", "university", "club", "bank", "hospital")
        return rng.choice(self.pools[kind or rng.choices(kinds, (10, 2, 2, 1, 2, 1))[0]])

    def _some(self, kind: str, make: Callable[[], str]) -> str:
        share = 0.55 if kind == "club" else 0.35
        name = self.rng.choice(self.known[kind]) if kind in self.known and self.rng.random() < share else make()
        return lists.plain(name) if self.rng.random() < 0.3 else name

    def _part(self, kind: str) -> str:
        return self.rng.choice(self.parts[kind])

    def _family(self) -> str:
        return self.people.draw(self.rng).family

    def _city(self) -> str:
        return self.places.draw("C", self.rng).split(",")[0]

    def _company(self) -> str:
        part, family = self._part, self._family
        forms: tuple[tuple[Callable[[], str], int], ...] = (
            (lambda: f"{part('word')} {part('field')}", 16),
            (lambda: f"{part('word')}{self.rng.choice((' ', '', '-'))}{part('word')}", 8),
            (
                lambda: f"{family()} {self.rng.choice(('&', 'and', '+'))} {self.rng.choice((family(), 'Sons', 'Co'))}",
                12,
            ),
            (lambda: f"{family()} {part('field')}", 10),
            (lambda: chain().make(self.rng, longest=9), 8),
            (lambda: self._letters(2, 4), 8),
            (lambda: f"{self._city()} {part('field')}", 8),
            (lambda: f"{part('word')} {self._city()} {part('field')}", 6),
            (self._startup, 12),
            (self._shop, 12),
        )
        make = self.rng.choices([form for form, _ in forms], [weight for _, weight in forms])[0]
        name = make()
        plain = make in (self._startup, self._shop)
        return f"{name} {part('suffix')}" if not plain and self.rng.random() < 0.4 else name

    def _letters(self, least: int, most: int) -> str:
        return "".join(self.rng.choice("ABCDEFGHIKLMNOPRSTUV") for _ in range(self.rng.randint(least, most)))

    def _startup(self) -> str:
        name = self._part("stem") + self._part("startup")
        return self.rng.choice((name, name, name.capitalize(), f"{name}.io", f"{name} app"))

    def _shop(self) -> str:
        owners = (f"{self.people.draw(self.rng).nick}'s", f"{self._family()}'s", self._part("word"), self._city())
        return f"{'The ' if self.rng.random() < 0.15 else ''}{self.rng.choice(owners)} {self._part('shop')}"

    def _school(self) -> str:
        kind = self.rng.random()
        if kind < 0.3:
            word = self.rng.choice(("University of", "Univ. of", "Universidad de", "Università di", "Université de"))
            return f"{word} {self._city()}"
        if kind < 0.45:
            return f"{self._part('saint')} {self._part('school')}"
        return f"{self.rng.choice((self._city(), self._city(), self._family()))} {self._part('school')}"

    def _body(self) -> str:
        if self.rng.random() < 0.15:
            return self._letters(3, 5)
        return f"{self.rng.choice((self._city(), self._part('word')))} {self._part('body')}"

    def _bank(self) -> str:
        if self.rng.random() < 0.4:
            kind = self.rng.choice(("Bank", "Savings Bank", "Credit Union", "Building Society", "Trust", "Bancorp"))
            return f"{self.rng.choice((self._city(), self._part('word'), self._family()))} {kind}"
        kind = self.rng.choice(("Bank of", "Banco de", "Banque de", "Banca di", "First Bank of", "Volksbank"))
        return f"{kind} {self._city()}"

    def _hospital(self) -> str:
        owner = self._part("saint") if self.rng.random() < 0.4 else self.rng.choice((self._city(), self._family()))
        return f"{owner} {self._part('hospital')}"
