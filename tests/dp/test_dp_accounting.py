"""Totals meet the literature, bound the exact ones from above, and only ever grow."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dp import Currency, GeometricNoise, TableNoise, Terms, backend_for, loss
from dp.accounting import total, zcdp_epsilon
from dp.events import Draw, parse, threshold
from recording.errors import InputError

DELTA = Fraction(1, 10**6)


def laplace(scale: str, per_group: int = 1, groups: int = 1) -> dict[str, object]:
    """An event of ideal geometric noise."""
    shape = {"groups": groups, "per_group": per_group, "deviation": "0"}
    return {"event": "discrete-laplace", "scale": scale, **shape}


def gauss(sigma: float, per_group: int = 1, groups: int = 1) -> dict[str, object]:
    """An event of ideal discrete Gaussian noise."""
    shape = {"groups": groups, "per_group": per_group, "deviation": "0"}
    return {"event": "discrete-gaussian", "variance": str(Fraction(sigma) ** 2), **shape}


def exact_gaussian(mu: float, delta: float) -> float:
    """Epsilon of Gaussian releases with ``sum (sensitivity / sigma)^2 = mu^2`` (Balle and Wang, arXiv 1805.06530)."""
    from scipy.stats import norm

    def delta_at(epsilon: float) -> float:
        tail = norm.logcdf(-mu / 2 - epsilon / mu)
        return float(norm.cdf(mu / 2 - epsilon / mu) - math.exp(epsilon + tail))

    low, high = 0.0, 200.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if delta_at(middle) > delta else (low, middle)
    return high


def test_the_figures_of_the_literature_are_met() -> None:
    """100 Gaussian releases at (0.1, 5e-9) total 0.886 at 1e-6, and 100 Laplace releases at 0.1 total 4.69."""
    from dp_accounting import gaussian_mechanism

    sigma = float(gaussian_mechanism.get_sigma_gaussian(0.1, 5e-9))
    found = total([gauss(sigma)] * 100, DELTA)
    assert found.epsilon_pld == pytest.approx(0.886, abs=0.005)
    assert found.epsilon_zcdp == pytest.approx(0.956, abs=0.005)
    assert found.epsilon_basic == pytest.approx(1.14, abs=0.01)
    found = total([laplace("10000", 1_000)] * 100, DELTA)
    assert found.epsilon_pld == pytest.approx(4.69, abs=0.01)
    assert found.epsilon_basic == 10


@pytest.mark.parametrize(
    ("epsilon", "delta", "count", "want"),
    [
        pytest.param(0.01, 0, 100, 0.391, marks=pytest.mark.slow),
        (0.1, 0, 365, 10.1),
        (0.1, 0, 20, 1.77),
        (0.1, 1.4e-9, 365, 1.69),
        (1, 5e-8, 10, 3.05),
    ],
)
def test_totals_measured_elsewhere_are_met(epsilon: float, delta: float, count: int, want: float) -> None:
    """Laplace (delta 0) and Gaussian releases total what dp-accounting said of their real-valued kin, to 3 digits."""
    from dp_accounting import gaussian_mechanism

    if delta:
        one = gauss(float(gaussian_mechanism.get_sigma_gaussian(epsilon, delta)) * 100, 100)
    else:
        one = laplace(str(round(1_000 / epsilon)), 1_000)
    assert total([one] * count, DELTA).epsilon_pld == pytest.approx(want, rel=0.006)


@pytest.mark.parametrize(
    ("sigma", "per_group", "groups", "count"),
    [
        (47.2557, 1, 1, 100),
        (100.0, 1, 50, 20),
        (4_000.0, 40, 1, 365),
        (30.0, 10, 1, 10),
        (20_000.0, 2_000, 2, 5),
        (5_000.0, 1, 100, 100),
    ],
)
@pytest.mark.parametrize("delta", [Fraction(1, 10**3), DELTA, Fraction(1, 10**9)])
def test_gaussian_totals_are_at_most_a_hundredth_above_the_exact_ones(
    sigma: float, per_group: int, groups: int, count: int, delta: Fraction
) -> None:
    """Composed over releases and values of a vector, the total bounds the exact epsilon within 0.01 or 0.2 %."""
    exact = exact_gaussian(per_group / sigma * math.sqrt(groups * count), float(delta))
    found = total([gauss(sigma, per_group, groups)] * count, delta)
    # The discrete Gaussian differs from the normal one by about 1 / (24 sigma^2), relatively.
    assert exact * (1 - 1e-3) - 1e-4 <= found.epsilon_pld <= exact * 1.002 + 0.01
    assert found.epsilon == found.epsilon_pld <= found.epsilon_zcdp <= found.epsilon_basic


@pytest.mark.parametrize(("scale", "shift"), [(10, 1), (7, 20), (400, 100)])
def test_one_geometric_release_has_its_exact_epsilon(scale: int, shift: int) -> None:
    """At a tiny delta it is the price; at a large one it is where the summed hockey-stick divergence passes delta."""
    assert total([laplace(str(scale), shift)], Fraction(1, 10**12)).epsilon_basic == pytest.approx(shift / scale)
    delta = Fraction(1, 50)
    found = total([laplace(str(scale), shift)], delta).epsilon_pld

    def divergence(epsilon: float) -> float:
        a = math.exp(-1 / scale)
        head = (1 - a) / (1 + a)
        ks = range(-60 * scale, 60 * scale + shift)
        return head * math.fsum(max(0.0, a ** abs(k) - math.exp(epsilon) * a ** abs(k - shift)) for k in ks)

    assert divergence(found) <= delta
    assert divergence(max(0.0, found - 2e-3)) > delta


events = st.lists(
    st.one_of(
        st.builds(laplace, st.integers(2, 500).map(str), st.integers(1, 5), st.integers(1, 3)),
        st.builds(gauss, st.floats(5, 300), st.integers(1, 5), st.integers(1, 20)),
        st.builds(threshold, st.fractions(0, Fraction(1, 10**8), max_denominator=10**10)),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(known=events, more=events, share=st.fractions(Fraction(1, 10), 1))
def test_totals_grow_with_events_and_with_smaller_delta(
    known: list[Mapping[str, object]], more: list[Mapping[str, object]], share: Fraction
) -> None:
    """Another event, or less delta, never lowers any of the three totals."""
    base, longer, tighter = total(known, DELTA), total([*known, *more], DELTA), total(known, DELTA * share)
    for name in ("epsilon_pld", "epsilon_zcdp", "epsilon_basic", "epsilon"):
        assert getattr(longer, name) >= getattr(base, name) - 2e-6
        assert getattr(tighter, name) >= getattr(base, name) - 2e-6
    assert total(reversed(known), DELTA) == base


@settings(max_examples=50, deadline=None)
@given(rho=st.fractions(Fraction(1, 10**6), 5), smaller=st.floats(1e-12, 1e-3), factor=st.floats(1, 100))
def test_the_conversion_of_rho_is_monotone_and_beats_the_simple_one(
    rho: Fraction, smaller: float, factor: float
) -> None:
    """More rho or less delta never gives less epsilon, and it is at most ``rho + 2 sqrt(rho ln(1/delta))``."""
    larger = min(0.1, smaller * factor)
    assume(larger >= smaller)
    assert zcdp_epsilon(rho, smaller) >= zcdp_epsilon(rho, larger) - 1e-9
    assert zcdp_epsilon(rho * 2, larger) >= zcdp_epsilon(rho, larger)
    assert zcdp_epsilon(rho, smaller) <= float(rho) + 2 * math.sqrt(float(rho) * math.log(1 / smaller))


@pytest.mark.parametrize(
    "terms",
    [
        Terms(currency=Currency.PURE, amount=500_000, groups=4, per_group=50),
        Terms(currency=Currency.ZCDP, amount=5_000, groups=20, per_group=300),
    ],
)
def test_what_a_backend_reports_can_be_totalled_after_json(terms: Terms) -> None:
    """Events of every backend are read back, and their price is the one paid."""
    for backend in (backend_for(terms, 10), TableNoise(terms.mechanism)):
        read = json.loads(json.dumps(dict(backend.event(terms))))
        found = total([read], DELTA)
        pure = terms.currency is Currency.PURE
        assert (found.pure, found.rho) == ((terms.price, 0) if pure else (0, terms.price))
        assert 0 < found.epsilon <= (0.51 if pure else 1)
        assert 0 < found.spent < DELTA


def test_thresholds_and_samplers_take_their_part_of_delta() -> None:
    """What a threshold spends is not there for the noise; when nothing is left, nothing is claimed."""
    one = gauss(50.0)
    plain = total([one], DELTA).epsilon
    assert total([one, threshold(DELTA / 2)], DELTA).epsilon == total([one], DELTA / 2).epsilon > plain
    assert total([one, threshold(DELTA)], DELTA).epsilon == math.inf
    assert total([{**one, "deviation": str(DELTA / 4)}], DELTA).epsilon > plain
    assert total([{**one, "deviation": str(DELTA / 2)}], DELTA).epsilon == math.inf
    assert total([], DELTA).epsilon == 0


def test_epsilons_add_up_with_the_deltas_of_their_own() -> None:
    """100 releases of 0.2 through 53-bit fractions have the basic total 20, not the nothing that e^20 would leave."""
    terms = Terms(currency=Currency.PURE, amount=200_000, groups=20, per_group=1)
    found = total([GeometricNoise().event(terms)] * 100, DELTA)
    assert found.epsilon_basic == 20
    assert total([GeometricNoise().event(terms)] * 100, Fraction(1, 10**10)).epsilon_basic == math.inf


def test_events_of_the_first_ledgers_are_read() -> None:
    """An event with only L1 and scale counts as one value moved by L1, drawn by diffprivlib's geometric mechanism."""
    event = parse({"event": "discrete-laplace", "l1": 10, "scale": "20"})
    assert event.draw == Draw("discrete-laplace", Fraction(20), 1, 10)
    terms = Terms(currency=Currency.PURE, amount=500_000, groups=10, per_group=1)
    assert event.deviation >= 10 * GeometricNoise().deviation(terms)


