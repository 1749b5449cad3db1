"""Broken sources: a clear error each, the rest of the batch done, nothing lost, sources untouched."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from plug_in import boundary
from tiny_recording import Desk, contents, left_of, picture, save

from boundary.outcome import Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan
from boundary.runner import run
from image_redact import decode
from recording import SourceFile, parse_files
from recording.errors import InputError

TITLE = "Quentin Abernathy"
POLICY = """\
find:
  - {use: text.roles}
  - {use: text.list, label: PERSON, values: [Quentin Abernathy]}
change: {default: {use: replace}}
"""
FIVE = """\
policy: 1
name: Five Mistakes
frobnicate: true
find:
  - use: text.pi
  - use: text.list
    label: lower case
change:
  default: {use: mask, keep_last: 9}
"""


def _desk() -> Desk:
    return Desk().window("Mail", TITLE).into("Body").type("hello").mouse()


def _huge_png() -> bytes:
    """A PNG of 69 bytes whose header promises 30,000 x 30,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def _broken(folder: Path) -> dict[str, str]:
    """A batch of good and broken recordings; the code that each of the broken ones gets."""
    good = _desk().files()
    save(folder / "a-good", good)
    save(folder / "b-truncated", good | {"events.jsonl": good["events.jsonl"][:-20]})
    save(folder / "c-latin", good | {"top_window.jsonl": TITLE.encode() + b'\xe9"}\n'})
    save(folder / "d-empty", good | {"events.jsonl": b""})
    save(folder / "e-log.log", {})
    (folder / "e-log.log").write_bytes(b"")
    (folder / "f-linked").mkdir()
    save(folder / "f-linked", good)
    (folder / "f-linked" / "notes.txt").symlink_to("/etc/hostname")
    (folder / "g-link.txt").symlink_to("/etc/hostname")
    (folder / "h-nothing").mkdir()
    (folder / "h-nothing" / "notes.docx").write_bytes(b"PK")
    (folder / "i-video").mkdir()
    (folder / "i-video" / "movie.mp4").write_bytes(b"\0\0\0\x18ftyp")
    save(folder / "z-good", good)
    return {
        "b-truncated": "json-syntax",
        "c-latin": "invalid-utf8",
        "d-empty": "empty-file",
        "e-log.log": "empty-file",
        "f-linked": "link-outside",
        "g-link.txt": "link",
        "h-nothing": "unknown-format",
        "i-video": "video-not-passed",
    }


def _digest(folder: Path) -> str:
    """Of every name, byte and change time under a folder."""
    parts = [(str(p.relative_to(folder)), p.lstat().st_mtime_ns) for p in sorted(folder.rglob("*"))]
    return hashlib.sha256(repr([parts, sorted(contents(folder).items())]).encode()).hexdigest()


def test_every_broken_source_gets_its_error_and_the_others_pass(
    tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """Each source is either in recordings/ or in withheld.jsonl, and none was touched."""
    (tmp_path / "batch").mkdir()
    codes = _broken(tmp_path / "batch")
    before = _digest(tmp_path / "batch")
    plan = planned(POLICY)
    in_this_process(plan)
    result = run([tmp_path / "batch"], plan, tmp_path / "out", ledger=tmp_path / "l.db")
    found = {e.source.name: e.outcome.code for e in result.entries if isinstance(e.outcome, Withheld)}
    assert found == codes
    assert [entry.source.name for entry in result.entries if entry.name] == ["a-good", "z-good"]
    lines = (tmp_path / "out" / "withheld.jsonl").read_text().splitlines()
    assert len(lines) + len(list((tmp_path / "out" / "recordings").iterdir())) == len(result.entries)
    assert json.loads((tmp_path / "out" / "manifest.json").read_bytes())["sources"] == len(result.entries)
    assert _digest(tmp_path / "batch") == before
    assert left_of([TITLE, "b-truncated", "tern-02"], tmp_path / "out") == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"this is text", "image-not-an-image"),
        (b"", "image-empty"),
        (_huge_png(), "image-too-large"),
        (picture("hello")[:-30], "image-truncated"),
    ],
    ids=["text", "empty", "huge", "truncated"],
)
def test_a_broken_screenshot_is_withheld_with_its_row_and_the_rest_passes(
    data: bytes, code: str, tmp_path: Path, full_plan: Plan, in_this_process: Callable[[Plan], None]
) -> None:
    """A frame that cannot be read costs that frame, and nothing points to it in the output."""
    made = _desk().shot("shots/1.png", picture("hello there")).shot("shots/2.png", data)
    made.save(tmp_path / "batch" / "r")
    in_this_process(full_plan)
    result = run([tmp_path / "batch"], full_plan, tmp_path / "out", ledger=tmp_path / "l.db")
    (entry,) = result.entries
    assert entry.outcome.report.frames_withheld == {code: 1}
    assert not result.complete
    out = tmp_path / "out" / "recordings" / "recording-0001"
    assert (out / "frames" / "frame-000001.png").exists()
    assert len((out / "screenshots.jsonl").read_text().splitlines()) == 1
    assert json.loads((tmp_path / "out" / "withheld.jsonl").read_text())["code"] == code


