"""The policy's view of this package: the steps ``dp.*``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from dp import queries
from dp._diffprivlib import INSTALL, available
from dp.forecast import Question
from dp.spending import Says, Spending, UnknownKeys
from dp.statistic import Statistic
from policies.contract import BuildContext, Options, Phase, StepSpec
from recording.errors import MissingExtra


class CountUsersStep(Spending, queries.CountUsersOptions):
    """Options of ``dp.count_users``."""


class CountEventsStep(Spending, queries.CountEventsOptions):
    """Options of ``dp.count_events``."""


class SumStep(Spending, queries.SumOptions):
    """Options of ``dp.sum``."""


class MeanStep(Spending, queries.MeanOptions):
    """Options of ``dp.mean``."""


class HistogramStep(Spending, queries.HistogramOptions):
    """Options of ``dp.histogram``."""


class PartitionsStep(Spending, queries.PartitionsOptions):
    """Options of ``dp.partitions``."""

    delta: Annotated[Decimal, Field(gt=0, le=Decimal("0.0001"), decimal_places=18)] = Field(
        Decimal("0.0000001"),
        description="Probability, at most, that any key that only one person has appears; charged.",
    )
    min_people: Annotated[int, Field(ge=1, le=10**9)] = Field(
        1, description="Keys with fewer people never appear, whatever the noise; the threshold rises with it."
    )


class QuantilesStep(Spending, queries.QuantilesOptions):
    """Options of ``dp.quantiles``."""


class HeatmapStep(Spending, queries.HeatmapOptions):
    """Options of ``dp.heatmap``."""


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds the statistic of one step."""

    name: str
    says: Says

    def __call__(self, options: Any, context: BuildContext) -> Statistic:
        """The statistic; raises `MissingExtra` where its libraries are absent."""
        if not available():
            raise MissingExtra("diffprivlib is not installed", code="missing-extra", hint=INSTALL)
        by_day = options.unit_of_privacy == "person_day"
        return Statistic(self.name, options, question(options, self.says), context.key, by_day)


def question(options: Any, says: Says) -> Question:
    """The forecast's view of a step's options."""
    fields = type(options).model_fields
    names = {"groups": "max_groups", "per_group": "max_events" if says == "mean" else "max_per_group"}
    names = {setting: name for setting, name in names.items() if name in fields}
    grid: tuple[int, ...] = ()
    levels: tuple[float, ...] = ()
    positions: tuple[float, ...] = ()
    unknown = UnknownKeys()
    if isinstance(options, QuantilesStep):
        low, high, _ = options.grid
        grid, levels = (options.cells,), tuple(map(float, options.q))
        if len(options.expect.quantiles) == len(levels):
            positions = tuple(min(1.0, max(0.0, (float(at) - low) / (high - low))) for at in options.expect.quantiles)
    elif isinstance(options, HeatmapStep):
        grid = options.grid
    elif isinstance(options, PartitionsStep):
        unknown = UnknownKeys(delta=options.delta, min_people=options.min_people)
    if grid:
        names["grid"] = "grid"
    return Question(
        id=options.id,
        parts=options.parts(),
        says=says,
        spending=options,
        unknown=unknown,
        quantiles=levels,
        positions=positions,
        grid=grid,
        names=names,
    )


def _spec(
    name: str, summary: str, options: type[Options], example: Mapping[str, object], *, says: Says = "values"
) -> StepSpec:
    return StepSpec(
        name=name,
        phase=Phase.RELEASE,
        summary=f"{summary} Bounded per person, noised, charged to the budget.",
        options=options,
        build=Builder(name, says),
        needs=frozenset({"person"}),
        gives=frozenset({"aggregate"}),
        extra="dp",
        modules=("diffprivlib", "duckdb"),
        examples=(example,),
    )


COUNT_USERS = _spec(
    "dp.count_users",
    "Releases how many people there are, or how many used each application.",
    CountUsersStep,
    {"id": "people-per-app", "by": "app", "keys": ["Chromium", "XTerm"], "max_groups": 2, "epsilon": 0.5},
)
"""``dp.count_users``."""

COUNT_EVENTS = _spec(
    "dp.count_events",
    "Releases how many events each application got.",
    CountEventsStep,
    {
        "id": "events-per-app",
        "by": "app",
        "keys": ["Chromium", "XTerm"],
        "max_groups": 2,
        "max_per_group": 1000,
        "epsilon": 0.5,
    },
)
"""``dp.count_events``."""

SUM = _spec(
    "dp.sum",
    "Releases clipped sums, such as the time in each application.",
    SumStep,
    {
        "id": "seconds-per-app",
        "value": "dwell_ms",
        "clip": [0, 60_000],
        "unit": "s",
        "unit_size": 1000,
        "by": "app",
        "keys": ["Chromium", "XTerm"],
        "max_groups": 2,
        "max_per_group": 3600,
        "epsilon": 0.5,
        "expect": {"value": 2_000_000},
        "require": {"rel_error": 0.1},
    },
)
"""``dp.sum``."""

MEAN = _spec(
    "dp.mean",
    "Releases a mean as a noisy sum over a noisy count, both released.",
    MeanStep,
    {"id": "pause", "value": "interval_ms", "clip": [0, 2000], "unit": "ms", "max_events": 500, "epsilon": 0.5},
    says="mean",
)
"""``dp.mean``."""

HISTOGRAM = _spec(
    "dp.histogram",
    "Releases how often public keys or shortcuts were pressed.",
    HistogramStep,
    {
        "id": "shortcuts",
        "by": "shortcut",
        "keys": ["ctrl+c", "ctrl+v"],
        "max_groups": 2,
        "max_per_group": 50,
        "epsilon": 0.5,
    },
)
"""``dp.histogram``."""

PARTITIONS = _spec(
    "dp.partitions",
    "Releases applications or sites that nobody listed, where enough people have them.",
    PartitionsStep,
    {"id": "apps", "by": "app", "max_groups": 5, "min_people": 10, "epsilon": 0.5},
)
"""``dp.partitions``."""

QUANTILES = _spec(
    "dp.quantiles",
    "Releases quantiles of one value a person.",
    QuantilesStep,
    {
        "id": "pauses",
        "value": "interval_ms",
        "unit": "ms",
        "grid": [0, 1000, 10],
        "q": [0.1, 0.5, 0.9],
        "epsilon": 0.5,
        "expect": {"people": 3000, "quantiles": [90, 160, 350]},
        "require": {"error": 3},
    },
    says="quantiles",
)
"""``dp.quantiles``."""

HEATMAP = _spec(
    "dp.heatmap",
    "Releases where people click, on a public grid.",
    HeatmapStep,
    {
        "id": "clicks",
        "grid": [64, 36],
        "screens": {"fhd": [1920, 1080]},
        "screen": None,
        "max_groups": 100,
        "max_per_group": 5,
        "rho": 0.01,
    },
)
"""``dp.heatmap``."""
