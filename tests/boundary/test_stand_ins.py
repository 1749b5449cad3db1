"""What is written on covered frames: the stand-in of keys and texts, or the label, and nothing that was recorded."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tiny_recording import Desk, picture

from boundary.covering import cover_frames
from boundary.names import frame_names
from boundary.outcome import Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan
from boundary.runner import run
from boundary.screens import read_frames
from boundary.stand_ins import _meant
from image_redact import ScreenReader
from image_redact.decode import decode
from recording import SourceFile, parse_files
from recording.model import Frame

FIND = """\
person: user_id
find:
  - {use: text.roles}
  - {use: text.pii, entities: [EMAIL_ADDRESS, PHONE_NUMBER]}
  - {use: text.list, label: PERSON, values: [Rosalind Okafor]}
  - {use: screen.text}
link: {within: session}
"""
SURROGATE = FIND + "change: {default: {use: surrogate}, screen: {use: cover, style: surrogate}}"
LABELS = FIND + "change: {default: {use: surrogate}, screen: {use: cover, text: label}}"
MAIL = "rosalind.okafor@corp.example"


def desk() -> Desk:
    """A name and an address in a title and on a screen."""
    made = Desk().window("Mail", "Rosalind Okafor - Mail").window("Mail", f"To {MAIL}").mouse()
    return made.shot("shots/1.png", picture("for    Rosalind Okafor", MAIL, "Ticket is open"))


def outcome(made: Desk, plan: Plan) -> Release | Withheld:
    """What becomes of a recording in memory."""
    files = {name: SourceFile(name, data) for name, data in made.files().items()}
    return process(lambda: parse_files("r", files), plan)


def shown(release: Release) -> str:
    """What OCR reads on the one frame of a release."""
    (frame,) = [data for name, data in release.files.items() if name.endswith(".png")]
    return "\n".join(line.text for line in ScreenReader().read(decode(frame)).lines)


def test_a_frame_shows_the_stand_ins_that_the_title_got(planned: Callable[[str], Plan]) -> None:
    """One person has one stand-in in texts and pixels; the gate does not take it for a residue."""
    release = outcome(desk(), planned(SURROGATE))
    assert isinstance(release, Release)
    assert release.report.frames_withheld == {}
    titles = [json.loads(line)["window_title"] for line in release.files["top_window.jsonl"].splitlines()]
    name, mail = titles[0].removesuffix(" - Mail"), titles[1].removeprefix("To ")
    assert "Okafor" not in name
    text = shown(release)
    assert name.replace(" ", "") in text.replace(" ", "")
    assert mail in text.replace(" ", "")
    assert "Ticket is open" in text
    assert not {"rosalind", "okafor"} & set(text.lower().replace("@", " ").replace(".", " ").split())


def test_labels_are_written_and_never_the_value(planned: Callable[[str], Plan]) -> None:
    """With ``text: label`` a box says what was there."""
    release = outcome(desk(), planned(LABELS))
    assert isinstance(release, Release)
    text = shown(release)
    assert "PERSON" in text
    assert "EMAIL" in text
    assert "kafor" not in text


@dataclass(frozen=True)
class WritesOnly:
    """Covers nothing and writes stand-ins all the same."""

    real: Any
    writes_stand_ins: bool = True

    def __call__(self, pixels: Any, _boxes: Any, *, block: int = 1) -> Any:
        """The pixels as they were."""
        return pixels

    def inscribe(self, pixels: Any, boxes: Any, *, block: int = 1) -> Any:
        """Letters over what is there."""
        return self.real.inscribe(pixels, boxes, block=block)


def test_a_value_under_a_stand_in_that_was_not_covered_is_caught(planned: Callable[[str], Plan]) -> None:
    """The gate reads the frame before anything is written on it, so that nothing written can hide a residue."""
    plan = planned(SURROGATE)
    release = outcome(desk(), replace(plan, coverer=WritesOnly(plan.coverer)))
    assert isinstance(release, Release)
    assert release.report.frames_withheld == {"screen-residue": 1}
    assert not any(name.endswith(".png") for name in release.files)


def test_a_misread_value_gets_the_stand_in_of_what_it_was() -> None:
    """A letter that OCR reads wrong makes no second person; two values equally near make no guess."""
    values = ["Rosalind Okafor", "Quentin Abernathy"]
    assert _meant("PERSON", "Rosalnd 0kafor", values) == "Rosalind Okafor"
    assert _meant("PERSON", "ROSALIND OKAFOR", values) == "ROSALIND OKAFOR"
    assert _meant("PERSON", "Bertram Vole", values) == "Bertram Vole"
    assert _meant("US_SSN", "219-09-9998", ["219-09-9991", "219-09-9993"]) == "219-09-9998"


@pytest.mark.parametrize(("kind", "name"), [("WEBP", "a.webp"), ("BMP", "a.bmp"), ("GIF", "a.gif"), ("TIFF", "a.tif")])
def test_a_frame_of_another_kind_leaves_as_png_and_its_reference_follows(
    kind: str, name: str, planned: Callable[[str], Plan]
) -> None:
    """What a name says and what a file is agree, with neutral names and with the recorder's own."""
    out = io.BytesIO()
    Image.fromarray(decode(picture("write to", MAIL))[:, :, ::-1]).save(out, kind)
    made = Desk().window("Mail", "Inbox").mouse().shot(f"shots/{name}", out.getvalue())
    for names, left in (("neutral", "frames/frame-000001.png"), ("keep", "shots/a.png")):
        release = outcome(made, planned(f"{SURROGATE}\nrelease: {{names: {names}}}"))
        assert isinstance(release, Release)
        assert release.files[left].startswith(b"\x89PNG")
        assert left.encode() in release.files["screenshots.jsonl"]
        assert not any(file.endswith(name) for file in release.files)


