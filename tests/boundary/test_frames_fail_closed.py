"""T6, T9 and T10 at the front door: a frame that fails in any way stays inside, and what leaves is pixels alone."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pages import Piece, draw, png
from tiny_recording import Desk, left_of, picture, save

from boundary.outcome import Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan
from image_redact import Screen, Tesseract
from image_redact.decode import decode
from image_redact.engines.inprocess import Tesserocr
from image_redact.engines.program import Pytesseract
from recording import open_recording
from recording.errors import StepFailed

MAIL, NAME = "rosalind.okafor@example.org", "Rosalind Okafor"
POLICY = """\
find:
  - {{use: text.pii, entities: [EMAIL_ADDRESS]}}
  - {{use: text.list, label: PERSON, values: [Rosalind Okafor]}}
  - {{use: screen.text{options}}}
link: {{within: session}}
change:
  default: {{use: replace}}
  screen: {{use: cover}}
"""
PAGE = picture(f"to {MAIL}", "kind regards")
CHUNKS = [b"IHDR", b"IDAT", b"IEND"]


def outcome(folder: Path, files: dict[str, bytes], plan: Plan) -> Any:
    """Of a folder with these files."""
    save(folder, files)
    return process(lambda: open_recording(folder), plan)


def raises(*_: object, **__: object) -> Any:
    """An engine that fails, with what it read in its message."""
    raise RuntimeError(MAIL)


def times_out(*_: object, **__: object) -> Any:
    """An engine that does not end in time."""
    raise StepFailed("Tesseract did not finish in time", code="ocr-timeout", hint="raise timeout_s")


def sees_nothing(_self: object, pieces: Sequence[object]) -> list[list[object]]:
    """An engine that reads no word of a page full of them."""
    return [[] for _ in pieces]


def leaves_out(_self: object, pieces: Sequence[object]) -> list[list[object]]:
    """An engine that answers fewer questions than it was asked."""
    return [[] for _ in pieces][1:]


@pytest.mark.parametrize(
    ("engine", "code"),
    [(times_out, "ocr-timeout"), (sees_nothing, "ocr-blind"), (leaves_out, "ocr-output"), (raises, "step-raised")],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_frame_whose_reading_fails_does_not_pass(
    engine: Callable[..., Any], code: str, tmp_path: Path, planned: Callable[[str], Plan], monkeypatch: Any
) -> None:
    """Failure, timeout, an empty and a short answer keep every frame inside, and nothing quotes what was read."""
    plan = planned(POLICY.format(options=""))
    for kind in (Tesserocr, Pytesseract):
        monkeypatch.setattr(kind, "read", engine)
    verdict = outcome(tmp_path / "shots", {"1.png": PAGE, "2.png": PAGE}, plan)
    assert isinstance(verdict, Withheld)
    assert verdict.code == code
    assert "okafor" not in repr(verdict).casefold()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (PAGE[: len(PAGE) // 2], "image-truncated"),
        (b"", "image-empty"),
        (PAGE[:40] + bytes([PAGE[40] ^ 255]) + PAGE[41:], "image-broken"),
        (png(draw([Piece(9, 9, MAIL)], width=2000, height=400)), "image-too-large"),
    ],
    ids=["cut off", "empty", "damaged", "too large"],
)
def test_a_frame_that_cannot_be_decoded_does_not_pass_and_the_others_do(
    data: bytes, code: str, tmp_path: Path, planned: Callable[[str], Plan]
) -> None:
    """It is withheld with its code; the frame beside it leaves covered."""
    plan = planned(POLICY.format(options=", max_pixels: 200000"))
    desk = Desk().window("Mail", "Inbox").shot("shots/1.png", PAGE).shot("shots/2.png", data).mouse()
    release = outcome(tmp_path / "r", desk.files(), plan)
    assert isinstance(release, Release), release
    assert [name for name in release.files if name.endswith(".png")] == ["shots/1.png"]
    assert sum(release.report.frames_withheld.values()) == 1
    assert set(release.report.frames_withheld) == {code}
    assert b"shots/2.png" not in b"".join(release.files.values())


def laden(data: bytes) -> bytes:
    """A PNG with a text, a private chunk and bytes behind its end."""
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    more = (
        chunk(b"tEXt", b"Comment\0" + MAIL.encode()) + chunk(b"prVt", MAIL.encode()) + chunk(b"eXIf", b"MM\0*" + PAGE)
    )
    return data[:33] + more + data[33:] + MAIL.encode() + PAGE


def chunks(data: bytes) -> list[bytes]:
    """Kinds of the chunks of a PNG, one after the other, by a reader of its own; fails on anything behind them."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    out, at = [], 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        out.append(data[at + 4 : at + 8])
        at += 12 + length
    assert at == len(data)
    return out


