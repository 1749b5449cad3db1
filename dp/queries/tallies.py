"""``count_events`` on dictionaries: the same bounding as `dp.bounding`, in plain Python, for counts that fit in memory.

Pure functions on integers, from one recording's column to the vector that noise is added to. Person ids and names of
applications outside the public keys stop here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from dp.contract import OTHER, amount
from dp.queries.counts import CountEventsOptions, public_keys
from dp.terms import Currency, Terms
from recording.errors import InputError

Tally = Mapping[str, int]
"""Events per key of one recording or one person: only public keys and `OTHER`; absent is 0."""


def calibration(options: CountEventsOptions) -> Terms:
    """What the noise must hide when one person comes or goes: ``max_groups`` values, each by ``max_per_group``."""
    if options.rho is not None:
        # Geometric noise is charged in epsilon; a rho must not be taken for one.
        raise InputError("this release is charged in epsilon", code="dp-currency", hint="give epsilon, not rho")
    return Terms(
        currency=Currency.PURE, amount=amount(options), groups=options.max_groups, per_group=options.max_per_group
    )


def all_keys(options: CountEventsOptions) -> tuple[str, ...]:
    """The public keys and `OTHER`, sorted by code points: the keys of every answer, whatever the data."""
    return public_keys(options.by, options.keys)


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
