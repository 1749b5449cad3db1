"""A small recording, policies with and without a detector, and audits of it that take no time."""

from __future__ import annotations

from pathlib import Path

from tiny_recording import Desk, picture

from boundary.plan import Plan, build_plan
from policies import PolicySource, parse_policy

KEY = b"k" * 32
SHAPES = ("CREDIT_CARD", "PHONE_NUMBER", "US_PASSPORT", "US_SSN")
SECRET = "Wainscott"
"""A recorded word that no report may show."""


def desk(*, shots: int = 0, user: str = "plover-11", app: str = "Mail") -> Desk:
    """Somebody writes in two windows, with pauses, and never anything sensitive but a name."""
    made = Desk(user=user)
    for number, place in enumerate((app, "Crm", app, "Crm")):
        made.window(place, f"{place} window {number} of {SECRET}").into("Notes")
        made.mouse().type(f"line {number} for {SECRET}")
        made.now += 3
        made.type(" and more")
        made.now += 3
        if number < shots:
            made.shot(f"shots/{number}.png", picture("Quarterly figures", "Nothing here", *[" "] * 12))
    return made


def policy(*entities: str, screens: bool = False) -> Plan:
    """A policy that looks for some shapes alone, quick to build."""
    text = f"policy: 1\nname: small\nfind:\n  - {{use: text.pii, entities: [{', '.join(entities)}]}}\n"
    text += "  - {use: screen.text}\n" if screens else ""
    text += "change:\n  default: {use: replace}\n" + ("  screen: {use: cover}\n" if screens else "")
    return build_plan(parse_policy((PolicySource("small.yaml", text),), folder=Path()), key=KEY)
