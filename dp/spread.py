"""How far off a statistic will be: 95 % errors from the terms alone, in floats, before anything is spent.

Nothing here touches data: it answers "how good would this be?". The intervals that are released are exact and come from
`NoiseBackend.half_width`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from dp.portions import Portion
from dp.terms import Currency, Terms

LEVEL = Fraction(95, 100)
"""Share of the numbers that keep within an error."""

_STEPS = 600


def deviation(terms: Terms) -> float:
    """Standard deviation of one value's noise: ``sqrt(2 a) / (1 - a)`` with ``a = exp(-1/s)``, or sigma."""
    if terms.currency is Currency.ZCDP:
        return math.sqrt(terms.variance)
    a = math.exp(-1 / terms.scale)
    return math.sqrt(2 * a) / -math.expm1(-1 / terms.scale)


def mean_error(total: Portion, count: Portion, *, mean: float, values: float) -> float:
    """95 % error of a noisy sum over a noisy count.

    With sum ``S = m n``: ``(S + X) / (n + Y) - m = (X - m Y) / (n + Y)``, whose distribution is taken over a grid of
    the two noises' quantiles.

    Args:
        total: Of the sum.
        count: Of the number of values.
        mean: Expected mean, in the unit of the sum.
        values: Expected number of values.
    """
    x, y = _signed(total.terms), _signed(count.terms)
    below = np.maximum(values + y, 1.0)  # a noisy count of nothing is read as 1
    off = np.abs((x[:, None] - mean * y[None, :]) / below[None, :])
    return float(np.quantile(off, float(LEVEL)))


def rank_error(
    portion: Portion, *, quantiles: Sequence[float], people: float, cells: int, positions: Sequence[float] = ()
) -> float:
    """95 % error, in percentile points, of the worst of some quantiles read off a noisy histogram.

    The quantile ``q`` is where the noisy counts up to it reach ``q`` of all noisy counts. With ``k`` of ``C`` cells
    before it, independent noise of variance ``v`` in each shifts it by ``(1-q) N(k) - q N(C-k)`` ranks, whose variance
    is ``v ((1-q)^2 k + q^2 (C-k))``: a sum of many noises, so close to normal.

    Args:
        portion: Of the histogram.
        quantiles: Each ``q``, between 0 and 1.
        people: Expected number of people.
        cells: ``C``.
        positions: Where on the scale each quantile is expected, 0 to 1 (``k / C``); where it is not told, the
            place with the largest error.
    """
    normal = NormalDist().inv_cdf((1 + float(LEVEL)) / 2)
    places = positions or [0.0 if q >= 0.5 else 1.0 for q in quantiles]
    worst = max((1 - q) ** 2 * at + q**2 * (1 - at) for q, at in zip(quantiles, places, strict=True))
    return 100 * normal * deviation(portion.terms) * math.sqrt(cells * worst) / people


def _signed(terms: Terms) -> NDArray[np.float64]:
    """Quantiles of the noise at the middles of equal parts of probability: continuous Laplace, or normal."""
    levels = (np.arange(_STEPS) + 0.5) / _STEPS
    if terms.currency is Currency.ZCDP:
        normal = NormalDist(0, deviation(terms))
        return np.array([normal.inv_cdf(level) for level in levels.tolist()])
    side = np.where(levels < 0.5, -1.0, 1.0)
    return np.asarray(-side * float(terms.scale) * np.log1p(-2 * np.abs(levels - 0.5)), np.float64)