@pytest.mark.parametrize(("kind", "parameter"), [("discrete-laplace", 10**7), ("discrete-gaussian", 10**14)])
def test_a_coarser_grid_never_claims_less(kind: str, parameter: int) -> None:
    """Shifts of a million are accounted for on a coarser grid at the same or a slightly higher price."""
    draw = Draw(kind, Fraction(parameter), 3, 1_234_567)
    coarse = draw.coarse()
    assert coarse.per_group <= 1_000
    for price in ("pure", "rho"):
        assert getattr(draw, price) <= getattr(coarse, price) <= getattr(draw, price) * Fraction(101, 100)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"event": "laplace", "scale": "1"},
        {**laplace("10"), "groups": 0},
        {**laplace("10"), "groups": True},
        {**laplace("10"), "per_group": 1.5},
        {**laplace("0")},
        {**laplace("-1")},
        {**laplace("nan")},
        {**laplace("10"), "scale": 10.0},
        {**laplace("10"), "deviation": "2"},
        {**laplace("10"), "deviation": "-1/9"},
        {**gauss(3.0), "variance": "1/0"},
        {"event": "threshold", "delta": "1.5"},
        {"event": "discrete-gaussian", "groups": 1, "per_group": 1, "variance": "4"},
        {"event": ["discrete-laplace"]},
    ],
)
def test_an_event_that_cannot_be_read_is_refused(event: dict[str, object]) -> None:
    """A missing, negative or inexact figure is refused, never read as no loss."""
    with pytest.raises(InputError) as caught:
        total([event], DELTA)
    assert caught.value.code == "dp-event"


