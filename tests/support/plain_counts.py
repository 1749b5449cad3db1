"""``dp.count_events`` in plain Python: what `dp.bounding` does in DuckDB, for counts that fit in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from dp.contract import OTHER
from dp.queries import CountEventsOptions


def count_events(
    recordings: Iterable[tuple[str, Sequence[str | None]]], query: CountEventsOptions
) -> tuple[tuple[str, int], ...]:
    """The bounded vector of recordings, each a person and the application of each event."""
    people: dict[str, Counter[str]] = {}
    for person, apps in recordings:
        people.setdefault(person, Counter()).update(app if app in query.keys else OTHER for app in apps)
    sums = dict.fromkeys(sorted((*query.keys, OTHER)), 0)
    for counts in people.values():
        for key, count in bound(counts, query).items():
            sums[key] += count
    return tuple(sums.items())


def bound(counts: Mapping[str, int], query: CountEventsOptions) -> dict[str, int]:
    """One person's share: the ``max_groups`` largest keys, ties by code points, each cut to ``max_per_group``."""
    largest = sorted((-count, key) for key, count in counts.items())[: query.max_groups]
    return {key: min(-negative, query.max_per_group) for negative, key in largest}
