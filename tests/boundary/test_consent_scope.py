"""What a person did not consent to does not leave: pictures, text, statistics; after a withdrawal nothing does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tiny_recording import Desk, left_of, picture, presses, save

from boundary.counting import Count, Counted, count
from boundary.explaining import explain_recording
from boundary.outcome import Outcome, Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from boundary.release import subject_mark
from boundary.runner import run
from boundary.scope import unsaid
from boundary.withdrawing import withdraw
from policies import load_policy
from recording import open_recording
from recording.documents import file_type
from recording.errors import StepFailed
from recording.model import TextField

KEY = b"k" * 32
POLICY = """\
policy: 1
name: scopes
person: user_id
admit: {consent: {register: consent.csv}}
"""
FINDING = """\
find: [{use: text.list, label: PERSON, values: [Winterbottom]}, {use: screen.text}]
change: {default: {use: replace}, screen: {use: cover}}
"""
LINKING = """\
find: [{use: text.passwords}, {use: text.secrets}, {use: screen.text}]
link: {within: session}
change: {default: {use: replace}, screen: {use: cover}}
"""
COUNTING = """\
find: [{use: text.roles}]
change: {default: {use: redact}}
release:
  budget: {scope: tests, epsilon: 4}
  aggregates:
    - {use: dp.count_events, id: per-app, keys: [Mail], max_groups: 1, max_per_group: 500, epsilon: 1}
