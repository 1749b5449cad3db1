"""``sum`` and ``mean``: a clipped value of each event, added up for each public key in public units."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator

from dp.bounding import Bounding
from dp.contract import (
    Column,
    GroupBy,
    Ints,
    Limit,
    Noisy,
    Part,
    PublicKeys,
    QueryOptions,
    non_negative,
)
from dp.engine import CAP
from dp.queries._guard import noise_is_safe
from dp.queries.counts import check_groups, group_column, grouped, public_keys
from dp.rows import MAX_VALUE, column, fixed_point, partial, persons
from policies.schema import ColumnName, Slug

Clip = Annotated[tuple[int, int], Field(description="Smallest and largest value of one event, in units of the column.")]


class SumOptions(QueryOptions):
    """Options of ``dp.sum``."""

    value: ColumnName = Field(description="Column of numbers; null and NaN are no values, the rest is clipped.")
    clip: Clip
    decimals: Annotated[int, Field(ge=0, le=6)] = Field(0, description="Digits of each value that count.")
    unit: Slug = Field(description="Public unit of the sum, such as s or presses.")
    unit_size: Annotated[int, Field(ge=1, le=10**9)] = Field(
        1, description="How many units of the column make one public unit: 1000 for seconds out of milliseconds."
    )
    by: GroupBy | None = Field(None, description="Column that values are grouped by; null adds them all up.")
    keys: PublicKeys = Field((), description="Public keys, each with its own sum; the rest is added to 'other'.")
    max_groups: Annotated[int, Field(ge=1)] = Field(
        1, description="Largest number of keys that one person adds to: those with the person's largest sums."
    )
    max_per_group: Limit = Field(description="Largest amount that one person adds to a key, in public units.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_clip(self.clip, self.decimals)
        check_groups(self.by, self.keys, self.max_groups)
        if self.max_per_group * self.unit_size * 10**self.decimals > CAP:
            raise ValueError("max_per_group is beyond 62 bits in steps of the last decimal")
        return noise_is_safe(self)

    def parts(self) -> tuple[Part, ...]:
        """One vector: the sum for each key."""
        keys = public_keys(self.by, self.keys)
        return (Part(name="sum", unit=self.unit, keys=keys, groups=self.max_groups, per_group=self.max_per_group),)

    def columns(self) -> tuple[Column, ...]:
        """The values, and the column to group by."""
        return value_columns(self.value, self.clip, self.by, self.keys)

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """Sums by person and key, in steps of the last decimal. See `dp.contract.Query.partial`."""
        who = persons(events, person, by_day=self.unit_of_privacy == "person_day")
        steps, present = _clipped(self, events)
        return partial(who, grouped(events, self.by, self.keys), {"sum": steps}, keep=present)

    def bounding(self) -> Bounding:
        """How a person is bounded; one's own sum is rounded down to whole public units."""
        step = self.unit_size * 10**self.decimals
        # Both figures are options of the policy.
        sql = f"SELECT person, part, key, value // {step} AS value, value AS weight FROM merged"  # noqa: S608
        return Bounding(query=self.id, parts=self.parts(), sql=sql)

    def finish(self, noisy: Noisy) -> Mapping[str, object]:
        """Sums without negative ones."""
        return {"steps": ["negative sums set to 0"], "sum": non_negative(noisy["sum"])}


