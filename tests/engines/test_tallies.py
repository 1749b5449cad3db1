"""Statistics counted in parts are those of `boundary release`, however the data were cut; else nothing is released."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from engine_batch import COUNT, cut, dying, events, policy, write_events
from hypothesis import given, settings
from hypothesis import strategies as st

from boundary import Stage
from boundary.counting import Count, Counted, count
from boundary.engines import sources
from boundary.engines.tallies import PARTIAL, Tally, release_tallies, tally
from boundary.plan import Plan
from boundary.stage import FILES
from boundary.tables import rows_digest
from recording.errors import InputError

SIZES = st.lists(st.integers(300, 1500), min_size=1, max_size=4)


@pytest.fixture(scope="session")
def counting(tmp_path_factory: pytest.TempPathFactory, key: Path) -> Stage:
    """The statistics of recordings."""
    return Stage(policy(tmp_path_factory.mktemp("policy"), COUNT.format(person="user_id", most=30)), key_file=key)


@pytest.fixture(scope="session")
def counting_rows(tmp_path_factory: pytest.TempPathFactory, key: Path) -> Stage:
    """The statistics of tables."""
    return Stage(policy(tmp_path_factory.mktemp("policy"), COUNT.format(person="dev", most=30)), key_file=key)


def partials(job: Tally, tables: Iterator[pa.Table]) -> list[pa.Table]:
    """What a worker for each table sends."""
    return [pa.Table.from_batches(job.stream([table]), PARTIAL) for table in tables]


def vectors(plan: Plan, parts: list[pa.Table]) -> list[Any]:
    """Each statistic's exact and bounded numbers."""
    out = []
    for index, aggregate in enumerate(plan.aggregates):
        table = pa.concat_tables(parts)
        own = table.filter(pa.compute.equal(table["statistic"], index)).select(["person", "part", "key", "value"])
        found = aggregate.query.vectors([own.cast(_partials())], threads=1)
        out.append({name: (keys, values.tolist()) for name, (keys, values) in found.items()})
    return out


def _partials() -> pa.Schema:
    from dp.contract import PARTIALS

    return PARTIALS


def locally(plan: Plan, *jobs: Count) -> tuple[list[Any], list[str]]:
    """The same numbers as ``boundary release`` makes them, and the digests of the data."""
    found = [one for one in (count(job, plan) for job in jobs) if isinstance(one, Counted)]
    exact = [
        aggregate.query.vectors([one.tallies[index] for one in found], threads=1)
        for index, aggregate in enumerate(plan.aggregates)
    ]
    told = [{name: (keys, values.tolist()) for name, (keys, values) in one.items()} for one in exact]
    return told, sorted(one.digest for one in found)


@settings(max_examples=3, deadline=None)
@given(sizes=SIZES)
def test_rows_count_the_same_however_they_are_cut(
    sizes: list[int], counting_rows: Stage, tmp_path_factory: Any
) -> None:
    """A person's rows may lie in any number of parts: they are bounded when all are together, as in one file."""
    job, plan = tally(counting_rows, "october"), counting_rows.plan()
    folder = tmp_path_factory.mktemp("rows")
    expected, _ = locally(plan, Count(write_events(folder / "a.parquet"), "parquet"))
    parts = partials(job, cut(events(1500).select(job.columns), sizes))
    assert vectors(plan, parts) == expected
    merged = [pa.Table.from_batches(job.merge([batch for part in parts for batch in part.to_batches()]), PARTIAL)]
    assert vectors(plan, merged) == expected


def test_recordings_count_the_same_and_are_the_same_data(counting: Stage, batch: Path, tmp_path: Path) -> None:
    """Digests are those of a local release, so asked there again the answer is free; what is broken is left out."""
    plan, job = counting.plan(), tally(counting, None)
    table = sources.data(batch)
    paths = [Path(path) for path in table["path"].to_pylist()]
    expected, digests = locally(plan, *(Count(path) for path in paths))
    parts = partials(job, cut(table, [2, 1]))
    assert vectors(plan, parts) == expected
    done = release_tallies(parts, job, tmp_path / "out", ledger=tmp_path / "ledger.db")
    told = [json.loads(source) for part in parts for source in part["source"].drop_null().to_pylist()]
    assert sorted(one["of"][1] for one in told if "of" in one) == digests
    assert [(path.name, verdict.code) for path, verdict in done.left_out] == [("broken", "json-syntax")]
    assert set(done.answers) == {"per-app", "people"}
    left = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert b"plover" not in left


