"""Days as the unit of privacy: from each row's clock or the recording's start, and each counted from its rows alone."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dp.days import DAY_NS, by_day, days, start_day
from dp.queries import CountEventsOptions, HistogramOptions, SumOptions
from recording.errors import InputError
from recording.model import EVENTS

DAY = 20_500
KEYS = ("ctrl", "c", "v", "a")
QUERIES = (
    CountEventsOptions(id="q", keys=("Mail",), max_per_group=90, epsilon=1, unit_of_privacy="person_day"),
    SumOptions(id="q", value="dwell_ms", clip=(0, 10**6), unit="ms", max_per_group=10**6, epsilon=1,
               unit_of_privacy="person_day"),
    HistogramOptions(id="q", by="shortcut", keys=("ctrl+c",), max_groups=2, max_per_group=90, epsilon=1,
                     unit_of_privacy="person_day"),
)  # fmt: skip


def recorded(*rows: tuple[int | None, str]) -> pa.Table:
    """Key presses at times in nanoseconds."""
    empty = {**dict.fromkeys(EVENTS.names), "kind": "key_down", "secure": False, "stream": 0, "file": "f", "start": 0,
             "end": 0}  # fmt: skip
    made = [{**empty, "seq": seq, "t_ns": t, "key": key, "app": "Mail"} for seq, (t, key) in enumerate(rows)]
    return pa.Table.from_pylist(made, EVENTS)


@pytest.mark.parametrize(
    ("attributes", "day"),
    [
        ({"start_time": "2026-02-16 23:59:59"}, DAY),
        ({"meta.start_time": "2026-02-17T01:00:00+02:00"}, DAY),
        ({"started_at": str(DAY * 86_400)}, DAY),
        ({"started_at": str(DAY * 86_400_000)}, DAY),
        ({"a.start_time": "2026-02-16", "b.start_time": "2026-02-16T08:00:00Z"}, DAY),
        ({"a.start_time": "2026-02-16", "b.start_time": "2026-02-17"}, None),
        ({"start_time": "43240.6"}, None),
        ({"start_time": "1999-12-31"}, None),
        ({"start_time": "9999-12-31T23:59:59-14:00"}, None),
        ({"start_time": "yesterday"}, None),
        ({"stop_time": "2026-02-16"}, None),
        ({}, None),
    ],
)
def test_a_recording_says_when_it_began_or_it_does_not(attributes: dict[str, str], day: int | None) -> None:
    """Dates and numbers since 1970 are read; what is no date, out of range or contradicts itself says nothing."""
    assert start_day(attributes) == day


def test_a_row_has_its_own_day_or_that_of_the_recording() -> None:
    """A clock that counts from boot tells no day; neither does one that is a century off."""
    times = pa.chunked_array([[DAY * DAY_NS + 5, 7 * 10**9, None, -(2**63), 2**63 - 1]])
    assert days(times, 3).to_pylist() == [DAY, 3, 3, 3, 3]
    assert days(times, None).to_pylist() == [DAY, None, None, None, None]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.one_of(st.none(), st.integers(-(10**9), 3 * 10**14)), st.sampled_from(KEYS)), max_size=12),
    st.one_of(st.none(), st.integers(DAY - 1, DAY + 3)),
)
def test_taking_a_day_away_moves_nothing_of_another_day(rows: list[tuple[int | None, str]], start: int | None) -> None:
    """Gaps, held keys and refusals of a day come from its own rows alone."""
    moved = ((None if t is None else t if t < 0 else DAY * DAY_NS + t, key) for t, key in rows)
    events = recorded(*moved)
    events = events.append_column("day", days(events["t_ns"], start))
    for query in QUERIES:
        whole = counted(query, events)
        for day in set(events["day"].to_pylist()) - {None}:
            rest = counted(query, events.filter(pc.fill_null(pc.not_equal(events["day"], day), fill_value=True)))
            assert rest == {pair: value for pair, value in whole.items() if not pair[0].endswith(str(day))}


def counted(query: CountEventsOptions | SumOptions | HistogramOptions, events: pa.Table) -> dict[tuple[str, str], int]:
    """Sums by person's day and key; nothing where the recording is refused."""
    try:
        found = by_day(events, partial(query.partial, person="p"))
    except InputError:
        return {}
    return {(row["person"], row["key"]): row["value"] for row in found.to_pylist() if row["value"]}


def test_a_recording_that_tells_no_day_is_refused_and_an_empty_one_is_empty() -> None:
    """Who cannot say the day is told to protect persons or to write the start down."""
    with pytest.raises(InputError) as caught:
        by_day(recorded((5, "a"), (None, "b")), partial(QUERIES[0].partial, person="p"))
    assert (caught.value.code, "start_time" in caught.value.hint) == ("dp-clock", True)
    assert by_day(recorded(), partial(QUERIES[0].partial, person="p")).num_rows == 0
    assert np.array_equal(days(recorded()["t_ns"], 3).to_numpy(), [])
