"""The currencies that privacy is paid in."""

from __future__ import annotations

from enum import StrEnum


class Currency(StrEnum):
    """What admission adds up, in whole millionths: pure epsilon, or rho of zero-concentrated differential privacy."""

    PURE = "epsilon"
    ZCDP = "rho"
