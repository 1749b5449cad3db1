"""Every benchmark runs on tiny inputs and gives figures of the right shape. No test asserts a time."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks import __main__ as program
from benchmarks import covered, kills, screens
from benchmarks import run as end_to_end
from benchmarks._harness import Skip
from benchmarks.pages import chromium


def _quick(name: str, folder: Path) -> dict[str, Any]:
    assert program.main([name, "--quick", "--out", str(folder)], Console(file=io.StringIO())) == 0
    record: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    assert record["quick"]
    for speed in record["speed"]:
        assert speed["work"] > 0
        assert speed["ratio"] > 0
        assert speed["peer"]
    for count in record["counts"]:
        assert 0 <= count["ours"] <= count["of"]
        assert 0 <= (count["peer"] or 0) <= count["of"]
    return record


def _no_data(*parts: str) -> Path:
    raise Skip("none here")


@pytest.mark.parametrize("module", ["read", "run", "detect"])
def test_without_the_development_data_generated_ones_are_left_and_the_reason_is_noted(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newcomer's clone can run every text benchmark."""
    if module != "read":
        pytest.importorskip("presidio_analyzer")
    monkeypatch.setattr(f"benchmarks.{module}.shared", _no_data)
    record = _quick(module, tmp_path)
    assert any("generated" in speed["case"] for speed in record["speed"])
    assert any("none here" in note for note in record["notes"])


def test_quick_detection_counts_recall_for_every_kind_and_for_the_peer(tmp_path: Path) -> None:
    """Each kind of generated value has a figure for us and for Presidio."""
    pytest.importorskip("presidio_analyzer")
    record = _quick("detect", tmp_path)
    recall = {c["figure"]: c for c in record["counts"] if c["figure"].startswith("recall: ")}
    assert {"recall: card, 2-series", "recall: e-mail, internal domain", "recall: MAC address"} <= set(recall)
    assert all(count["of"] == 2 and count["peer"] is not None for count in recall.values())


def test_quick_run_says_for_each_case_whether_it_was_released(tmp_path: Path) -> None:
    """A rate of a withheld recording is not passed off as one of a whole run."""
    pytest.importorskip("presidio_analyzer")
    record = _quick("run", tmp_path)
    figures = {count["figure"] for count in record["counts"]}
    assert figures == {f"{speed['case']}: recordings released" for speed in record["speed"]}


@pytest.mark.slow
def test_quick_screens_count_every_truth_box_and_leave_none_readable(tmp_path: Path) -> None:
    """On the first frames of the committed sample nothing that the truth names can be read afterwards."""
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    pytest.importorskip("cv2")
    counts = {c["figure"]: c for c in _quick("screens", tmp_path)["counts"]}
    assert counts["frames released"]["of"] == screens.QUICK_FRAMES
    assert counts["truth boxes hidden"]["of"] > 5
    assert counts["truth boxes hidden"]["ours"] == counts["truth boxes hidden"]["of"]
    assert counts["sensitive strings still readable by OCR"]["ours"] == 0


def test_copy_of_the_sample_keeps_as_many_frames_as_asked(tmp_path: Path) -> None:
    """The list and the folder agree, and the sample itself is not touched."""
    before = sorted(path.name for path in (screens.SAMPLE / "screenshots").iterdir())
    screens.copy_sample(tmp_path / "office", 3)
    listed = [
        json.loads(line)["file"] for line in (tmp_path / "office/screenshots.jsonl").read_text("utf-8").splitlines()
    ]
    assert len(listed) == 3
    assert sorted(f"screenshots/{p.name}" for p in (tmp_path / "office/screenshots").iterdir()) == sorted(listed)
    assert sorted(path.name for path in (screens.SAMPLE / "screenshots").iterdir()) == before


