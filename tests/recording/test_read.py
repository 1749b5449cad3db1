"""Rules of opening folders and files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from recording_help import sample

from recording import FORMATS, InputError, discover, format_named, open_recording, parse_files, unread_files

_EVENT = '{"time_stamp": 1.5, "action": "press", "name": "a"}\n'


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    (path / "events.jsonl").write_text(_EVENT)
    return path


def test_format_names_are_unique() -> None:
    """A recording names the one format that can write it back."""
    assert len({item.name for item in FORMATS}) == len(FORMATS)
    assert all(format_named(item.name) is item for item in FORMATS)
    with pytest.raises(InputError):
        format_named("none")


def test_a_recording_read_from_memory_equals_the_one_from_disk(tmp_path: Path) -> None:
    """Reading an output again needs no disk."""
    recording = open_recording(_folder(tmp_path / "r"))
    assert parse_files("r", recording.files).events.equals(recording.events)


def test_media_and_hidden_files_are_listed_and_never_read(tmp_path: Path) -> None:
    """A writer can see which files nobody looked into."""
    folder = _folder(tmp_path)
    for name in (".DS_Store", "screen.mp4", "notes.bin"):
        (folder / name).write_bytes(b"\0\1")
    recording = open_recording(folder)
    assert unread_files(recording.files) == (".DS_Store", "notes.bin", "screen.mp4")
    assert [field.text for field in recording.fields] == ["notes.bin"]


def test_the_real_screenshots_are_frames() -> None:
    """A folder of images has frames and no events; its names are texts."""
    recording = open_recording(sample("agentnetbench") / "images")
    assert (recording.format, len(recording.frames), len(recording.events)) == ("screenshots", 3, 0)
    assert all(field.role == "file_name" for field in recording.fields)


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    """A recording cannot make the toolkit read another file of the machine."""
    (tmp_path / "outside.txt").write_text("secret")
    folder = _folder(tmp_path / "r")
    (folder / "notes.txt").symlink_to(tmp_path / "outside.txt")
    with pytest.raises(InputError) as caught:
        open_recording(folder)
    assert caught.value.code == "link-outside"


def test_links_to_folders_are_refused(tmp_path: Path) -> None:
    """A folder that holds itself ends in an error, not in a loop."""
    folder = _folder(tmp_path / "r")
    (folder / "loop").symlink_to(folder)
    with pytest.raises(InputError) as caught:
        open_recording(folder)
    assert caught.value.code == "link-folder"


def test_special_files_are_refused_and_never_opened(tmp_path: Path) -> None:
    """A pipe in the folder cannot make the run hang."""
    folder = _folder(tmp_path / "r")
    os.mkfifo(folder / "pipe.txt")
    with pytest.raises(InputError) as caught:
        open_recording(folder)
    assert caught.value.code == "special-file"


def test_names_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A name with undecodable bytes has no place in a manifest."""
    folder = _folder(tmp_path / "r")
    (Path(os.fsdecode(os.fsencode(str(folder)) + b"/\xff.txt"))).write_text("x")
    with pytest.raises(InputError) as caught:
        open_recording(folder)
    assert caught.value.code == "file-name"
    str(caught.value).encode("utf-8")


def test_too_much_text_is_refused(tmp_path: Path) -> None:
    """The limit holds for the whole recording."""
    with pytest.raises(InputError) as caught:
        open_recording(_folder(tmp_path / "r"), max_bytes=10)
    assert caught.value.code == "too-large"


def test_a_missing_path_and_an_unknown_format_are_told_apart(tmp_path: Path) -> None:
    """Both are input errors with codes of their own."""
    (tmp_path / "x.bin").write_bytes(b"\0")
    for path, code in ((tmp_path / "none", "not-found"), (tmp_path / "x.bin", "unknown-format")):
        with pytest.raises(InputError) as caught:
            open_recording(path)
        assert caught.value.code == code


def test_a_source_is_one_recording_or_a_folder_of_them(tmp_path: Path) -> None:
    """Recordings are found at any depth; what cannot be read is listed too, so that nothing is lost."""
    first, second = _folder(tmp_path / "b"), _folder(tmp_path / "a" / "deep")
    shots = tmp_path / "shots"
    shots.mkdir()
    (shots / "1.png").write_bytes(b"x")
    (tmp_path / "keys.log").write_text("Key.shift\n")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "x.bin").write_bytes(b"x")
    assert discover(tmp_path) == [second, first, tmp_path / "keys.log", tmp_path / "odd", shots]
    assert discover(first) == [first]
    assert discover(tmp_path / "keys.log") == [tmp_path / "keys.log"]


@pytest.mark.parametrize("beside", [(), ("notes.pdf",), (".DS_Store",)])
def test_a_batch_may_hold_more_files_than_a_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: tuple[str, ...]
) -> None:
    """The most files that one recording may have limit no batch, whatever lies beside its folders."""
    monkeypatch.setattr("recording.read._MAX_FILES", 3)
    folders = [tmp_path / "day" / f"r{number}" for number in range(4)]
    for folder in folders:
        folder.mkdir(parents=True)
        for name in ("events.jsonl", "metadata.json"):
            (folder / name).write_text("{}\n")
    (tmp_path / "day" / "empty").mkdir()
    for name in beside:
        (tmp_path / "day" / name).write_text("x")
    assert discover(tmp_path) == folders
    for name in ("a.png", "b.png"):
        (folders[0] / name).touch()
    assert discover(tmp_path) == folders  # it is refused when it is opened
    with pytest.raises(InputError, match="too-many-files"):
        open_recording(folders[0])


def test_a_folder_without_recordings_is_an_error(tmp_path: Path) -> None:
    """An empty source is said, not passed over."""
    with pytest.raises(InputError) as caught:
        discover(tmp_path)
    assert caught.value.code == "no-recording"


def test_an_empty_image_is_refused(tmp_path: Path) -> None:
    """A screenshot of 0 bytes is an input error with its place."""
    (tmp_path / "1.png").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        open_recording(tmp_path)
    assert (caught.value.code, caught.value.place) == ("empty-file", "1.png:1:1")
