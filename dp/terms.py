"""What one draw of noise must hide, and at what price: integers and exact fractions only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from dp.epsilon import MICRO


class Currency(StrEnum):
    """What a scope is charged in. Both add up exactly, whatever was asked before (pure epsilon; zCDP, 1605.02065)."""

    PURE = "epsilon"
    ZCDP = "rho"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one vector's noise must hide.

    Attributes:
        currency: Of ``amount``.
        amount: Price in millionths of the currency.
        groups: How many values one person can change (L0 sensitivity), at least 1.
        per_group: By how much at most one person changes each of them (L-infinity sensitivity), at least 1.
    """

    currency: Currency
    amount: int
    groups: int
    per_group: int

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        if min(self.amount, self.groups, self.per_group) < 1:
            raise ValueError("amount, groups and per_group must be at least 1")

    @property
    def l1(self) -> int:
        """L1 sensitivity of the vector when one person comes or goes."""
        return self.groups * self.per_group

    @property
    def l2_squared(self) -> int:
        """Square of its L2 sensitivity."""
        return self.groups * self.per_group**2

    @property
    def mechanism(self) -> str:
        """``geometric`` for pure epsilon, ``gaussian`` for rho."""
        return "geometric" if self.currency is Currency.PURE else "gaussian"

    @property
    def scale(self) -> Fraction:
        """Scale of geometric noise, exact: L1 sensitivity divided by epsilon."""
        return Fraction(self.l1 * MICRO, self.amount)

    @property
    def variance(self) -> Fraction:
        """Variance parameter of discrete Gaussian noise, exact: squared L2 sensitivity divided by twice rho."""
        return Fraction(self.l2_squared * MICRO, 2 * self.amount)
