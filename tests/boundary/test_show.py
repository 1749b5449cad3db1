"""What people see at a terminal."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from boundary import show
from boundary.outcome import Release, Report, Withheld
from boundary.result import Entry, Result
from policies import load_policy


def _printed(result: Result, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    show.result(result, load_policy("baseline"), console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def _entry(source: str, outcome: Release | Withheld) -> Entry:
    return Entry(Path(source), "recording-0001", outcome)


def test_titles_and_figures_stand_on_one_line_at_80_columns() -> None:
    """No title wraps, no column of figures is cut, and large figures are grouped."""
    report = Report(events=1_234_567, removed=7, frames=20, findings={"EMAIL_ADDRESS": {"typed": 3, "screen": 1_200}})
    text = _printed(Result(Path("out"), (_entry("a", Release({}, report, "", {})),)))
    lines = text.splitlines()
    assert any(line.startswith("policy baseline, digest ") and len(line.split()[-1]) == 12 for line in lines)
    assert "events       1,234,560          7" in [line.rstrip() for line in lines]
    assert any(line.split() == ["EMAIL_ADDRESS", "3", "-", "1,200"] for line in lines)
    assert max(map(len, lines)) <= 80


def test_names_of_sources_cannot_drive_the_terminal() -> None:
    """Control characters and markup in paths, places and hints are shown and not obeyed."""
    verdict = Withheld("text-residue", "verify", "still there", "see [bold]this[/]", place="\x1b[31m:1:2")
    text = _printed(Result(Path("[red]out[/]"), (_entry("/data/[bold]x[/]\x1b[2J", verdict),)), width=200)
    assert "\x1b" not in text
    assert "/data/[bold]x[/]" in text
    assert "see [bold]this[/]" in text
    assert "result: [red]out[/]" in text


def test_the_path_of_the_result_is_never_broken_over_lines() -> None:
    """Whoever copies it gets all of it."""
    path = "/" + "/".join(["folder"] * 30)
    assert f"result: {path}\n" in _printed(Result(Path(path), ()))


def test_what_was_withheld_says_where_and_why() -> None:
    """A place in the source where there is one, otherwise the step; frames are counted by code."""
    frames = Report(frames=3, frames_withheld={"screen-residue": 2, "image-truncated": 1})
    result = Result(
        Path("out"),
        (
            _entry("a", Withheld("json-syntax", "read", "no JSON", place="events.jsonl:3:9")),
            _entry("b", Withheld("timeout", "find.text", "too slow")),
            _entry("c", Release({}, frames, "", {})),
        ),
        refused={"per-app": Withheld("budget-exceeded", "dp.count_events", "too little is left")},
    )
    words = " ".join(_printed(result, width=160).split())
    for expected in (
        "a json-syntax events.jsonl:3:9: no JSON",
        "b timeout in find.text: too slow",
        "c screen-residue 2 frames",
        "c image-truncated 1 frame ",
        "per-app budget-exceeded in dp.count_events: too little is left",
    ):
        assert expected in words