def test_recordings_given_as_files_are_the_same_data(counting: Stage, batch: Path) -> None:
    """Whether a worker reads a recording or is sent it makes no difference."""
    job = tally(counting, None)
    folder = batch / "r1"
    files = [{"name": path.name, "data": path.read_bytes()} for path in sorted(folder.iterdir())]
    (sent,) = partials(job, iter([pa.table({"files": pa.array([files], FILES)})]))
    (read,) = partials(job, iter([pa.table({"path": [str(folder)]})]))
    assert sent.drop(["source"]).equals(read.drop(["source"]))
    assert json.loads(sent["source"][0].as_py())["of"] == json.loads(read["source"][0].as_py())["of"]


def refused(parts: list[pa.Table], job: Tally, out: Path) -> str:
    """The code of the error that a release ends in; nothing was charged."""
    ledger = out.with_name("ledger.db")
    with pytest.raises(InputError) as caught:
        release_tallies(parts, job, out, ledger=ledger)
    assert not ledger.exists()
    return caught.value.code


def test_a_path_that_a_worker_does_not_see_ends_the_release(counting: Stage, batch: Path, tmp_path: Path) -> None:
    """Which recordings count must be up to the data, and not to who mounted what."""
    job = tally(counting, None)
    table = pa.table({"path": [str(batch / "r0"), str(tmp_path / "elsewhere")]})
    assert refused(partials(job, iter([table])), job, tmp_path / "out") == "not-found"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"dev": pa.nulls(9, pa.string())}, "dp-person"),
        ({"app": pa.array(range(9))}, "dp-column"),
        ({"app": None}, "dp-column"),
    ],
)
def test_what_is_wrong_with_rows_ends_the_release(
    change: dict[str, Any], code: str, counting_rows: Stage, tmp_path: Path
) -> None:
    """A part that cannot be counted is not left out, and the engine's log gets no word of the data."""
    job, good = tally(counting_rows, "october"), events(9)
    columns = {name: column for name, column in ({n: good[n] for n in good.column_names} | change).items() if column}
    assert refused(partials(job, iter([good, pa.table(columns)])), job, tmp_path / "out") == code


def test_a_worker_with_another_register_ends_the_release(counting_rows: Stage, tmp_path: Path) -> None:
    """Who consents decides who counts, so it is told the same everywhere."""
    job = replace(tally(counting_rows, "october"), digest="0" * 64)
    assert refused(partials(job, iter([events(9)])), job, tmp_path / "out") == "policy-differs"


def test_made_up_partials_are_refused(counting_rows: Stage, tmp_path: Path) -> None:
    """What workers send is checked as any other tally: no key and no count that the query cannot make."""
    job = tally(counting_rows, "october")
    row = {"statistic": 0, "person": "a", "part": "events", "key": "Diary", "value": 1}
    done = release_tallies([pa.Table.from_pylist([row], PARTIAL)], job, tmp_path / "out", ledger=tmp_path / "l.db")
    assert done.refused["per-app"].code == "dp-tally"
    nowhere = pa.Table.from_pylist([row | {"statistic": -1}], PARTIAL)
    assert refused([nowhere], job, tmp_path / "again" / "out") == "dp-tally"


def test_data_under_another_name_are_other_data(counting_rows: Stage) -> None:
    """The name is what a stored answer is found by; two names never share one."""
    plan = counting_rows.plan()
    assert rows_digest("october", plan) != rows_digest("november", plan)
    with pytest.raises(InputError) as caught:
        tally(counting_rows, " ")
    assert caught.value.code == "release-id"


def test_a_policy_without_statistics_is_refused_before_anything_runs(stage: Stage) -> None:
    """Nobody finds out at the end of a job."""
    with pytest.raises(InputError) as caught:
        tally(stage, None)
    assert caught.value.code == "no-aggregates"


def test_rows_that_nobody_named_are_refused(counting: Stage, tmp_path: Path) -> None:
    """Events are counted as events only where somebody says so."""
    job = tally(counting, None)
    with pytest.raises(InputError) as caught:
        partials(job, iter([events(3)]))
    assert caught.value.code == "no-recording-column"


def test_recordings_that_name_nobody_are_not_counted(counting: Stage, tmp_path: Path) -> None:
    """Where one recording names no person, no share can be bounded, and every statistic is refused."""
    batch = dying(tmp_path / "batch")
    (batch / "d1" / "metadata.json").unlink()
    job = tally(counting, None)
    done = release_tallies(
        partials(job, iter([sources.data(batch)])), job, tmp_path / "out", ledger=tmp_path / "ledger.db"
    )
    assert {verdict.code for verdict in done.refused.values()} == {"person-unknown"}
    assert not done.answers
