"""Counting, bounding and adding up: exact integers, one person's share limited whatever the person did."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from dp import OTHER, CountEventsOptions, micro_epsilon
from dp.contract import PARTIALS
from recording.errors import InputError

BASE = {"id": "q", "keys": ["Editor", "Mail", "Zeit"], "max_groups": 2, "max_per_group": 10, "epsilon": "1"}
QUERY = CountEventsOptions.model_validate(BASE)

KEYS = ("Editor", "Mail", "Zeit", OTHER)


def counted(*rows: tuple[str | None, Mapping[str, object]]) -> dict[str, int]:
    """The bounded vector of people's counts by key."""
    flat = [{"person": who, "part": "events", "key": key, "value": n} for who, row in rows for key, n in row.items()]
    keys, values = QUERY.vectors([pa.Table.from_pylist(flat, PARTIALS)])["events"]
    return dict(zip(keys, values.tolist(), strict=True))


def tally(apps: pa.Array | pa.ChunkedArray) -> dict[str, int]:
    """What one person's events count, by key."""
    rows = QUERY.partial(pa.table({"app": apps}), "p").to_pylist()
    return {row["key"]: row["value"] for row in rows}


@settings(deadline=None)
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
        assert tally(shape) == dict(expected)


def test_a_column_without_any_name_counts_as_other() -> None:
    """A column of Arrow's null type is all 'other', and an empty one is empty."""
    assert tally(pa.nulls(3)) == {OTHER: 3}
    assert tally(pa.nulls(0)) == {}


@pytest.mark.parametrize(
    "column", [pa.array([1, 2]), pa.array([b"x"]), pa.array([["x"]]), pa.array([1]).dictionary_encode()]
)
def test_a_column_that_is_not_text_is_refused(column: pa.Array) -> None:
    """Numbers, bytes and lists are refused, never converted."""
    with pytest.raises(InputError) as caught:
        tally(column)
    assert caught.value.code == "dp-column"


def test_bounding_keeps_the_largest_groups_and_breaks_ties_by_key() -> None:
    """The largest keys of the person stay, equal ones in the order of their code points, each cut to the limit."""
    none = dict.fromkeys(KEYS, 0)
    assert counted(("a", {"Zeit": 5, "Mail": 5, "Editor": 5})) == {**none, "Editor": 5, "Mail": 5}
    assert counted(("a", {OTHER: 10**18, "Editor": 1, "Mail": 2})) == {**none, OTHER: 10, "Mail": 2}
    assert counted(("a", {"Editor": 0, "Mail": 0, "Zeit": 1})) == {**none, "Zeit": 1}


def test_the_vector_has_every_key_even_without_people() -> None:
    """Without any person all declared keys are there, sorted, with 0."""
    assert list(counted().items()) == [("Editor", 0), ("Mail", 0), ("Zeit", 0), (OTHER, 0)]


def test_recordings_of_one_person_are_bounded_together() -> None:
    """Two devices of one person share one limit; two people have one each."""
    assert counted(("a", {"Mail": 8}), ("a", {"Mail": 8}))["Mail"] == 10
    assert counted(("a", {"Mail": 8}), ("b", {"Mail": 8}))["Mail"] == 16


SECRET = "person-7f3a"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ((SECRET, {"Diary of " + SECRET: 1}), "dp-tally"),
        ((SECRET, {"Mail": -1}), "dp-tally"),
        ((SECRET, {"Mail": 2**62 + 1}), "dp-tally"),
        ((SECRET, {"Mail": None}), "dp-tally"),
        (("", {"Mail": 1}), "dp-person"),
        ((None, {"Mail": 1}), "dp-tally"),
    ],
)
def test_bad_tallies_are_refused_without_naming_anyone(row: tuple[str | None, dict[str, object]], code: str) -> None:
    """A foreign key, a count that is no natural number or a missing person is refused, and the error quotes nothing."""
    with pytest.raises(InputError) as caught:
        counted(row)
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
