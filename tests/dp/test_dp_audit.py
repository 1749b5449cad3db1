"""The audit of sensitivity: our queries hold, and planted faults of known kinds are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pytest

from benchmarks._planted import FAULTS, Planted
from benchmarks._queries import QUERIES
from dp.audit import PAIRS, audit
from dp.bounding import Bounding, bounded_lanes
from dp.contract import Query, Vector
from dp.neighbours import neighbours
from dp.queries import CountUsersOptions

everyone = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)


@everyone
def test_no_query_moves_more_than_it_declares(query: Query) -> None:
    """Over random hostile neighbours measured / declared is at most 1, and nothing else tells them apart."""
    found = audit(query, pairs=12)
    assert found.worst <= 1
    assert found.divergences == ()


@pytest.mark.slow
@everyone
def test_no_query_moves_more_than_it_declares_over_many_pairs(query: Query) -> None:
    """The same over 240 other pairs; and the bound is met exactly, so the audit does reach it. 1,000: `dp_audit`."""
    found = audit(query, pairs=240, first=PAIRS)
    assert found.worst == 1
    assert found.divergences == ()


@everyone
def test_pairs_bounded_together_come_out_as_by_themselves(query: Query) -> None:
    """Bounding many data sets in one pass gives each the vectors that a release would give it."""
    data = [pieces for number in range(12) for pieces in neighbours(query, number)]
    lanes = [[query.partial(piece, None) for piece in pieces] for pieces in data]
    together = bounded_lanes(lanes, query.bounding())  # type: ignore[attr-defined]  # every shipped query has it
    for lane, found in zip(lanes, together, strict=True):
        alone = query.vectors(lane)
        assert found.keys() == alone.keys()
        for name, (keys, values) in alone.items():
            assert found[name][0] == keys
            assert found[name][1].tolist() == values.tolist()


def test_lanes_without_rows_have_their_public_keys() -> None:
    """A data set without anybody, and no data set at all, are ordinary."""
    query = QUERIES["sum"]
    assert bounded_lanes([], query.bounding()) == []  # type: ignore[attr-defined]
    (keys, values) = bounded_lanes([[], []], query.bounding())[1]["sum"]  # type: ignore[attr-defined]
    assert (keys, values.tolist()) == (query.parts()[0].keys, [0, 0, 0])


def test_what_differs_in_a_pass_of_many_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the pass over many data sets to give others than a release does, the audit would say so."""
    monkeypatch.setattr("dp.audit.bounded_lanes", _off_by_one)
    found = audit(QUERIES["count_users"], pairs=3)
    assert found.divergences == ((0, "order"),)


def _off_by_one(lanes: Sequence[Sequence[pa.Table]], bounding: Bounding) -> list[dict[str, Vector]]:
    found = bounded_lanes(lanes, bounding)
    return [{name: (keys, values + 1) for name, (keys, values) in one.items()} for one in found]


def test_the_weaker_unit_is_audited_by_days() -> None:
    """With person_day neighbours differ in one day of a person, and the bound holds for that."""
    query = CountUsersOptions(id="q", epsilon=1, unit_of_privacy="person_day")
    assert audit(query, pairs=12).holds
    assert not audit(_Undated(query), pairs=12).holds


@dataclass(frozen=True)
class _Undated:
    """`person_day` bounding behind a query that claims the unit is the person."""

    inner: Query
    id: str = "q"

    def __getattr__(self, name: str) -> Any:
        if name == "unit_of_privacy":
            raise AttributeError(name)
        return getattr(self.inner, name)


def test_the_planted_query_without_a_fault_holds() -> None:
    """The audit does not cry wolf."""
    found = audit(Planted(), pairs=60)
    assert found.holds
    assert found.worst == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_found(fault: str) -> None:
    """Each fault known from released libraries, planted in a right query, shows within 60 pairs."""
    assert not audit(Planted(fault=fault), pairs=60).holds
