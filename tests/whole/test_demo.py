"""The main job on the recording that was really recorded: nothing planted in it is left in the output."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from plug_in import boundary, deafen

ROOT = Path(__file__).resolve().parents[2]
TRUTH = json.loads((ROOT / "samples" / "office.truth.json").read_text(encoding="utf-8"))
VALUES = {entry["value"]: entry["label"] for entry in TRUTH["values"]}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1600)]


@pytest.fixture(scope="module")
def demo() -> tuple[Path, str]:
    """The demo's output folder, and what it printed."""
    done = subprocess.run(
        [ROOT / "scripts" / "demo"], cwd="/", capture_output=True, text=True, timeout=1500, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return ROOT / "demo-output" / "result", done.stdout


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9@!]", "", text.casefold())


def _replayed(events: Path) -> str:
    """Every character that any press of the output typed, whatever was deleted afterwards."""
    presses = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
    names = [event["name"] or "" for event in presses if event["action"] == "press"]
    return "".join(" " if name == "space" else name if len(name) == 1 else "" for name in names)


def test_the_demo_ends_with_the_table_and_the_path_of_the_result(demo: tuple[Path, str]) -> None:
    """Who runs the demo sees what was found and where the result is."""
    _, printed = demo
    for expected in ("found and changed", "EMAIL_ADDRESS", "recordings", "demo-output/result"):
        assert expected in printed


def test_no_planted_value_is_in_any_byte_or_name_of_the_output(demo: tuple[Path, str]) -> None:
    """No file or name of the output holds a value that was typed, deleted, shown, copied or part of the metadata."""
    out, printed = demo
    for path in out.rglob("*"):
        haystacks = [str(path.relative_to(out)).casefold()]
        if path.is_file():
            haystacks.append(path.read_bytes().decode("latin-1").casefold())
        for value, label in VALUES.items():
            assert not any(value.casefold() in haystack for haystack in haystacks), (label, path.name)
    assert not any(value in printed for value in VALUES)


def test_no_planted_value_can_be_typed_again_from_the_output(demo: tuple[Path, str]) -> None:
    """The presses of the output, deleted ones included, spell no value, with or without its punctuation."""
    out, _ = demo
    typed = _squeezed(_replayed(next(out.rglob("events.jsonl"))))
    for value, label in VALUES.items():
        assert _squeezed(value) not in typed, label


def test_no_planted_value_can_be_read_off_the_output_frames(demo: tuple[Path, str]) -> None:
    """Tesseract, with settings that the pipeline does not use, reads no value on any frame of the output."""
    out, _ = demo
    frames = sorted(out.rglob("*.png"))
    assert frames
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    for frame in frames:
        command = ["tesseract", str(frame), "-", "--psm", "4", "--dpi", "140"]
        done = subprocess.run(command, capture_output=True, env=environment, timeout=120, check=True)
        seen = _squeezed(done.stdout.decode("utf-8", "replace"))
        for value, label in VALUES.items():
            assert _squeezed(value) not in seen, (label, frame.name)


def test_every_glyph_of_every_value_on_screen_is_covered(demo: tuple[Path, str]) -> None:
    """Of the ink of each value that the DOM saw on a screenshot, at least 95 % lies under paint in the output."""
    import cv2
    import numpy as np

    out, _ = demo
    order = [json.loads(line)["file"] for line in (ROOT / "samples/office/screenshots.jsonl").read_text().splitlines()]
    frames = sorted((out / "recordings" / "recording-0001").rglob("*.png"))
    assert len(frames) == len(order)
    by_source = dict(zip(sorted(order), frames, strict=True))
    for entry in TRUTH["screen"]:
        x, y, width, height = (round(number) for number in entry["box"])
        place = np.s_[y : y + height, x : x + width]
        before = cv2.imread(str(ROOT / "samples" / "office" / entry["file"])).astype(int)[place]
        after = cv2.imread(str(by_source[entry["file"]]))[place]
        ink = np.abs(before - np.median(before.reshape(-1, 3), axis=0)).sum(axis=2) > 60
        covered = ((after == 0).all(axis=2) & ink).sum() / max(1, ink.sum())
        assert covered >= 0.95, (entry["label"], entry["file"].split("/")[-1][:3], round(float(covered), 2))


def test_what_is_not_sensitive_stays(demo: tuple[Path, str]) -> None:
    """Ordinary sentences can still be typed again from the output, and mouse events are all there."""
    out, _ = demo
    events = next(out.rglob("events.jsonl"))
    typed = _squeezed(_replayed(events))
    kept = [text for text in TRUTH["keep"] if _squeezed(text) in typed]
    source = (ROOT / "samples/office/events.jsonl").read_text()
    typed_before = _squeezed(_replayed(ROOT / "samples/office/events.jsonl"))
    assert kept == [text for text in TRUTH["keep"] if _squeezed(text) in typed_before]
    for action in ("move", "click", "scroll"):
        assert events.read_text().count(f'"action": "{action}"') == source.count(f'"action": "{action}"')


def test_the_whole_demo_again_without_sockets_gives_the_same_and_charges_nothing(
    demo: tuple[Path, str], tmp_path: Path
) -> None:
    """With every socket forbidden the recording gives the same bytes, and the statistic costs nothing more."""
    out, _ = demo
    state = ROOT / "demo-output" / "state"
    source, policy = ROOT / "samples" / "office", ROOT / "samples" / "policy.yaml"
    command = ["run", source, "-p", policy, "-o", tmp_path / "again", "--quiet"]
    done = boundary(*command, state=state, path=(deafen(tmp_path / "site"),))
    assert done.returncode == 0, done.stderr
    for path in sorted(out.rglob("*")):
        if path.is_file():
            assert (tmp_path / "again" / path.relative_to(out)).read_bytes() == path.read_bytes(), path.name
