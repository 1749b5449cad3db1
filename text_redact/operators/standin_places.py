"""Stand-ins for places, addresses, organisations and hosts. All domains are reserved ones (RFC 2606, RFC 6761)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from text_redact.operators.choices import Choices
from text_redact.operators.common import plain
from text_redact.operators.tables import listed, table
from text_redact.operators.wordlists import ascii_of, cities, countries, country_names, folded, name_list, us_states

DOMAINS = ("example.com", "example.org", "example.net")
_FEWEST_CITIES = 8


def for_location(choices: Choices, value: str) -> str:
    """A country for a country, a state for a state, else a city, of the same country where that is known."""
    name = " ".join(value.casefold().split())
    canon = plain(value)
    if name in country_names():
        return _styled(choices.pick("country", country_names()[name], _countries()), value)
    if name in us_states():
        return _styled(choices.pick("state", canon, _states()), value)
    first = name.partition(",")[0].strip()
    return _styled(choices.pick("city", plain(first) or canon, _cities_near(first)), value)


def _cities_near(name: str) -> Sequence[str]:
    known = cities().get(name) or cities().get(folded(name))
    by_country = _cities_by_country()
    near = by_country.get(known[1], ()) if known else ()
    return near if len(near) >= _FEWEST_CITIES else by_country[""]


@functools.cache
def _cities_by_country() -> Mapping[str, Sequence[str]]:
    """Cities that any keyboard types, by country; all of them under the empty name."""
    out: dict[str, dict[str, None]] = {"": {}}
    for name, code in cities().values():
        if name.isascii() and name.replace(" ", "").isalpha():
            for country in ("", code):
                out.setdefault(country, {})[name] = None
    return {code: tuple(names) for code, names in out.items()}


@functools.cache
def _countries() -> Sequence[str]:
    return tuple(name for name, _ in countries().values() if name.isascii() and name.replace(" ", "").isalpha())


@functools.cache
def _states() -> Sequence[str]:
    return tuple(state.title() for state in sorted(us_states()))


def for_address(choices: Choices, value: str) -> str:
    """Street, number and city, as the language of the address writes them; no such house is looked up or excluded."""
    canon = plain(value)
    words = set(re.findall(r"[^\W\d_]+", value.casefold()))
    kinds: Sequence[dict[str, Any]] = table("addresses")["kinds"]
    kind = next((k for k in kinds if any(_has(words, cue) for cue in k["cues"])), table("addresses")["default"])
    street = choices.pick("street", canon, name_list("family", kind["names"]).any)
    number = str(1 + choices.keyed.number(180, "house", canon))
    city = choices.pick("address/city", canon, _cities_by_country().get(kind["country"]) or _cities_by_country()[""])
    word = choices.keyed.pick(kind["words"], "way", canon)
    text = str(kind["format"]).format(name=street, number=number, city=city, word=word)
    return _styled(text, value)


def _has(words: set[str], cue: str) -> bool:
    """A cue is a word, or with a hyphen in front the end of one."""
    return cue in words if not cue.startswith("-") else any(word.endswith(cue[1:]) for word in words)


def for_organisation(choices: Choices, value: str) -> str:
    """A firm named after somebody; with the legal form of the original."""
    words = value.replace(".", "").split()
    legal = next((word.rstrip(",") for word in words[1:] if listed("legal_forms", word.rstrip(",").casefold())), "")
    first = next((word for word in words if plain(word)), value)
    name, kind = firm_word(choices, first), choices.keyed.pick(table("words")["firm_kinds"], "firm", plain(first))
    return _styled(" ".join(part for part in (name, kind if len(words) > 1 else "", legal) if part), value)


def firm_word(choices: Choices, word: str) -> str:
    """The word that names a firm, in its domain too: Acme and acme.example have one."""
    return choices.pick("firm", plain(word), name_list("family", "en_GB").any)


def for_host(choices: Choices, value: str) -> str:
    """A machine: a word and a number, under a reserved domain where the original has a domain."""
    host, dot, domain = value.strip().partition(".")
    name = choices.pick("host", plain(value), name_list("family", "en_GB").any).lower()
    number = 10 + choices.keyed.number(90, "host", plain(value))
    return f"{ascii_of(name)}-{number}" + (f".{domain_for(choices, domain or host)}" if dot else "")


def domain_for(choices: Choices, domain: str) -> str:
    """A name under a reserved domain, the same for all machines and mailboxes of one."""
    labels = [label for label in domain.casefold().strip(".").split(".") if label]
    # The label that names the owner stands before the public suffix, which may have two labels (co.uk).
    owner = labels[-1] if len(labels) < 2 else labels[-2]
    if len(labels) > 2 and len(owner) <= 3:
        owner = labels[-3]
    word = ascii_of(firm_word(choices, owner)).lower()
    return f"{word}.{choices.keyed.pick(DOMAINS, 'domain', plain(owner))}"


_URL = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?:[^/@\s]*@)?(?P<host>[^/:?#\s]+)(?::\d+)?(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)


def for_url(choices: Choices, value: str) -> str | None:
    """Scheme and a reserved host; for the rest a code that is the same wherever the address is."""
    match = _URL.fullmatch(value.strip())
    if match is None:
        return None
    scheme = f"{match['scheme'].lower()}://" if match["scheme"] else ""
    path = f"/{choices.keyed.code(8, 'path', value.strip())}" if (match["rest"] or "/") != "/" else ""
    return f"{scheme}{domain_for(choices, match['host'])}{path}"


def _styled(text: str, value: str) -> str:
    letters = [char for char in value if char.isalpha()]
    if letters and all(char == char.lower() for char in letters):
        return text.lower()
    if len(letters) > 3 and all(char == char.upper() for char in letters):
        return text.upper()
    return text
