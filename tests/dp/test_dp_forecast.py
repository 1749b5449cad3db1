"""Forecasts: as large as the errors that are measured, refused before they cost, and advice that is right and tight."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from dp_fakes import Book, asked, choose, part, question, vector
from hypothesis import given, settings
from hypothesis import strategies as st

from dp import release
from dp.advice import advise
from dp.forecast import Question, delta_text, forecast
from dp.portions import portions
from recording.errors import StepFailed

REPETITIONS = 200
KEYS = [f"k{index:03d}" for index in range(60)]
PRICES = [{"epsilon": "0.5"}, {"rho": "0.01"}]


def noisy(made: Question, exact: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """``REPETITIONS`` times the vectors with fresh noise, as rows."""
    ready = portions(made.parts, made.spending.currency, made.spending.amount, made.unknown, choose)
    rows = {p.part.name: np.tile(exact[p.part.name], (REPETITIONS, 1)) for p in ready}
    return {p.part.name: p.noise.draw_array(rows[p.part.name], p.terms) for p in ready}


def level(errors: Any) -> float:
    """What 95 % of the errors keep within."""
    return float(np.quantile(np.abs(errors), 0.95))


class TestAgainstTheNoise:
    @pytest.mark.parametrize("price", PRICES)
    @pytest.mark.parametrize(("groups", "per_group"), [(1, 1), (5, 3600), (100, 5)])
    def test_numbers(self, price: dict[str, str], groups: int, per_group: int) -> None:
        """Counts, sums, histograms, partitions and heat maps: 95 % of the numbers keep within the forecast."""
        made = question(part(KEYS, groups, per_group), **price)
        exact = np.arange(len(KEYS)) * 1000
        found = forecast(made, choose=choose)
        assert found.error == pytest.approx(level(noisy(made, {"counts": exact})["counts"] - exact), rel=0.1)

    @pytest.mark.parametrize("price", PRICES)
    @pytest.mark.parametrize(("mean", "count"), [(40.0, 20_000), (3.0, 4_000), (300.0, 9_000)])
    def test_a_mean(self, price: dict[str, str], mean: float, count: int) -> None:
        """The error of a noisy sum over a noisy count is that of the forecast."""
        parts = (
            part(KEYS, 1, 600, name="sum", unit="s", share=Fraction(3, 4)),
            part(KEYS, 1, 5, name="count", unit="values", share=Fraction(1, 4)),
        )
        made = question(*parts, says="mean", expect={"value": mean, "count": count}, **price)
        exact = {"sum": np.full(len(KEYS), int(mean * count)), "count": np.full(len(KEYS), count)}
        drawn = noisy(made, exact)
        errors = drawn["sum"] / np.maximum(drawn["count"], 1) - mean
        assert forecast(made, choose=choose).error == pytest.approx(level(errors), rel=0.1)

    @pytest.mark.parametrize("price", PRICES)
    @pytest.mark.parametrize(("cells", "centre"), [(100, 0.5), (100, 0.3), (400, 0.7)])
    def test_quantiles(self, price: dict[str, str], cells: int, centre: float) -> None:
        """The rank of the released median is off by what the forecast says, wherever on the scale people are."""
        people, rng = 3000, np.random.default_rng(7)
        keys = [f"{index:04d}" for index in range(cells)]
        made = question(
            part(keys, 1, 1),
            says="quantiles",
            quantiles=(0.5,),
            positions=(centre,),
            expect={"people": people},
            **price,
        )
        errors = []
        for _ in range(10):
            values = np.clip(rng.normal(centre * cells, 0.1 * cells, people), 0, cells - 1).astype(np.int64)
            exact = np.bincount(values, minlength=cells)
            before, after = np.cumsum(exact) - exact, np.cumsum(exact)
            for row in noisy(made, {"counts": exact})["counts"]:
                upto = np.cumsum(row)
                cell = int(np.argmax(upto >= upto[-1] / 2))
                inside = (upto[-1] / 2 - (upto[cell] - row[cell])) / max(1, row[cell])
                errors.append((before[cell] + min(1, inside) * (after[cell] - before[cell])) / people - 0.5)
        assert forecast(made, choose=choose).error == pytest.approx(100 * level(errors), rel=0.1)


def test_the_share_cut_off_is_that_of_the_public_sample() -> None:
    """Of 10 + 90 + 200 with a limit of 100, a third is beyond it; of 2 + 8 groups with 5, 30 %."""
    made = question(part(KEYS, 5, 100), expect={"groups": [2, 8], "per_group": [10, 90, 200]})
    found = forecast(made, choose=choose)
    assert found.clipped == {"groups": pytest.approx(0.3), "per_group": pytest.approx(1 / 3)}


def test_a_requirement_without_the_figures_for_it_is_not_met() -> None:
    """What cannot be forecast is refused, and the message says which figure is missing."""
    made = question(part(KEYS, 1, 1), says="quantiles", quantiles=(0.5,), require={"error": 1})
    found = forecast(made, choose=choose)
    assert not found.good
    assert "'expect.people'" in found.unmet[0]


class TestRefusal:
    def test_it_costs_nothing(self) -> None:
        """A release that would miss its requirement touches neither the noise nor the ledger's account."""
        book = Book()
        made = question(part(KEYS, 5, 5), require={"error": 20})
        with pytest.raises(StepFailed) as caught:
            release({"counts": vector(KEYS, [0] * len(KEYS))}, asked(made), ledger=book, choose=choose)
        assert caught.value.code == "accuracy-unmet"
        assert "max_groups" in caught.value.hint
        assert (book.done, book.spent) == ([], 0)

    def test_it_is_the_same_whatever_the_data(self) -> None:
        """Refusals are public, so they must not depend on what was counted."""
        made, texts = question(part(KEYS, 5, 10), require={"error": 20}), set()
        for values in ([0] * len(KEYS), list(range(len(KEYS))), [10**9] * len(KEYS)):
            with pytest.raises(StepFailed) as caught:
                release({"counts": vector(KEYS, values)}, asked(made), ledger=Book(), choose=choose)
            texts.add(str(caught.value))
        assert len(texts) == 1

    def test_a_budget_that_is_too_small_is_no_advice(self) -> None:
        """A price above what is left is not suggested."""
        made = question(part(KEYS, 5, 10), epsilon="1", require={"error": 20}, names={})
        found = forecast(made, choose=choose)
        assert advise(made, found, left=2_000_000, choose=choose).advice == ()
        assert [name for name, _ in advise(made, found, left=9_000_000, choose=choose).advice] == ["epsilon"]

    def test_a_coarser_map_would_do(self) -> None:
        """A fine heat map is refused with the finest grid that would do, from what is expected in a cell."""
        cells = [f"{x},{y}" for x in range(64) for y in range(36)]
        made = question(part(cells, 100, 1), grid=(64, 36), expect={"value": 80}, require={"rel_error": "0.5"})
        found = advise(made, forecast(made, choose=choose), choose=choose)
        grid = dict(found.advice)["grid"]
        assert grid == "21 x 12", "3 by 3 cells hold 9 times as much"


