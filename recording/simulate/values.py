"""Generated texts with values of known kind and place. All values are invented.

Reserved ranges are used where there are any: example domains, the documentation ranges of IP and MAC addresses, the
fictional ranges of telephone numbers; card numbers start with the issuers' test prefixes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType

_FIRST = ("ada", "bela", "corin", "dorte", "emeka", "farida", "gwen", "hanno", "imke", "jorun")
_LAST = ("example", "halloran", "larkspur", "okonedo", "quill", "ravensworth", "sample", "tveit", "umber", "wainscott")
_HOSTS = ("example.com", "example.org", "mail.example.net", "larkspur.example")
_INTERNAL = (
    "corp.internal",
    "mail01.lan",
    "larkspur.local",
    "intra.larkspur.corp",
    "hq.home.arpa",
    "exchange.intranet",
)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "October", "December")
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ALNUM = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, and the one value ``start..end`` in it (code points); ``kind`` names it. An empty span is a negative."""

    text: str = field(repr=False)
    start: int
    end: int
    kind: str


def texts(count: int, *, seed: int = 7) -> Iterator[Labelled]:
    """``count`` texts of every kind, the kinds in turn; equal arguments give equal texts."""
    random = Random(seed)  # noqa: S311  made-up values, repeatable on purpose
    for _ in range(count):
        for kind, (make, frames) in KINDS.items():
            value = make(random)
            before, after = random.choice(frames)
            lead = random.choice(_LEADS)
            start = len(lead) + len(before)
            yield Labelled(f"{lead}{before}{value}{after}", start, start + len(value), kind)


def negatives(count: int, *, seed: int = 7) -> Iterator[Labelled]:
    """``count`` texts of everyday work with numbers in them that are nobody's."""
    random = Random(seed)  # noqa: S311  made-up values, repeatable on purpose
    for index in range(count):
        form = _NEGATIVES[index % len(_NEGATIVES)]
        text = "".join(random.choice(string.digits) if char == "#" else char for char in form)
        yield Labelled(random.choice(_LEADS) + text, 0, 0, "negative")


_LEADS = ("", "Thank you for the photos of the parcel. ", "as agreed, ", "Second line: ", "fyi - ", "Note to self: ")
_PLAIN = ((" ", ""), ("see ", "."), ("use ", " please"), ("now it is ", ", thanks"))


def _digits(random: Random, count: int) -> str:
    return "".join(random.choice(string.digits) for _ in range(count))


def _mail(hosts: tuple[str, ...]) -> Callable[[Random], str]:
    def make(random: Random) -> str:
        first, last = random.choice(_FIRST), random.choice(_LAST)
        local = random.choice(
            (f"{first}.{last}", f"{first[0]}{last}", f"{first}_{last}{random.randint(1, 99)}", f"{first}+crm")
        )
        return f"{local}@{random.choice(hosts)}"

    return make


def _phone_us(random: Random) -> str:
    # 555-0100 to 555-0199 are kept free for fiction.
    area, last = random.choice(("212", "415", "312", "617", "206")), f"01{_digits(random, 2)}"
    form = random.choice(("({}) 555-{}", "{}-555-{}", "{}.555.{}", "+1 {} 555 {}", "+1-{}-555-{}"))
    return form.format(area, last)


def _phone_uk(random: Random) -> str:
    # Ofcom's numbers for drama: 020 7946 0000 to 0999.
    last = _digits(random, 3)
    return random.choice(("+44 20 7946 0{}", "+44 (0)20 7946 0{}", "+442079460{}")).format(last)


