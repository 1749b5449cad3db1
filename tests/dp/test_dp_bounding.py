"""Bounding: one person's share is limited whatever the rows say, and no order of anything can be seen."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_counts import count_events

from benchmarks._queries import QUERIES
from dp.bounding import merged
from dp.contract import OTHER, PARTIALS, Query
from dp.engine import CAP, open_engine
from dp.queries import (
    CountEventsOptions,
    CountUsersOptions,
    MeanOptions,
    PartitionsOptions,
    SumOptions,
)
from recording.errors import InputError

everyone = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)

HOSTILE = (float("nan"), float("inf"), -float("inf"), -1.0, -0.0, 2.0**63, 1e308, 5e-324, None)


def events(rows: int, chance: random.Random, people: tuple[str, ...] = ("p1", "p2", "p3")) -> pa.Table:
    """Rows with every column that `QUERIES` read."""

    def column(values: tuple[object, ...], kind: pa.DataType) -> pa.Array:
        return pa.array([chance.choice(values) for _ in range(rows)], kind)

    numbers = (*HOSTILE, *(chance.uniform(0, 2000) for _ in range(20)))
    return pa.table(
        {
            "person": column(people, pa.string()),
            "app": column(("a1", "a2", "a3", "Diary", "", None), pa.string()),
            "dwell_s": column(numbers, pa.float64()),
            "press": column(("a", "enter", "b", None), pa.string()),
            "click_x": column(numbers, pa.float64()),
            "click_y": column(numbers, pa.float64()),
            "screen": column(("1920x1080", "1x1", None), pa.string()),
        }
    )


def same(one: Any, other: Any) -> bool:
    """Whether two results of `Query.vectors` are equal."""
    return one.keys() == other.keys() and all(
        one[part][0] == other[part][0] and np.array_equal(one[part][1], other[part][1]) for part in one
    )


@everyone
def test_every_query_keeps_the_contract(query: Query) -> None:
    """Shares sum to 1, limits are positive, keys are sorted, vectors are int64 and have the declared keys."""
    assert isinstance(query, Query)
    parts = query.parts()
    assert sum(part.share for part in parts) == 1
    assert all(part.groups >= 1 and part.per_group >= 1 for part in parts)
    for made in (query.vectors([]), query.vectors([query.partial(events(40, random.Random(1)), None)])):
        assert made.keys() == {part.name for part in parts}
        for part in parts:
            keys, values = made[part.name]
            assert values.dtype == np.int64
            assert list(keys) == sorted(set(keys))
            assert part.keys is None or keys == part.keys
        assert query.finish(made)["steps"]


@everyone
@pytest.mark.parametrize("permutations", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_no_order_of_rows_pieces_or_threads_can_be_seen(query: Query, permutations: int) -> None:
    """Permutations of rows and pieces, on 1 to 8 threads, give one and the same vector."""
    chance = random.Random(7)
    table = events(300, chance)
    first = query.vectors([query.partial(table, None)])
    for number in range(permutations):
        order = list(range(table.num_rows))
        chance.shuffle(order)
        shuffled = table.take(pa.array(order))
        cuts = sorted(chance.sample(range(table.num_rows), 3))
        pieces = [shuffled.slice(a, b - a) for a, b in zip([0, *cuts], [*cuts, table.num_rows], strict=True)]
        assert same(query.vectors([query.partial(piece, None) for piece in pieces], threads=8 - number % 8), first)


@everyone
@pytest.mark.parametrize("shape", ["many events", "many keys", "hostile", "two devices", "skewed clock"])
def test_one_person_moves_every_vector_by_no_more_than_declared(query: Query, shape: str) -> None:
    """10^6 events, 10^5 keys, values no clock can give, two ids of devices, any day: all within L0 and Linf."""
    rows = {"many events": 1_000_000, "many keys": 100_000}.get(shape, 2_000)
    chance = np.random.default_rng(5)
    values = chance.choice(np.array([value for value in HOSTILE if value is not None]), rows)
    mine = pa.table(
        {
            "person": np.where(np.arange(rows) % 2 == 0, "One", " one ") if shape == "two devices" else ["One"] * rows,
            "app": [f"app {i}" for i in range(rows)]
            if shape == "many keys"
            else (["a1", "a2", "z", None] * rows)[:rows],
            "dwell_s": values if shape == "hostile" else chance.uniform(0, 1e6, rows),
            "press": (["a", "enter", "q", None] * rows)[:rows],
            "click_x": chance.uniform(0, 1920, rows),
            "click_y": values if shape == "hostile" else chance.uniform(0, 1080, rows),
            "screen": pa.array(["1920x1080"] * rows),
            "day": pa.array(chance.integers(-3_000_000, 3_000_000, rows) if shape == "skewed clock" else [1] * rows),
        }
    )
    rest = [query.partial(events(200, random.Random(3)), None)]
    here, there = query.vectors([query.partial(mine, None), *rest]), query.vectors(rest)
    for part in query.parts():
        one, other = (dict(zip(*vector[part.name], strict=True)) for vector in (here, there))
        moves = [abs(int(one.get(key, 0)) - int(other.get(key, 0))) for key in one.keys() | other.keys()]
        assert sum(move > 0 for move in moves) <= part.groups
        assert max(moves, default=0) <= part.per_group


tallies = st.lists(
    st.tuples(st.sampled_from(["p1", "p2"]), st.lists(st.sampled_from(["a1", "a2", "x", None]), max_size=30)),
    max_size=5,
)


@settings(max_examples=30, deadline=None)
@given(tallies, st.integers(1, 3), st.integers(1, 12))
def test_the_engine_counts_as_plain_python_does(
    recordings: list[tuple[str, list[str | None]]], groups: int, cap: int
) -> None:
    """DuckDB and a loop over dictionaries give the same bounded counts, ties included."""
    query = CountEventsOptions(id="q", keys=("a1", "a2"), max_groups=groups, max_per_group=cap, epsilon=1)
    tables = [(person, pa.table({"app": pa.array(apps, pa.string())})) for person, apps in recordings]
    keys, values = query.vectors([query.partial(table, person) for person, table in tables])["events"]
    assert tuple(zip(keys, values.tolist(), strict=True)) == count_events(recordings, query)


@everyone
def test_partials_may_be_merged_before_they_are_bounded(query: Query) -> None:
    """Merging some of the pieces first changes nothing, and saturates where the bounding does."""
    chance = random.Random(7)
    pieces = [query.partial(events(40, chance), None) for _ in range(5)]
    pieces += [merged(pieces[:2])] * 2
    assert same(query.vectors([merged(pieces[:4]), *pieces[4:]]), query.vectors(pieces))
    one = pa.Table.from_pylist([{"person": "p", "part": "x", "key": "k", "value": CAP}], PARTIALS)
    assert merged([one, one]).equals(one)
    assert merged([]).equals(PARTIALS.empty_table())


def test_values_are_clipped_each_by_itself() -> None:
    """NaN and null are no values, negatives become the lower end, infinities and 2^63 the upper one."""
    query = SumOptions(id="q", value="v", clip=(0, 100), unit="s", max_per_group=1000, epsilon=1)

    def total(values: pa.Array) -> int:
        return int(query.vectors([query.partial(pa.table({"v": values}), "p")])["sum"][1][0])

    assert total(pa.array([float("nan"), None, -5.0, -float("inf"), 7.9])) == 7
    assert total(pa.array([float("inf"), 2.0**63, 1e308])) == 300
    assert total(pa.array([2**64 - 1, 1], pa.uint64())) == 101
    assert total(pa.array([-(2**63), 2**63 - 1], pa.int64())) == 100
    assert total(pa.array([3, None], pa.int8())) == 3
    assert total(pa.array([2**50, 5_000], pa.duration("ms"))) == 200
    assert total(pa.nulls(4)) == 0


def test_short_times_are_added_up_before_they_are_rounded() -> None:
    """A thousand times 400 ms are 400 s, not 0."""
    query = SumOptions(id="q", value="ms", clip=(0, 60_000), unit="s", unit_size=1000, max_per_group=3600, epsilon=1)
    table = pa.table({"ms": pa.array([400] * 1000)})
    assert query.vectors([query.partial(table, "p")])["sum"][1].tolist() == [400]


def test_a_busy_person_does_not_bend_the_mean() -> None:
    """Who has more values than count adds as many of the own mean: sum and count are cut together."""
    query = MeanOptions(id="q", value="v", clip=(0, 100), unit="s", max_events=10, epsilon=1)
    table = pa.table({"v": pa.array([30.0] * 1000)})
    made = query.vectors([query.partial(table, "p")])
    assert (made["sum"][1].tolist(), made["count"][1].tolist()) == ([300], [10])
    assert query.finish(made)["mean"] == {"all": "30.000"}
    assert query.finish(dict.fromkeys(("sum", "count"), (("all",), (0,))))["mean"] == {"all": None}


def test_sums_near_64_bits_saturate_alike_in_any_order() -> None:
    """Partial aggregates at the cap add up to the cap, not to a negative number."""
    query = CountEventsOptions(id="q", by=None, max_per_group=2**18, epsilon=1)
    full = pa.table([["p"] * 1, ["events"], ["all"], [CAP]], schema=PARTIALS)
    assert query.vectors([full] * 9)["events"][1].tolist() == [2**18]


def test_the_key_of_one_person_is_chosen_without_looking_at_others() -> None:
    """What others use most does not decide which of a person's keys count."""
    query = PartitionsOptions(id="q", max_groups=1, epsilon=1)
    mine = query.partial(pa.table({"app": ["x", "x", "y"]}), "p")
    crowd = [query.partial(pa.table({"app": ["y"] * 9}), f"o{index}") for index in range(5)]
    keys, values = query.vectors([mine, *crowd])["people"]
    assert dict(zip(keys, values.tolist(), strict=True)) == {"x": 1, "y": 5}


