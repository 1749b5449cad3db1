"""What a query is: declared parts, integer partial aggregates in pieces, and one bounded vector for each part.

A query never draws noise and never charges. Its partial aggregates hold person ids and exact values: they stay inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from dp.epsilon import MICRO, micro_epsilon
from policies.contract import Options
from policies.schema import ColumnName, Slug

if TYPE_CHECKING:
    from dp.bounding import Bounding

OTHER = "other"
"""Key under which everything outside the public keys is counted."""

ALL = "all"
"""The key of a query that is not grouped."""

MAX_PER_GROUP = 2**40
"""Largest contribution of one person to one key, in public units."""

Ints = npt.NDArray[np.int64]
Vector = tuple[tuple[str, ...], Ints]
"""Keys sorted by code points, and the bounded sum over all people under each; int64 of the same length."""

Noisy = Mapping[str, tuple[tuple[str, ...], Sequence[int]]]
"""The same after noise, by name of the part."""

PARTIALS = pa.schema(
    [
        pa.field("person", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
        # Not negative, and at most dp.engine.CAP; one row for each person, part and key.
        pa.field("value", pa.int64(), nullable=False),
    ]
)
"""Columns of a partial aggregate: sums over one piece of the data. Any order of pieces merges to the same vectors."""

PublicKey = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$")]
Limit = Annotated[int, Field(ge=1, le=MAX_PER_GROUP)]

HOLDS_CONTENT = frozenset({"window", "title", "text", "url", "field", "clipboard", "file", "person"})
"""Columns whose values are what somebody wrote, read or is: no statistic is grouped by them."""


def unique(keys: tuple[str, ...]) -> tuple[str, ...]:
    """``keys`` as they are.

    Raises:
        ValueError: A key is repeated or reserved.
    """
    if len(set(keys)) != len(keys):
        raise ValueError("keys must be unique")
    if OTHER in keys:
        raise ValueError(f"the key '{OTHER}' is always there and must not be listed")
    return keys


def groupable(column: str) -> str:
    """``column`` as it is.

    Raises:
        ValueError: Its values are content.
    """
    if column in HOLDS_CONTENT:
        raise ValueError("this column holds content or names somebody, so nothing is grouped by it")
    return column


PublicKeys = Annotated[tuple[PublicKey, ...], Field(max_length=10_000), AfterValidator(unique)]
"""Keys that are known before any data are read; none twice, and not `OTHER`."""

GroupBy = Annotated[ColumnName, AfterValidator(groupable)]
"""A column that may group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One bounded integer vector of a query, which gets noise of its own.

    Attributes:
        name: Name within the query.
        unit: What its integers count: ``events``, ``people``, ``s`` ...
        keys: Its public keys, sorted by code points; ``None`` where they come from the data and may leave only above a
            threshold.
        groups: Largest number of keys that one person adds to (L0).
        per_group: Largest amount that one person adds to a key (Linf), in ``unit``.
        share: Its part of the query's budget; the shares of a query sum to 1.
    """

    name: str
    unit: str
    keys: tuple[str, ...] | None
    groups: int
    per_group: int
    share: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that a query reads, and values to try it with (`dp.audit`).

    Attributes:
        name: Its name.
        kind: ``text`` or ``number``.
        samples: Values that the query has an opinion about: public keys, ends of a grid.
    """

    name: str
    kind: Literal["text", "number"]
    samples: tuple[str | int | float, ...] = ()


@runtime_checkable
class Query(Protocol):
    """**Protocol:** a statistic whose every vector changes by no more than declared when one person comes or goes."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    def parts(self) -> tuple[Part, ...]:
        """The vectors it consists of; never empty, fixed by the options."""
        ...

    def columns(self) -> tuple[Column, ...]:
        """The columns that it reads."""
        ...

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """Sums over one piece of the data, with the schema `PARTIALS`.

        Args:
            events: Rows with the query's columns, or with the schema `recording.model.EVENTS`.
            person: Whose rows they are; ``None`` where the table has a column ``person``.

        Raises:
            InputError: ``dp-column``, ``dp-person`` or ``dp-too-large``.
        """
        ...

    def vectors(self, partials: Iterable[pa.Table], *, threads: int | None = None) -> Mapping[str, Vector]:
        """Partial aggregates merged, bounded for each person and added up, by name of the part. Exact: stays inside.

        Raises:
            InputError: ``dp-tally``, ``dp-person``, ``dp-overflow`` or ``dp-memory``.
        """
        ...

    def finish(self, noisy: Noisy) -> Mapping[str, object]:
        """JSON-able post-processing of the noisy vectors alone; ``steps`` names what was done."""
        ...


class QueryOptions(Options):
    """Options that every query has."""

    id: Slug = Field(description="Name of the released statistic; part of the release id.")
    epsilon: Decimal | None = Field(
        None, description="Privacy budget that the release costs, as pure epsilon; at most 6 decimals."
    )
    rho: Decimal | None = Field(
        None, description="Privacy budget that the release costs, as rho of zero-concentrated privacy; 6 decimals."
    )
    unit_of_privacy: Literal["person", "person_day"] = Field(
        "person",
        description="Whose presence is hidden: a person with all devices and days, or, weaker, a single day of one.",
    )

    @field_validator("epsilon", "rho", mode="before")
    @classmethod
    def _exact(cls, value: object) -> Decimal | None:
        return None if value is None else Decimal(micro_epsilon(value)) / MICRO

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        if (self.epsilon is None) == (self.rho is None):
            raise ValueError("give either epsilon or rho")
        return self

    def parts(self) -> tuple[Part, ...]:
        """The vectors it consists of."""
        raise NotImplementedError

    def bounding(self) -> Bounding:
        """How a person is bounded, for `vectors`."""
        from dp.bounding import Bounding

        return Bounding(query=self.id, parts=self.parts())

    def vectors(self, partials: Iterable[pa.Table], *, threads: int | None = None) -> Mapping[str, Vector]:
        """See `Query.vectors`."""
        from dp.bounding import bounded

        return bounded(partials, self.bounding(), threads=threads)


def amount(options: QueryOptions) -> int:
    """The budget of the whole query in millionths of its currency."""
    return micro_epsilon(options.epsilon if options.epsilon is not None else options.rho)


def non_negative(vector: tuple[tuple[str, ...], Sequence[int]]) -> dict[str, int]:
    """Noisy values with negative ones set to 0: easier to read, and biased upwards. The raw ones stay available."""
    keys, values = vector
    return {key: max(0, int(value)) for key, value in zip(keys, values, strict=True)}