@settings(max_examples=40, deadline=None)
@given(
    groups=st.integers(1, 40),
    per_group=st.integers(1, 500),
    most=st.integers(1, 20_000),
    price=st.sampled_from(PRICES),
)
def test_advice_is_right_and_tight(groups: int, per_group: int, most: int, price: dict[str, str]) -> None:
    """Each suggested setting meets the requirement, and the next larger bound does not."""
    made = question(part(KEYS, groups, per_group), require={"error": most}, **price)
    found = advise(made, forecast(made, choose=choose), choose=choose)
    if found.good:
        assert found.advice == ()
        return
    told = dict(found.advice)
    for name, field in (("max_groups", "groups"), ("max_per_group", "per_group")):
        if name not in told:
            assert not forecast(_with(made, field, 1), choose=choose).good
            continue
        value = int(told[name])
        assert forecast(_with(made, field, value), choose=choose).good
        assert not forecast(_with(made, field, value + 1), choose=choose).good
    currency = next(iter(price))
    if currency in told:
        richer = made.spending.model_copy(update={currency: Decimal(told[currency])})
        assert forecast(replace(made, spending=richer), choose=choose).good


def _with(made: Question, field: str, value: int) -> Question:
    return replace(made, parts=tuple(replace(one, **{field: value}) for one in made.parts))


@given(numerator=st.integers(1, 10**6), exponent=st.integers(0, 40))
def test_deltas_are_rounded_up(numerator: int, exponent: int) -> None:
    """The text of a delta is never below it, and at most 1 % above."""
    exact = Fraction(numerator, 10**6 * 10**exponent)
    told = Fraction(delta_text(exact))
    assert exact <= told <= exact * Fraction(101, 100)
    assert math.isfinite(float(told))
