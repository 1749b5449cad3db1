"""The noise has the distribution it claims, hides what it claims, and refuses what it cannot do."""

from __future__ import annotations

import math
import multiprocessing
from collections import Counter
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from dp import Calibration, GeometricNoise
from dp._diffprivlib import geometric
from dp.noise import geometric_delta
from recording.errors import StepFailed

NOISE = GeometricNoise()


def terms(epsilon: int, groups: int = 1, per_group: int = 1) -> Calibration:
    """A calibration; epsilon in micro-epsilon."""
    return Calibration(epsilon=epsilon, groups=groups, per_group=per_group)


def pmf(k: int, scale: float) -> float:
    """Exact probability of noise ``k``."""
    a = math.exp(-1 / scale)
    return (1 - a) / (1 + a) * a ** abs(k)


class Fractions:
    """Gives the mechanism one chosen fraction in place of the operating system's."""

    value = 0.0

    def random(self) -> float:
        """The chosen fraction."""
        return self.value


def enumerate_counts(epsilon: int, sensitivity: int) -> dict[int, int]:
    """How many of the 2^53 fractions give each noise value, through diffprivlib's own code, by bisection."""
    mechanism: Any = geometric()(epsilon=epsilon / 10**6, sensitivity=sensitivity)
    mechanism._rng = fractions = Fractions()
    half = 2**52

    def size(step: int) -> int:
        fractions.value = (half + step) * 2.0**-53
        return abs(int(mechanism.randomise(0)))

    counts: Counter[int] = Counter()
    # The size of the noise falls as the fraction moves away from 1/2, on both sides.
    for sign, last in ((-1, half), (1, half - 1)):
        upper = last
        for k in range(size(sign) + 1):
            low, high = 0, upper + 1
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if size(sign * middle) > k else (low, middle)
            counts[sign * k] += upper - low
            upper = low
    assert sum(counts.values()) == 2**53 - 1
    return counts


def divergence(counts: dict[int, int], shift: int, epsilon: Decimal) -> Decimal:
    """Exact hockey-stick divergence between the enumerated noise and itself moved by ``shift``."""
    with localcontext() as context:
        context.prec = 60
        factor = epsilon.exp()
        excess = (count - factor * counts.get(k + shift, 0) for k, count in counts.items())
        return sum((part for part in excess if part > 0), Decimal(0)) / 2**53


@pytest.mark.parametrize(
    ("epsilon", "sensitivity"),
    [(1_000_000, 1), (1_000_000, 20), (333_333, 7), (50_000, 2), (5_000_000, 10), (10_000_000, 3)],
)
def test_the_enumerated_divergence_never_passes_the_declared_delta(epsilon: int, sensitivity: int) -> None:
    """Counting all 2^53 fractions through the shipped code, delta at the charged epsilon is at most as declared."""
    counts = enumerate_counts(epsilon, sensitivity)
    declared = geometric_delta(terms(epsilon, per_group=sensitivity))
    worst = Decimal(0)
    for shift in {1, sensitivity // 2 or 1, sensitivity}:
        price = Decimal(epsilon) / 10**6 * shift / sensitivity
        worst = max(worst, divergence(counts, shift, price), divergence(counts, -shift, price))
    assert 0 < worst <= Decimal(declared)
    # Nor is the bound an empty promise.
    assert declared < 100 * worst


@pytest.mark.parametrize(("epsilon", "groups", "per_group"), [(1_000_000, 1, 3), (500_000, 5, 2)])
def test_the_drawn_noise_has_the_exact_distribution(epsilon: int, groups: int, per_group: int) -> None:
    """Chi-square against the exact probabilities passes, and fails for noise that were 10 % too small."""
    from scipy.stats import chi2

    draws, scale = 40_000, groups * per_group * 10**6 / epsilon
    noise = Counter(NOISE.draw([0] * draws, terms(epsilon, groups, per_group)))
    edge = int(scale * 4)

    def p_value(supposed: float) -> float:
        inner = {k: pmf(k, supposed) for k in range(-edge, edge + 1)}
        cells = [(noise[k], draws * p) for k, p in inner.items()]
        outside = 1 - sum(inner.values())
        cells.append((draws - sum(seen for seen, _ in cells), draws * outside))
        return float(chi2.sf(sum((seen - mean) ** 2 / mean for seen, mean in cells), len(cells) - 1))

    # A false alarm once in 10^9 runs.
    assert p_value(scale) > 1e-9
    assert p_value(scale / 0.9) < 1e-9


def test_the_interval_is_the_smallest_that_reaches_its_level() -> None:
    """The half width reaches 95 % of the exact distribution and one less does not."""
    for epsilon, sensitivity in [(1_000_000, 1), (1_000_000, 20), (123_457, 9), (8_000_000, 1), (1, 1)]:
        width = NOISE.half_width(terms(epsilon, per_group=sensitivity), Fraction(95, 100))
        a = math.exp(-epsilon / 10**6 / sensitivity)
        assert 1 - 2 * a ** (width + 1) / (1 + a) >= 0.95 - 1e-12
        assert width == 0 or 1 - 2 * a**width / (1 + a) < 0.95 + 1e-12


def test_large_values_keep_their_noise() -> None:
    """Just below 2^53 odd and even results are equally possible: the sum is never rounded as a float."""
    value = 2**53 - 1
    results = NOISE.draw([value] * 2_000, terms(100_000))
    assert all(type(result) is int for result in results)
    assert min(sum(r % 2 for r in results if r > 2**53), sum(1 - r % 2 for r in results if r > 2**53)) > 300


@pytest.mark.parametrize(
    ("values", "calibration"),
    [
        ([2**53], terms(1_000_000)),
        ([-(2**53)], terms(1_000_000)),
        ([1.0], terms(1_000_000)),
        ([True], terms(1_000_000)),
        ([np.int64(3)], terms(1_000_000)),
        ([0], terms(1_000_000, 2, 2**20)),
        ([0], terms(40_000_000)),
        ([0], terms(0)),
        ([0], terms(1_000_000, 0, 5)),
        ([0], terms(1_000_000, -1, -1)),
    ],
)
def test_unsafe_noise_is_refused(values: list[int], calibration: Calibration) -> None:
    """Anything but small integers, and any scale or epsilon beyond the guards, is refused by check and by draw."""
    for use in (NOISE.check, NOISE.draw):
        with pytest.raises(StepFailed) as caught:
            use(values, calibration)
        assert caught.value.code == "noise-unsafe"


def test_seeding_numpy_and_random_has_no_effect() -> None:
    """Two draws after the same global seeds differ."""
    import random

    drawn = []
    for _ in range(2):
        np.random.seed(7)  # noqa: NPY002  the global generator is the one a library might use
        random.seed(7)
        drawn.append(NOISE.draw([0] * 20, terms(1_000, per_group=1_000)))
    assert drawn[0] != drawn[1]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_processes_draw_different_noise() -> None:
    """A fork right before the draw does not repeat the noise."""
    geometric()
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()

    def work() -> None:
        results.put(NOISE.draw([0] * 8, terms(1_000, per_group=1_000)))

    drawn = set()
    for _ in range(6):
        child = context.Process(target=work)
        child.start()
        drawn.add(results.get())
        child.join()
    assert len(drawn) == 6
