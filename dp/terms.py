"""What one draw of noise must hide and what is paid for it, in exact numbers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from dp.epsilon import MICRO


class Currency(StrEnum):
    """What a policy pays in. Both add up over releases, also when later queries depend on earlier answers."""

    PURE = "epsilon"
    """Pure differential privacy: micro-epsilon."""

    ZCDP = "rho"
    """Zero-concentrated differential privacy (arXiv 1605.02065): micro-rho."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the noise on one vector must hide when one person comes or goes, and at what price.

    Attributes:
        currency: What is paid in; it also chooses the mechanism.
        amount: Price in millionths of the currency, at least 1.
        groups: How many values of the vector one person can change (L0 sensitivity), at least 1.
        per_group: By how much at most one person changes each of them (L-infinity sensitivity), at least 1.
    """

    currency: Currency
    amount: int
    groups: int
    per_group: int

    @property
    def l1(self) -> int:
        """L1 sensitivity of the vector."""
        return self.groups * self.per_group

    @property
    def l2_squared(self) -> int:
        """Square of the L2 sensitivity of the vector."""
        return self.groups * self.per_group**2

    @property
    def mechanism(self) -> str:
        """``geometric`` for epsilon, ``gaussian`` for rho."""
        return "geometric" if self.currency is Currency.PURE else "gaussian"

    @property
    def price(self) -> Fraction:
        """Epsilon or rho, exact."""
        return Fraction(self.amount, MICRO)

    @property
    def scale(self) -> Fraction:
        """Scale ``s`` of the geometric noise, exact: L1 sensitivity / epsilon; ``P[k]`` falls as ``exp(-|k|/s)``."""
        return self.l1 / self.price

    @property
    def variance(self) -> Fraction:
        """Parameter ``sigma^2`` of the discrete Gaussian, exact: ``L2^2 / (2 rho)`` (arXiv 2004.00010, theorem 14)."""
        return self.l2_squared / (2 * self.price)
