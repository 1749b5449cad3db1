"""Google's stochastic test of counts: 36 settings, judged from samples alone.

The settings are those of ``count_dp_test_cases.textproto`` in google/differential-privacy. A black box misses much (the
enumeration in `test_dp_tables` is the real gate); here the way from a count to a noisy count is judged as a whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from dp import Currency, TableNoise, Terms

COUNTS = {"empty": 0, "small": 28, "large": 2147483647 + 2146736422 + 1383713414 + 2146374624 + 1989764249}
LOG3 = math.log(3)
SAMPLES = 10**6
VOTES = 9


@dataclass(frozen=True)
class Case:
    """Neighbouring counts differ by ``shift``; divergence at ``epsilon`` may be ``delta`` and ``tolerance`` at most."""

    count: int
    partitions: int
    epsilon: float
    delta: float
    tolerance: float

    @property
    def shift(self) -> int:
        """The integer part of the sensitivity that the noise is calibrated to."""
        return math.isqrt(self.partitions) if self.delta else self.partitions

    def terms(self, weaker: Fraction) -> Terms:
        """What gives the case's guarantee, or noise that is ``weaker`` times too small for the pair that is judged.

        The pair differs by a whole number, so by less than the root of ``partitions``: a deficit is counted from there.
        """
        if not self.delta:
            amount = Fraction(self.epsilon) * 10**6 * weaker
            return Terms(currency=Currency.PURE, amount=int(amount), groups=self.partitions, per_group=1)
        from dp_accounting import gaussian_mechanism

        sigma = Fraction(float(gaussian_mechanism.get_sigma_gaussian(self.epsilon, self.delta))) / weaker
        groups = self.partitions if weaker == 1 else self.shift**2
        return Terms(currency=Currency.ZCDP, amount=int(10**6 / (2 * sigma**2)), groups=groups, per_group=1)


LAPLACE = [(1, LOG3, 0.0025), (2, LOG3, 0.0035), (250, LOG3, 0.02), (1, 0.01, 0.0131), (1, 2 * LOG3, 0.0035)]
GAUSS = [
    (1, LOG3, 1e-5, 1e-4),
    (2, LOG3, 1e-5, 1e-4),
    (250, LOG3, 1e-5, 3.1e-4),
    (1, 0.1, 1e-5, 1e-3),
    (1, 2 * LOG3, 1e-5, 1e-4),
    (1, LOG3, 1e-6, 1e-4),
    (1, LOG3, 1e-4, 5e-4),
]
CASES = {
    f"{name} {'gaussian' if delta else 'laplace'} {number}": Case(count, partitions, epsilon, delta, tolerance)
    for name, count in COUNTS.items()
    for number, (partitions, epsilon, delta, tolerance) in enumerate([*((p, e, 0.0, t) for p, e, t in LAPLACE), *GAUSS])
}


def accepted(case: Case, weaker: Fraction) -> bool:
    """Majority of 9 votes, each on 10^6 samples of both counts."""
    terms = case.terms(weaker)
    backend = TableNoise(terms.mechanism)
    votes = [0, 0]
    while max(votes) <= VOTES // 2:
        here = backend.draw_array(np.full(SAMPLES, case.count), terms)
        there = backend.draw_array(np.full(SAMPLES, case.count + case.shift), terms)
        low, high = int(min(here.min(), there.min())), int(max(here.max(), there.max()))
        ours = np.bincount(here - low, minlength=high - low + 1) / SAMPLES
        theirs = np.bincount(there - low, minlength=high - low + 1) / SAMPLES
        divergence = np.maximum(0, ours - math.exp(case.epsilon) * theirs).sum()
        votes[int(divergence < case.delta + case.tolerance)] += 1
    return votes[1] > votes[0]


def test_there_are_36_cases() -> None:
    """All of Google's settings for counts are here."""
    assert len(CASES) == 36


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_count_is_accepted(name: str) -> None:
    """Noise at the declared price passes."""
    assert accepted(CASES[name], Fraction(1))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_too_little_noise_is_rejected() -> None:
    """Noise divided by 1.25 fails in 24 of the 36 cases at least: the test above is able to fail."""
    rejected = sum(not accepted(case, Fraction(5, 4)) for case in CASES.values())
    assert rejected >= 24
