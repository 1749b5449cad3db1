"""Refuses options whose noise would be unsafe, while the policy is checked and before any data are read."""

from __future__ import annotations

from typing import TypeVar

from dp.contract import QueryOptions, amount
from dp.noise import unsafe
from dp.terms import Currency, Terms

Q = TypeVar("Q", bound=QueryOptions)


def noise_is_safe(options: Q) -> Q:
    """``options`` as they are, if the noise of every part can be drawn safely.

    Raises:
        ValueError: A part's share of the budget is too small, or its scale is beyond the guards of the noise.
    """
    for part in options.parts():
        paid = amount(options) * part.share
        if paid < 1:
            raise ValueError("the budget is too small for the parts of this query")
        # What Gaussian noise of a rho budget must meet is checked where it is drawn.
        if options.rho is None:
            reason = unsafe(
                Terms(currency=Currency.PURE, amount=int(paid), groups=part.groups, per_group=part.per_group)
            )
            if reason:
                raise ValueError(reason)
    return options