def read(data: bytes) -> str:
    """What a screen shows, in one string."""
    screen: Screen = Tesseract(psm=6).read(decode(data))
    return " ".join(line.text for line in screen.lines).casefold()


def test_files_that_leave_have_three_kinds_of_chunks(tmp_path: Path, planned: Callable[[str], Plan]) -> None:
    """T6: whatever came in a frame's file, IHDR, IDAT and IEND go out, by a reader that is not the writer's."""
    release = outcome(tmp_path / "shots", {"1.png": laden(PAGE), "2.png": PAGE}, planned(POLICY.format(options="")))
    assert isinstance(release, Release), release
    for name in ("1.png", "2.png"):
        assert list(dict.fromkeys(chunks(release.files[name]))) == CHUNKS
    assert release.files["1.png"] == release.files["2.png"]


BESIDE = {
    "ocr.json": json.dumps({"frames": [{"file": "shots/1.png", "words": [*MAIL.split("."), MAIL], "text": NAME}]}),
    "ocr.txt": f"1\t{MAIL}\t{NAME}\n",
    "ocr.tsv": f"level\tpage\ttext\n5\t1\t{MAIL}\n",
    "shots/1.png.ocr": MAIL,
    "cache.sqlite": "SQLite format 3\0" + MAIL,
}


def test_what_lies_beside_frames_is_covered_dropped_or_changed_too(
    tmp_path: Path, planned: Callable[[str], Plan]
) -> None:
    """T10: words of OCR, thumbnails and caches beside a frame keep no value; finding in keys does not blind screens."""
    desk = Desk().window("Mail", f"{NAME} - Inbox").into("Body").type(f"to {MAIL} ").shot("shots/1.png", PAGE).mouse()
    small = {"thumbs/1.png": PAGE, "shots/.1_thumb.png": PAGE}
    files = desk.files() | small | {name: text.encode() for name, text in BESIDE.items()}
    release = outcome(tmp_path / "r", files, planned(POLICY.format(options="")))
    assert isinstance(release, Release), release
    save(tmp_path / "out", dict(release.files))
    assert left_of([MAIL, NAME, "okafor@"], tmp_path / "out") == []
    shown = [name for name in release.files if name.endswith(".png")]
    assert "shots/1.png" in shown
    assert not any("okafor" in read(release.files[name]) for name in shown)


def test_a_value_is_covered_on_frames_where_no_detector_knows_it(
    tmp_path: Path, planned: Callable[[str], Plan]
) -> None:
    """T13: what is found by its label on one frame is covered on the next, where the label is gone."""
    plan = planned(
        "find: [{use: text.pii, entities: [US_SSN]}, {use: text.labels}, {use: screen.text}]\nlink: {within: session}\n"
        "change: {default: {use: replace}, screen: {use: cover}}"
    )
    value = Piece(140, 46, "brindlewick7742", size=18)
    label = Piece(12, 46, "Username:", size=18)
    frames = {
        f"{number}.png": png(draw([value, *more], width=400, height=92)) for number, more in enumerate([[label], []])
    }
    release = outcome(tmp_path / "shots", frames, plan)
    assert isinstance(release, Release), release
    for name, before in frames.items():
        assert "brindlewick" in read(before)
        assert "brindlewick" not in read(release.files[name])
