"""Kinds of canaries: how their values are made, and the words that stand around them. All values are invented."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from types import MappingProxyType
from typing import Any

from recording.errors import MissingExtra
from recording.simulate.values import KINDS as SHAPES
from recording.simulate.values import luhn_digit, wallet

Make = Callable[[Random], str]

HARMLESS = "HARMLESS"
"""Texts of everyday work with nothing of anybody in them: what is changed of them is over-redaction."""
_LOCALES = ("en_US", "en_GB", "en_IE", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL", "sv_SE")
_HOSTS = (
    "example.com", "example.org", "mail.example.net", "corp.internal", "mail01.lan", "hq.home.arpa", "larkspur.local",
)  # fmt: skip
_WORDS = (
    "anchor", "bramble", "cobalt", "drizzle", "ember", "fennel", "gravel", "hollow", "indigo", "juniper", "kettle",
    "lantern", "meadow", "nutmeg", "orchard", "pebble", "quartz", "ripple", "saddle", "thicket", "velvet", "willow",
)  # fmt: skip
_ALNUM = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value.

    Attributes:
        make: Draws a value.
        frames: Words before and after it, as people type them; ``{}`` is the value.
        default: Planted whatever the policy looks for; otherwise only where it names the entity.
    """

    make: Make = field(repr=False)
    frames: Sequence[str] = field(repr=False)
    default: bool = True


@cache
def _faker(locale: str) -> Any:
    try:
        from faker import Faker
    except ImportError:
        raise MissingExtra(
            "canaries of names need Faker", code="missing-extra", hint="pip install 'boundary-redaction[text]'"
        ) from None
    return Faker(locale)


def _faked(locales: Sequence[str], form: Callable[[Any], str]) -> Make:
    def make(random: Random) -> str:
        source = _faker(random.choice(locales))
        source.seed_instance(random.getrandbits(32))
        return " ".join(form(source).split())

    return make


def _provider(locale: str, name: str) -> Make:
    def form(source: Any) -> str:
        return str(getattr(source, name)())

    return _faked((locale,), form)


def _full_name(source: Any) -> str:
    return f"{source.first_name()} {source.last_name()}"


def _city(source: Any) -> str:
    return str(source.city())


def _address(source: Any) -> str:
    return f"{source.street_address()}, {source.postcode()} {source.city()}"


def _shape(*names: str) -> Make:
    def make(random: Random) -> str:
        return SHAPES[random.choice(names)][0](random)

    return make


def _digits(random: Random, form: str) -> str:
    """``#`` a digit, ``@`` an upper-case letter."""
    signs = {"#": string.digits, "@": string.ascii_uppercase}
    return "".join(random.choice(signs.get(char, char)) for char in form)


def _formed(*forms: str) -> Make:
    def make(random: Random) -> str:
        return _digits(random, random.choice(forms))

    return make


def _email(random: Random) -> str:
    first, last = (_PERSON(random).split()[at].lower() for at in (0, -1))
    plain = ["".join(c for c in part if c.isascii() and c.isalnum()) or random.choice(_WORDS) for part in (first, last)]
    local = random.choice((f"{plain[0]}.{plain[1]}", f"{plain[0]}_{random.randint(10, 99)}", f"{plain[1]}{plain[0]}"))
    return f"{local}@{random.choice(_HOSTS)}"


def _ip(random: Random) -> str:
    if random.random() < 0.7:
        return f"10.{random.randint(0, 255)}.{random.randint(0, 255)}.{random.randint(1, 254)}"
    return "2001:db8:" + ":".join(f"{random.randrange(1, 2**16):x}" for _ in range(6))


def _mac(random: Random) -> str:
    # The second digit of 2, 6, a or e says: administered locally, nobody's device.
    pairs = [f"{random.randrange(16):x}{random.choice('26ae')}", *(f"{random.randrange(256):02x}" for _ in range(5))]
    joined = random.choice((":", "-")).join(pairs)
    return random.choice((joined, joined.upper()))


def _nhs(random: Random) -> str:
    """Ten digits, the last a check digit modulo 11 (NHS Data Dictionary, NHS NUMBER)."""
    while True:
        body = _digits(random, "#########")
        check = (11 - sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 11) % 11
        if check != 10:
            return f"{body[:3]} {body[3:6]} {body[6:]}{check}"


def _dea(random: Random) -> str:
    """Two letters and seven digits: the last is that of (1st+3rd+5th) + 2 (2nd+4th+6th) (21 CFR 1306, DEA manual)."""
    body = _digits(random, "######")
    total = sum(map(int, body[::2])) + 2 * sum(map(int, body[1::2]))
    return f"{random.choice('ABFGM')}{random.choice(string.ascii_uppercase)}{body}{total % 10}"


def _itin(random: Random) -> str:
    return f"9{random.randint(0, 99):02}-{random.choice((70, 75, 80, 85, 90, 95))}-{random.randint(1, 9999):04}"


def _canadian(random: Random) -> str:
    body = _digits(random, random.choice("1245") + "#######")
    whole = body + luhn_digit(body)
    return f"{whole[:3]} {whole[3:6]} {whole[6:]}"


def _password(random: Random) -> str:
    first, second = random.sample(_WORDS, 2)
    return random.choice(
        (
            f"{first.capitalize()}{second.capitalize()}{random.choice('!#$%')}{random.randint(1, 99)}",
            f"{first}{random.randint(1950, 2030)}{random.choice('!?*')}",
            "".join(random.choices(_ALNUM + "!#%*+-", k=random.randint(10, 16))),
            f"{first}-{second}-{random.choice(_WORDS)}",
        )
    )


