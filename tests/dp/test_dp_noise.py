"""The noise has the distribution it claims, hides what it claims, and refuses what it cannot do."""

from __future__ import annotations

import json
import math
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from random import SystemRandom
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dp import Currency, GaussianNoise, GeometricNoise, NoiseBackend, TableNoise, Terms, backend_for
from dp._diffprivlib import gaussian, geometric
from dp.noise import geometric_delta, ideal, library
from recording.errors import StepFailed

NOISE = GeometricNoise()


def terms(epsilon: int, groups: int = 1, per_group: int = 1) -> Terms:
    """Terms paid in micro-epsilon."""
    return Terms(currency=Currency.PURE, amount=epsilon, groups=groups, per_group=per_group)


def concentrated(rho: int, groups: int = 1, per_group: int = 1) -> Terms:
    """Terms paid in micro-rho."""
    return Terms(currency=Currency.ZCDP, amount=rho, groups=groups, per_group=per_group)


BACKENDS = [
    (NOISE, terms(300_000)),
    (GaussianNoise(), concentrated(50_000)),
    (TableNoise("geometric"), terms(300_000)),
    (TableNoise("gaussian"), concentrated(50_000)),
]


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


@pytest.mark.parametrize(
    ("backend", "case", "draws"),
    [
        (NOISE, terms(1_000_000, 1, 3), 40_000),
        (NOISE, terms(500_000, 5, 2), 40_000),
        (GaussianNoise(), concentrated(500_000, 3, 2), 20_000),
        (GaussianNoise(), concentrated(5_000_000), 20_000),
        (TableNoise("geometric"), terms(500_000, 5, 2), 200_000),
        (TableNoise("geometric"), terms(100_000, 10, 10), 200_000),
        (TableNoise("gaussian"), concentrated(500_000, 3, 2), 200_000),
        (TableNoise("gaussian"), concentrated(5_000, 9, 50), 200_000),
    ],
)
def test_the_drawn_noise_has_the_exact_distribution(backend: NoiseBackend, case: Terms, draws: int) -> None:
    """Chi-square against the ideal probabilities passes, and fails for noise that were 10 % too small."""
    from scipy.stats import chi2

    noise = np.array(backend.draw([0] * draws, case))
    pure = case.currency is Currency.PURE
    size = float(case.scale) if pure else math.sqrt(case.variance)

    def p_value(supposed: float) -> float:
        k = np.arange(-int(60 * size) - 9, int(60 * size) + 10)
        weights = np.exp(-np.abs(k) / supposed) if pure else np.exp(-(k**2) / (2 * supposed**2))
        # About 200 cells between 4 sizes on both sides; what lies beyond is one more on each side.
        edges = np.unique(np.linspace(-int(4 * size), int(4 * size) + 1, 200).astype(int))
        ideal = np.bincount(np.searchsorted(edges, k, side="right"), weights / weights.sum(), len(edges) + 1) * draws
        seen = np.bincount(np.searchsorted(edges, noise, side="right"), minlength=len(edges) + 1)
        return float(chi2.sf((((seen - ideal) ** 2) / ideal).sum(), len(ideal) - 1))

    # A false alarm once in 10^9 runs.
    assert p_value(size) > 1e-9
    assert p_value(size / 0.9) < 1e-9


def test_the_interval_is_the_smallest_that_reaches_its_level() -> None:
    """The half width reaches 95 % of the exact distribution and one less does not."""
    for epsilon, sensitivity in [(1_000_000, 1), (1_000_000, 20), (123_457, 9), (8_000_000, 1), (1, 1)]:
        width = NOISE.half_width(terms(epsilon, per_group=sensitivity), Fraction(95, 100))
        a = math.exp(-epsilon / 10**6 / sensitivity)
        assert 1 - 2 * a ** (width + 1) / (1 + a) >= 0.95 - 1e-12
        assert width == 0 or 1 - 2 * a**width / (1 + a) < 0.95 + 1e-12


@pytest.mark.parametrize(("backend", "case"), BACKENDS)
def test_large_values_keep_their_noise(backend: NoiseBackend, case: Terms) -> None:
    """Just below 2^53 odd and even results are equally possible: the sum is never rounded as a float."""
    value = 2**53 - 1
    results = backend.draw([value] * 2_000, case)
    assert all(type(result) is int for result in results)
    assert min(sum(r % 2 for r in results if r > 2**53), sum(1 - r % 2 for r in results if r > 2**53)) > 200