def test_the_weaker_unit_bounds_each_day_by_itself() -> None:
    """With person_day a person counts once a day, and an unknown day is one more."""
    table = pa.table({"day": ["2026-01-01", "2026-01-02", None, None]})
    query = CountUsersOptions(id="q", epsilon=1, unit_of_privacy="person_day")
    assert query.vectors([query.partial(table, "p")])["people"][1].tolist() == [3]
    with pytest.raises(InputError) as caught:
        query.partial(pa.table({"app": ["x"]}), "p")
    assert caught.value.code == "dp-column"


SECRET = "person-7f3a"
GOOD = {"person": ["p"], "part": ["events"], "key": [OTHER], "value": [1]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key": ["Diary of " + SECRET]}, "dp-tally"),
        ({"part": [SECRET]}, "dp-tally"),
        ({"value": [-1]}, "dp-tally"),
        ({"value": [CAP + 1]}, "dp-tally"),
        ({"person": [""]}, "dp-person"),
    ],
)
def test_partials_that_the_query_cannot_have_made_are_refused(change: dict[str, list[Any]], code: str) -> None:
    """Foreign keys, parts and values from a worker or a file end the release, and the error quotes none of them."""
    table = pa.table({**GOOD, **change}, schema=PARTIALS)
    with pytest.raises(InputError) as caught:
        QUERIES["count_events"].vectors([table])
    assert caught.value.code == code
    assert SECRET not in f"{caught.value!r} {caught.value} {caught.value.__context__!r}"


