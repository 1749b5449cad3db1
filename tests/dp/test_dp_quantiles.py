"""Quantiles: exact on any data without noise, within the stated rank with it, and no data can stop them."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dp.queries import QuantilesOptions, quantile_cells, rank_error

QUERY = QuantilesOptions(id="q", value="v", unit="ms", grid=(0, 100, 10), q=("0.1", "0.5", "0.9"), epsilon=1)


def quantiles(people: dict[str, list[float | None]], query: QuantilesOptions = QUERY) -> object:
    """Quantiles without noise of one list of values for each person."""
    pieces = [query.partial(pa.table({"v": pa.array(own, pa.float64())}), name) for name, own in people.items()]
    return query.finish(query.vectors(pieces))["quantiles"]


@pytest.mark.parametrize("kind", ["median", "mean"])
def test_odd_data_are_ordinary_data(kind: str) -> None:
    """No rows, only NaN, one value, duplicates and constants all give an answer or a plain null."""
    query = QUERY.model_copy(update={"per_person": kind})
    nobody = {"0.1": None, "0.5": None, "0.9": None}
    assert quantiles({}, query) == nobody
    assert quantiles({"p": []}, query) == nobody
    assert quantiles({"p": [float("nan"), None]}, query) == nobody
    same = {"0.1": [40, 50], "0.5": [40, 50], "0.9": [40, 50]}
    assert quantiles({"p": [42.0]}, query) == same
    assert quantiles({f"p{n}": [42.0] * 3 for n in range(9)}, query) == same
    assert quantiles({"p": [float("inf")]}, query) == {"0.1": [90, 100], "0.5": [90, 100], "0.9": [90, 100]}


def test_a_million_equal_values_are_one_person() -> None:
    """One person with 10^6 equal values weighs as much as one with a single value."""
    table = pa.table({"v": np.full(1_000_000, 55)})
    assert QUERY.vectors([QUERY.partial(table, "p")])["people"][1].sum() == 1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=9), min_size=1, max_size=6))
def test_without_noise_the_cell_of_the_true_quantile_is_found(people: list[list[int]]) -> None:
    """The lower median of each person's cells, and among people the first cell that reaches the share."""
    medians = sorted(sorted(value // 10 for value in own)[(len(own) - 1) // 2] for own in people)
    found = quantiles({str(number): [float(value) for value in own] for number, own in enumerate(people)})
    for share in (Decimal("0.1"), Decimal("0.5"), Decimal("0.9")):
        rank = math.ceil(share * len(medians))
        cell = medians[max(rank, 1) - 1]
        assert found[str(share)] == [cell * 10, cell * 10 + 10]  # type: ignore[index]


@pytest.mark.parametrize("data", ["spread", "one cell", "two heaps"])
def test_the_rank_error_holds_in_95_of_100_runs(data: str) -> None:
    """Over 1,000 noisy histograms the released cell is within the stated rank of the true quantile in 95 %."""
    chance = np.random.default_rng(11)
    people, cells, scale = 2_000, 100, 2.0
    exact = {
        "spread": chance.multinomial(people, np.full(cells, 1 / cells)),
        "one cell": np.bincount([37], minlength=cells) * people,
        "two heaps": np.bincount([3, 90], minlength=cells) * (people // 2),
    }[data]
    alpha = np.exp(-1 / scale)
    bound = rank_error(cells, 2 * alpha / (1 - alpha) ** 2)
    running = np.cumsum(exact)
    q = (Decimal("0.1"), Decimal("0.5"), Decimal("0.9"))
    within = 0
    for _ in range(1_000):
        noise = chance.geometric(1 - alpha, cells) - chance.geometric(1 - alpha, cells)
        found = quantile_cells((exact + noise).tolist(), q)
        within += all(
            cell is not None
            and running[cell] >= float(share) * people - bound
            and (running[cell - 1] if cell else 0) <= float(share) * people + bound
            for share, cell in zip(q, found, strict=True)
        )
    assert within >= 950


@given(st.lists(st.integers(-(2**70), 2**70), max_size=40))
def test_any_noise_gives_cells_of_the_grid_or_nothing(counts: list[int]) -> None:
    """Whatever the noisy histogram, the answer is a cell of it, and null when its total is not positive."""
    (cell,) = quantile_cells(counts, [Decimal("0.5")])
    assert cell is None if sum(counts) <= 0 else cell is not None and 0 <= cell < len(counts)


@pytest.mark.parametrize(
    "change",
    [
        {"grid": (0, 100, 7)},
        {"grid": (5, 5, 1)},
        {"grid": (-10, 10, 1)},
        {"grid": (0, 2**31, 1)},
        {"q": ["0.5", "0.5"]},
        {"q": [1]},
        {"q": [0]},
        {"q": []},
        {"value": "V alue"},
        {"epsilon": None},
        {"rho": "1"},
    ],
    ids=str,
)
def test_bad_options_are_refused(change: dict[str, object]) -> None:
    """A grid that is not whole, quantiles out of order, and two budgets or none are refused with the policy."""
    with pytest.raises(ValueError, match=r"grid|quantile|List|Tuple|rho|pattern|q"):
        QuantilesOptions.model_validate({**QUERY.model_dump(), **change})