@pytest.mark.parametrize("given", [None, "4"])
def test_thread_limit_of_tesseract_is_put_back(given: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment after a benchmark is the one before it."""
    if given is None:
        monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    else:
        monkeypatch.setenv("OMP_THREAD_LIMIT", given)
    with screens.one_tesseract_thread():
        assert os.environ["OMP_THREAD_LIMIT"] == "1"
    assert os.environ.get("OMP_THREAD_LIMIT") == given


def test_benchmark_policy_reads_no_screens() -> None:
    """The end to end benchmark is about text alone."""
    assert "screen" not in end_to_end.POLICY


@pytest.mark.slow
def test_quick_covered_judges_both_policies_on_pages_that_nobody_tunes_on(tmp_path: Path) -> None:
    """Every kind of value has a figure, and the record says which split they are of."""
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    try:
        chromium.binary()
    except Skip as reason:
        pytest.skip(str(reason))
    record = _quick("covered", tmp_path)
    counts = {c["figure"]: c for c in record["counts"]}
    for name in covered.POLICIES:
        assert counts[f"{name}: pages released"]["of"] == covered.QUICK_KINDS
        assert counts[f"{name}: ordinary words hit"]["of"] > 0 or not counts[f"{name}: pages released"]["ours"]
        assert counts[f"{name}: values kept from leaving, covered or withheld"]["of"] > 5
    assert any(note.startswith("split report") for note in record["notes"])


@pytest.mark.slow
def test_no_quick_audit_finds_a_bound_exceeded(tmp_path: Path) -> None:
    """Every kind and every shipped statistic stays within what it declares, and what is planted is found."""
    if importlib.util.find_spec("duckdb") is None:
        pytest.skip("duckdb is not installed")
    counts = {count["figure"]: count for count in _quick("dp_audit", tmp_path)["counts"]}
    measured = [count for figure, count in counts.items() if "measured" in figure]
    assert len(measured) > 12
    assert all(count["ours"] <= count["of"] for count in measured)
    assert counts["pairs that anything but values told apart"]["ours"] == 0
    assert counts["planted faults found within 60 pairs"]["share"] == 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_the_quick_race_for_the_budget_is_won_by_nobody_twice(tmp_path: Path) -> None:
    """Whatever database there is, exactly what was affordable is admitted; one that is missing is noted."""
    record = _quick("dp_ledger", tmp_path)
    exact = [count for count in record["counts"] if "exactly" in count["figure"]]
    assert exact
    assert all(count["ours"] == count["of"] for count in exact)
    assert len(exact) == 2 or any("skipped" in note for note in record["notes"])


@pytest.mark.slow
def test_noise_is_measured_for_both_mechanisms_and_both_sources() -> None:
    """Tables and diffprivlib, geometric and Gaussian, each have a line against NumPy."""
    if importlib.util.find_spec("diffprivlib") is None:
        pytest.skip("diffprivlib is not installed")
    from benchmarks import dp_noise

    cases = [speed.case for speed in dp_noise.run(quick=True).speeds]
    for source in ("table", "diffprivlib"):
        for mechanism in ("geometric", "Gaussian"):
            assert [case for case in cases if case.startswith(f"{source}, {mechanism}")]


@pytest.mark.slow
def test_quick_kills_lose_nothing_and_leave_nothing_raw(tmp_path: Path) -> None:
    """Killed at random moments and resumed, a run ends as the one that nobody killed, byte for byte."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("processes are looked up in /proc")
    counts = {count["figure"]: count for count in _quick("kills", tmp_path)["counts"]}
    same = next(count for figure, count in counts.items() if "byte for byte" in figure)
    held = next(count for figure, count in counts.items() if "planted" in figure)
    assert same["ours"] == same["of"] >= 1
    assert held["ours"] == 0
    assert held["of"] > 30
    assert sum(count["ours"] for figure, count in counts.items() if figure.startswith("kills of")) >= kills.QUICK_KILLS


@pytest.mark.slow
def test_quick_engines_release_what_a_plain_loop_does(tmp_path: Path) -> None:
    """An engine that releases fewer recordings is not called fast."""
    pytest.importorskip("presidio_analyzer")
    pytest.importorskip("dask")
    record = _quick("engines", tmp_path)
    assert [(count["ours"], count["peer"]) for count in record["counts"]] == [(4, 4)]