@pytest.mark.parametrize("table", [pa.table({"person": ["p"]}), pa.table({**GOOD, "value": [1.0]}), None], ids=str)
def test_partials_of_another_schema_are_refused(table: Any) -> None:
    """Missing columns, floats and what is no table end the release."""
    with pytest.raises(InputError) as caught:
        QUERIES["count_events"].vectors([table])
    assert caught.value.code == "dp-tally"


@pytest.mark.parametrize(
    ("table", "person", "code"),
    [
        (pa.table({"app": ["x"]}), " ", "dp-person"),
        (pa.table({"app": ["x"], "person": pa.array([None], pa.string())}), None, "dp-person"),
        (pa.table({"app": ["x"]}), None, "dp-column"),
        (pa.table({"app": [1]}), "p", "dp-column"),
        (pa.table([["x"], ["y"]], names=["app", "app"]), "p", "dp-column"),
        (pa.table({"app": ["x"]}), "\ud800", "dp-person"),
    ],
)
def test_rows_without_person_or_column_are_refused(table: pa.Table, person: str | None, code: str) -> None:
    """Nothing is guessed: a row of nobody, a missing column and one of another type end the release."""
    with pytest.raises(InputError) as caught:
        QUERIES["count_events"].partial(table, person)
    assert caught.value.code == code


def test_a_column_of_broken_text_is_refused_without_quoting_it() -> None:
    """Bytes that are no UTF-8 raise an error of ours that holds none of them."""
    broken = pa.StringArray.from_buffers(
        1, pa.py_buffer(np.array([0, 2], np.int32).tobytes()), pa.py_buffer(b"\xff\xfe")
    )
    with pytest.raises(InputError) as caught:
        QUERIES["count_events"].partial(pa.table({"app": broken}), "p")
    assert caught.value.code == "dp-column"
    assert "xff" not in repr(caught.value.__context__)


def test_the_engine_reads_no_files_and_writes_none() -> None:
    """DuckDB may not open files, load extensions, spill to disk, or be talked out of that."""
    import duckdb

    with open_engine(1) as engine:
        for sql in ("SELECT * FROM read_text('/etc/hostname')", "SET enable_external_access = true", "INSTALL httpfs"):
            with pytest.raises(duckdb.Error):
                engine.execute(sql)
        assert engine.sql("SELECT current_setting('temp_directory')").fetchall() == [("",)]