def luhn_digit(digits: str) -> str:
    """Check digit of ISO/IEC 7812-1 annex B for ``digits`` that lack it."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        doubled = int(char) * 2 if index % 2 == 0 else int(char)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def _card(prefixes: tuple[str, ...], forms: tuple[str, ...]) -> Callable[[Random], str]:
    """A card number; a form holds the separators, one ``#`` for each digit."""

    def make(random: Random) -> str:
        form, prefix = random.choice(forms), random.choice(prefixes)
        body = prefix + _digits(random, form.count("#") - len(prefix) - 1)
        digits = iter(body + luhn_digit(body))
        return "".join(next(digits) if char == "#" else char for char in form)

    return make


_GROUPED = ("################", "#### #### #### ####", "####-####-####-####")
_ODD = (
    "####.####.####.####", "####/####/####/####", "####_####_####_####", "####  ####  ####  ####",
    "####\u00a0####\u00a0####\u00a0####", "####\u2013####\u2013####\u2013####", "######-##########",
    "## ## ## ## ## ## ## ##",
)  # fmt: skip


def _ssn(random: Random) -> str:
    area = random.choice([n for n in range(100, 900) if n != 666])
    form = random.choice(("{:03}-{:02}-{:04}", "{:03} {:02} {:04}"))
    return form.format(area, random.randint(1, 99), random.randint(1, 9999))


_IBAN = (
    ("DE", "##################"),
    ("NL", "ABNA##########"),
    ("GB", "WEST##############"),
    ("FR", "####################J##"),
)


