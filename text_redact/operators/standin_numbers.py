"""Stand-ins for numbers, all from ranges that are set aside and belong to nobody.

Telephone numbers: the regulators' lists for film and drama (NANPA 555-0100 to 0199, Ofcom, Bundesnetzagentur Amtsblatt
7/2021 no. 148, ARCEP, ACMA, ComReg, PTS). Cards: numbers that payment firms print for testing. IBAN: ISO 13616 with
right check digits and a bank number of zeros, or of the letters TEST, that no bank has. US_SSN: area 666, which is
never issued. Addresses of machines: RFC 5737, RFC 3849; MAC addresses: locally administered (IEEE 802c).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence

from text_redact.operators.choices import Choices
from text_redact.operators.common import plain
from text_redact.operators.tables import table

_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")


def for_phone(choices: Choices, value: str) -> str | None:
    """A number of the same country from a range for fiction; a North American one where the country has none."""
    digits = plain(value)
    if not any(char.isdigit() for char in digits):
        return None
    abroad = value.strip().startswith(("+", "00", "(+"))
    ranges: Mapping[str, dict[str, object]] = table("phones")
    country = _country(value, digits.removeprefix("00") if abroad else "", ranges)
    patterns, code = ranges[country]["patterns"], str(ranges[country]["code"])
    assert isinstance(patterns, list)

    def make(number: int) -> str:
        pattern = choices.keyed.pick(patterns, "phone/range", country, digits, str(number))
        return choices.keyed.digits(pattern, "phone", country, digits, str(number))

    text = choices.choose(f"phone/{country}", digits, make)
    if "(" not in value and text.startswith("("):
        text = text[1:].replace(") ", "-" if "-" in text and "-" in value else " ")
    if abroad:
        text = f"+{code} " + re.sub(r"^\(?0?(\d+)\)?", r"\1", text)
    if re.search(r"\d\D+\d", value.strip().lstrip("+")) is None:
        text = ("+" if abroad else "") + "".join(filter(str.isdigit, text))
    return text


def _country(value: str, abroad: str, ranges: Mapping[str, Mapping[str, object]]) -> str:
    if abroad:
        return next((c for c, about in ranges.items() if abroad.startswith(str(about["code"]))), "US")
    import phonenumbers

    for country in ranges:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(value, country)):
                return country
        except phonenumbers.NumberParseException:
            continue
    return "US"


def for_card(choices: Choices, value: str) -> str:
    """A test number of the same brand, grouped as the original is."""
    digits = plain(value)
    brands: Mapping[str, dict[str, list[str]]] = table("cards")
    brand = next((b for b, about in brands.items() if re.match(about["starts"][0], digits)), "visa")
    number = choices.pick(f"card/{brand}", digits, brands[brand]["numbers"])
    sign = re.search(r"(?<=\d)[ .-](?=\d)", value)
    if sign is None:
        return number
    sizes = {15: (4, 6, 5), 14: (4, 6, 4)}.get(len(number), (4, 4, 4, 4, 4))
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    return sign.group().join(group for group in groups if group)


def for_iban(choices: Choices, value: str) -> str | None:
    """An account of the same country at a bank that does not exist; a German one where the country is not known."""
    canon = plain(value).upper()
    formats: Mapping[str, str] = table("ibans")
    country = canon[:2] if canon[:2] in formats else "DE"
    account = choices.digits(f"iban/{country}", canon, formats[country])
    check = 98 - int("".join(str(int(char, 36)) for char in f"{account}{country}00")) % 97
    iban = f"{country}{check:02d}{account}"
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4)) if " " in value.strip() else iban


def for_ssn(choices: Choices, value: str) -> str:
    """Area 666, a group from 01 to 99, a serial from 0001 to 9999; with the signs of the original between them."""
    canon = plain(value)

    def make(number: int) -> str:
        group, serial = (1 + choices.keyed.number(size, "ssn", canon, str(number)) for size in (99, 9999))
        return f"666-{group:02d}-{serial:04d}"

    text = choices.choose("ssn", canon, make)
    sign = re.search(r"(?<=\d)[ .-](?=\d)", value)
    return text.replace("-", sign.group() if sign else "")


def for_ip(choices: Choices, value: str) -> str | None:
    """An address of the documentation ranges; a prefix length stays."""
    text, slash, size = value.strip().strip("[]").partition("/")
    address = ipaddress.ip_address(text.partition("%")[0])
    canon = address.compressed
    prefix = f"/{int(size)}" if slash else ""
    if address.version == 4:

        def make(number: int) -> str:
            host = choices.keyed.number(3 * 254, "ip", canon, str(number))
            return f"{_NETWORKS[host // 254]}.{1 + host % 254}"

        return choices.choose("ip", canon, make) + prefix

    def make_six(number: int) -> str:
        host = choices.keyed.digest("ip", canon, str(number)).hex()
        return f"2001:db8:{host[:4]}:{host[4:8]}::{host[8:12]}"

    return str(ipaddress.ip_address(choices.choose("ip6", canon, make_six))) + prefix


def for_mac(choices: Choices, value: str) -> str:
    """A locally administered address, written as the original is."""
    canon = plain(value)

    def make(number: int) -> str:
        return f"02{choices.keyed.digest('mac', canon, str(number)).hex()[:10]}"

    digits = choices.choose("mac", canon, make)
    digits = digits.upper() if any(char in "ABCDEF" for char in value) else digits
    sign = re.search(r"[:.-]", value)
    if sign is None:
        return digits
    size = 4 if sign.group() == "." else 2
    return sign.group().join(_split(digits, size))


def _split(text: str, size: int) -> Sequence[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]
