"""Sensitivity of every query and of every shipped policy's statistics: the worst measured against what is declared.

Each is tried with 1,000 random pairs of neighbouring data sets (`dp.audit`); faults of released libraries, planted in a
query in plain Python, show that the audit finds what there is to find.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

from benchmarks._harness import Count, Result
from benchmarks._planted import FAULTS, Planted
from benchmarks._queries import QUERIES
from dp.audit import PAIRS, audit
from dp.contract import Query
from dp.queries import CountUsersOptions
from policies import load_policy, shipped

_PLANTED_PAIRS = 60


def run(*, quick: bool) -> Result:
    """Measure; see the module."""
    pairs = 24 if quick else PAIRS
    start = time.process_time()
    counts, apart = [], 0
    for name, query in _queries():
        found = audit(query, pairs=pairs)
        # Rounded up: what is above its bound by a hair is above it.
        worst = math.ceil(found.worst * 1_000)
        counts.append(Count(figure=f"{name}: measured, in thousandths of what is declared", ours=worst, of=1_000))
        apart += len(found.divergences)
    spent = time.process_time() - start
    tried = pairs * len(counts)
    counts.append(Count(figure="pairs that anything but values told apart", ours=apart, of=tried))
    found_faults = sum(not audit(Planted(fault=fault), pairs=_PLANTED_PAIRS).holds for fault in FAULTS)
    counts.append(
        Count(figure=f"planted faults found within {_PLANTED_PAIRS} pairs", ours=found_faults, of=len(FAULTS))
    )
    false_alarm = int(not audit(Planted(), pairs=_PLANTED_PAIRS).holds)
    counts.append(Count(figure="the same query without a fault, found at fault", ours=false_alarm, of=1))
    return Result(
        counts=tuple(counts), notes=(f"{pairs} pairs each, {1_000 * spent / tried:.1f} ms of processor time a pair",)
    )


def _queries() -> Iterator[tuple[str, Query]]:
    """Every kind, and every statistic of a shipped policy."""
    yield from QUERIES.items()
    yield "count_users a day", CountUsersOptions(id="q", epsilon=1, unit_of_privacy="person_day")
    for name in shipped():
        for use in load_policy(name).aggregates:
            if isinstance(use.options, Query):
                yield f"policy {name}, {use.options.id}", use.options
