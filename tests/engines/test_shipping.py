"""What travels to workers does there what it does here, or is refused."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from engine_batch import SECRET

from boundary import Stage
from boundary import stage as staging
from boundary.engines import sources
from boundary.engines.shipping import Shipped, ship
from boundary.stage import FILES
from recording.errors import InputError


def refused(shipped: Shipped, table: pa.Table) -> str:
    """The code of the error that a batch ends in."""
    with pytest.raises(InputError) as caught:
        shipped(table)
    return caught.value.code


def test_verdicts_are_those_of_a_plain_loop(stage: Stage, batch: Path, plain: pa.Table) -> None:
    """A travelled stage gives the same bytes, whatever the type of the batch and however often it is asked."""
    shipped = pickle.loads(pickle.dumps(ship(stage)))
    table = sources.recordings(batch)
    for given in (table, table.combine_chunks().to_batches()[0], table):
        assert shipped(given).combine_chunks().equals(plain.combine_chunks())


def test_verdicts_come_back_under_the_numbers_that_were_given(stage: Stage, batch: Path, plain: pa.Table) -> None:
    """Engines cut and shuffle, so the number of a row is the user's; where there is none, rows are counted."""
    table = sources.recordings(batch).take(pa.array([5, 0, 3]))
    assert ship(stage)(table)["row"].to_pylist() == [5, 0, 3]
    assert ship(stage)(table.drop(["row"]))["row"].to_pylist() == [0, 1, 2]
    small = table.set_column(0, "row", table["row"].cast(pa.int16()))
    assert ship(stage)(small)["digest_in"].to_pylist() == plain["digest_in"].take(pa.array([5, 0, 3])).to_pylist()


@pytest.mark.parametrize("numbers", [["a"], [-1], [None], [0.5]], ids=repr)
def test_what_is_no_number_of_a_row_is_refused(numbers: list[Any], stage: Stage) -> None:
    """Whatever stands in the column leaves, so nothing but numbers may."""
    assert refused(ship(stage), pa.table({"row": numbers, "path": ["x"]})) == "row-numbers"


def test_other_columns_do_not_pass(stage: Stage, batch: Path) -> None:
    """Raw columns beside the recording are not handed through."""
    table = sources.recordings(batch).append_column("note", pa.array([SECRET] * 7))
    done = ship(stage)(table)
    assert done.schema.equals(Stage.schema)
    assert SECRET not in str(done.to_pylist())


def test_a_batch_larger_than_an_array_is_released_row_by_row(
    stage: Stage, batch: Path, plain: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record batch whose releases do not fit into one array costs nothing: each has its own."""
    sizes = [sum(len(file["data"]) for file in files) for files in plain["files"].to_pylist() if files]
    monkeypatch.setattr(staging, "MAX_BYTES", max(sizes))
    record_batch = sources.recordings(batch).combine_chunks().to_batches()[0]
    assert stage(record_batch)["verdict"].to_pylist().count("released") < len(sizes)
    assert ship(stage)(record_batch)["verdict"].to_pylist().count("released") == len(sizes)


def test_a_table_without_recordings_is_refused_even_without_rows(stage: Stage) -> None:
    """A mistake in the names of columns does not depend on the partition that a worker got."""
    assert refused(ship(stage), pa.table({"row": pa.array([], pa.int64())})) == "no-recording-column"
    assert ship(stage)(pa.table({"files": pa.array([], FILES)})).num_rows == 0


def test_a_worker_without_the_key_says_so_and_makes_none(tmp_path: Path, stage: Stage, batch: Path) -> None:
    """A key of its own would give other stand-ins than everywhere else."""
    shipped = ship(Stage(_policy_of(stage)))
    (tmp_path / "state" / "project.key").unlink()
    assert refused(shipped, sources.recordings(batch)) == "key-missing"
    assert not (tmp_path / "state" / "project.key").exists()


def test_a_worker_with_another_key_is_refused(tmp_path: Path, stage: Stage, batch: Path) -> None:
    """The mark of the key travels, the key does not."""
    shipped = ship(Stage(_policy_of(stage)))
    assert (tmp_path / "state" / "project.key").read_bytes() not in pickle.dumps(shipped)
    (tmp_path / "state" / "project.key").write_bytes(b"x" * 32)
    assert refused(shipped, sources.recordings(batch)) == "key-differs"


def test_a_worker_with_another_version_is_refused(stage: Stage, batch: Path) -> None:
    """Two versions may find different things, and a retry would then give another release."""
    assert refused(replace(ship(stage), version="0.0.1"), sources.recordings(batch)) == "policy-differs"


def test_nothing_is_read_through_a_link_among_recordings(tmp_path: Path, stage: Stage, batch: Path) -> None:
    """A link in a batch may point anywhere; one that somebody names is followed."""
    (tmp_path / "named").symlink_to(batch)
    assert sources.recordings(tmp_path / "named").num_rows == 7
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "events.log").symlink_to(batch / "r0" / "events.jsonl")
    assert ship(stage)(sources.recordings(tmp_path / "folder"))["verdict"].to_pylist() == ["withheld"]
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "one.png").symlink_to(batch / "r0" / "metadata.json")
    assert ship(stage)(sources.recordings(tmp_path / "pictures"))["verdict"].to_pylist() == ["withheld"]


def test_sources_number_every_recording_once(batch: Path) -> None:
    """A recording that is named twice is done once."""
    table = sources.recordings(batch, batch / "r1")
    assert table.schema.equals(sources.WORK)
    assert table["row"].to_pylist() == list(range(7))
    assert all(Path(path).is_absolute() for path in table["path"].to_pylist())


def _policy_of(stage: Stage) -> Any:
    return stage.plan().policy
