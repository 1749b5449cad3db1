"""The policy's view of this package: the steps ``dp.*``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dp import queries
from dp._diffprivlib import INSTALL, available
from dp.forecast import Question
from dp.spending import Says, Spending, UnknownKeys
from dp.statistic import Statistic
from policies.contract import BuildContext, Options, Phase, StepSpec
from recording.errors import MissingExtra


class CountEventsStep(Spending, queries.CountEvents):
    """Options of ``dp.count_events``."""


GROUPS = ("max_groups", "max_cells", "max_keys")
PER_GROUP = ("max_per_group", "max_per_person", "max_count")
"""What the queries call their bounds."""


def question(options: Any, says: Says) -> Question:
    """The forecast's view of a step's options."""
    names = {"groups": _first(options, GROUPS), "per_group": _first(options, PER_GROUP)}
    parts = options.parts()
    grid: tuple[int, ...] = ()
    if says == "quantiles":
        grid, names["grid"] = (len(parts[0].keys or ()),), "grid"
    elif len(getattr(options, "grid", ())) == 2:
        grid, names["grid"] = tuple(options.grid), "grid"
    return Question(
        id=options.id,
        parts=parts,
        says=says,
        spending=options,
        unknown=options if isinstance(options, UnknownKeys) else UnknownKeys(),
        quantiles=tuple(map(float, getattr(options, "q", ()))),
        grid=grid,
        names={setting: name for setting, name in names.items() if name},
    )


def _first(options: Any, names: tuple[str, ...]) -> str:
    return next((name for name in names if name in type(options).model_fields), "")


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds the statistic of one step."""

    name: str
    says: Says

    def __call__(self, options: Any, context: BuildContext) -> Statistic:
        """The statistic; raises `MissingExtra` where its libraries are absent."""
        if not available():
            raise MissingExtra("diffprivlib is not installed", code="missing-extra", hint=INSTALL)
        return Statistic(self.name, options, question(options, self.says), context.key)


def _spec(
    name: str, summary: str, options: type[Options], example: Mapping[str, object], *, says: Says = "values"
) -> StepSpec:
    return StepSpec(
        name=name,
        phase=Phase.RELEASE,
        summary=summary,
        options=options,
        build=Builder(name, says),
        needs=frozenset({"person"}),
        gives=frozenset({"aggregate"}),
        extra="dp",
        modules=("diffprivlib",),
        examples=(example,),
    )


COUNT_EVENTS = _spec(
    "dp.count_events",
    "Releases how many events each application got: bounded per person, noised, charged to the budget.",
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
