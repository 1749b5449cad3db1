"""A policy that looks for nothing changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from recording_help import sample
from tiny_recording import Desk, contents, picture, save

from boundary.plan import Plan
from boundary.runner import run

LOG = """\
INFO:root:Mouse position: (10, 20)
INFO:root:Key pressed: 'h'\r
2024-01-02 03:04:05,678 - Key.shift

a line of no shape, with a word or two and no line end"""


def _desk_files() -> dict[str, bytes]:
    desk = Desk().window("Mail", "Quentin Abernathy").into("Pa\u00dfwort", secure=True).type("Tr0ub4dor").mouse()
    desk.copy("02:5e:10:aa:bb:cc").shot("shots/Quentin.png", picture("hello"))
    return desk.files() | {"README.md": b"\xef\xbb\xbfno line end", "sub/more.json": b'{ "a" :[1, "x"] }\n\n'}


SOURCES = {
    "ducktrack": _desk_files,
    "logger-lines": lambda: {"keys.log": LOG.encode()},
    "screenshots": lambda: {"a b.png": picture("one"), "Z.PNG": picture("two"), "c.png": b"not a picture"},
}


@pytest.mark.parametrize("source", SOURCES)
def test_the_empty_policy_gives_every_file_back_byte_for_byte(
    source: str, tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """Bytes and names are the source's own, down to byte-order marks, blank lines and what is not even valid."""
    files = SOURCES[source]()
    save(tmp_path / "Quentin's recording", files)
    plan = planned("")
    in_this_process(plan)
    result = run([tmp_path / "Quentin's recording"], plan, tmp_path / "out", ledger=tmp_path / "l.db")
    assert result.complete
    assert contents(tmp_path / "out" / "recordings") == {
        f"Quentin's recording/{name}": files[name] for name in sorted(files)
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ducktrack", "opencua"])
def test_the_real_samples_come_back_but_for_their_videos(
    name: str, tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """Real recordings round-trip; a video, which nothing can read, never passes and is counted."""
    folder = sample(name)
    plan = planned("")
    in_this_process(plan)
    result = run([folder], plan, tmp_path / "out", ledger=tmp_path / "l.db")
    (entry,) = result.entries
    source = contents(folder)
    videos = {file for file in source if file.endswith(".mp4")}
    read = {file: data for file, data in source.items() if file not in videos}
    given = contents(tmp_path / "out" / "recordings" / entry.name)
    assert {file: data for file, data in read.items() if file in given} == given
    assert entry.outcome.report.files_dropped.get("video-not-passed", 0) == len(videos)
    assert sum(entry.outcome.report.files_dropped.values()) == len(source) - len(given)


def test_two_recordings_of_one_name_get_names_of_their_own(
    tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """No recording takes the place of another, however their names clash."""
    files = SOURCES["logger-lines"]()
    sources = [save(tmp_path / folder / "day", files) for folder in ("a", "b")]
    sources.append(save(tmp_path / "c" / "day-2", files))
    plan = planned("")
    in_this_process(plan)
    result = run(sources, plan, tmp_path / "out", ledger=tmp_path / "l.db")
    assert result.complete
    assert [entry.name for entry in result.entries] == ["day", "day-2", "day-2-2"]


def test_a_source_given_as_a_dot_is_named_by_its_folder(
    tmp_path: Path,
    planned: Callable[[str], Plan],
    in_this_process: Callable[[Plan], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """``boundary run .`` and ``..`` work and stay inside the output folder."""
    save(tmp_path / "rec" / "r1", SOURCES["logger-lines"]())
    monkeypatch.chdir(tmp_path / "rec" / "r1")
    plan = planned("")
    in_this_process(plan)
    for number, source in enumerate((Path(), Path("..", "r1"))):
        result = run([source], plan, tmp_path / f"out{number}", ledger=tmp_path / "l.db")
        assert [entry.name for entry in result.entries] == ["r1"]


def test_a_name_with_something_sensitive_in_it_is_not_kept(
    tmp_path: Path, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """Names of recordings are texts like any other: kept where nothing is found in them, neutral where something is."""
    files = SOURCES["logger-lines"]()
    for name in ("Quentin Abernathy", "monday"):
        save(tmp_path / "batch" / name, files)
    plan = planned("find: [{use: text.list, values: [Quentin Abernathy]}]\nchange: {default: {use: redact}}")
    in_this_process(plan)
    result = run([tmp_path / "batch"], plan, tmp_path / "out", ledger=tmp_path / "l.db")
    assert [entry.name for entry in result.entries] == ["recording-0001", "monday"]
