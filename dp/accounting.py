"""Totals of a schedule of releases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Total epsilon at a delta."""

    epsilon_pld: float
    epsilon_basic: float


def total(events: Iterable[Mapping[str, object]], delta: Fraction) -> Totals:
    """Basic composition of discrete Laplace events."""
    sums = Fraction(0)
    for event in events:
        if event["event"] == "discrete-laplace":
            sums += int(str(event["l1"])) / Fraction(str(event["scale"]))
    return Totals(epsilon_pld=float(sums), epsilon_basic=float(sums))