class MeanOptions(QueryOptions):
    """Options of ``dp.mean``: a noisy sum over a noisy count, both released."""

    value: ColumnName = Field(description="Column of numbers; null and NaN are no values, the rest is clipped.")
    clip: Clip
    decimals: Annotated[int, Field(ge=0, le=6)] = Field(0, description="Digits of each value that count.")
    unit: Slug = Field(description="Unit of the values.")
    by: GroupBy | None = Field(None, description="Column that values are grouped by; null takes them all.")
    keys: PublicKeys = Field((), description="Public keys, each with its own mean; the rest is 'other'.")
    max_groups: Annotated[int, Field(ge=1)] = Field(
        1, description="Largest number of keys that one person counts under: those with most of the person's events."
    )
    max_events: Annotated[int, Field(ge=1, le=2**30)] = Field(
        description="How many events of one person count under a key; more are replaced by so many of their mean."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_clip(self.clip, self.decimals)
        check_groups(self.by, self.keys, self.max_groups)
        if self.max_events * self.clip[1] > 2**40:
            raise ValueError("max_events times the largest value is beyond 2**40")
        return noise_is_safe(self)

    def parts(self) -> tuple[Part, ...]:
        """Two vectors, half of the budget each: the sum and the number of values for each key."""
        keys = public_keys(self.by, self.keys)
        limits = (("sum", self.unit, self.max_events * self.clip[1]), ("count", "events", self.max_events))
        return tuple(
            Part(name=name, unit=unit, keys=keys, groups=self.max_groups, per_group=top, share=Fraction(1, 2))
            for name, unit, top in limits
        )

    def columns(self) -> tuple[Column, ...]:
        """The values, and the column to group by."""
        return value_columns(self.value, self.clip, self.by, self.keys)

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """Sums and numbers of values by person and key. See `dp.contract.Query.partial`."""
        who = persons(events, person, by_day=self.unit_of_privacy == "person_day")
        steps, present = _clipped(self, events)
        key = grouped(events, self.by, self.keys)
        added: dict[str, Ints] = {"sum": steps, "count": present.astype("int64")}
        return partial(who, key, added, keep=present)

    def bounding(self) -> Bounding:
        """How a person is bounded, for `vectors`.

        Who has more than ``max_events`` events adds so many of their own mean, so that bounding does not bend it.
        """
        step = 10**self.decimals
        # A person's sum and count are capped together; figures are options of the policy.
        sql = f"""
        SELECT c.person, p.part, c.key, c.value AS weight,
          CASE WHEN p.part = 'count' THEN least(c.value, {self.max_events})
               ELSE coalesce(s.value, 0) * least(c.value, {self.max_events}) // c.value // {step} END AS value
        FROM (FROM merged WHERE part = 'count') c
        LEFT JOIN (FROM merged WHERE part = 'sum') s ON s.person = c.person AND s.key = c.key
        CROSS JOIN (VALUES ('sum'), ('count')) AS p(part)
        """  # noqa: S608
        keys = frozenset(public_keys(self.by, self.keys))
        inner = {"sum": keys, "count": keys}
        return Bounding(query=self.id, parts=self.parts(), inner=inner, sql=sql)

    def finish(self, noisy: Noisy) -> Mapping[str, object]:
        """Quotients of the noisy values, within the clip; null where the noisy count is not positive."""
        keys, counts = noisy["count"]
        sums = dict(zip(*noisy["sum"], strict=True))
        low, high = self.clip
        means = {
            key: None
            if count <= 0
            else _decimal(min(max(Fraction(int(sums[key]), int(count)), Fraction(low)), Fraction(high)))
            for key, count in zip(keys, counts, strict=True)
        }
        return {"steps": ["noisy sum divided by noisy count", "clipped to the range of the values"], "mean": means}


def _clipped(query: SumOptions | MeanOptions, events: pa.Table) -> tuple[Ints, np.ndarray]:
    return fixed_point(column(events, query.value), low=query.clip[0], high=query.clip[1], decimals=query.decimals)


def _decimal(value: Fraction) -> str:
    """A fraction to three decimals, exactly rounded, as text."""
    return str(Decimal(round(value * 1000)).scaleb(-3))


def check_clip(clip: tuple[int, int], decimals: int) -> None:
    """Refuse a clip that is empty, negative or too wide for sums of 62 bits.

    Raises:
        ValueError: It is.
    """
    if not 0 <= clip[0] < clip[1]:
        raise ValueError("clip must be [low, high] with 0 <= low < high")
    if clip[1] * 10**decimals > MAX_VALUE:
        raise ValueError(f"the largest value is beyond {MAX_VALUE} in steps of the last decimal")


def value_columns(value: str, clip: tuple[int, int], by: str | None, keys: tuple[str, ...]) -> tuple[Column, ...]:
    """Columns of a query of values: the values, and what they are grouped by."""
    return (Column(name=value, kind="number", samples=clip), *group_column(by, keys))
