"""Videos of recordings: dropped, as covered frames, or as a covered video."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from films import av, film, frames_of, loudness
from pages import Piece, draw
from tiny_recording import Desk

from boundary import video
from boundary.outcome import Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan
from image_redact import ScreenReader
from recording import SourceFile, discover, open_recording, parse_files

MAIL = "rosalind.okafor@corp.example"
POLICY = """\
find:
  - {use: text.roles}
  - {use: text.pii, entities: [EMAIL_ADDRESS, PHONE_NUMBER]}
  - {use: text.list, label: PERSON, values: [Rosalind Okafor]}
  - {use: screen.text}
link: {within: session}
change: {default: {use: replace}, screen: {use: cover}%s}
release: {video: %s, video_every_s: 1, names: %s}
"""


def policy(kind: str, *, names: str = "neutral", timing: str = "") -> str:
    """A policy with one way for videos."""
    return POLICY % (timing, kind, names)


def page(*lines: str) -> Any:
    """A screen with lines of text."""
    return draw([Piece(20, 20 + 40 * row, line, 20) for row, line in enumerate(lines)], width=480, height=200)


def recorded(kind: str = "mp4") -> bytes:
    """Four seconds in which an address comes and goes."""
    plain, secret = page("Ticket is open"), page("Ticket is open", MAIL, "for Rosalind Okafor")
    return film([plain] * 10 + [secret] * 20 + [plain] * 10, kind=kind)


def outcome(files: dict[str, bytes], plan: Plan) -> Release | Withheld:
    """What becomes of a recording in memory."""
    found = {name: SourceFile(name, data) for name, data in files.items()}
    return process(lambda: parse_files("r", found), plan)


def released(files: dict[str, bytes], plan: Plan) -> Release:
    """The release of a recording in memory."""
    done = outcome(files, plan)
    assert isinstance(done, Release), done
    return done


def text_of(pixels: Any) -> str:
    """What OCR reads on a picture."""
    return "\n".join(line.text for line in ScreenReader().read(np.ascontiguousarray(pixels)).lines)


def desk() -> dict[str, bytes]:
    """A recording with events, and a video beside them."""
    made = Desk().window("Mail", "Inbox").mouse().files()
    return {**made, "screen capture.mkv": recorded("matroska")}


@pytest.mark.parametrize("kind", ["mp4", "matroska", "webm", "avi"])
def test_a_video_leaves_covered_and_in_time(kind: str, planned: Callable[[str], Plan]) -> None:
    """Every frame of the source has its frame, without what is sensitive and with the rest."""
    done = released({"Rosalind Okafor.mkv": recorded(kind)}, planned(policy("mp4")))
    assert list(done.files) == ["file-0001.mp4"]
    found = frames_of(done.files["file-0001.mp4"])
    assert [round(at, 1) for at, _ in found] == [round(index / 10, 1) for index in range(40)]
    for _, pixels in found[::9]:
        read = text_of(pixels)
        assert "Ticket is open" in read
        assert not any(part in read.lower() for part in ("rosalind", "okafor", "corp"))
    assert done.report.files_dropped == {"video-as-mp4": 1}
    assert done.report.findings["EMAIL_ADDRESS"]["screen"] >= 1


def test_a_video_beside_events_leaves_as_mp4(planned: Callable[[str], Plan]) -> None:
    """What points to it follows, under the name of its new kind."""
    files = desk()
    files["metadata.json"] = json.dumps({"video_path": "screen capture.mkv", "user_id": "plover-11"}).encode()
    for names, left in (("neutral", "file-0001.mp4"), ("keep", "screen capture.mp4")):
        done = released(files, planned(policy("mp4", names=names)))
        assert done.files[left][4:8] == b"ftyp"
        assert json.loads(done.files["metadata.json"])["video_path"] == left
        assert not any(name.endswith((".mkv", ".png")) for name in done.files)


def test_sound_stays_behind_unless_the_policy_keeps_it(planned: Callable[[str], Plan]) -> None:
    """Voices cannot be masked: by default nothing of them leaves, and kept they are heard at their time."""
    noisy = film([page("Ticket is open")] * 30, sound=2.0)
    quiet = released({"a.mp4": noisy}, planned(policy("mp4")))
    assert loudness(quiet.files["file-0001.mp4"]) == []
    kept = released({"a.mp4": noisy}, planned(policy("mp4, audio: keep")))
    heard = loudness(kept.files["file-0001.mp4"])
    assert heard[-1][0] == pytest.approx(2.0, abs=0.1)
    assert min(loud for at, loud in heard if 0.1 < at < 1.9) > 0.01


def test_sound_is_silent_while_the_picture_is_black(planned: Callable[[str], Plan]) -> None:
    """What is withheld from the eye is withheld from the ear."""
    plan = planned(policy("mp4, audio: keep"))
    secret = page("Ticket is open", MAIL)
    noisy = film([page("Ticket is open")] * 20 + [secret] * 20, sound=4.0)
    done = released({"a.mp4": noisy}, replace(plan, coverer=_Careless()))
    heard = loudness(done.files["file-0001.mp4"])
    assert max(loud for at, loud in heard if at > 2.1) < 1e-6
    assert min(loud for at, loud in heard if 0.1 < at < 1.5) > 0.01


def test_a_sample_that_is_withheld_is_black_in_the_video(planned: Callable[[str], Plan]) -> None:
    """A frame that did not come out clean is shown as nothing, and the rest stays."""
    plan = planned(policy("mp4"))
    assert plan.coverer is not None
    done = released({"a.mp4": recorded()}, replace(plan, coverer=_Careless()))
    found = [pixels for _, pixels in frames_of(done.files["file-0001.mp4"])]
    assert all(pixels.max() < 40 for pixels in found[10:30])
    assert all(pixels.max() > 200 for pixels in found[:10] + found[30:])
    assert sum(done.report.frames_withheld.values()) == 1


class _Careless:
    """Covers nothing."""

    def __call__(self, pixels: Any, _boxes: Any, *, block: int = 1) -> Any:
        """The pixels as they were."""
        del block
        return pixels


def test_a_video_of_which_nothing_passes_does_not_leave(planned: Callable[[str], Plan]) -> None:
    """A black film is no film."""
    data = film([page(MAIL)] * 5)
    done = outcome({"a.mp4": data}, replace(planned(policy("mp4")), coverer=_Careless()))
    assert isinstance(done, Withheld)
    assert done.code == "screen-residue"


def test_what_is_shown_between_two_samples_does_not_leave(planned: Callable[[str], Plan]) -> None:
    """While the same part of the screen changes faster than it is sampled, the last sample stands still."""
    pictures = [page("Ticket is open", f"call 0{index}") for index in range(20)]
    done = released({"a.mp4": film(pictures)}, planned(policy("mp4")))
    found = [pixels for _, pixels in frames_of(done.files["file-0001.mp4"])]
    assert done.report.files_dropped["video-frames-between"] > 10
    assert np.abs(found[5].astype(int) - found[2]).max() < 60


def test_a_policy_that_changes_times_has_no_rhythm_in_its_video(planned: Callable[[str], Plan]) -> None:
    """Typing is told by the moments of its letters: the picture changes at whole steps alone."""
    resample = ", timing: {use: resample}"
    done = released({"a.mp4": recorded()}, planned(policy("mp4", timing=resample)))
    assert [at for at, _ in frames_of(done.files["file-0001.mp4"])] == [0, 1, 2, 3, 4]
    frames = released({"a.mp4": recorded()}, planned(policy("frames", names="keep", timing=resample)))
    assert sorted(frames.files) == [f"video-01-00000{index}.png" for index in range(3)]


@pytest.mark.parametrize(("names", "left"), [("neutral", "frame-00000{}.png"), ("keep", "video-01-t-{}.png")])
def test_a_video_alone_leaves_as_frames(names: str, left: str, planned: Callable[[str], Plan]) -> None:
    """One frame for everything new that it shows."""
    done = released({"a.mp4": recorded()}, planned(policy("frames", names=names)))
    numbers = ["1", "2", "3"] if names == "neutral" else ["000000000ms-0", "000001000ms-1", "000003000ms-2"]
    assert sorted(done.files) == [left.format(number) for number in numbers]
    assert done.report.files_dropped == {"video-as-frames": 1}


def test_frames_of_a_video_take_no_picture_s_place(planned: Callable[[str], Plan]) -> None:
    """A picture that bears the name of a sample stays what it is."""
    own = video.SAMPLED + "01-t-000000000ms-0.png"
    png = cv2.imencode(".png", page("Status of 12"))[1].tobytes()
    done = released({"a.mp4": recorded(), own: png}, planned(policy("frames", names="keep")))
    assert "Status of 12" in text_of(cv2.imdecode(np.frombuffer(done.files[own], np.uint8), 1))
    assert len(done.files) == 4


@pytest.mark.parametrize("kind", ["drop", "frames", "mp4"])
def test_a_video_under_a_policy_that_does_not_look_at_screens_never_passes(
    kind: str, planned: Callable[[str], Plan]
) -> None:
    """Neither as it is nor in part."""
    done = outcome({"a.mp4": recorded()}, planned(f"release: {{video: {kind}}}"))
    assert isinstance(done, Withheld)
    assert done.code == "video-not-passed"


def test_a_video_that_is_cut_off_is_named_by_its_code(planned: Callable[[str], Plan]) -> None:
    """Alone it is withheld; beside events it is missing, and counted."""
    plan = planned(policy("mp4"))
    done = outcome({"a.mp4": recorded()[:-500]}, plan)
    assert isinstance(done, Withheld)
    assert done.code == "video-truncated"
    files = desk()
    files["screen capture.mkv"] = files["screen capture.mkv"][:-500]
    assert released(files, plan).report.files_dropped == {"video-truncated": 1}


def test_a_video_that_needs_too_much_memory_is_refused(
    planned: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not cut short: one that does not fit is dropped whole."""
    for name, most in (("MAX_BYTES", 2_000), ("MAX_FRAMES", 2)):
        with monkeypatch.context() as patch:
            patch.setattr(video, name, most)
            done = outcome({"a.mp4": recorded()}, planned(policy("mp4")))
        assert isinstance(done, Withheld)
        assert done.code == "video-too-long"


