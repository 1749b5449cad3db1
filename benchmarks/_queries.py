"""One query of each kind, for tests and benchmarks that hold all of them to the same rules."""

from __future__ import annotations

from typing import Any

from dp.contract import Query
from dp.queries import (
    CountEventsOptions,
    CountUsersOptions,
    HeatmapOptions,
    HistogramOptions,
    MeanOptions,
    PartitionsOptions,
    QuantilesOptions,
    SumOptions,
)

DWELL: dict[str, Any] = {"value": "dwell_s", "clip": (0, 3600), "unit": "s", "by": "app", "keys": ("a1", "a3")}
QUERIES: dict[str, Query] = {
    "count_users": CountUsersOptions(id="q", by="app", keys=("a1", "a2"), max_groups=2, epsilon=1),
    "count_events": CountEventsOptions(id="q", keys=("a1", "a2"), max_groups=2, max_per_group=5, epsilon=1),
    "sum": SumOptions(id="q", **DWELL, decimals=2, max_groups=2, max_per_group=3600, epsilon=1),
    "mean": MeanOptions(id="q", **DWELL, max_groups=2, max_events=50, rho="0.5"),
    "histogram": HistogramOptions(id="q", keys=("a", "enter"), max_groups=2, max_per_group=9, epsilon=1),
    "partitions": PartitionsOptions(id="q", max_groups=3, max_per_group=9, epsilon=1),
    "quantiles": QuantilesOptions(id="q", value="dwell_s", unit="s", grid=(0, 60, 5), epsilon=1),
    "quantiles of means": QuantilesOptions(
        id="q", value="dwell_s", unit="s", grid=(0, 60, 5), per_person="mean", epsilon=1
    ),
    "quantiles of totals": QuantilesOptions(
        id="q", value="dwell_s", unit="s", grid=(0, 600, 50), per_person="total", epsilon=1
    ),
    "heatmap": HeatmapOptions(id="q", grid=(4, 3), screens={"fhd": (1920, 1080)}, max_groups=5, epsilon=1),
}
