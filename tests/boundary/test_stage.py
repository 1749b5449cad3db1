"""`Stage` turns every row into a verdict, in order, anywhere."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from plug_in import environment
from tiny_recording import Desk, presses

from boundary import Release, Stage, Withheld
from boundary import plan as planning
from boundary import stage as staging
from boundary.stage import FILES
from policies import load_policy
from recording import open_recording, parse_files
from recording.errors import InputError, PolicyError
from recording.model import SourceFile

POLICY = """\
policy: 1
name: staged
# a comment of some length, so that the text of the policy is longer than the words in it
find:
  - {use: text.roles}
  - {use: text.pii, entities: [EMAIL_ADDRESS]}
change: {default: {use: replace}}
"""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A stage with a key of its own."""
    (tmp_path / "p.yaml").write_text(POLICY)
    (tmp_path / "key").write_bytes(b"k" * 32)
    (tmp_path / "key").chmod(0o600)
    return Stage(tmp_path / "p.yaml", key_file=tmp_path / "key")


def _desk(word: str) -> Desk:
    return Desk().window("Mail", "Inbox").into("Body").type(f"{word} rosalind@example.org")


def _cell(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [{"name": name, "data": data} for name, data in files.items()]


def _table(cells: Iterable[Any]) -> pa.Table:
    return pa.table({"id": pa.array(range(len(cells := list(cells)))), "files": pa.array(cells, FILES)})


def test_a_table_of_files_gives_one_verdict_a_row_in_order(stage: Stage) -> None:
    """Good and bad rows come back in their places, with the schema that is announced."""
    broken = _desk("b").files() | {"metadata.json": b"{"}
    cells = [_cell(_desk("a").files()), None, _cell(broken), [], _cell(_desk("z").files())]
    done = stage(_table(cells))
    assert done.schema.equals(Stage.schema)
    assert done["row"].to_pylist() == [0, 1, 2, 3, 4]
    assert done["verdict"].to_pylist() == ["released", "withheld", "withheld", "withheld", "released"]
    assert done["code"].to_pylist() == [None, "no-files", "json-syntax", "no-files", None]
    assert done["files"].is_null().to_pylist() == [False, True, True, True, False]
    assert done["policy_digest"].unique().to_pylist() == [stage.policy_digest]


def test_released_files_read_back_as_a_recording(stage: Stage) -> None:
    """The column `files` is a recording of the source's own format."""
    done = stage(_table([_cell(_desk("hello").files())]))
    files = {file["name"]: SourceFile(file["name"], file["data"]) for file in done["files"][0].as_py()}
    again = parse_files("again", files)
    assert again.format == "ducktrack"
    assert presses(files["events.jsonl"].read()) == "hello [EMAIL_ADDRESS]"
    report = json.loads(done["report"][0].as_py())
    assert report["findings"]["EMAIL_ADDRESS"] == {"typed": 1}


def test_a_record_batch_of_paths_gives_a_record_batch(stage: Stage, tmp_path: Path) -> None:
    """Paths are read where the stage runs; a null or a missing one is that row's verdict."""
    folder = _desk("a").save(tmp_path / "r")
    batch = pa.record_batch({"path": pa.array([str(folder), None, str(tmp_path / "none")])})
    done = stage(batch)
    assert isinstance(done, pa.RecordBatch)
    assert done.schema.equals(Stage.schema)
    assert done["verdict"].to_pylist() == ["released", "withheld", "withheld"]
    assert done["code"].to_pylist() == [None, "no-recording", "not-found"]


@pytest.mark.parametrize("kind", [pa.table, pa.record_batch])
def test_an_empty_batch_gives_an_empty_batch(kind: Any, stage: Stage) -> None:
    """No rows in, no rows out, and still the schema."""
    done = stage(kind({"path": pa.array([], pa.string())}))
    assert done.num_rows == 0
    assert done.schema.equals(Stage.schema)


def test_an_iterable_gives_outcomes_lazily_and_in_order(stage: Stage, tmp_path: Path) -> None:
    """Recordings and paths may be mixed; the next is read when it is asked for."""
    folder = _desk("a").save(tmp_path / "r")
    asked = []

    def source() -> Iterable[Any]:
        for item in (open_recording(folder), str(folder), folder, tmp_path / "none", 17, None):
            asked.append(item)
            yield item

    outcomes = stage(source())
    assert asked == []
    first = next(iter(outcomes))
    assert isinstance(first, Release)
    assert len(asked) == 1
    rest = list(outcomes)
    assert [type(outcome) for outcome in rest] == [Release, Release, Withheld, Withheld, Withheld]


@pytest.mark.parametrize(
    "files",
    [
        {"../events.jsonl": b"{}\n"},
        {"/events.jsonl": b"{}\n"},
        {"a//events.jsonl": b"{}\n"},
        {"a\nb.jsonl": b"{}\n"},
        {"": b""},
        {"events.jsonl": None},
    ],
    ids=repr,
)
def test_files_with_names_that_lead_astray_are_withheld(files: dict[str, Any], stage: Stage) -> None:
    """A name that could leave a folder, or a file without data, never becomes part of a release."""
    done = stage(_table([_cell(files)]))
    assert done["code"].to_pylist() == ["files-invalid"]


def test_two_files_of_one_name_are_withheld(stage: Stage) -> None:
    """Of two files with one name, one would be lost."""
    files = _cell(_desk("a").files())
    assert stage(_table([[*files, files[0]]]))["code"].to_pylist() == ["files-invalid"]


def test_what_does_not_fit_into_an_array_is_withheld(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that grows too large for Arrow costs the rows that do not fit, not the batch."""
    cells = [_cell(_desk("a").files())] * 3
    size = sum(len(file["data"]) for file in stage(_table(cells[:1]))["files"][0].as_py())
    monkeypatch.setattr(staging, "MAX_BYTES", size * 2)
    batch = _table(cells).combine_chunks().to_batches()[0]
    assert stage(batch)["code"].to_pylist() == [None, None, "batch-too-large"]
    assert stage(_table(cells))["code"].to_pylist() == [None, None, None]


def test_an_odd_argument_is_an_error_at_once(stage: Stage, tmp_path: Path) -> None:
    """A table without recordings, or one recording instead of several, is a mistake of the caller."""
    with pytest.raises(InputError) as caught:
        stage(pa.table({"x": [1]}))
    assert caught.value.code == "no-recording-column"
    with pytest.raises(InputError) as caught:
        stage(str(tmp_path))
    assert caught.value.code == "not-a-batch"


def test_a_policy_with_mistakes_is_refused_when_the_stage_is_made(tmp_path: Path) -> None:
    """Nobody finds out in the middle of a cluster."""
    (tmp_path / "p.yaml").write_text("policy: 1\nname: x\nfind: [{use: nothing}]\n")
    with pytest.raises(PolicyError):
        Stage(tmp_path / "p.yaml")


def test_the_pickle_is_the_policys_text_and_little_more(stage: Stage) -> None:
    """No models and no key travel: they stay where they are."""
    list(stage([]))  # a plan is built
    data = pickle.dumps(stage)
    assert len(data) < len(POLICY) + 1024
    assert b"k" * 32 not in data
    assert b"presidio" not in data
    assert pickle.loads(data).policy_digest == stage.policy_digest


def test_a_pickle_works_in_a_fresh_process_with_the_same_result(stage: Stage, tmp_path: Path) -> None:
    """Another process reads the same policy, under the same digest, to the same bytes."""
    folder = _desk("hello").save(tmp_path / "r")
    (tmp_path / "stage.pickle").write_bytes(pickle.dumps(stage))
    program = (
        "import pickle, sys; stage = pickle.load(open(sys.argv[1], 'rb'));"
        "(out,) = stage([sys.argv[2]]); print(stage.policy_digest, sorted(out.digests_out.items()), out.digest_in)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "stage.pickle", folder],
        env=environment(tmp_path / "state"), cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (here,) = stage([folder])
    assert isinstance(here, Release)
    assert done.stdout.strip() == f"{stage.policy_digest} {sorted(here.digests_out.items())} {here.digest_in}"


def test_a_policy_that_reads_differently_elsewhere_is_refused(stage: Stage) -> None:
    """Where the same text gives another policy, nothing is done under the old digest."""
    sources, folder, _, key = stage.__getstate__()
    other = Stage.__new__(Stage)
    other.__setstate__((sources, folder, "0" * 64, key))
    with pytest.raises(InputError) as caught:
        other([])
    assert caught.value.code == "policy-differs"


def test_a_process_builds_its_plan_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often engines unpickle the callable, the models are loaded once."""
    built = []
    real = planning.build_plan
    monkeypatch.setattr(planning, "build_plan", lambda *a, **n: built.append(1) or real(*a, **n))
    planning.cached_plan.cache_clear()
    for _ in range(3):
        pickle.loads(pickle.dumps(stage))(_table([]))
    assert len(built) == 1


def test_a_loaded_policy_serves_as_well_as_its_file(stage: Stage, tmp_path: Path) -> None:
    """`Stage(policy)` and `Stage("policy.yaml")` are the same stage."""
    assert Stage(load_policy(tmp_path / "p.yaml")).policy_digest == stage.policy_digest