def test_loose_pictures_and_videos_are_one_recording(tmp_path: Path, planned: Callable[[str], Plan]) -> None:
    """A folder of what was captured needs no events; one video needs no folder."""
    (tmp_path / "shots").mkdir()
    for name in ("one.png", "two.jpg"):
        cv2.imwrite(str(tmp_path / "shots" / name), page("Ticket is open", MAIL))
    (tmp_path / "shots" / "clip.webm").write_bytes(recorded("webm"))
    (tmp_path / "alone.mp4").write_bytes(recorded())
    assert discover(tmp_path / "shots") == [tmp_path / "shots"]
    assert discover(tmp_path / "alone.mp4") == [tmp_path / "alone.mp4"]
    plan = planned(policy("mp4"))
    done = process(lambda: open_recording(tmp_path / "shots"), plan)
    assert isinstance(done, Release)
    assert sorted(done.files) == ["file-0001.mp4", "frame-000001.png", "frame-000002.jpg"]
    alone = process(lambda: open_recording(tmp_path / "alone.mp4"), plan)
    assert isinstance(alone, Release)
    assert list(alone.files) == ["file-0001.mp4"]


def small_page(*more: Piece) -> Any:
    """A page of small text with room above it."""
    lines = [Piece(20, 20 + 22 * row, f"line {row} of the page which stays here", 13) for row in range(5, 15)]
    return draw([*lines, *more], width=640, height=400)


