"""Made-up values that have a form, in the notations people write them in. All are invented or from reserved ranges."""

from __future__ import annotations

import functools
import re
import string
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

from recording.simulate.values import luhn_digit, wallet

SPLITS = ("dev", "final")
"""Halves of ``structured_templates.toml``; misses in ``final`` were never looked at."""
_REGIONS = "US CA GB IE DE AT CH FR BE NL LU ES PT IT GR SE NO DK FI PL CZ HU RO TR IL ZA IN CN JP KR SG AU NZ BR MX AR"
COUNTRIES = tuple(re.findall("[A-Z]{2}", _REGIONS))
_NAMES = (
    "ada",
    "bela",
    "corin",
    "dorte",
    "emeka",
    "farida",
    "gwen",
    "hanno",
    "imke",
    "jorun",
    "quill",
    "tveit",
    "umber",
)
_HOSTS = (
    "example.com", "example.org", "mail.example.net", "larkspur.example", "corp.internal", "mail01.lan", "hq.home.arpa",
    "larkspur.local", "box.invalid", "exchange.intranet", "sub.dept.larkspur.corp",
)  # fmt: skip
_IBANS = (
    ("DE", "##################"), ("NL", "ABNA##########"), ("GB", "WEST##############"), ("AT", "################"),
    ("CH", "#################"), ("ES", "####################"), ("BE", "############"),
    ("PL", "########################"),
    ("NO", "###########"), ("SE", "####################"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """A text and the value ``start..end`` in it, of a kind; an empty span is a harmless text."""

    text: str = field(repr=False)
    start: int
    end: int
    kind: str


@functools.cache
def templates(split: str) -> Mapping[str, Sequence[str]]:
    """The surroundings of a split: lists by kind, ``any`` for all kinds, ``harmless`` texts without a value."""
    path = Path(__file__).with_name("structured_templates.toml")
    found: Mapping[str, Sequence[str]] = tomllib.loads(path.read_text("utf-8"))[split]
    return found


def placed(split: str, count: int, *, seed: int) -> Iterator[Placed]:
    """``count`` texts of every kind; equal arguments give equal texts. SSNs, MACs without signs need their words."""
    random = Random(f"{split}{seed}")
    for kind, (make, family, alone) in KINDS.items():
        frames = [*templates(split)[family], *(templates(split)["any"] if alone else ())]
        for _ in range(count):
            value, frame = make(random), random.choice(frames)
            before, after = frame.split("{v}")
            before, after = (part.replace("{{", "{").replace("}}", "}") for part in (before, after))
            yield Placed(f"{before}{value}{after}", len(before), len(before) + len(value), kind)


def harmless(split: str, count: int, *, seed: int) -> Iterator[Placed]:
    """``count`` texts with numbers that are nobody's."""
    random = Random(f"{split}{seed}")
    signs = {"#": string.digits, "%": "0123456789abcdef"}
    forms = templates(split)["harmless"]
    for index in range(count):
        form = forms[index % len(forms)]
        text = "".join(random.choice(signs.get(char, char)) for char in form)
        yield Placed(text, 0, 0, "harmless")


def _digits(random: Random, count: int) -> str:
    return "".join(random.choices(string.digits, k=count))


def _email(random: Random) -> str:
    first, last = random.sample(_NAMES, 2)
    local = random.choice(
        (f"{first}.{last}", f"{first[0]}{last}", f"{first}_{random.randint(1, 99)}", f"{first}+crm", first)
    )
    address = f"{local}@{random.choice(_HOSTS)}"
    return random.choice((address, address, address.upper(), address.title()))


def _spelt_email(random: Random) -> str:
    first, last = random.sample(_NAMES, 2)
    host = random.choice(("example", "larkspur"))
    return random.choice(
        (f"{first} dot {last} at {host} dot org", f"{first}.{last} [at] {host}.org", f"{first}(at){host}(dot)com",
         f"{first}.{last} AT {host} DOT com", f"{first}_{last} at {host} dot com", f"{first}[@]{host}[.]org")
    )  # fmt: skip


def _valid_phone(random: Random, country: str) -> Any:
    import phonenumbers

    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    example: Any = phonenumbers.example_number_for_type(country, random.choice(kinds)) or phonenumbers.example_number(
        country
    )
    assert example is not None  # every region in the list has one
    plain = str(example.national_number)
    for _ in range(50):
        number = phonenumbers.PhoneNumber(
            country_code=example.country_code,
            national_number=int(plain[:-4] + _digits(random, 4)),
            italian_leading_zero=example.italian_leading_zero,
        )
        if phonenumbers.is_valid_number(number):
            return number
    return example


def _phone(random: Random) -> str:
    import phonenumbers

    number = _valid_phone(random, random.choice(COUNTRIES))
    form = phonenumbers.PhoneNumberFormat
    spaced = phonenumbers.format_number(number, form.INTERNATIONAL)
    plain = phonenumbers.format_number(number, form.E164)
    return random.choice(
        (spaced, plain, spaced.replace(" ", "-"), spaced.replace(" ", "."), "00" + spaced[1:], "00" + plain[1:],
         spaced.replace(" ", "\u00a0"), f"({spaced.split(' ', 1)[0]}) {spaced.split(' ', 1)[1]}")
    )  # fmt: skip


def _national_phone(random: Random) -> str:
    import phonenumbers

    number = _valid_phone(random, random.choice(COUNTRIES))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


_ISSUERS = (("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("2720", 16), ("34", 15), ("37", 15), ("6011", 16),
            ("36", 14), ("3528", 16), ("6304", 19), ("4", 19), ("62", 16))  # fmt: skip


def _card(separators: Sequence[str]) -> Callable[[Random], str]:
    def make(random: Random) -> str:
        prefix, length = random.choice(_ISSUERS)
        body = prefix + _digits(random, length - len(prefix) - 1)
        number = body + luhn_digit(body)
        sizes = {15: (4, 6, 5), 14: (4, 6, 4), 16: (4, 4, 4, 4), 19: (4, 4, 4, 4, 3)}[length]
        parts, at = [], 0
        for size in sizes:
            parts.append(number[at : at + size])
            at += size
        return random.choice(separators).join(parts)

    return make


def _iban(random: Random) -> str:
    country, form = random.choice(_IBANS)
    account = "".join(random.choice(string.digits) if char == "#" else char for char in form)
    rest = int("".join(str(int(char, 36)) for char in f"{account}{country}00"))
    plain = f"{country}{98 - rest % 97:02}{account}"
    fours = [plain[i : i + 4] for i in range(0, len(plain), 4)]
    return random.choice((plain, plain.lower(), " ".join(fours), "-".join(fours), " ".join(fours).lower()))


def _ip(random: Random) -> str:
    parts = [f"{random.randrange(1, 2**16):x}" for _ in range(6)]
    return random.choice(
        (f"192.0.2.{random.randint(1, 254)}", f"203.0.113.{random.randint(1, 254)}", f"10.{random.randint(0, 255)}.4.7",
         f"2001:db8:{':'.join(parts)}", f"2001:db8::{parts[0]}", f"fe80::{':'.join(parts[:4])}",
         f"2001:DB8::{parts[0]}:{parts[1]}".upper(), f"::ffff:192.0.2.{random.randint(1, 254)}")
    )  # fmt: skip


def _ssn(forms: Sequence[str]) -> Callable[[Random], str]:
    def make(random: Random) -> str:
        area = random.choice([n for n in range(1, 900) if n != 666])
        return random.choice(forms).format(area, random.randint(1, 99), random.randint(1, 9999))

    return make


def _mac(separators: Sequence[str]) -> Callable[[Random], str]:
    def make(random: Random) -> str:
        pairs = ["00", "00", "5e", "00", "53", f"{random.randrange(256):02x}"]
        separator = random.choice(separators)
        joined = ".".join("".join(pairs[i : i + 2]) for i in (0, 2, 4)) if separator == "." else separator.join(pairs)
        return random.choice((joined, joined.upper()))

    return make


Maker = tuple[Callable[[Random], str], str, bool]
KINDS: Mapping[str, Maker] = MappingProxyType(
    {
        "e-mail": (_email, "email", True),
        "e-mail, spelt out": (_spelt_email, "email", True),
        "phone, international": (_phone, "phone", True),
        "phone, national, announced": (_national_phone, "phone", False),
        "card": (_card(("", " ", "-")), "card", True),
        "card, odd separators": (
            _card((".", "  ", "/", "_", "\u00a0", "\u2013", "\t", ", ", " - ", "\n")),
            "card",
            True,
        ),
        "IBAN": (_iban, "iban", True),
        "IP address": (_ip, "ip", True),
        "US SSN": (_ssn(("{:03}-{:02}-{:04}",)), "ssn", True),
        "US SSN, announced": (_ssn(("{:03}{:02}{:04}", "{:03} {:02} {:04}", "{:03}.{:02}.{:04}")), "ssn", False),
        "MAC address": (_mac((":", "-", ".")), "mac", True),
        "MAC address, announced": (_mac(("", " ")), "mac", False),
        "wallet": (wallet, "crypto", True),
    }
)
"""Kind -> how it is made, which surroundings it has, and whether it is found without words beside it."""
