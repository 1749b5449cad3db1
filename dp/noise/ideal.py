"""Tails and quantiles of the two ideal distributions, rounded to the safe side.

Geometric: ``P[k] = (1-a)/(1+a) a^|k|`` with ``a = exp(-1/s)`` (arXiv 0811.2841). Discrete Gaussian:
``P[k]`` proportional to ``exp(-k^2 / (2 sigma^2))`` (arXiv 2004.00010).
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction

from dp.terms import Currency, Terms

_UP = 1 + 1e-9
"""Covers the rounding of some dozen float operations."""

_SUMMED = 50
"""Up to this sigma tails of the discrete Gaussian are summed; beyond it they are bounded by integrals."""


def decimal(value: Fraction) -> Decimal:
    """``value`` with the digits of the current context."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def tail(terms: Terms, at_least: int) -> Fraction:
    """Upper bound on ``P[N >= at_least]``, exact but for the last digits."""
    if at_least <= 0:
        return Fraction(1)
    if terms.currency is Currency.ZCDP:
        return gaussian_tail(terms.variance, at_least)
    with localcontext() as context:
        context.prec = 50
        step = -1 / decimal(terms.scale)
        exact = (step * at_least).exp() / (1 + step.exp())
        return min(Fraction(1), Fraction(exact * (1 + Decimal(10) ** -40)))


def gaussian_tail(variance: Fraction, at_least: int) -> Fraction:
    """Upper bound on ``P[N >= m]`` of the discrete Gaussian for ``m >= 1``.

    Where the density is convex (``m >= sigma + 1``) each term is at most its integral over ``m - 1/2 .. m + 1/2``, and
    the normalising sum is at least ``sqrt(2 pi) sigma``; below that, proposition 25 of arXiv 2004.00010: ``P[N >= m] <=
    P[normal >= m - 1]``.
    """
    sigma = math.sqrt(variance)
    if sigma <= _SUMMED:
        twice, far = float(2 * variance), int(40 * sigma) + 2
        above = math.fsum(math.exp(-k * k / twice) for k in range(at_least, at_least + far))
        bound = above / (1 + 2 * math.fsum(math.exp(-k * k / twice) for k in range(1, far)))
    else:
        start = at_least - 0.5 if at_least >= sigma + 1 else at_least - 1
        bound = math.erfc(start / (sigma * math.sqrt(2)) * (1 - 1e-15)) / 2
    # What underflows or was left out of the sums is far below 1e-300.
    return min(Fraction(1), Fraction(bound * _UP) + Fraction(1, 10**300))


def half_width(terms: Terms, level: Fraction) -> int:
    """Smallest ``w`` with ``2 tail(w + 1) <= 1 - level``: ``P[|N| <= w] >= level`` is certain.

    Raises:
        ValueError: ``level`` is not above 0 and below 1.
    """
    if not 0 < level < 1:
        raise ValueError("a level lies between 0 and 1")
    low, high = -1, 1
    while 2 * tail(terms, high + 1) > 1 - level:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if 2 * tail(terms, middle + 1) > 1 - level else (low, middle)
    return high