GHOSTLY = {
    "libx265": ("mp4", {"crf": "32", "x265-params": "log-level=none"}),
    "libvpx-vp9": ("webm", {"crf": "40", "b": "0", "deadline": "realtime", "cpu-used": "8"}),
}


@pytest.mark.parametrize("codec", sorted(GHOSTLY))
def test_a_video_shows_no_ghost_of_what_is_not_there_yet_or_any_more(
    codec: str, planned: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codecs leave faint traces of a text before it appears and after it is gone; none is in what leaves."""
    if codec not in av.codecs_available:
        pytest.skip(f"this build of PyAV has no {codec}")
    secret, plain = small_page(Piece(100, 60, MAIL, 15)), small_page()
    kind, options = GHOSTLY[codec]
    data = film([plain] * 10 + [secret] * 20 + [plain] * 20, kind=kind, codec=codec, options=options)
    plan = planned(policy("mp4").replace("every_s: 1", "every_s: 0.1"))

    def contrast() -> int:
        done = released({"a.mp4": data}, plan)
        found = [pixels for _, pixels in frames_of(done.files["file-0001.mp4"])]
        return max(
            int(np.ptp(pixels[48:88, 80:400].astype(int), axis=(0, 1)).max()) for pixels in found[:9] + found[33:]
        )

    assert contrast() <= 6
    monkeypatch.setattr("boundary.covering.echoes", _nowhere)
    assert contrast() > 6, "the codec leaves no trace here, so this test shows nothing"


def _nowhere(_videos: Any, _hidden: Any) -> dict[str, Any]:
    """No traces are looked for."""
    return {}
