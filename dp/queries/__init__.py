"""Queries: what a statistic is, one file for each kind. See `dp.contract` for what they have in common."""

from __future__ import annotations

from dp.contract import ALL, OTHER, PARTIALS, Column, Part, Query, QueryOptions, amount
from dp.queries.counts import CountEventsOptions, CountUsersOptions
from dp.queries.heatmap import HeatmapOptions
from dp.queries.histogram import HistogramOptions
from dp.queries.partitions import PartitionsOptions
from dp.queries.quantiles import QuantilesOptions, quantile_cells, rank_error
from dp.queries.sums import MeanOptions, SumOptions

__all__ = [
    "ALL",
    "OTHER",
    "PARTIALS",
    "Column",
    "CountEventsOptions",
    "CountUsersOptions",
    "HeatmapOptions",
    "HistogramOptions",
    "MeanOptions",
    "Part",
    "PartitionsOptions",
    "QuantilesOptions",
    "Query",
    "QueryOptions",
    "SumOptions",
    "amount",
    "quantile_cells",
    "rank_error",
]
