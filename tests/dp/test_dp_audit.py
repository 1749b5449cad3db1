"""The audit of sensitivity: our queries hold, and planted faults of known kinds are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from dp_cases import QUERIES

from dp.audit import PAIRS, audit
from dp.bounding import Bounding, bounded_lanes
from dp.contract import Column, Part, Query, Vector
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


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A sum per key in plain Python, right but for one fault. ``app`` groups, ``v`` is clipped to 0..9, 2 keys."""

    fault: str = ""
    id: str = "planted"

    def parts(self) -> tuple[Part, ...]:
        """What it declares."""
        keys = ("a", "b", "other")
        # Replacing a value moves a sum by high - low, adding one by high: the fault of tools.sum.
        per_group = 3 if self.fault == "replace-one sensitivity" else 10
        return (Part(name="sum", unit="x", keys=keys, groups=2, per_group=per_group),)

    def columns(self) -> tuple[Column, ...]:
        """What it reads."""
        return (Column(name="app", kind="text", samples=("a", "b")), Column(name="v", kind="number", samples=(7, 9)))

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """The rows as they are."""
        return events

    def vectors(self, partials: Iterable[pa.Table], *, threads: int | None = None) -> Mapping[str, Any]:
        """Bounds in a loop."""
        rows: list[tuple[str, str, float]] = []
        for number, piece in enumerate(partials):
            for row in piece.to_pylist():
                who = row["person"].strip().casefold()
                # Two devices of one person become two persons.
                who += str(number) if self.fault == "bounds each piece" else ""
                app = row["app"] if row["app"] in {"a", "b"} else "other"
                rows.append((who, app, self._clipped(row["v"])))
        people: dict[str, Counter[str]] = {}
        for who, app, value in rows:
            people.setdefault(who, Counter())[app] += value
        popular = Counter(app for _, app, _ in rows)
        sums: dict[str, float] = {} if self.fault == "keys of the data" else dict.fromkeys(("a", "b", "other"), 0)
        for mine in people.values():
            order = sorted(mine, key=lambda app: (-mine[app], app))
            if self.fault == "keys chosen over all people":
                order = sorted(mine, key=lambda app: (-popular[app], app))
            kept = order if self.fault == "no limit of groups" else order[:2]
            for app in kept:
                cap = 10**9 if self.fault == "bounds each record" else 10
                sums[app] = sums.get(app, 0) + min(mine[app], cap)
        if self.fault == "mean with a public n":
            sums = {key: value * 10 // max(1, len(people)) for key, value in sums.items()}
        keys = tuple(sorted(sums))
        kind = np.float64 if self.fault == "float sums" else np.int64
        return {"sum": (keys, np.array([sums[key] for key in keys], dtype=kind))}

    def _clipped(self, value: float | None) -> float:
        if value is None or (value != value and self.fault != "raises on NaN"):  # noqa: PLR0124  NaN
            return 0
        clipped = min(max(value, 7 if self.fault == "replace-one sensitivity" else 0), 9)
        return clipped / 3 if self.fault == "float sums" else int(clipped) if value == value else int(value)  # noqa: PLR0124

    def finish(self, noisy: Any) -> Mapping[str, object]:
        """Nothing."""
        return {}


def test_the_planted_query_without_a_fault_holds() -> None:
    """The audit does not cry wolf."""
    found = audit(Planted(), pairs=60)
    assert found.holds
    assert found.worst == 1


@pytest.mark.parametrize(
    "fault",
    [
        "bounds each piece",
        "bounds each record",
        "no limit of groups",
        "keys chosen over all people",
        "replace-one sensitivity",
        "mean with a public n",
        "keys of the data",
        "raises on NaN",
        "float sums",
    ],
)
def test_planted_faults_are_found(fault: str) -> None:
    """Each fault known from released libraries, planted in a right query, shows within 60 pairs."""
    assert not audit(Planted(fault=fault), pairs=60).holds
