"""What a set of releases gives away together, re-computed from their mechanism events.

Three bounds, all valid for a schedule fixed in advance: the currency's own sum (which is also what admission uses, and
what stays valid for releases that depend on earlier answers), zero-concentrated privacy, and privacy loss distributions
(Google's ``dp-accounting``, loaded when asked). Everything is computed for the noise that was really drawn: discrete,
over all values that one person changes, with the deviation of the sampler added.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from dp.events import parse
from dp.loss import by_loss
from recording.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Upper bounds at one ``delta``. Floats are rounded up to 6 decimals; infinite where nothing can be shown.

    Attributes:
        delta: The delta of the statement, samplers and thresholds included.
        spent: The part of it that samplers and thresholds take for sure.
        epsilon_pld: By privacy loss distributions.
        epsilon_zcdp: By zero-concentrated privacy and its best known conversion.
        epsilon_basic: By adding the currencies up: epsilons, and all rho in the simple conversion.
        pure: Sum of the epsilons of geometric releases.
        rho: Sum of the rho of Gaussian releases.
    """

    delta: Fraction
    spent: Fraction
    epsilon_pld: float
    epsilon_zcdp: float
    epsilon_basic: float
    pure: Fraction
    rho: Fraction

    @property
    def epsilon(self) -> float:
        """The smallest of the three: all hold."""
        return min(self.epsilon_pld, self.epsilon_zcdp, self.epsilon_basic)


def total(events: Iterable[Mapping[str, object]], delta: Fraction) -> Totals:
    """Total of ``events`` at ``delta``; grows with every event and with every smaller ``delta``.

    Args:
        events: As `NoiseBackend.event` and `dp.events.threshold` give them; read back from JSON is fine.
        delta: Above 0 and below 1.

    Raises:
        InputError: ``dp-event`` for an event of another kind or shape, ``dp-delta`` for a delta outside its range.
        MissingExtra: dp-accounting is not installed.
    """
    if not 0 < delta < 1:
        raise InputError("delta must lie between 0 and 1", code="dp-delta")
    parsed = [parse(event) for event in events]
    left = delta - sum((event.delta for event in parsed), Fraction(0))
    deviation = sum((event.deviation for event in parsed), Fraction(0))
    draws = Counter(draw for event in parsed if (draw := event.draw) is not None)
    pure = sum((draw.pure * count for draw, count in draws.items()), Fraction(0))
    rho = sum((draw.rho * count for draw, count in draws.items()), Fraction(0))
    # Gaussian noise has no finite epsilon of its own, geometric noise of epsilon has rho at most epsilon^2 / 2
    # (arXiv 1605.02065, proposition 1.4).
    concentrated = rho + sum((draw.pure**2 * count / 2 for draw, count in draws.items()), Fraction(0))
    # Epsilons with deltas of their own add up as pairs; only what has none is weighed at the common epsilon.
    pairs = sum((event.own for event in parsed if event.own is not None), Fraction(0))
    unpaired = sum((event.deviation for event in parsed if event.own is None), Fraction(0))
    return Totals(
        delta=delta,
        spent=min(Fraction(1), delta - left + 2 * deviation),
        epsilon_pld=_settled(by_loss(draws), left, deviation),
        epsilon_zcdp=_settled(lambda rest: zcdp_epsilon(concentrated, rest), left, deviation),
        epsilon_basic=_settled(lambda rest: float(pure) + simple_epsilon(rho, rest), left - pairs, unpaired),
        pure=pure,
        rho=rho,
    )


def simple_epsilon(rho: Fraction, delta: float) -> float:
    """``rho + 2 sqrt(rho ln(1/delta))`` (arXiv 1605.02065, proposition 1.3)."""
    return float(rho) + 2 * math.sqrt(float(rho) * -math.log(delta)) if rho else 0.0


def zcdp_epsilon(rho: Fraction, delta: float) -> float:
    """Least ``a rho + (ln(1/(a delta)) + (a-1) ln(1 - 1/a)) / (a-1)`` over orders ``a`` (arXiv 2004.00010, cor. 13).

    Every order gives a valid bound, so a grid does: 2,000 orders around the one that is best for the simple conversion.
    """
    if not rho:
        return 0.0
    price, best = float(rho), math.sqrt(-math.log(delta) / float(rho))
    orders = (1 + best * 10 ** (step / 500 - 3) for step in range(2_001))
    bounds = (a * price - math.log(a * delta) / (a - 1) + math.log1p(-1 / a) for a in orders)
    return max(0.0, min(bounds))


def _settled(epsilon_at: Callable[[float], float], left: Fraction, deviation: Fraction) -> float:
    """Smallest epsilon found with ``ideal delta(epsilon) + (1 + e^epsilon) deviation <= left``, rounded up.

    The drawn outputs are within ``deviation`` in total variation of the ideal ones, together, on both sides.
    """
    epsilon = 0.0
    for _ in range(60):
        if epsilon > 600:
            return math.inf
        rest = left - deviation * (1 + Fraction(math.exp(epsilon)))
        if rest <= 0:
            return math.inf
        found = epsilon_at(float(rest) * (1 - 1e-12))
        if math.isnan(found):
            return math.inf
        if found <= epsilon:
            # Less epsilon leaves the deviation no more, so what was found is enough by itself.
            return math.ceil(found * 10**6) / 10**6
        # A little beyond what is needed, so that the loop ends.
        epsilon = found + 1e-9
    return math.inf
