"""Counting, bounding and adding up: exact integers, one person's share limited whatever the person did."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dp import OTHER, CountEventsOptions, count_events, micro_epsilon
from dp.queries import bound, merge, tally
from recording.errors import InputError

BASE = {"id": "q", "keys": ["Editor", "Mail", "Zeit"], "max_groups": 2, "max_per_group": 10, "epsilon": "1"}
QUERY = CountEventsOptions.model_validate(BASE)

KEYS = ("Editor", "Mail", "Zeit", OTHER)
tallies = st.dictionaries(st.sampled_from(KEYS), st.one_of(st.integers(0, 30), st.integers(0, 10**40)))
people = st.lists(st.tuples(st.sampled_from(["p1", "p2", "p3", "p4"]), tallies), max_size=12)
queries = st.builds(
    lambda groups, cap: QUERY.model_copy(update={"max_groups": groups, "max_per_group": cap}),
    st.integers(1, 4),
    st.integers(1, 2**18),
)


@given(people, st.lists(tallies, max_size=5), st.integers(0, 12), queries)
def test_adding_or_removing_a_person_moves_the_vector_by_no_more_than_declared(
    rest: list[tuple[str, dict[str, int]]], rows: list[dict[str, int]], where: int, query: CountEventsOptions
) -> None:
    """Neighbours differ by L1 <= max_groups * max_per_group, by max_per_group per key and in max_groups keys."""
    one = [("the one", row) for row in rows]
    with_one = dict(count_events([*rest[:where], *one, *rest[where:]], query))
    without = dict(count_events(rest, query))
    moves = [abs(with_one[key] - without[key]) for key in without]
    assert with_one.keys() == without.keys()
    assert sum(moves) <= query.max_groups * query.max_per_group
    assert max(moves) <= query.max_per_group
    assert sum(move > 0 for move in moves) <= query.max_groups


@given(people, st.randoms(use_true_random=False), queries)
def test_the_order_of_recordings_does_not_matter(
    rows: list[tuple[str, dict[str, int]]], shuffler: object, query: CountEventsOptions
) -> None:
    """Any order of the same tallies gives the same vector."""
    shuffled = list(rows)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert count_events(shuffled, query) == count_events(rows, query)


@given(st.lists(st.one_of(st.none(), st.sampled_from([*KEYS, "Diary", "editor", "", "Mail\x00"]))), st.integers(0, 5))
def test_a_tally_is_the_plain_count(apps: list[str | None], cut: int) -> None:
    """Every Arrow shape of the column gives the count that a loop would, unknown and missing names under 'other'."""
    expected = Counter(app if app in QUERY.keys else OTHER for app in apps)
    plain = pa.array(apps, pa.string())
    shapes = [
        plain,
        plain.cast(pa.large_string()),
        plain.cast(pa.string_view()),
        plain.dictionary_encode(),
        pa.chunked_array([plain[:cut], plain[cut:]]),
        pa.chunked_array([plain[:cut], plain[cut:]]).dictionary_encode(),
    ]
    for shape in shapes:
        assert tally(shape, QUERY) == dict(expected)


def test_a_column_without_any_name_counts_as_other() -> None:
    """A column of Arrow's null type is all 'other', and an empty one is empty."""
    assert tally(pa.nulls(3), QUERY) == {OTHER: 3}
    assert tally(pa.nulls(0), QUERY) == {}


@pytest.mark.parametrize(
    "column", [pa.array([1, 2]), pa.array([b"x"]), pa.array([["x"]]), pa.array([1]).dictionary_encode()]
)
def test_a_column_that_is_not_text_is_refused(column: pa.Array) -> None:
    """Numbers, bytes and lists are refused, never converted."""
    with pytest.raises(InputError) as caught:
        tally(column, QUERY)
    assert caught.value.code == "dp-column"


