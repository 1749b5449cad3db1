"""Utility: over 200 repetitions the error of each kind of statistic is that of its forecast, within 10 %."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dp.forecast import forecast
from dp.noise import backend_for
from dp.portions import portions
from dp.steps import (
    COUNT_EVENTS,
    COUNT_USERS,
    HEATMAP,
    HISTOGRAM,
    MEAN,
    PARTITIONS,
    QUANTILES,
    SUM,
    question,
)
from policies.contract import StepSpec

REPETITIONS = 200
APPS = [f"app{index:02d}" for index in range(40)]
KEYS = [*"abcdefghijklmnopqrstuvwxyz", *"0123456789"]
KINDS: list[tuple[StepSpec, dict[str, Any]]] = [
    (COUNT_USERS, {"by": "app", "keys": APPS, "max_groups": 5}),
    (COUNT_EVENTS, {"by": "app", "keys": APPS, "max_groups": 5, "max_per_group": 200}),
    (
        SUM,
        {"value": "dwell_ms", "clip": [0, 60_000], "unit": "s", "unit_size": 1000, "by": "app", "keys": APPS}
        | {"max_groups": 3, "max_per_group": 3600},
    ),
    (
        MEAN,
        {"value": "interval_ms", "clip": [0, 2000], "unit": "ms", "by": "app", "keys": APPS, "max_groups": 2}
        | {"max_events": 50, "expect": {"value": 300, "count": 30_000}},
    ),
    (HISTOGRAM, {"by": "press", "keys": KEYS, "max_groups": 20, "max_per_group": 50}),
    (PARTITIONS, {"by": "app", "max_groups": 5, "min_people": 10}),
    (
        QUANTILES,
        {"value": "interval_ms", "unit": "ms", "grid": [0, 4000, 10], "q": ["0.5"]}
        | {"expect": {"people": 3000, "quantiles": ["2000"]}},
    ),
    (HEATMAP, {"grid": [16, 9], "screens": {"fhd": [1920, 1080]}, "screen": None, "max_groups": 40}),
]


@pytest.mark.parametrize("price", [{"epsilon": "0.5"}, {"rho": "0.01"}], ids=["epsilon", "rho"])
@pytest.mark.parametrize(("spec", "about"), KINDS, ids=lambda one: one.name if isinstance(one, StepSpec) else "")
def test_the_error_is_that_of_the_forecast(spec: StepSpec, about: dict[str, Any], price: dict[str, str]) -> None:
    """Through the shipped noise and the query's own post-processing, 95 % of the errors keep within the forecast."""
    options = spec.options.model_validate({"id": "x", **about, **price})
    asked = question(options, spec.build.says)
    ready = portions(asked.parts, options.currency, options.amount, asked.unknown, backend_for)
    rng = np.random.default_rng(11)
    # One quantile a repetition: the 95 % of 200 errors would itself be known to 7 % only.
    repetitions = 10 * REPETITIONS if asked.says == "quantiles" else REPETITIONS
    exact = {one.part.name: _exact(one.part, asked.says, rng) for one in ready}
    rows = {}
    for one in ready:
        values = np.tile(exact[one.part.name][1], repetitions)
        chosen = backend_for(one.terms, len(values))
        rows[one.part.name] = chosen.draw_array(values, one.terms).reshape(repetitions, -1)
    errors: list[float] = []
    for turn in range(repetitions):
        noisy = {name: (exact[name][0], tuple(drawn[turn].tolist())) for name, drawn in rows.items()}
        match asked.says:
            case "mean":
                found = options.finish(noisy)["mean"]
                errors += [float(value) - 300 for value in found.values()]
            case "quantiles":
                counts = exact["people"][1]
                before = np.concatenate(([0], np.cumsum(counts))) / counts.sum()
                low, step = options.grid[0], options.grid[2]
                for q, cell in options.finish(noisy)["quantiles"].items():
                    index = (cell[0] - low) // step
                    errors.append(100 * ((before[index] + before[index + 1]) / 2 - float(q)))
            case _:
                name = ready[0].part.name
                errors += (rows[name][turn] - exact[name][1]).tolist()
    measured = float(np.quantile(np.abs(errors), 0.95))
    assert measured == pytest.approx(forecast(asked).error, rel=0.1)


def _exact(part: Any, says: str, rng: np.random.Generator) -> tuple[tuple[str, ...], np.ndarray]:
    keys = part.keys if part.keys is not None else tuple(sorted(APPS))
    if says == "mean":
        return keys, np.full(len(keys), 9_000_000 if part.name == "sum" else 30_000)
    if says == "quantiles":
        places = np.clip(rng.normal(200, 120, 3000), 0, len(keys) - 1).astype(np.int64)
        return keys, np.bincount(places, minlength=len(keys))
    return keys, rng.integers(0, 10**6, len(keys))