def _iban(random: Random) -> str:
    country, form = random.choice(_IBAN)
    account = "".join(random.choice(string.digits) if char == "#" else char for char in form)
    number = int("".join(str(int(char, 36)) for char in f"{account}{country}00"))
    plain = f"{country}{98 - number % 97:02}{account}"
    return random.choice((plain, " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))))


def _ipv4(random: Random) -> str:
    return random.choice(("192.0.2.{}", "198.51.100.{}", "203.0.113.{}", "10.20.{}.7")).format(random.randint(1, 254))


def _ipv6(random: Random) -> str:
    parts = [f"{random.randrange(1, 2**16):x}" for _ in range(6)]
    return random.choice(
        (f"2001:db8:{':'.join(parts)}", f"2001:db8::{parts[0]}:{parts[1]}", f"fe80::{':'.join(parts[:4])}")
    )


def _mac(random: Random) -> str:
    pairs = ["00", "00", "5e", "00", "53", f"{random.randrange(256):02x}"]
    joined = random.choice((":".join(pairs), "-".join(pairs), ".".join("".join(pairs[i : i + 2]) for i in (0, 2, 4))))
    return random.choice((joined, joined.upper()))


def _birth(random: Random) -> str:
    year, month, day = random.randint(1930, 2012), random.randint(1, 12), random.randint(1, 28)
    name = random.choice(_MONTHS)
    return random.choice(
        (f"{year}-{month:02}-{day:02}", f"{month:02}/{day:02}/{year}", f"{day}.{month}.{year}", f"{day} {name} {year}",
         f"{name} {day}, {year}", f"{day:02}/{month:02}/{year % 100:02}")
    )  # fmt: skip


def _characters(random: Random, count: int, alphabet: str = _ALNUM) -> str:
    return "".join(random.choice(alphabet) for _ in range(count))


def _token(random: Random) -> str:
    upper = string.ascii_uppercase
    return random.choice(
        (
            f"AKIA{_characters(random, 1, upper)}{_characters(random, 15, upper + string.digits)}",
            f"ghp_{_characters(random, 36)}",
            f"glpat-{_characters(random, 20)}",
            f"xoxb-{_digits(random, 12)}-{_characters(random, 24)}",
            f"sk_live_{_characters(random, 24)}",
            f"AIza{_characters(random, 35)}",
            f"npm_{_characters(random, 36)}",
            ".".join(
                _base64(part) for part in ({"alg": "HS256"}, {"sub": _characters(random, 8)}, _characters(random, 32))
            ),
        )
    )


def _base64(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).decode().rstrip("=")


def _password(random: Random) -> str:
    return f"{random.choice(_LAST).title()}{random.choice('!#%*?')}{random.choice(_FIRST)}{_digits(random, 2)}"


def wallet(random: Random) -> str:
    """An address of Bitcoin, Litecoin, Dogecoin or Ethereum, check sums included."""
    hexadecimal = "".join(random.choices("0123456789abcdefABCDEF", k=40))
    version = random.choice((b"\x00", b"\x05", b"\x30", b"\x1e"))
    raw = version + random.randbytes(20)
    return random.choice(
        (f"0x{hexadecimal}", base58check(raw), bech32("bc", random), bech32("ltc", random), base58check(raw))
    )


def base58check(raw: bytes) -> str:
    """Bitcoin's Base58Check of a version and a hash."""
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    number, out = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        out = _BASE58[digit] + out
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + out


def bech32(name: str, random: Random) -> str:
    """A Bech32 address (BIP 173) of 39 or 59 characters of data, with its check sum."""
    signs = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    data = [0, *(random.randrange(32) for _ in range(random.choice((32, 52))))]
    values = [*(ord(c) >> 5 for c in name), 0, *(ord(c) & 31 for c in name), *data, *[0] * 6]
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for index, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= term if top >> index & 1 else 0
    check ^= 1
    return f"{name}1" + "".join(signs[v] for v in [*data, *(check >> 5 * (5 - i) & 31 for i in range(6))])


_BORN = (
    ("date of birth: ", ""), ("DOB ", " on file"), ("She was born on ", "."), ("Birth date ", ", checked"),
    ("d.o.b. ", ""), ("born ", " in Larkspur"), ("Geburtsdatum: ", ""), ("birthday is ", ""),
)  # fmt: skip

Maker = tuple[Callable[[Random], str], tuple[tuple[str, str], ...]]

KINDS: Mapping[str, Maker] = MappingProxyType(
    {
        "e-mail": (_mail(_HOSTS), _PLAIN),
        "e-mail, internal domain": (_mail(_INTERNAL), _PLAIN),
        "phone, US": (_phone_us, (("call ", ""), ("my number is ", "."), ("", " is the office"))),
        "phone, UK": (_phone_uk, (("call ", ""), ("my number is ", "."), ("", " is the office"))),
        "card": (_card(("411111", "555555", "401288", "510510"), _GROUPED), _PLAIN),
        "card, 2-series": (_card(("222100", "222300", "272099"), _GROUPED), _PLAIN),
        "card, 15 digits": (_card(("378282", "341111"), ("###############", "#### ###### #####")), _PLAIN),
        "card, odd separators": (_card(("411111", "555555"), _ODD), _PLAIN),
        "US SSN": (_ssn, (("my SSN is ", ""), ("social security number: ", "."), ("", " ssn of the client"))),
        "IBAN": (_iban, (("IBAN ", ""), ("pay to ", " today"), ("", ""))),
        "IPv4 address": (_ipv4, _PLAIN),
        "IPv6 address": (_ipv6, _PLAIN),
        "MAC address": (_mac, _PLAIN),
        "date of birth in context": (_birth, _BORN),
        "token": (_token, _PLAIN),
        "password in context": (
            _password,
            (("password: ", ""), ("the password is ", "."), ("pwd=", ""), ("login with pass ", "")),
        ),
    }
)
"""Kind of value -> how it is made, and what may stand around it."""


_NEGATIVES = (
    "order ####### ships on 2024-0#-1#",
    "upgrade from #.1#.# to build #####",
    "total ###.## EUR for 3# pieces, 1# % off",
    "press ctrl+c and then alt+f# at 9:1# pm",
    "git checkout a###b0c -- src/main_##.py line 1###",
    "ISBN 978-#-####-####-#, page ###",
    "@handle joined room ### of #000 seats",
    "invoice ######## of 1#.06.2024, item 00##-##",
)
"""Everyday work with numbers in it that are nobody's; ``#`` is any digit."""
