"""``count_users`` and ``count_events``: people and events, in all or for each public key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator

from dp.contract import (
    ALL,
    OTHER,
    Column,
    GroupBy,
    Limit,
    Noisy,
    Part,
    PublicKeys,
    QueryOptions,
    non_negative,
)
from dp.queries._guard import noise_is_safe
from dp.rows import Coded, coded, column, partial, persons


def grouped(events: pa.Table, by: str | None, keys: tuple[str, ...]) -> Coded:
    """The public key of each row: one of ``keys``, or `OTHER`; `ALL` where nothing is grouped."""
    if by is None:
        return Coded(np.zeros(events.num_rows, dtype=np.int64), (ALL,))
    public = frozenset(keys)
    return coded(column(events, by), lambda name: name if name in public else OTHER)


def public_keys(by: str | None, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Every key of the answer, whatever the data, sorted by code points."""
    return (ALL,) if by is None else tuple(sorted((*keys, OTHER)))


def group_column(by: str | None, keys: tuple[str, ...]) -> tuple[Column, ...]:
    """The column to group by, if there is one."""
    return () if by is None else (Column(name=by, kind="text", samples=keys),)


class CountEventsOptions(QueryOptions):
    """Options of ``dp.count_events``."""

    by: GroupBy | None = Field("app", description="Column that events are grouped by; null counts them all.")
    keys: PublicKeys = Field(
        (), description="Public keys, each with its own count whether it occurs or not; the rest is counted as 'other'."
    )
    max_groups: Annotated[int, Field(ge=1)] = Field(
        1, description="Largest number of keys that one person counts under: those where the person has most events."
    )
    max_per_group: Limit = Field(description="Largest number of events that one person adds to a key.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_groups(self.by, self.keys, self.max_groups)
        return noise_is_safe(self)

    def parts(self) -> tuple[Part, ...]:
        """One vector: events for each key."""
        keys = public_keys(self.by, self.keys)
        return (Part(name="events", unit="events", keys=keys, groups=self.max_groups, per_group=self.max_per_group),)

    def columns(self) -> tuple[Column, ...]:
        """The column to group by."""
        return group_column(self.by, self.keys)

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """Events by person and key. See `dp.contract.Query.partial`."""
        return _rows(self, events, person)

    def finish(self, noisy: Noisy) -> Mapping[str, object]:
        """Counts without negative ones."""
        return {"steps": ["negative counts set to 0"], "events": non_negative(noisy["events"])}


class CountUsersOptions(QueryOptions):
    """Options of ``dp.count_users``."""

    by: GroupBy | None = Field(None, description="Column that people are counted by; null counts them all.")
    keys: PublicKeys = Field((), description="Public keys, each with its own count; the rest is 'other'.")
    max_groups: Annotated[int, Field(ge=1)] = Field(
        1, description="Largest number of keys that one person counts under: those where the person has most events."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_groups(self.by, self.keys, self.max_groups)
        return noise_is_safe(self)

    def parts(self) -> tuple[Part, ...]:
        """One vector: people for each key."""
        keys = public_keys(self.by, self.keys)
        return (Part(name="people", unit="people", keys=keys, groups=self.max_groups, per_group=1),)

    def columns(self) -> tuple[Column, ...]:
        """The column to group by."""
        return group_column(self.by, self.keys)

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """Events by person and key, which decide the keys that a person is counted under."""
        return _rows(self, events, person)

    def finish(self, noisy: Noisy) -> Mapping[str, object]:
        """Counts without negative ones."""
        return {"steps": ["negative counts set to 0"], "people": non_negative(noisy["people"])}


def _rows(query: CountEventsOptions | CountUsersOptions, events: pa.Table, person: str | None) -> pa.Table:
    who = persons(events, person, by_day=query.unit_of_privacy == "person_day")
    ones = np.ones(events.num_rows, dtype=np.int64)
    return partial(who, grouped(events, query.by, query.keys), {query.parts()[0].name: ones})


def check_groups(by: str | None, keys: tuple[str, ...], max_groups: int) -> None:
    """Refuse keys without a column, a column without keys, and more groups than there are keys.

    Raises:
        ValueError: One of these.
    """
    if (by is None) != (not keys):
        raise ValueError("'by' and 'keys' belong together: a column, and the public keys in it")
    if max_groups > len(public_keys(by, keys)):
        raise ValueError("max_groups must not exceed the number of keys plus one ('other')")
