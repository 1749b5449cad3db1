"""Thresholds for unknown keys: the chance that a key which only one person has appears is at most delta."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dp.noise import NoiseBackend
from dp.terms import Terms
from recording.errors import StepFailed


def threshold(noise: NoiseBackend, terms: Terms, delta: Fraction) -> int:
    """Smallest ``T`` so that releasing noisy values of ``T`` and more shows one person's own keys with at most delta.

    A person alone adds up to ``groups`` keys with at most ``per_group`` under each, and the union bound over them is
    ``groups * P[noise >= T - per_group]``. Values *equal* to the threshold are released and so they are counted
    (OpenDP 0.16.0 accounts only for those above, issue 2922).

    Raises:
        StepFailed: ``threshold-unreachable``: no threshold below 2^53 does.
    """
    each = delta / terms.groups
    low, high = terms.per_group, terms.per_group + 1  # noise of 0 and more has a chance of at least one half
    while noise.tail(terms, high - terms.per_group) > each:
        low, high = high, 2 * high
        if high >= 2**53:
            raise StepFailed("no threshold is high enough", code="threshold-unreachable", hint="nothing was charged")
    while high - low > 1:
        middle = (low + high) // 2
        if noise.tail(terms, middle - terms.per_group) > each:
            low = middle
        else:
            high = middle
    return high


def cutoff(noise: NoiseBackend, terms: Terms, delta: Fraction, min_people: int) -> int:
    """The threshold with a pre-threshold: keys with fewer than ``min_people`` people never reach the noise.

    A key is at the brink when it has ``min_people`` people in one data set and one fewer in its neighbour, where it
    cannot appear; so the noise must lift ``min_people`` to the cutoff as rarely as it lifts 1 to the threshold, and
    the cutoff is ``threshold + min_people - 1``. That needs values that count people.
    """
    if min_people > 1 and terms.per_group != 1:
        hint = "leave out 'min_people'; nothing was charged"
        raise StepFailed("a pre-threshold needs keys that count people", code="threshold-unit", hint=hint)
    return threshold(noise, terms, delta) + min_people - 1


def shown(exact: NDArray[np.int64], noisy: NDArray[np.int64], *, cutoff: int, min_people: int) -> NDArray[np.bool_]:
    """Which keys appear."""
    return (exact >= min_people) & (noisy >= cutoff)
