"""Which keys type a character on a layout, and which keys are neighbours."""

from __future__ import annotations

import functools
import json
import unicodedata
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

COMBINING = MappingProxyType(
    {"acute": "\u0301", "grave": "\u0300", "circumflex": "\u0302", "tilde": "\u0303", "diaeresis": "\u0308"}
)
"""Dead key -> the combining character that composes with a letter (Unicode NFC)."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One press: the key cap, and what is held meanwhile.

    ``dead`` is the accent that the press announces; ``char`` what it types otherwise.
    """

    cap: str
    char: str
    shift: bool = False
    third: bool = False
    dead: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A keyboard: strikes by character, shifted sign by cap, neighbours by character."""

    name: str
    strikes: MappingProxyType[str, tuple[Strike, ...]]
    shifted: MappingProxyType[str, str]
    near: MappingProxyType[str, tuple[str, ...]]


@functools.cache
def layout(name: str) -> Layout:
    """The layout ``us``, ``us-intl``, ``de`` or ``fr`` (positions of ISO/IEC 9995; common national assignments).

    Raises:
        ValueError: There is no such layout.
    """
    tables = json.loads(resources.files("recording.simulate").joinpath("layouts.json").read_text("utf-8"))
    if name not in tables:
        raise ValueError(f"no such layout; there are {', '.join(sorted(tables))}")
    table = tables[name]
    strikes: dict[str, tuple[Strike, ...]] = {" ": (Strike("space", " "),)}
    shifted: dict[str, str] = {}
    accents: list[Strike] = []
    for base, shift in zip("".join(table["base"]), "".join(table["shift"]), strict=True):
        shifted[base] = shift
        for char, held in ((base, False), (shift, True)):
            strike = Strike(base, char, shift=held, dead=table["dead"].get(char, ""))
            if strike.dead:
                accents.append(strike)
            else:
                strikes.setdefault(char, (strike,))
    for cap, char in table["third"].items():
        strikes.setdefault(char, (Strike(cap, char, third=True),))
    for accent in accents:
        _compose(accent, strikes)
    return Layout(name, MappingProxyType(strikes), MappingProxyType(shifted), MappingProxyType(_near(table["base"])))


def _compose(accent: Strike, strikes: dict[str, tuple[Strike, ...]]) -> None:
    """The letters that a dead key makes, and its own sign, made with the space bar."""
    for letter in "aeiounycAEIOUNYC":
        whole = unicodedata.normalize("NFC", letter + COMBINING[accent.dead])
        if len(whole) == 1 and letter in strikes:
            strikes.setdefault(whole, (accent, strikes[letter][0]))
    strikes.setdefault(accent.char, (accent, Strike("space", " ")))


def _near(rows: list[str]) -> dict[str, tuple[str, ...]]:
    """Neighbouring caps; rows stand where ISO and ANSI keyboards have them, in widths of a key."""
    lefts = (0.0, 1.5, 1.75, 1.25 if len(rows[3]) > 10 else 2.25)
    at = {cap: (column + lefts[row], float(row)) for row, caps in enumerate(rows) for column, cap in enumerate(caps)}
    return {
        cap: tuple(
            other
            for other, (x, y) in at.items()
            if other != cap and other.isalnum() == cap.isalnum() and abs(x - x0) <= 1 and abs(y - y0) <= 1
        )
        for cap, (x0, y0) in at.items()
    }