"""
WORDS = ("Winterbottom", "heron", "Inbox", "clip-77", "Body", "notes-88", "tern-02")


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Plan]:
    """Builds a plan whose register has one line for the person of `desk`."""

    def make(scope: str, *more: str, columns: str = "scope") -> Plan:
        (tmp_path / "consent.csv").write_text(
            f"person,status,{columns}\nplover-11,opted_in,{scope}\nbob,opted_in,all\n"
        )
        (tmp_path / "p.yaml").write_text(POLICY + "".join(more))
        return build_plan(load_policy(tmp_path / "p.yaml"), key=KEY)

    return make


def desk(user: str = "plover-11") -> Desk:
    """Text of every kind, the mouse, two pictures and a video."""
    made = Desk(user=user).window("Mail", "Inbox").into("Body").type("heron Winterbottom").mouse().copy("clip-77")
    made.shot("shots/1 Winterbottom.png", picture("Winterbottom")).mouse().shot("shots/2.png", picture("fine"))
    made.more["README.md"] = b"notes-88 of Winterbottom\n"
    made.more["film.mp4"] = b"\0\0\0\x18ftypmp42"
    return made.mouse()


def taken(plan: Plan, folder: Path) -> Outcome:
    """What becomes of it."""
    desk().save(folder / "in")
    return process(lambda: open_recording(folder / "in"), plan)


@pytest.mark.parametrize("finding", ["", FINDING], ids=["admit alone", "with finding"])
def test_without_screens_no_picture_leaves_and_none_is_read(
    finding: str, made: Callable[..., Plan], tmp_path: Path
) -> None:
    """Pictures, films and the rows that point to them are gone; what was typed is there."""
    plan = made("keys statistics", finding)
    recorded = desk().shot("shots/3.png", b"who opens this withholds it")
    recorded.save(tmp_path / "in")
    release = process(lambda: open_recording(tmp_path / "in"), plan)
    assert isinstance(release, Release), release
    assert not release.report.frames_withheld
    assert not release.report.files_dropped
    assert {file_type(name) for name in release.files} <= {"jsonl", "json", "text"}
    assert release.files["screenshots.jsonl"] == b""
    assert presses(release.files["events.jsonl"]).startswith("heron")


@pytest.mark.parametrize("finding", ["", FINDING], ids=["admit alone", "with finding"])
def test_without_keys_no_text_of_any_kind_leaves(finding: str, made: Callable[..., Plan], tmp_path: Path) -> None:
    """Keys, titles, fields, clipboard, notes and metadata are gone; the mouse and covered pictures are there."""
    release = taken(made("screens", finding), tmp_path)
    assert isinstance(release, Release), release
    out = save(tmp_path / "out", {name: data for name, data in release.files.items() if file_type(name) != "image"})
    assert left_of(WORDS, out) == [] if finding else left_of([w for w in WORDS if w != "Winterbottom"], out) == []
    assert presses(release.files["events.jsonl"]) == ""
    assert {json.loads(line)["action"] for line in release.files["events.jsonl"].splitlines()} == {"move", "click"}
    assert sum(file_type(name) == "image" for name in release.files) == 2
    assert release.files["screenshots.jsonl"].count(b"\n") == 2
    assert release.report.files_dropped["consent-scope"] >= 2
    assert release.report.removed > 30


def test_what_was_typed_is_still_found_on_screens_when_it_does_not_leave(
    made: Callable[..., Plan], tmp_path: Path
) -> None:
    """Keys out of scope are looked at, so that a picture cannot give away what they hold."""
    typing = Desk().window("Mail", "Inbox").into("Password", secure=True).type("Sesame-4417-heron").mouse()
    typing.shot("shots/1.png", picture("Sesame-4417-heron", "plain words")).mouse().save(tmp_path / "in")
    plan = made("screens", LINKING)
    release = process(lambda: open_recording(tmp_path / "in"), plan)
    assert isinstance(release, Release), release
    assert release.report.findings["PASSWORD"] == {"screen": 1}


@pytest.mark.parametrize("scope", ["", "statistics"])
def test_without_keys_and_screens_the_recording_is_withheld(
    scope: str, made: Callable[..., Plan], tmp_path: Path
) -> None:
    """Nothing would be left but how a hand moves, and nobody consented to that."""
    plan = made(scope)
    outcome = taken(plan, tmp_path)
    assert isinstance(outcome, Withheld)
    assert outcome.code == "consent-scope"
    assert explain_recording(open_recording(tmp_path / "in"), plan).withheld == "consent-scope"


def test_a_text_that_cannot_be_parted_from_the_mouse_withholds_the_recording(tmp_path: Path) -> None:
    """A text among the events that is in none of them would leave with the rest."""
    recording = open_recording(desk().save(tmp_path / "in"))
    loose = TextField("events.jsonl", 0, 4, "json", "text", "hello")
    with pytest.raises(StepFailed, match="consent-scope"):
        unsaid(replace(recording, fields=(*recording.fields, loose)), frozenset({"screens"}))


@pytest.mark.parametrize(("scope", "counts"), [("all", True), ("keys screens", False), ("statistics", True)])
def test_only_who_consented_to_statistics_counts_in_them(
    scope: str, counts: bool, made: Callable[..., Plan], tmp_path: Path
) -> None:
    """Out of scope a release counts the recording not at all, and a run counts none of its events."""
    plan = made(scope, COUNTING)
    desk().save(tmp_path / "in")
    found = count(Count(tmp_path / "in"), plan)
    assert isinstance(found, Counted) == counts
    release = process(lambda: open_recording(tmp_path / "in"), plan)
    if isinstance(release, Release):
        assert bool(release.tallies[0].num_rows) == counts


def test_a_run_in_which_somebody_does_not_count_still_releases_its_statistics(
    made: Callable[..., Plan], tmp_path: Path, in_this_process: Callable[[Plan], None]
) -> None:
    """Their recording leaves, the statistic is of the others."""
    plan = made("keys screens", COUNTING)
    in_this_process(plan)
    desk().save(tmp_path / "batch" / "a")
    desk("bob").save(tmp_path / "batch" / "b")
    result = run([tmp_path / "batch"], plan, tmp_path / "out", ledger=tmp_path / "ledger.db")
    assert len(result.releases) == 2
    assert not result.refused
    assert {release.person: bool(release.tallies[0].num_rows) for release in result.releases} == {
        "plover-11": False,
        "bob": True,
    }


def test_a_withdrawal_holds_for_a_plan_that_is_running(made: Callable[..., Plan], tmp_path: Path) -> None:
    """The register is read for every recording; when it is gone, nothing leaves either."""
    plan = made("all", COUNTING)
    assert isinstance(taken(plan, tmp_path), Release)
    withdraw(tmp_path / "consent.csv", "PLOVER-11", date(2026, 1, 1))
    outcome = taken(plan, tmp_path)
    assert isinstance(outcome, Withheld)
    assert outcome.code == "consent-withdrawn"
    refused = count(Count(tmp_path / "in"), plan)
    assert isinstance(refused, Withheld)
    assert refused.code == "consent-withdrawn"
    (tmp_path / "consent.csv").unlink()
    outcome = taken(plan, tmp_path)
    assert isinstance(outcome, Withheld)
    assert outcome.code == "register-unreadable"


@pytest.mark.parametrize(
    ("days", "began", "code"),
    [("2000-01-01,", "2026-03-01 10:00:00", ""), ("2026-03-02,", "2026-03-01 23:59:59", "consent-not-yet"),
     ("2026-03-02,", None, ""), ("2000-01-01,2001-01-01", None, "consent-ended"),
     ("2999-01-01,", None, "consent-not-yet")],
)  # fmt: skip
def test_a_recording_is_let_in_for_the_days_of_the_consent(
    days: str, began: str | None, code: str, made: Callable[..., Plan], tmp_path: Path
) -> None:
    """Today must be within them, and so must the day it was recorded, where clock or metadata tell it."""
    plan = made(days, columns="from,until")
    recorded = desk()
    files = recorded.files()
    if began:
        files["metadata.json"] = json.dumps({"user_id": "plover-11", "start_time": began}).encode()
    save(tmp_path / "in", files)
    outcome = process(lambda: open_recording(tmp_path / "in"), plan)
    assert (outcome.code if isinstance(outcome, Withheld) else "") == code


def test_a_manifest_marks_whose_record_it_is_for_who_has_the_key(
    made: Callable[..., Plan], tmp_path: Path, in_this_process: Callable[[Plan], None]
) -> None:
    """Records of one person bear different marks; neither name nor anything that two releases share is in them."""
    plan = made("all")
    in_this_process(plan)
    for name in ("a", "b"):
        desk().window("Mail", name).save(tmp_path / "batch" / name)
    run([tmp_path / "batch"], plan, tmp_path / "out", ledger=None)
    text = (tmp_path / "out" / "manifest.json").read_text()
    first, second = json.loads(text)["recordings"]
    assert first["subject"] == subject_mark(KEY, first["digest_in"], " Plover-11 ")
    assert first["subject"] != second["subject"]
    assert "plover" not in text
    assert subject_mark(b"x" * 32, first["digest_in"], "plover-11") != first["subject"]
