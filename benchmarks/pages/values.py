"""Invented values as marked HTML. What a page shows is a function of the seed alone."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from types import MappingProxyType
from typing import Any

from benchmarks import _secret_values
from recording.simulate.values import KINDS

_MADE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "EMAIL": ("e-mail", "e-mail, internal domain"),
        "PHONE": ("phone, US", "phone, US", "phone, UK"),
        "SSN": ("US SSN",),
        "DOB": ("date of birth in context",),
        "CARD": ("card", "card, 2-series", "card, 15 digits"),
        "IBAN": ("IBAN",),
        "IP": ("IPv4 address", "IPv4 address", "IPv6 address"),
        "SECRET": ("token",),
    }
)
LABELS = (*_MADE, "PASSWORD", "PERSON", "ADDRESS", "QR")
_LOCALES = ("en_US", "en_GB", "en_IE", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL")
_WORDS = (
    "the", "order", "was", "sent", "and", "we", "wait", "for", "your", "reply", "about", "next", "week", "please",
    "check", "this", "before", "noon", "review", "open", "item", "total", "report", "team", "meeting", "notes",
    "project", "budget", "update", "draft", "invoice", "shipment", "delay", "warehouse", "customer", "question",
    "account", "settings", "summary", "details", "plan", "offer", "contract", "window", "table", "filter", "sort",
    "archive", "pending", "closed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fill:
    """Source of values for one page."""

    random: Random = field(repr=False)

    def raw(self, label: str) -> str:
        """A value of a label, as text."""
        if label == "PASSWORD":
            return _secret_values.password(self.random)
        if label in ("PERSON", "ADDRESS"):
            return self._faked(label)
        return KINDS[self.random.choice(_MADE[label])][0](self.random)

    def mark(self, label: str, layout: str = "plain", text: str | None = None) -> str:
        """A value of a label as an element that the truth is read from; ``text`` where it is known already."""
        value = self.raw(label) if text is None else text
        return f'<span data-pii="{label}" data-layout="{layout}">{html.escape(value)}</span>'

    def words(self, least: int, most: int | None = None) -> str:
        """Ordinary words that are nobody's."""
        return " ".join(self.random.choice(_WORDS) for _ in range(self.random.randint(least, most or least)))

    def sentence(self, *values: str, least: int = 3, most: int = 7) -> str:
        """Ordinary words with marked values between them."""
        parts = [self.words(least, most)]
        for value in values:
            parts += [value, self.words(least, most)]
        text = " ".join(parts)
        return f"{text[0].upper()}{text[1:]}."

    def number(self, low: int, high: int) -> int:
        """A harmless number."""
        return self.random.randint(low, high)

    def code(self, size: int) -> str:
        """A QR code with a secret address, as an SVG of ``size`` CSS pixels."""
        import zxingcpp

        text = f"otpauth://totp/{self.raw('EMAIL')}?secret={self.raw('SECRET')[:24]}"
        made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
        svg = zxingcpp.write_barcode_to_svg(made)
        body = svg[svg.index("<svg") :]
        side = re.search(r'width="(\d+)"', body)
        if side is None:
            raise RuntimeError("zxing-cpp writes another SVG than it did")
        box = f'viewBox="0 0 {side[1]} {side[1]}" shape-rendering="crispEdges" '
        mark = f'<svg {box} data-pii="QR" data-text="{html.escape(text)}" style="width:{size}px;height:{size}px" '
        return body.replace("<svg ", mark, 1)

    def _faked(self, label: str) -> str:
        made = _faker(self.random.choice(_LOCALES))
        made.seed_instance(self.random.getrandbits(32))
        if label == "PERSON":
            return f"{made.first_name()} {made.last_name()}"
        return f"{made.street_address()}, {made.postcode()} {made.city()}".replace("\n", ", ")


@cache
def _faker(locale: str) -> Any:
    from faker import Faker

    return Faker(locale)
