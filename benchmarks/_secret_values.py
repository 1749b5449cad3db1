"""Made-up secrets in varied surroundings. Nothing here is anybody's: tokens are drawn from formats at run time."""

from __future__ import annotations

import functools
import string
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from text_redact.secrets.rules import Kind

SPLITS = ("dev", "second", "final")
"""Halves of ``secret_templates.toml``; misses in ``final`` were never looked at."""
_WORDS = ("big", "green", "hat", "river", "stone", "lamp", "cloud", "tiger", "maple", "coffee", "summer", "winter")
_BABBLE = ("ka", "lo", "mi", "tu", "ras", "ven", "dor", "pel", "shi", "gan", "bro", "nak", "zul", "fre", "hesa", "sdd")
_LEET = str.maketrans("eoa", "30@")


@dataclass(frozen=True, slots=True)
class Planted:
    """A text and the one secret ``start..end`` in it, of a family."""

    text: str = field(repr=False)
    start: int
    end: int
    family: str


@functools.cache
def templates(split: str) -> Mapping[str, Any]:
    """The surroundings of a split: ``bare``, ``near`` and ``codes`` are lists, ``passwords`` lists by family."""
    path = Path(__file__).with_name("secret_templates.toml")
    found: Mapping[str, Any] = tomllib.loads(path.read_text("utf-8"))[split]
    return found


def password(random: Random) -> str:
    """A password as people choose them: words glued together, names with a year, leet, keys in a row, a manager's."""
    word, other, third = (random.choice(_WORDS) for _ in range(3))
    signs = string.ascii_letters + string.digits + "!#%&*+-_"
    makers: tuple[Callable[[], str], ...] = (
        lambda: word + other + third,
        lambda: word + other,
        lambda: word.capitalize() + str(random.randint(1, 2030)),
        lambda: word.capitalize() + other.capitalize() + random.choice("!#$%") + str(random.randint(1, 99)),
        lambda: "".join(random.choices(_BABBLE, k=3)),
        lambda: "".join(random.choices(_BABBLE, k=2)) + str(random.randint(10, 9999)),
        lambda: word.translate(_LEET) + random.choice("!1?") + str(random.randint(0, 9)),
        lambda: "".join(random.choices(signs, k=random.randint(8, 20))),
        lambda: "".join(random.choices(string.ascii_lowercase, k=random.randint(6, 10))),
        lambda: f"{word}-{other}-{third}",
    )
    return random.choice(makers)()


def tokens(kinds: Sequence[Kind], split: str, count: int, *, seed: int) -> Iterator[tuple[Kind, Planted]]:
    """``count`` texts for each kind: a bare token where its form says enough, else one near its service's name."""
    random, surroundings = Random(seed), templates(split)
    for kind in kinds:
        name = (kind.near[0] if kind.near else kind.service).strip("_- .:/&=")
        spelt = "".join(char if char.isalnum() else "_" for char in name.lower())
        family = "near" if kind.near else "bare"
        for _ in range(count):
            value = random.choice(kind.forms).example(random)
            shown = random.choice(surroundings[family]).format(v="\0", s=name, k=spelt.upper(), lk=spelt)
            yield kind, plant(shown, value, f"token, {family}")


def passwords(split: str, count: int, *, seed: int) -> Iterator[Planted]:
    """``count`` texts for each template of passwords."""
    random = Random(seed)
    for family, shown in templates(split)["passwords"].items():
        for template in shown:
            for _ in range(count):
                yield plant(template.format(v="\0"), password(random), family)


def codes(split: str, count: int, *, seed: int) -> Iterator[Planted]:
    """``count`` one-time codes and PINs for each template."""
    random = Random(seed)
    for template in templates(split)["codes"]:
        for _ in range(count):
            value = "".join(random.choices(string.digits, k=4 if "pin" in template.lower() else 6))
            yield plant(template.format(v="\0"), value, "codes")


def plant(shown: str, value: str, family: str) -> Planted:
    """A text with ``value`` in the place of its NUL character."""
    at = shown.index("\0")
    return Planted(shown.replace("\0", value), at, at + len(value), family)
