"""``count_events``: how many events each application got, with every person's share bounded.

Pure functions on integers, from one recording's column to the vector that noise is added to. Person ids and names of
applications outside the public keys stop here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, StringConstraints, field_validator, model_validator

from dp.epsilon import MICRO, micro_epsilon
from dp.noise import unsafe
from dp.terms import Currency, Terms
from policies.contract import Options
from recording.errors import InputError

OTHER = "other"
"""Key under which everything outside the public keys is counted, events without an application included."""

Tally = Mapping[str, int]
"""Events per key of one recording or one person: only public keys and `OTHER`; absent is 0."""

PublicKey = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$")]


class CountEventsOptions(Options):
    """Options of ``dp.count_events``."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")] = Field(
        description="Name of the released statistic; part of the release id."
    )
    by: Literal["app"] = Field("app", description="Column that events are grouped by.")
    keys: Annotated[tuple[PublicKey, ...], Field(min_length=1, max_length=10_000)] = Field(
        description="Public keys, each with its own count whether it occurs or not; the rest is counted as 'other'."
    )
    max_groups: Annotated[int, Field(ge=1)] = Field(
        description="Largest number of keys that one person counts under: those where the person has most events."
    )
    max_per_group: Annotated[int, Field(ge=1)] = Field(
        description="Largest number of events that one person adds to a key."
    )
    epsilon: Decimal = Field(description="Privacy budget that the release costs; at most 6 decimals.")

    @field_validator("epsilon", mode="before")
    @classmethod
    def _exact_epsilon(cls, value: object) -> Decimal:
        return Decimal(micro_epsilon(value)) / MICRO

    @field_validator("keys")
    @classmethod
    def _public_keys(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(keys)) != len(keys):
            raise ValueError("keys must be unique")
        if OTHER in keys:
            raise ValueError(f"the key '{OTHER}' is always there and must not be listed")
        return keys

    @model_validator(mode="after")
    def _safe_noise(self) -> Self:
        if self.max_groups > len(self.keys) + 1:
            raise ValueError("max_groups must not exceed the number of keys plus one ('other')")
        reason = unsafe(calibration(self))
        if reason:
            raise ValueError(reason)
        return self


def calibration(options: CountEventsOptions) -> Terms:
    """What the noise must hide when one person comes or goes: ``max_groups`` values, each by ``max_per_group``."""
    return Terms(
        currency=Currency.PURE,
        amount=micro_epsilon(options.epsilon),
        groups=options.max_groups,
        per_group=options.max_per_group,
    )


def all_keys(options: CountEventsOptions) -> tuple[str, ...]:
    """The public keys and `OTHER`, sorted by code points: the keys of every answer, whatever the data."""
    return tuple(sorted((*options.keys, OTHER)))


def tally(apps: pa.Array | pa.ChunkedArray, options: CountEventsOptions) -> dict[str, int]:
    """Count the events of one recording.

    Args:
        apps: Name of the application of each event; strings (plain, large, view or dictionary) or nulls.
        options: Options of the query.

    Returns:
        Events per key that occurs, sorted by key.

    Raises:
        InputError: ``dp-column``: the column holds something else than text.
    """
    if pa.types.is_null(apps.type):
        return {OTHER: len(apps)} if len(apps) else {}
    text = apps.type.value_type if pa.types.is_dictionary(apps.type) else apps.type
    if not (pa.types.is_string(text) or pa.types.is_large_string(text) or pa.types.is_string_view(text)):
        raise InputError("the column to group by does not hold text", code="dp-column")
    keys = pa.array(options.keys, pa.large_string())
    try:
        found = pc.value_counts(pc.index_in(apps.cast(text).cast(pa.large_string()), value_set=keys))
    except pa.ArrowInvalid:
        # Arrow quotes the value that it cannot convert.
        raise InputError("the column to group by cannot be read as text", code="dp-column") from None
    counts: Counter[str] = Counter()
    for row in found.to_pylist():
        counts[OTHER if row["values"] is None else options.keys[row["values"]]] += row["counts"]
    return dict(sorted(counts.items()))


def merge(tallies: Iterable[tuple[str, Tally]], options: CountEventsOptions) -> dict[str, dict[str, int]]:
    """Add up the tallies of each person, over all recordings and devices. Counts are unbounded integers.

    Raises:
        InputError: ``dp-person`` for an empty person id, ``dp-tally`` for a key that is not public or a count that is
            not a non-negative integer.
    """
    allowed = set(all_keys(options))
    people: dict[str, Counter[str]] = {}
    for person, counts in tallies:
        if not isinstance(person, str) or not person:
            raise InputError(
                "a recording does not name its person", code="dp-person", hint="set 'person' in the policy"
            )
        if not allowed.issuperset(counts) or any(type(count) is not int or count < 0 for count in counts.values()):
            raise InputError("a tally has a key or a count that the query does not allow", code="dp-tally")
        people.setdefault(person, Counter()).update(counts)
    return {person: dict(counts) for person, counts in people.items()}


def bound(counts: Tally, options: CountEventsOptions) -> dict[str, int]:
    """One person's contribution, chosen from that person's own counts alone.

    The ``max_groups`` largest keys stay, ties broken by the order of the keys' code points, each cut to
    ``max_per_group``.
    """
    largest = sorted((-count, key) for key, count in counts.items() if count > 0)[: options.max_groups]
    return {key: min(-negative, options.max_per_group) for negative, key in largest}


def total(contributions: Iterable[Tally], options: CountEventsOptions) -> tuple[tuple[str, int], ...]:
    """The vector before noise: every public key and `OTHER`, sorted by code points, with the sum over all people."""
    sums = dict.fromkeys(all_keys(options), 0)
    for contribution in contributions:
        for key, count in contribution.items():
            sums[key] += count
    return tuple(sums.items())


def count_events(tallies: Iterable[tuple[str, Tally]], options: CountEventsOptions) -> tuple[tuple[str, int], ...]:
    """`merge`, `bound` and `total` in one: the exact, bounded, not yet noised vector. It must not leave."""
    return total((bound(counts, options) for counts in merge(tallies, options).values()), options)