def test_the_terminal_says_where_a_source_is_broken(tmp_path: Path) -> None:
    """File, line and column of the mistake are on the terminal; the exit code is 1; no content is shown."""
    _broken((tmp_path / "batch").absolute())
    (tmp_path / "p.yaml").write_text(f"policy: 1\nname: test\n{POLICY}")
    done = boundary(
        "run", tmp_path / "batch", "-p", tmp_path / "p.yaml", "-o", tmp_path / "out", state=tmp_path / "state"
    )
    assert done.returncode == 1, done.stderr
    squeezed = "".join(done.stdout.split())
    count = (tmp_path / "batch" / "b-truncated" / "events.jsonl").read_bytes().count(b"\n") + 1
    assert f"events.jsonl:{count}:" in squeezed
    assert "top_window.jsonl:1:18:" in squeezed
    assert TITLE not in done.stdout + done.stderr


def test_a_policy_with_five_mistakes_names_all_five_and_nothing_is_read(tmp_path: Path) -> None:
    """Every mistake has file, line and column; exit code 3; there is no output folder."""
    (tmp_path / "p.yaml").write_text(FIVE)
    _desk().save(tmp_path / "r")
    done = boundary("run", tmp_path / "r", "-p", tmp_path / "p.yaml", "-o", tmp_path / "out", state=tmp_path / "s")
    assert done.returncode == 3
    places = [line.split("p.yaml:")[1].split(": ")[0:2] for line in done.stderr.splitlines()]
    assert [place for place, _ in places] == ["2:7", "3:1", "5:10", "7:12", "9:35"]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arrange", "code"),
    [
        (lambda p: (["missing"], "out"), "not-found"),
        (lambda p: ([str(_desk().save(p / "r"))], "r/out"), "out-in-source"),
        (lambda p: ([str(_desk().save(p / "r"))], str(save(p / "full", {"x": b"y"}))), "out-not-empty"),
        (lambda p: ([str(_desk().save(p / "r"))], "/proc/nowhere/out"), "out-unwritable"),
        (lambda p: ([str(_desk().save(p / "r"))], str(save(p / "f", {"x": b"y"}) / "x")), "out-unwritable"),
        (lambda p: ([str((p / "none").mkdir() or p / "none")], "out"), "no-recording"),
    ],
    ids=["missing", "inside", "not-empty", "read-only", "file", "no-recording"],
)
def test_wrong_places_are_usage_errors_and_nothing_is_written(
    arrange: Callable[[Path], tuple[list[str], str]],
    code: str,
    tmp_path: Path,
    planned: Callable[[str], Plan],
    in_this_process: Callable[[Plan], None],
) -> None:
    """A source that is not there, or an output that cannot be made, is said before anything is done."""
    sources, out = arrange(tmp_path)
    before = contents(tmp_path)
    plan = planned(POLICY)
    in_this_process(plan)
    with pytest.raises(InputError) as caught:
        run([tmp_path / source for source in sources], plan, tmp_path / out, ledger=tmp_path / "l.db")
    assert caught.value.code == code
    assert contents(tmp_path) == before