def test_bounding_keeps_the_largest_groups_and_breaks_ties_by_key() -> None:
    """The largest keys of the person stay, equal ones in the order of their code points, each cut to the limit."""
    assert bound({"Zeit": 5, "Mail": 5, "Editor": 5}, QUERY) == {"Editor": 5, "Mail": 5}
    assert bound({OTHER: 10**30, "Editor": 1, "Mail": 2}, QUERY) == {OTHER: 10, "Mail": 2}
    assert bound({"Editor": 0, "Mail": 0, "Zeit": 1}, QUERY) == {"Zeit": 1}


def test_the_vector_has_every_key_even_without_people() -> None:
    """Without any person all declared keys are there, sorted, with 0."""
    assert count_events([], QUERY) == (("Editor", 0), ("Mail", 0), ("Zeit", 0), (OTHER, 0))


def test_recordings_of_one_person_are_bounded_together() -> None:
    """Two devices of one person share one limit; two people have one each."""
    assert dict(count_events([("a", {"Mail": 8}), ("a", {"Mail": 8})], QUERY))["Mail"] == 10
    assert dict(count_events([("a", {"Mail": 8}), ("b", {"Mail": 8})], QUERY))["Mail"] == 16


SECRET = "person-7f3a"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ((SECRET, {"Diary of " + SECRET: 1}), "dp-tally"),
        ((SECRET, {"Mail": -1}), "dp-tally"),
        ((SECRET, {"Mail": 1.5}), "dp-tally"),
        ((SECRET, {"Mail": True}), "dp-tally"),
        ((SECRET, {"Mail": float("nan")}), "dp-tally"),
        (("", {"Mail": 1}), "dp-person"),
        ((None, {"Mail": 1}), "dp-person"),
    ],
)
def test_bad_tallies_are_refused_without_naming_anyone(row: tuple[str, dict[str, int]], code: str) -> None:
    """A foreign key, a count that is no natural number or a missing person is refused, and the error quotes nothing."""
    with pytest.raises(InputError) as caught:
        merge([row], QUERY)
    assert caught.value.code == code
    assert SECRET not in f"{caught.value!r} {caught.value} {caught.value.__context__!r}"


@pytest.mark.parametrize(
    "change",
    [
        {"keys": []},
        {"keys": ["a", "a"]},
        {"keys": [OTHER]},
        {"keys": ["a\n"]},
        {"keys": [""]},
        {"max_groups": 0},
        {"max_groups": 5},
        {"max_per_group": 0},
        {"max_per_group": 1.5},
        {"max_per_group": 2**30},
        {"epsilon": "40"},
        {"id": "Not A Slug"},
        {"by": "window"},
        {"seed": 1},
        *(
            {"epsilon": bad}
            for bad in (0, -1, "0", True, "1e-3", "nan", float("nan"), float("inf"), "0.0000001", 1e-7, None)
        ),
    ],
    ids=str,
)
def test_bad_options_are_refused(change: dict[str, object]) -> None:
    """Every option outside its range, noise beyond the guards included, is refused before any data is read."""
    with pytest.raises(ValidationError):
        CountEventsOptions.model_validate({**BASE, **change})


@given(st.integers(1, 10**9))
def test_epsilon_is_read_exactly(micro: int) -> None:
    """Every multiple of a millionth is read without error from a string, a decimal and the float that denotes it."""
    exact = Decimal(micro) / 10**6
    assert micro_epsilon(f"{exact:f}") == micro_epsilon(exact) == micro_epsilon(float(exact)) == micro


def test_options_survive_their_own_dump() -> None:
    """Options validate to the same options from their Python and JSON dumps."""
    for epsilon in (0.1, "0.1", 1, "0.000001"):
        query = CountEventsOptions.model_validate({**BASE, "max_groups": 1, "max_per_group": 1, "epsilon": epsilon})
        assert CountEventsOptions.model_validate(query.model_dump()) == query
        assert CountEventsOptions.model_validate(json.loads(query.model_dump_json())) == query
