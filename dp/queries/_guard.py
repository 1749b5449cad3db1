"""Refuses options whose noise would be unsafe, while the policy is checked and before any data are read."""

from __future__ import annotations

from typing import TypeVar

from dp.contract import QueryOptions, amount
from dp.noise import TableNoise, unsafe
from dp.terms import Currency, Terms
from recording.errors import StepFailed

Q = TypeVar("Q", bound=QueryOptions)


def noise_is_safe(options: Q) -> Q:
    """``options`` as they are, if some source can draw the noise of every part safely.

    Raises:
        ValueError: A part's share of the budget is too small, or its scale is beyond the guards of the noise.
    """
    currency = Currency.PURE if options.rho is None else Currency.ZCDP
    for part in options.parts():
        paid = int(amount(options) * part.share)
        if paid < 1:
            raise ValueError("the budget is too small for the parts of this query")
        terms = Terms(currency=currency, amount=paid, groups=part.groups, per_group=part.per_group)
        if unsafe(terms):
            try:
                TableNoise(terms.mechanism).check((), terms)
            except StepFailed as error:
                raise ValueError(error.message) from None
    return options
