"""What a run writes besides recordings: statistics, the manifest, the list of what was withheld."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from plug_in import boundary
from tiny_policy import events_per_app
from tiny_recording import Desk, contents, left_of, save
from typer.testing import CliRunner

from boundary.aggregates import gather
from boundary.cli import app
from boundary.counting import Counted
from boundary.outcome import Withheld
from boundary.pipeline import process
from boundary.plan import Plan
from boundary.runner import run
from boundary.writer import to_json
from recording import open_recording

STATISTIC = events_per_app("0.75")


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """Three people, one recording each."""
    for user in ("plover-11", "gannet-12", "stilt-13"):
        Desk(user=user).window("Mail", "Inbox").type("hello").mouse().save(tmp_path / "batch" / user)
    return tmp_path / "batch"


def test_the_same_question_about_the_same_data_is_answered_once(
    batch: Path, tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """A second run writes the same bytes and pays nothing; other data are another question, and budgets end."""
    plan = planned(STATISTIC)
    in_this_process(plan)
    ledger = tmp_path / "ledger.db"
    first, second = (run([batch], plan, tmp_path / f"out{number}", ledger=ledger) for number in (1, 2))
    given = [(tmp_path / f"out{number}" / "aggregates" / "per-app.json").read_bytes() for number in (1, 2)]
    assert given[0] == given[1]
    assert first.complete
    assert second.complete
    assert json.loads(given[0])["after"] == 750_000
    for out in (tmp_path / "out1", tmp_path / "out2"):
        files = json.loads((out / "manifest.json").read_bytes())["files"]
        names = {"aggregates/per-app.json", "aggregates/per-app.parquet", "index.html", "registry.yaml"}
        assert files == {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in names}

    Desk(user="dunlin-15").window("Crm", "Sheet").type("x").save(batch / "dunlin-15")
    third = run([batch], plan, tmp_path / "out3", ledger=ledger)
    assert len(third.releases) == 4
    assert [verdict.code for verdict in third.refused.values()] == ["budget-exceeded"]
    assert not third.complete
    assert not (tmp_path / "out3" / "aggregates").exists()
    assert "budget-exceeded" in (tmp_path / "out3" / "index.html").read_text()
    manifest = json.loads((tmp_path / "out3" / "manifest.json").read_bytes())
    assert manifest["aggregates"] == {}
    assert manifest["aggregates_withheld"] == {"per-app": "budget-exceeded"}


def test_a_recording_without_a_person_withholds_the_statistic(
    batch: Path, tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """Whose events nobody knows cannot be bounded, so nothing is counted."""
    Desk(user="").window("Mail", "Inbox").type("x").save(batch / "nobody")
    plan = planned(STATISTIC)
    in_this_process(plan)
    result = run([batch], plan, tmp_path / "out", ledger=tmp_path / "ledger.db")
    assert [verdict.code for verdict in result.refused.values()] == ["person-unknown"]
    assert not (tmp_path / "ledger.db").exists(), "nothing was charged"


def test_a_policy_of_statistics_alone_lets_no_recording_pass(
    batch: Path, tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """Whoever meant to release figures alone does not release what they were counted from."""
    plan = planned(f"person: user_id\n{STATISTIC[STATISTIC.index('release:') :]}")
    in_this_process(plan)
    result = run([batch], plan, tmp_path / "out", ledger=tmp_path / "ledger.db")
    assert {entry.outcome.code for entry in result.entries if isinstance(entry.outcome, Withheld)} == {
        "statistics-alone"
    }
    assert not list((tmp_path / "out" / "recordings").iterdir())


def test_no_person_and_no_exact_count_is_in_the_output(
    batch: Path, tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """A statistic leaves noised; neither the tallies nor whose they are leave with it."""
    plan = planned(f"{STATISTIC}  names: neutral")
    in_this_process(plan)
    result = run([batch], plan, tmp_path / "out", ledger=tmp_path / "ledger.db")
    assert result.complete
    assert left_of(["plover-11", "gannet-12", "stilt-13", "tallies"], tmp_path / "out") == []
    answer = json.loads((tmp_path / "out" / "aggregates" / "per-app.json").read_bytes())
    assert set(answer["numbers"][0]["keys"]) == {"Mail", "Crm", "other"}, "every public key, whoever used it"


FINDING = "find: [{use: text.roles}]\nchange: {default: {use: redact}}\n"


def test_the_manifest_says_what_left_and_under_what(
    batch: Path, tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """Digests match the files, versions are named, every source is accounted for, and no source is named."""
    save(batch / "broken", {"events.jsonl": b"{"})
    plan = planned(f"{FINDING}release: {{names: neutral}}")
    in_this_process(plan)
    run([batch], plan, tmp_path / "out", ledger=tmp_path / "ledger.db")
    out = tmp_path / "out"
    manifest = json.loads((out / "manifest.json").read_bytes())
    assert manifest["policy"] == {"name": "test", "digest": plan.policy.digest}
    assert {"boundary-redaction", "python", "pyarrow", "presidio-anonymizer", "duckdb", "dp-accounting"} <= set(
        manifest["versions"]
    )
    assert manifest["steps"] == ["text.roles", "redact", "text.reread"]
    assert manifest["sources"] == 4
    assert manifest["withheld"] == {"json-syntax": 1}
    for entry in manifest["recordings"]:
        files = contents(out / "recordings" / entry["name"])
        assert entry["files"] == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        assert entry["report"]["events"] == 16
    assert {entry["source"] for entry in manifest["recordings"]} == {2, 3, 4}
    (line,) = (out / "withheld.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "source": 1, "code": "json-syntax", "step": "read",
        "message": json.loads(line)["message"], "hint": json.loads(line)["hint"],
    }  # fmt: skip
    assert left_of(["plover", "broken", str(tmp_path)], out) == []


def test_digests_of_sources_are_keyed(
    batch: Path, tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """Who does not have the key cannot test a guess about a source; who has it gets the same digest again."""
    plan = planned(FINDING)
    digests = []
    for number, key in enumerate((b"k" * 32, b"k" * 32, b"q" * 32)):
        in_this_process(replace(plan, key=key))
        result = run([batch], replace(plan, key=key), tmp_path / f"out{number}", ledger=tmp_path / "l.db")
        digests.append([release.digest_in for release in result.releases])
    assert digests[0] == digests[1]
    assert not set(digests[0]) & set(digests[2])
    plain = {hashlib.sha256(data).hexdigest() for data in contents(batch).values()}
    assert not set(digests[0]) & plain


def test_a_run_gives_the_same_bytes_twice(
    batch: Path, tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """Same sources, policy and key: same recordings, manifest and list."""
    plan = planned(FINDING)
    in_this_process(plan)
    for number in (1, 2):
        run([batch], plan, tmp_path / f"out{number}", ledger=tmp_path / "l.db")
    assert contents(tmp_path / "out1") == contents(tmp_path / "out2")


@pytest.mark.parametrize(
    ("policy", "spoil", "code"),
    [
        pytest.param(FINDING, False, 0, marks=pytest.mark.slow),
        (FINDING, True, 1),
        ("find: nonsense\n", False, 3),
    ],
    ids=["all released", "something withheld", "policy refused"],
)
def test_the_exit_code_of_a_run_tells_what_happened(
    policy: str, spoil: bool, code: int, batch: Path, tmp_path: Path
) -> None:
    """0 all released, 1 something withheld, 3 policy refused; the tables are on stdout, errors on stderr."""
    if spoil:
        save(batch / "broken", {"events.jsonl": b""})
    (tmp_path / "p.yaml").write_text(f"policy: 1\nname: test\n{policy}")
    done = boundary("run", batch, "-p", tmp_path / "p.yaml", "-o", tmp_path / "out", state=tmp_path / "state")
    assert done.returncode == code, done.stderr
    assert ("result:" in done.stdout) == (code < 3)
    # On a slow machine a line of progress comes before the end.
    assert any(" done, " not in line for line in done.stderr.splitlines()) == (code == 3)
    assert left_of(["plover-11", "tern-02"], tmp_path / "nowhere", done.stderr) == []


@pytest.mark.parametrize(
    "arguments", [("run",), ("run", "x"), ("run", "x", "-p", "baseline"), ("nonsense",), ("run", "--x")]
)
def test_a_command_line_that_is_wrong_is_a_usage_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """Exit code 2, and no traceback."""
    from typer.testing import CliRunner

    from boundary.cli import app

    assert CliRunner().invoke(app, [*arguments]).exit_code == 2


def test_a_missing_source_or_a_full_output_is_a_usage_error(batch: Path, tmp_path: Path) -> None:
    """What the caller can mend at once has exit code 2."""
    (tmp_path / "p.yaml").write_text(f"policy: 1\nname: test\n{FINDING}")
    common = ("-p", tmp_path / "p.yaml")
    missing = boundary("run", tmp_path / "none", *common, "-o", tmp_path / "out", state=tmp_path / "state")
    full = boundary("run", batch, *common, "-o", tmp_path, state=tmp_path / "state")
    assert (missing.returncode, full.returncode) == (2, 2)
    assert "not-found" in missing.stderr
    assert "out-not-empty" in full.stderr
    assert not (tmp_path / "out").exists()


def test_quiet_runs_print_nothing(batch: Path, tmp_path: Path) -> None:
    """With --quiet the exit code and the files say everything."""
    (tmp_path / "p.yaml").write_text(f"policy: 1\nname: test\n{FINDING}")
    done = boundary("run", batch, "-q", "-p", tmp_path / "p.yaml", "-o", tmp_path / "out", state=tmp_path / "state")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_version_is_told_without_a_command() -> None:
    """Who reports a mistake is asked for it first."""
    done = CliRunner().invoke(app, ["--version"])
    assert done.exit_code == 0
    assert done.output.startswith("boundary-redaction ")


def test_tallies_are_merged_as_they_come_and_count_the_same(
    batch: Path, planned: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept grows with people and keys, not with recordings, and the exact sums do not change."""
    plan = planned(STATISTIC)
    outcomes = [process(lambda one=one: open_recording(one), plan) for one in sorted(batch.iterdir())] * 40
    counted = [Counted(True, one.tallies, one.digest_in) for one in outcomes]
    (statistic,) = plan.aggregates
    loose = gather(counted, plan.aggregates)
    monkeypatch.setattr("boundary.aggregates.MERGED_ROWS", 5)
    merged = gather(iter(counted), plan.aggregates)
    assert len(loose.tallies[0]) == 120
    assert len(merged.tallies[0]) < 10
    assert merged.digests == [one.digest for one in counted]
    exact, same = (statistic.query.vectors(counts.tallies[0]) for counts in (loose, merged))
    assert exact.keys() == same.keys()
    for name, (keys, values) in exact.items():
        assert (keys, values.tolist()) == (same[name][0], same[name][1].tolist())


def test_a_manifest_that_is_written_piece_by_piece_is_the_json_of_all(
    batch: Path, tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """Sorted keys, two spaces, a line break at the end; with no recording at all as well."""
    plan = planned(FINDING)
    in_this_process(plan)
    run([batch], plan, tmp_path / "out", ledger=None)
    save(tmp_path / "bad" / "r", {"events.jsonl": b"{"})
    run([tmp_path / "bad"], plan, tmp_path / "none", ledger=None)
    for name, count in (("out", 3), ("none", 0)):
        data = (tmp_path / name / "manifest.json").read_bytes()
        assert len(json.loads(data)["recordings"]) == count
        assert data == to_json(json.loads(data))
