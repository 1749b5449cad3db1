"""Rules of the benchmarks' harness: arithmetic, files, command line. No test asserts a time."""

from __future__ import annotations

import io
import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from benchmarks import __main__ as program
from benchmarks._harness import (
    RESULTS,
    ROOT,
    Count,
    Result,
    Skip,
    Speed,
    compare,
    shared,
    to_record,
    write_record,
)

SECONDS = st.floats(1e-6, 1e6)


def _speed(ours: tuple[float, ...], peer: tuple[float, ...]) -> Speed:
    return Speed(case="case", unit="event", work=1000, peer="somebody", ours_s=ours, peer_s=peer)


def _run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    code = program.main(arguments, Console(file=out, width=200))
    return code, out.getvalue()


def test_ratio_is_the_median_of_the_pairs_and_above_one_when_we_are_faster() -> None:
    """One slow pair changes neither the ratio nor the rates, which come from medians."""
    speed = _speed((1.0, 1.0, 100.0), (2.0, 3.0, 400.0))
    assert speed.ratios == (2.0, 3.0, 4.0)
    assert speed.ratio == 3.0
    assert (speed.ours_rate, speed.peer_rate) == (1000.0, pytest.approx(1000 / 3))


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=9), st.floats(0.1, 10))
def test_ratio_does_not_change_when_the_whole_machine_is_slower(
    pairs: list[tuple[float, float]], factor: float
) -> None:
    """A factor on both halves of every pair cancels."""
    ours, peer = zip(*pairs, strict=True)
    slower = _speed(tuple(s * factor for s in ours), tuple(s * factor for s in peer))
    assert slower.ratio == pytest.approx(_speed(ours, peer).ratio)


def test_share_of_nothing_is_no_share() -> None:
    """Nothing found of nothing is neither all nor none."""
    assert Count(figure="f", ours=0, of=0, peer=0).share is None
    assert Count(figure="f", ours=0, of=0, peer=0).peer_share is None
    assert Count(figure="f", ours=1, of=4).share == 0.25
    assert Count(figure="f", ours=1, of=4).peer_share is None


def test_repetitions_are_interleaved_and_who_goes_first_alternates() -> None:
    """Both sides run in every round, after one untimed call each."""
    calls: list[str] = []
    speed = compare(
        case="c",
        unit="event",
        work=1,
        peer="p",
        rounds=3,
        ours=lambda: calls.append("o"),
        theirs=lambda: calls.append("t"),
    )
    assert "".join(calls) == "ot" + "ot" + "to" + "ot"
    assert len(speed.ours_s) == len(speed.peer_s) == 3


def test_record_holds_figures_versions_date_and_cores(tmp_path: Path) -> None:
    """The JSON file reads back as what was measured, rounded to what means something."""
    result = Result(
        speeds=(_speed((0.123456,), (0.456789,)),), counts=(Count(figure="f", ours=1, of=3, peer=2),), notes=("n",)
    )
    path = write_record(to_record("name", "summary", result, quick=True), tmp_path)
    record = json.loads(path.read_text("utf-8"))
    assert path.name == "name.json"
    assert set(record) == {"benchmark", "summary", "quick", "date", "cpus", "versions", "speed", "counts", "notes"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", record["date"])
    assert record["cpus"] >= 1
    assert {"python", "numpy", "pyarrow"} <= set(record["versions"])
    assert record["speed"][0] == {
        "case": "case", "unit": "event", "work": 1000, "peer": "somebody", "rounds": 1, "ratio": 3.7,
        "ratio_range": [3.7, 3.7], "ours_per_s": 8100.0, "peer_per_s": 2190.0,
    }  # fmt: skip
    assert record["counts"] == [{"figure": "f", "ours": 1, "peer": 2, "of": 3, "share": 0.33333, "peer_share": 0.66667}]


def test_list_names_every_module_of_the_folder_with_a_summary() -> None:
    """A benchmark is added by adding its file."""
    code, out = _run("--list")
    listed = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert code == 0
    assert set(listed) == set(program.names()) >= {"covered", "detect", "read", "run", "screens"}
    assert all(listed.values())


@pytest.mark.parametrize("arguments", [("nonesuch",), ("read", "nonesuch"), ()])
def test_unknown_or_missing_name_exits_2_and_runs_nothing(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Usage errors come before any work and name what there is."""
    with pytest.raises(SystemExit) as stopped:
        _run(*arguments)
    assert stopped.value.code == 2
    assert ", ".join(sorted(program.names())) in capsys.readouterr().err


@pytest.mark.slow
def test_program_starts_as_a_module_of_its_own() -> None:
    """``python -m benchmarks`` gives the exit code of the run."""
    done = subprocess.run([sys.executable, "-m", "benchmarks", "nonesuch"], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 2


def test_what_cannot_run_here_is_skipped_with_its_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A skipped benchmark prints why, writes nothing and is no failure."""

    class Absent:
        def run(self, *, quick: bool) -> Result:
            raise Skip("the data are elsewhere")

    monkeypatch.setattr(program, "load", lambda name: (Absent(), "summary"))
    assert _run("read", "--out", str(tmp_path)) == (0, "read: skipped, the data are elsewhere\n")
    assert not list(tmp_path.iterdir())


def test_absent_development_data_are_a_skip_that_names_no_path_of_the_machine() -> None:
    """The reason goes into committed notes."""
    with pytest.raises(Skip) as reason:
        shared("no", "such", "file")
    assert "no/such/file" in str(reason.value)
    assert str(ROOT) not in str(reason.value)


def test_quick_run_leaves_the_committed_figures_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny inputs measure nothing, so they are written only where ``--out`` says."""

    class Tiny:
        def run(self, *, quick: bool) -> Result:
            assert quick
            return Result(notes=("done",))

    def refuse(record: dict[str, object], folder: Path) -> None:
        raise AssertionError(folder)

    monkeypatch.setattr(program, "load", lambda name: (Tiny(), "summary"))
    monkeypatch.setattr("benchmarks._harness.write_record", refuse)
    assert _run("read", "--quick") == (0, "note: done\n")


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.items() for part in item for text in _strings(part)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_committed_results_are_of_full_runs_and_name_no_machine(path: Path) -> None:
    """No absolute path, no host name, no user's folder; small; and of a benchmark that exists."""
    record = json.loads(path.read_text("utf-8"))
    assert record["benchmark"] == path.stem
    assert path.stem in program.names()
    assert record["quick"] is False
    assert path.stat().st_size < 50_000
    words = {word for text in _strings(record) for word in re.split(r"[\s,;:()]+", text)}
    assert not [word for word in words if re.match(r"(?:[A-Za-z]:\\|~?/\w+)", word)]
    assert socket.gethostname() not in words
