"""``generalise``: a coarser value of the same kind, that many share. What cannot be read gets its label."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

from text_redact.operators.common import label_text, or_label
from text_redact.operators.date_shift import DATES
from text_redact.operators.dates import date_of, read_dates
from text_redact.operators.wordlists import cities, countries, country_names, folded, us_state_codes, us_states

OLDEST = 90
"""Ages from here on are one: HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(C), which asks it of all ages above 89."""

Kind = Literal["by_label", "date", "age", "place", "ip", "number"]

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(DATES, "date"),
    **dict.fromkeys(("AGE",), "age"),
    **dict.fromkeys(("LOCATION", "GPE", "ADDRESS", "STREET_ADDRESS"), "place"),
    **dict.fromkeys(("IP_ADDRESS",), "ip"),
    **dict.fromkeys(("NUMBER", "QUANTITY", "MONEY", "AMOUNT", "CARDINAL"), "number"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Generalise:
    """Dates become a month or year, ages a band, places a country, addresses of machines a network, numbers a range.

    Attributes:
        kind: What values are, whatever their label; ``by_label`` takes it from the label.
        band: Years of an age's band.
        bucket: Width of a number's range.
        day_first: Of ``03/04/2024`` the first figure is the day.
    """

    date: Literal["month", "year"] = "month"
    band: int = 10
    bucket: int = 10
    kind: Kind = "by_label"
    day_first: bool = False

    def __call__(self, label: str, value: str) -> str:
        """The coarser value, or the label."""
        kind = _KINDS.get(label) if self.kind == "by_label" else self.kind
        if kind is None:
            return label_text(label)
        make = {"date": self.month, "age": self.age, "place": country, "ip": network, "number": self.range}[kind]
        return or_label(label, value, lambda: make(value))

    def month(self, value: str) -> str | None:
        """``2024-03`` or ``2024``; of a date without a year there is only the label. Of several dates too."""
        read = read_dates(value.strip(), day_first=self.day_first)
        if read is None or len(read.dates) != 1:
            return None
        part = read.dates[0]
        date = date_of(read, part)
        if date is None or "y" not in part.groups:
            return None
        return f"{date.year:04d}-{date.month:02d}" if self.date == "month" else f"{date.year:04d}"

    def age(self, value: str) -> str | None:
        """``30-39``; from 90 on ``90+``."""
        years = _figure(value)
        if years is None or years > 130:
            return None
        low = years // self.band * self.band
        return f"{OLDEST}+" if years >= OLDEST else f"{low}-{min(low + self.band, OLDEST) - 1}"

    def range(self, value: str) -> str | None:
        """``1200-1299``: signs, digits and separators of thousands are read, units are not."""
        number = _figure(value)
        if number is None:
            return None
        low = number // self.bucket * self.bucket
        return f"{low}-{low + self.bucket - 1}"


def _figure(value: str) -> int | None:
    """The one whole number in a value; a fraction is cut off."""
    found = re.findall(r"\d+(?:[,.\u00a0' ]\d{3})*(?:[.,]\d{1,2}(?!\d))?", value)
    if len(found) != 1 or len(found[0]) > 18 or re.search(r"-\s*\d", value):
        return None
    whole = re.sub(r"[.,]\d{1,2}$", "", found[0])
    return int(re.sub(r"\D", "", whole))


def country(value: str) -> str | None:
    """The country of a city, a state or an address, the continent of a country; ``None`` where the place is not known.

    Known are some 900 cities, every capital, the states of the US, every country.
    """
    name = " ".join(value.casefold().split())
    if name in country_names():
        return countries()[country_names()[name]][1]
    parts = [part.strip() for part in re.split(r"[,;\n]", name)]
    for part in reversed(parts):
        bare = re.sub(r"\b(?=\w*\d)[\w-]+\b", "", part).strip()  # without a postcode
        code = _code(part) or _code(bare) or ("US" if bare != part and bare in us_state_codes() else None)
        if code:
            return countries()[code][0] if code in countries() else None
    return None


def _code(name: str) -> str | None:
    if name in country_names():
        return country_names()[name]
    if name in us_states():
        return "US"
    found = cities().get(name) or cities().get(folded(name))
    return found[1] if found else None


def network(value: str) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 one."""
    address = ipaddress.ip_address(value.strip().strip("[]").partition("%")[0].partition("/")[0])
    size = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{size}", strict=False))