def _token(random: Random) -> str:
    """A token of any vendor whose form says enough by itself."""
    from text_redact.secrets.rules import kinds

    kind = random.choice([kind for kind in kinds() if not kind.near and kind.label == "SECRET"])
    return random.choice(kind.forms).example(random)


def _harmless(random: Random) -> str:
    return _digits(random, random.choice(_HARMLESS))


_PERSON = _faked(_LOCALES, _full_name)
_PLAIN = ("{}", "it is {}", "please use {} for this", "see {} in the file", "changed to {}, thanks")
_TOLD = ("the {n} is {{}}", "{n}: {{}}", "{n} {{}}", "your {n} {{}} was entered", "my {n} is {{}}, please check")


def _said(name: str) -> tuple[str, ...]:
    return tuple(frame.format(n=name) for frame in _TOLD)


def _national(locale: str, provider: str, name: str) -> Kind:
    return Kind(_provider(locale, provider), _said(name), default=False)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "ADDRESS": Kind(_faked(_LOCALES, _address), ("ship it to {}", "address: {}", "she lives at {} now")),
        "CREDIT_CARD": Kind(_shape("card", "card, 2-series", "card, 15 digits"), (*_PLAIN, "card {} exp 09/31")),
        "CRYPTO": Kind(wallet, (*_PLAIN, "send it to {}", "wallet {} as before")),
        "DATE_OF_BIRTH": Kind(
            _shape("date of birth in context"),
            ("date of birth {}", "DOB: {}", "born on {}", "birthday {}", "patient, born {}, called"),
        ),
        "EMAIL_ADDRESS": Kind(_email, (*_PLAIN, "mail {} about it", "reply to {} today")),
        "IBAN_CODE": Kind(_shape("IBAN"), (*_PLAIN, "pay to {} today", "IBAN {}")),
        "IP_ADDRESS": Kind(_ip, (*_PLAIN, "ping {} again", "ssh ops@{} -p 22")),
        "LOCATION": Kind(
            _faked(_LOCALES, _city), ("the office in {}", "flight to {} on Monday", "moved from {} last May")
        ),
        "MAC_ADDRESS": Kind(_mac, (*_PLAIN, "lease for {} expired")),
        "MEDICAL_LICENSE": Kind(_dea, _said("DEA number")),
        "ONE_TIME_CODE": Kind(
            _formed("######"),
            (
                "your verification code is {}",
                "code: {} (valid for 5 minutes)",
                "the one-time code is {}",
                "2FA code {}",
            ),
        ),
        "PASSWORD": Kind(
            _password, ("password: {}", "the password is {}", "pwd={}", "login with password {}", "his password was {}")
        ),
        "PERSON": Kind(
            _PERSON, ("call {} back", "spoke to {} about it", "regards, {}", "{} has approved this", "assigned to {}")
        ),
        "PHONE_NUMBER": Kind(
            _shape("phone, US", "phone, UK"), ("call {}", "my number is {}.", "{} is the office", "phone: {}", "tel {}")
        ),
        "SECRET": Kind(_token, (*_PLAIN, "export TOKEN={}", "api key {}")),
        "UK_NHS": Kind(_nhs, _said("NHS number")),
        "US_BANK_NUMBER": Kind(_formed("##########", "############"), _said("bank account number")),
        "US_DRIVER_LICENSE": Kind(_formed("@#######", "@############"), _said("driver license")),
        "US_ITIN": Kind(_itin, _said("ITIN")),
        "US_PASSPORT": Kind(_formed("#########", "@########"), _said("passport number")),
        "US_SSN": Kind(_shape("US SSN"), _said("SSN")),
        "CA_SIN": Kind(_canadian, _said("SIN"), default=False),
        "ES_NIE": _national("es_ES", "nie", "NIE"),
        "ES_NIF": _national("es_ES", "nif", "NIF"),
        "FI_PERSONAL_IDENTITY_CODE": _national("fi_FI", "ssn", "henkilötunnus"),
        "IN_AADHAAR": _national("en_IN", "aadhaar_id", "Aadhaar number"),
        "IT_FISCAL_CODE": _national("it_IT", "ssn", "codice fiscale"),
        "KR_RRN": _national("ko_KR", "ssn", "resident registration number"),
        "PL_PESEL": _national("pl_PL", "pesel", "PESEL"),
        "SE_PERSONNUMMER": _national("sv_SE", "ssn", "personnummer"),
        "TH_TNIN": _national("th_TH", "ssn", "national id"),
        "TR_NATIONAL_ID": _national("tr_TR", "ssn", "TC kimlik no"),
        "UK_NINO": _national("en_GB", "ssn", "national insurance number"),
    }
)
"""Entity -> how its canaries are made."""

_HARMLESS = (
    "order ####### ships next week", "upgrade from #.#.# to build #####", "total ###.## for ## pieces",
    "open the blue folder and print page ##", "meeting moved to room ### at half past nine",
    "the parcel weighs #.# kg and is ## cm long", "please sort the list by column # and save it",
    "ticket ##### is closed, thank you", "the invoice was paid, nothing is open", "press ctrl+c and then alt+f#",
)  # fmt: skip

PLAIN = Kind(_harmless, ("{}", "{} ok", "note: {}"))
"""What `HARMLESS` texts are made of."""


def wanted(named: Sequence[str]) -> list[str]:
    """Entities to plant: every default one, and those of the others that are ``named`` by the policy."""
    return [entity for entity, kind in KINDS.items() if kind.default or entity in named]
