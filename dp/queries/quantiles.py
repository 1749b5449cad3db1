"""``quantiles``: one value of each person first, then a histogram of people on a public grid, read off after noise.

Duplicates, constant data and no data at all are ordinary histograms; nothing depends on gaps between values, as it does
in the exponential mechanism.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, field_validator, model_validator

from dp.bounding import Bounding
from dp.contract import ALL, Column, Noisy, Part, QueryOptions
from dp.queries._guard import noise_is_safe
from dp.rows import Coded, column, fixed_point, partial, persons
from policies.schema import ColumnName, Slug

MAX_CELLS = 10_000


class QuantilesOptions(QueryOptions):
    """Options of ``dp.quantiles``."""

    value: ColumnName = Field(description="Column of numbers; null and NaN are no values.")
    unit: Slug = Field(description="Unit of the values.")
    per_person: Literal["median", "mean", "total"] = Field(
        "median", description="How a person's values become one: their median (of cells), their mean, or their sum."
    )
    grid: Annotated[
        tuple[int, int, int], Field(description="Public grid [low, high, step]; values beyond count at its ends.")
    ]
    q: Annotated[tuple[Decimal, ...], Field(min_length=1, max_length=99)] = Field(
        (Decimal("0.1"), Decimal("0.5"), Decimal("0.9")), description="Quantiles, each above 0 and below 1."
    )

    @field_validator("q", mode="before")
    @classmethod
    def _as_written(cls, values: object) -> object:
        # A float is read as the shortest decimal that denotes it: what the reviewer wrote.
        if not isinstance(values, list | tuple):
            return values
        return tuple(Decimal(repr(float(one))) if isinstance(one, float) else _decimal(one) for one in values)

    @field_validator("q")
    @classmethod
    def _between(cls, values: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
        if any(not 0 < value < 1 for value in values) or list(values) != sorted(set(values)):
            raise ValueError("quantiles lie between 0 and 1 and ascend")
        return values

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        low, high, step = self.grid
        if not (0 <= low < high <= 2**31 and step > 0 and (high - low) % step == 0):
            raise ValueError("grid must be [low, high, step] with 0 <= low < high and a whole number of steps")
        if (high - low) // step > MAX_CELLS:
            raise ValueError(f"grid must have at most {MAX_CELLS} cells")
        return noise_is_safe(self)

    @property
    def cells(self) -> int:
        """Number of cells."""
        return (self.grid[1] - self.grid[0]) // self.grid[2]

    def keys(self) -> tuple[str, ...]:
        """Lower edge of each cell, padded with zeros so that code points and numbers have one order."""
        low, high, step = self.grid
        return tuple(str(edge).zfill(len(str(high))) for edge in range(low, high, step))

    def parts(self) -> tuple[Part, ...]:
        """One vector: people in each cell; everybody is in one."""
        return (Part(name="people", unit="people", keys=self.keys(), groups=1, per_group=1),)

    def columns(self) -> tuple[Column, ...]:
        """The values."""
        return (Column(name=self.value, kind="number", samples=self.grid),)

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """Values by person and cell, or their sum and number. See `dp.contract.Query.partial`."""
        who = persons(events, person, by_day=self.unit_of_privacy == "person_day")
        low, high, step = self.grid
        floor = 0 if self.per_person == "total" else low
        values, present = fixed_point(column(events, self.value), low=floor, high=high)
        ones = present.astype(np.int64)
        if self.per_person == "median":
            cell = np.minimum((values - low) // step, self.cells - 1)
            return partial(who, Coded(cell, self.keys()), {"cell": ones}, keep=present)
        whole = Coded(np.zeros(len(values), dtype=np.int64), (ALL,))
        return partial(who, whole, {"sum": values, "count": ones}, keep=present)

    def bounding(self) -> Bounding:
        """How a person is bounded, for `vectors`."""
        if self.per_person == "median":
            inner: dict[str, frozenset[str] | None] = {"cell": frozenset(self.keys())}
        else:
            inner = {"sum": frozenset({ALL}), "count": frozenset({ALL})}
        return Bounding(query=self.id, parts=self.parts(), inner=inner, sql=self._one_value())

    def _one_value(self) -> str:
        if self.per_person == "median":
            return """
            SELECT person, 'people' AS part, key, 1 AS value, 1 AS weight FROM (
              SELECT person, key, sum(value) OVER (PARTITION BY person ORDER BY key) AS up_to,
                sum(value) OVER (PARTITION BY person) AS whole FROM merged)
            WHERE 2 * up_to >= whole
            QUALIFY row_number() OVER (PARTITION BY person ORDER BY key) = 1"""
        low, high, step = self.grid
        one = "coalesce(s.value, 0) // c.value" if self.per_person == "mean" else "coalesce(s.value, 0)"
        edge = f"{low} + {step} * least(greatest(({one} - {low}) // {step}, 0), {self.cells - 1})"
        # Figures of the grid, which is an option of the policy.
        return f"""
        SELECT c.person, 'people' AS part, lpad(({edge})::BIGINT::VARCHAR, {len(str(high))}, '0') AS key,
          1 AS value, 1 AS weight
        FROM (FROM merged WHERE part = 'count') c
        LEFT JOIN (FROM merged WHERE part = 'sum') s ON s.person = c.person"""  # noqa: S608

    def finish(self, noisy: Noisy) -> Mapping[str, object]:
        """The cell that holds each quantile, as its lower and upper edge; null where nobody seems to be there."""
        _, counts = noisy["people"]
        low, _, step = self.grid
        cells = quantile_cells([int(count) for count in counts], self.q)
        found = {
            str(q): None if cell is None else [low + cell * step, low + (cell + 1) * step]
            for q, cell in zip(self.q, cells, strict=True)
        }
        return {"steps": ["quantiles read off the noisy histogram"], "quantiles": found}


def _decimal(value: object) -> object:
    """A decimal from its text, as JSON has it; what is none stays and is refused later."""
    return Decimal(value) if isinstance(value, str) and value.replace(".", "", 1).isdigit() else value


def quantile_cells(counts: Sequence[int], q: Sequence[Decimal]) -> list[int | None]:
    """Cells of the quantiles of a noisy histogram, or `None` each where its total is not positive.

    The noisy sums ``C(i)`` from the left are not monotone: they reach ``q * total`` first somewhere, and stay above it
    from somewhere on. The cell between the two is as likely too far left as too far right.

    Args:
        counts: People in each cell after noise; may be negative.
        q: Quantiles between 0 and 1.
    """
    running = np.cumsum(np.array(counts, dtype=object)) if counts else np.array([], dtype=object)
    if not len(running) or running[-1] <= 0:
        return [None] * len(q)
    out: list[int | None] = []
    for share in q:
        top, bottom = share.as_integer_ratio()
        above = (running * bottom >= running[-1] * top).astype(bool)
        first = int(np.argmax(above))
        below = np.flatnonzero(~above)
        last = int(below[-1]) + 1 if len(below) else 0
        out.append((first + min(last, len(counts) - 1)) // 2)
    return out


def rank_error(cells: int, variance: float, level: float = 0.95) -> int:
    """By how many people, at most, the rank of a released quantile misses, with probability ``level``.

    The noise of ``C(i) - q * total`` is a bridge of ``cells`` independent steps; Levy's inequality bounds its maximum
    by twice the tail of the last step. Both ends of the search carry it, and the total once more.

    Args:
        cells: Cells of the grid.
        variance: Of the noise of one cell.
        level: Confidence.
    """
    from statistics import NormalDist

    z = NormalDist().inv_cdf(1 - (1 - level) / 4)
    return math.ceil(2 * z * math.sqrt(cells * variance)) + 1