@pytest.mark.parametrize(
    ("values", "case"),
    [
        ([2**53], terms(1_000_000)),
        ([-(2**53)], terms(1_000_000)),
        ([1.0], terms(1_000_000)),
        ([True], terms(1_000_000)),
        ([np.int64(3)], terms(1_000_000)),
        ([0], terms(1, 20, 2**20)),
        ([0], terms(40_000_000)),
        ([0], terms(0)),
        ([0], terms(1_000_000, 0, 5)),
        ([0], terms(1_000_000, -1, -1)),
    ],
)
@pytest.mark.parametrize("backend", [NOISE, TableNoise("geometric")])
def test_unsafe_noise_is_refused(values: list[int], case: Terms, backend: NoiseBackend) -> None:
    """Anything but small integers, and any scale or epsilon beyond the guards, is refused by check and by draw."""
    for use in (backend.check, backend.draw):
        with pytest.raises(StepFailed) as caught:
            use(values, case)
        assert caught.value.code == "noise-unsafe"


@pytest.mark.parametrize(
    "values",
    [np.array([2**53]), np.array([-(2**63)]), np.zeros(3), np.zeros((2, 2), np.int64), np.zeros(2, np.int32)],
)
@pytest.mark.parametrize(("backend", "case"), BACKENDS)
def test_unsafe_arrays_are_refused(backend: NoiseBackend, case: Terms, values: Any) -> None:
    """An array that is not a vector of 64-bit integers below 2^53 in magnitude is refused."""
    with pytest.raises(StepFailed):
        backend.draw_array(values, case)


@pytest.mark.parametrize(("backend", "case"), BACKENDS)
def test_a_backend_serves_its_currency_only(backend: NoiseBackend, case: Terms) -> None:
    """Terms paid in the other currency ask for the other mechanism, and are refused."""
    other = concentrated(50_000) if case.currency is Currency.PURE else terms(300_000)
    for use in (backend.check, backend.draw):
        with pytest.raises(StepFailed):
            use([0], other)


def test_long_vectors_and_what_diffprivlib_cannot_do_safely_come_from_tables() -> None:
    """The choice hangs on the terms and the length alone."""
    assert backend_for(terms(1_000_000), 10_000) == GeometricNoise()
    assert backend_for(terms(1_000_000), 10_001) == TableNoise("geometric")
    assert backend_for(terms(2_000, 5, 3_600), 10) == TableNoise("geometric")
    assert backend_for(concentrated(50_000), 100) == GaussianNoise()
    assert backend_for(concentrated(5_000, 100, 3_600), 100) == TableNoise("gaussian")
    for case in (terms(2_000, 5, 3_600), concentrated(5_000, 100, 3_600)):
        backend_for(case, 10).check([0] * 10, case)


@pytest.mark.parametrize("make", [terms, concentrated])
@pytest.mark.parametrize("bounds", [(1, 1), (2, 500), (5, 3_600), (100, 10), (1, 2**20)])
@pytest.mark.parametrize("amount", [2_000, 20_000, 1_000_000])
def test_a_hundred_statistics_fit_into_the_delta_of_a_budget(
    make: Callable[..., Terms], bounds: tuple[int, int], amount: int
) -> None:
    """Whatever draws, its implementation costs no more than a hundredth of 10^-6."""
    asked = make(amount, *bounds)
    assert backend_for(asked, 100).delta(asked, 100) <= Fraction(1, 10**8)


@pytest.mark.parametrize("variance", [Fraction(1, 50), Fraction(1), Fraction(15, 2), Fraction(400), Fraction(90_000)])
def test_the_gaussian_makes_fewer_comparisons_than_its_deviation_counts(variance: Fraction) -> None:
    """On average over draws, diffprivlib's sampler asks for far fewer fractions than the declared bound supposes."""
    asked = 0

    class Counting(SystemRandom):
        def random(self) -> float:
            nonlocal asked
            asked += 1
            return super().random()

    mechanism = gaussian()(math.sqrt(variance))
    mechanism._rng = Counting()
    draws = 100
    for _ in range(draws):
        mechanism.randomise(0)
    case = concentrated(1)
    sigma = math.isqrt(int(variance)) + 1
    supposed = 5 * (2.8 * (sigma + 1) + 8)
    assert asked / draws < supposed
    # The figure is the one in the shipped bound.
    declared = GaussianNoise().deviation(case)
    assert declared == 5 * (Fraction(2.8) * (math.isqrt(int(case.variance)) + 2) + 8) * 4 / 2**53


@given(rho=st.integers(1, 30_000_000), groups=st.integers(1, 10_000), per_group=st.integers(1, 10**6))
def test_the_float_sigma_is_never_too_small(rho: int, groups: int, per_group: int) -> None:
    """The square that diffprivlib computes is at least the exact variance, and above it by rounding only."""
    case = concentrated(rho, groups, per_group)
    used = Fraction(library._sigma(case) ** 2)
    assert case.variance <= used <= case.variance * (1 + Fraction(1, 10**15))