@dataclass(frozen=True)
class Spy:
    """Notes the blocks that boxes are to grow to."""

    seen: list[int]

    def __call__(self, pixels: Any, _boxes: Any, *, block: int = 1) -> Any:
        """The pixels as they were."""
        self.seen.append(block)
        return pixels


def test_frames_of_videos_are_covered_by_whole_blocks(planned: Callable[[str], Plan]) -> None:
    """A frame taken out of a video is a lossless file of smeared pixels: what smeared is told by where it is from."""
    names = ["video-01/t-000000000ms.png", "1.png"]
    recording = parse_files("r", {name: SourceFile(name, picture("Ticket is open")) for name in names})
    seen: list[int] = []
    plan = replace(planned(SURROGATE), coverer=Spy(seen))
    for name in names:
        screens = read_frames(recording, [Frame(name)], plan, no_alarm)
        assert not cover_frames(recording, screens, {}, (), (), plan, no_alarm).withheld
    assert seen == [16, 1]


def no_alarm() -> None:
    """There is time."""


def test_frames_that_are_not_rewritten_keep_their_kind() -> None:
    """Under a policy that looks for nothing a WebP stays one."""
    recording = parse_files("r", {"a.webp": SourceFile("a.webp", b"RIFF")})
    assert frame_names(recording, neutral=False, renamed=()) == {"a.webp": "a.webp"}
    assert frame_names(recording, neutral=False, renamed=(), rewritten=True) == {"a.webp": "a.png"}


def test_no_file_that_leaves_bears_a_time_of_its_source(
    tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """When something was captured is not told by the file system: outputs are new files."""
    source = desk().save(tmp_path / "in" / "one")
    for path in (*source.rglob("*"), source):
        os.utime(path, (1e9, 1e9))
    plan = planned(LABELS)
    in_this_process(plan)
    result = run([source], plan, tmp_path / "out", ledger=tmp_path / "ledger")
    assert result.releases
    made = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {path.suffix for path in made} >= {".png", ".json", ".jsonl"}
    assert min(path.stat().st_mtime for path in made) > 1.5e9
    assert all(path.stat().st_nlink == 1 for path in made)
