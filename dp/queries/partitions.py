"""``partitions``: people (and a clipped sum) for keys that nobody listed: applications, sites.

Which keys there are is itself private. Everything under a key may leave only where the noisy number of its people
reaches a threshold; whoever releases applies it with ``delta`` (`Part.keys` is ``None``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator

from dp.bounding import Bounding
from dp.contract import Column, GroupBy, Ints, Limit, Noisy, Part, QueryOptions, non_negative
from dp.queries._guard import noise_is_safe
from dp.rows import coded, column, partial, persons

MAX_KEY = 256
"""Longest key, in code points; a longer one is cut."""


class PartitionsOptions(QueryOptions):
    """Options of ``dp.partitions``."""

    by: GroupBy = Field("app", description="Column with the unknown keys: app, site, or a declared one.")
    max_groups: Annotated[int, Field(ge=1, le=10_000)] = Field(
        description="Largest number of keys that one person counts under: those with most of the person's events."
    )
    delta: Annotated[Decimal, Field(gt=0, le=Decimal("0.0001"), decimal_places=18)] = Field(
        Decimal("0.000001"), description="Probability, at most, that a key only one person has appears."
    )
    max_per_group: Limit | None = Field(
        None, description="With it, events are released as well: most that one person adds to a key."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        return noise_is_safe(self)

    def parts(self) -> tuple[Part, ...]:
        """People for each key, which decide what may leave, and events if asked for: half of the budget each."""
        share = Fraction(1) if self.max_per_group is None else Fraction(1, 2)
        people = Part(name="people", unit="people", keys=None, groups=self.max_groups, per_group=1, share=share)
        if self.max_per_group is None:
            return (people,)
        top = self.max_per_group
        return people, Part(name="events", unit="events", keys=None, groups=self.max_groups, per_group=top, share=share)

    def columns(self) -> tuple[Column, ...]:
        """The column with the keys."""
        return (Column(name=self.by, kind="text"),)

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """Events by person and key; rows without a key do not count. See `dp.contract.Query.partial`."""
        who = persons(events, person, by_day=self.unit_of_privacy == "person_day")
        ones: Ints = np.ones(events.num_rows, dtype=np.int64)
        return partial(who, coded(column(events, self.by), clean), {part.name: ones for part in self.parts()})

    def bounding(self) -> Bounding:
        """How a person is bounded. The keys are those of the data: they stay inside until thresholded."""
        return Bounding(query=self.id, parts=self.parts(), digest_ties=True)

    def finish(self, noisy: Noisy) -> Mapping[str, object]:
        """Figures without negative ones."""
        return {"steps": ["negative counts set to 0"], **{name: non_negative(noisy[name]) for name in noisy}}


def clean(key: str | None) -> str | None:
    """A key fit to be printed: composed, without control characters, cut; ``None`` where nothing is left."""
    text = unicodedata.normalize("NFC", key or "")
    text = "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}).strip()
    return text[:MAX_KEY] or None