@pytest.mark.parametrize("sigma", [Fraction(1, 10**6), Fraction(1, 8), Fraction(1)])
def test_what_protects_nobody_has_a_total_all_the_same(sigma: Fraction) -> None:
    """Noise far too small gives a large or infinite total, not an error."""
    for event in (gauss(float(sigma), 3), laplace(str(sigma), 3), gauss(float(sigma), 1_000_000)):
        found = total([event] * 3, DELTA)
        assert found.epsilon > 3
        assert found.epsilon_pld > 3


@pytest.mark.parametrize(("sigma", "shift"), [(472.5, 10), (5_000.0, 7)])
def test_the_dense_grid_gives_what_the_library_gives(sigma: float, shift: int) -> None:
    """Where the library's loop is passed by, the composed epsilon is the library's."""
    from dp_accounting.pld import privacy_loss_distribution as pld

    theirs = pld.from_discrete_gaussian_mechanism(
        sigma, sensitivity=shift, value_discretization_interval=loss.STEP, use_connect_dots=True
    )
    ours = loss._dense(sigma, shift)
    for count in (1, 100):
        one, other = (of.self_compose(count).get_epsilon_for_delta(1e-6) for of in (ours, theirs))
        assert one == pytest.approx(other, abs=1e-7)


@pytest.mark.parametrize("delta", [Fraction(0), Fraction(1), Fraction(-1, 2)])
def test_delta_lies_between_0_and_1(delta: Fraction) -> None:
    """Any other delta is refused."""
    with pytest.raises(InputError):
        total([], delta)