def test_terms_are_exact_and_backends_picklable() -> None:
    """Scale and variance are the exact fractions, and a backend sent to another process is equal."""
    assert terms(300_000, 3, 7).scale == Fraction(21 * 10, 3)
    assert concentrated(7, 3, 5).variance == Fraction(75 * 10**6, 14)
    for backend, _ in BACKENDS:
        assert pickle.loads(pickle.dumps(backend)) == backend


@pytest.mark.slow
@pytest.mark.parametrize(("backend", "case"), BACKENDS)
@pytest.mark.parametrize("exact", [0, 1])
def test_the_float_precision_event_never_happens(backend: NoiseBackend, case: Terms, exact: int) -> None:
    """Neighbours 0 and 1: no output of 10^6, half for each, lies off the integers, where float noise tells them."""
    for _ in range(5):
        noisy = backend.draw([exact] * 100_000, case)
        assert not sum(1 for value in noisy if type(value) is not int or (abs(value) < 0.5 and value % 2**-53))


@pytest.mark.parametrize(("backend", "case"), BACKENDS)
def test_the_tail_bounds_what_is_drawn(backend: NoiseBackend, case: Terms) -> None:
    """The bound on P[noise >= k] falls with k, and no share of 50,000 draws passes it by 6 standard errors."""
    draws = np.array(backend.draw([0] * 50_000, case))
    bounds = [backend.tail(case, k) for k in range(-1, 12)]
    assert bounds == sorted(bounds, reverse=True)
    for k, bound in enumerate(bounds, -1):
        share = float(np.mean(draws >= k))
        assert share <= bound + 6 * math.sqrt(float(bound) / len(draws))
        # Nor is it loose.
        assert k < 1 or bound <= share + 6 * math.sqrt(float(bound) / len(draws)) + 1e-9


@pytest.mark.parametrize("variance", [Fraction(1, 10), Fraction(7), Fraction(2_499), Fraction(2_501), Fraction(10**6)])
def test_the_gaussian_tail_is_an_upper_bound(variance: Fraction) -> None:
    """At every ``m`` the bound is at least the summed tail, and at most 5 % above it from sigma + 1 on."""
    sigma = math.sqrt(variance)
    k = np.arange(-int(40 * sigma) - 9, int(40 * sigma) + 10)
    weights = np.exp(-(k.astype(float) ** 2) / (2 * float(variance)))
    for m in {1, 2, int(sigma), int(sigma) + 1, int(sigma) + 2, int(3 * sigma) + 2, int(8 * sigma) + 3} - {0}:
        exact = math.fsum(weights[k >= m]) / math.fsum(weights)
        bound = ideal.gaussian_tail(variance, m)
        assert exact <= bound
        assert m < sigma + 1 or bound <= exact * 1.05 + 1e-250


def test_an_event_is_json_with_exact_numbers() -> None:
    """Events survive JSON unchanged, name the sampler and hold no float."""
    for backend, case in BACKENDS:
        event = dict(backend.event(case))
        assert json.loads(json.dumps(event)) == event
        assert not [value for value in event.values() if isinstance(value, float)]
        assert event["sampler"] == backend.sampler
        assert Fraction(str(event["deviation"])) == case.groups * backend.deviation(case)


@pytest.mark.parametrize("backend", [TableNoise("geometric"), NOISE])
def test_seeding_numpy_and_random_has_no_effect(backend: NoiseBackend) -> None:
    """Two draws after the same global seeds differ."""
    import random

    drawn = []
    for _ in range(2):
        np.random.seed(7)  # noqa: NPY002  the global generator is the one a library might use
        random.seed(7)
        drawn.append(backend.draw([0] * 20, terms(1_000, per_group=1_000)))
    assert drawn[0] != drawn[1]


FORKS = """
import os, sys
from dp import Currency, GeometricNoise, TableNoise, Terms
backend = TableNoise("geometric") if sys.argv[1] == "table" else GeometricNoise()
# Small tables, which are built in no time; 32 values have 180 bits of chance.
terms = Terms(currency=Currency.PURE, amount=100_000, groups=1, per_group=1)
backend.draw([0] * 32, terms)
drawn = set()
for _ in range(int(sys.argv[2])):
    source, sink = os.pipe()
    if not (child := os.fork()):
        os.write(sink, repr(backend.draw([0] * 32, terms)).encode())
        os._exit(0)
    os.close(sink)
    with open(source, "rb") as answer:
        drawn.add(answer.read())
    os.waitpid(child, 0)
print(len(drawn - {b""}))
"""


@pytest.mark.parametrize(
    ("source", "forks"),
    [
        ("diffprivlib", 6),
        ("table", 6),
        pytest.param("table", 10_000, marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
    ],
)
def test_forked_processes_draw_different_noise(source: str, forks: int) -> None:
    """A fork right before the draw does not repeat the noise: what a restored snapshot of a process would see."""
    command = [sys.executable, "-W", "ignore", "-c", FORKS, source, str(forks)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert int(done.stdout) == forks