@pytest.mark.parametrize("full", [True, False], ids=["full", "too long a name"])
@pytest.mark.parametrize("at", ["open", "write", "rename"])
def test_a_disk_that_fails_leaves_no_recording_under_its_name(
    at: str,
    full: bool,
    tmp_path: Path,
    planned: Callable[[str], Plan],
    in_this_process: Callable[[Plan], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A full disk ends the run, which can go on; what fits no disk is withheld; what is before and after is whole."""
    for name in ("a", "b", "c"):
        _desk().save(tmp_path / "batch" / name)
    plan = planned(POLICY)
    in_this_process(plan)
    calls = 0
    target, name = {
        "open": (Path, "open"), "write": (os, "fsync"), "rename": (Path, "rename")
    }[at]  # fmt: skip
    real = getattr(target, name)

    def failing(*args: object, **named: object) -> object:
        nonlocal calls
        calls += "x" in str(args[1:2]) or at != "open"
        if calls == {"open": 7, "write": 11, "rename": 2}[at]:  # all in the second recording
            calls += 100
            raise OSError(errno.ENOSPC if full else errno.ENAMETOOLONG, "it does not fit")
        return real(*args, **named)

    monkeypatch.setattr(target, name, failing)
    if full:
        with pytest.raises(InputError) as caught:
            run([tmp_path / "batch"], plan, tmp_path / "out", ledger=tmp_path / "l.db")
        assert caught.value.code == "disk-full"
        left = {path.name: len(contents(path)) for path in (tmp_path / "out" / "recordings").iterdir()}
        assert set(left.values()) <= {4}, "a recording is whole or not there"
        assert {path.name for path in (tmp_path / "out").iterdir()} == {"recordings", "run.journal"}
    result = run([tmp_path / "batch"], plan, tmp_path / "out", ledger=tmp_path / "l.db", resume=full)
    codes = ["", "", ""] if full else ["", "write-failed", ""]
    assert [getattr(entry.outcome, "code", "") for entry in result.entries] == codes
    whole = [sorted(contents(path)) for path in (tmp_path / "out" / "recordings").iterdir()]
    assert whole[0] == whole[1]
    assert len(whole) == codes.count("")
    assert len(whole[0]) == 4
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"recordings", "manifest.json", "withheld.jsonl"}


def test_a_manifest_that_cannot_be_written_is_an_error_and_leaves_nothing_half(
    tmp_path: Path,
    planned: Callable[[str], Plan],
    in_this_process: Callable[[Plan], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a manifest there is no run: the error says that the folder has no room; the run can go on."""
    _desk().save(tmp_path / "r")
    plan = planned(POLICY)
    in_this_process(plan)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError) as caught:
        run([tmp_path / "r"], plan, tmp_path / "out", ledger=tmp_path / "l.db")
    assert caught.value.code == "disk-full"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"recordings", "run.journal"}


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"no picture", "image-not-an-image"), (_huge_png(), "image-too-large")],
    ids=["text", "huge"],
)
def test_pictures_of_which_none_passes_are_withheld_for_their_own_reason(
    data: bytes, code: str, planned: Callable[[str], Plan]
) -> None:
    """A recording of nothing but frames that cannot be read has the frames' code, not one of the empty result."""
    plan = planned(
        "find: [{use: text.secrets}, {use: screen.text}]\nchange: {default: {use: replace}, screen: {use: cover}}"
    )
    outcome = process(lambda: parse_files("r", {"a.png": SourceFile("a.png", data)}), plan)
    assert isinstance(outcome, Withheld)
    assert outcome.code == code


@pytest.mark.parametrize(("most", "codes"), [(400 * 92, {}), (400 * 92 - 1, {"image-too-large": 1})])
def test_the_policy_says_how_large_a_frame_may_be(
    most: int, codes: dict[str, int], planned: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frame of exactly ``max_pixels`` passes, one with a pixel more does not, and its header is what decides."""
    limits = []
    real = decode.decode
    monkeypatch.setattr(
        decode, "decode", lambda data, **named: limits.append(named["max_pixels"]) or real(data, **named)
    )
    plan = planned(
        f"find: [{{use: text.secrets}}, {{use: screen.text, max_pixels: {most}}}]\n"
        "change: {default: {use: replace}, screen: {use: cover}}"
    )
    desk = _desk().shot("shots/1.png", picture("kind regards", "nothing to see"))
    files = {name: SourceFile(name, data) for name, data in desk.files().items()}
    outcome = process(lambda: parse_files("r", files), plan)
    assert isinstance(outcome, Release)
    assert outcome.report.frames_withheld == codes
    assert set(limits) == {most}
