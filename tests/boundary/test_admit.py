"""What is not admitted is nowhere: not in the output, not in a count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_recording import Desk, left_of, picture, presses

from boundary.admit import read_register
from boundary.outcome import Outcome, Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan
from recording import open_recording
from recording.errors import InputError

PEOPLE = "person: user_id\n"


def taken(desk: Desk, folder: Path, plan: Plan) -> Outcome:
    """What becomes of a recording."""
    desk.save(folder / "in")
    return process(lambda: open_recording(folder / "in"), plan)


@pytest.mark.parametrize(
    ("user", "code"),
    [("plover-11", ""), ("stilt-13", "consent-missing"), ("ruff-14", "consent-missing"),
     ("dunlin-15", "consent-unknown"), ("", "person-unknown"), ("  ", "person-unknown")],
)  # fmt: skip
def test_only_who_opted_in_is_let_in(user: str, code: str, tmp_path: Path, planned: Callable[[str], Plan]) -> None:
    """Opted out, without a status, not in the register, without a name: the recording is withheld."""
    plan = planned(PEOPLE + "admit: {consent: {register: consent.csv}}")
    outcome = taken(Desk(user=user).window("Mail", "Inbox").mouse(), tmp_path, plan)
    assert (outcome.code if isinstance(outcome, Withheld) else "") == code


def test_a_recording_without_the_persons_key_is_withheld(tmp_path: Path, planned: Callable[[str], Plan]) -> None:
    """Who cannot be named cannot have opted in."""
    plan = planned("person: employee\nadmit: {consent: {register: consent.csv}}")
    outcome = taken(Desk().window("Mail", "Inbox").mouse(), tmp_path, plan)
    assert isinstance(outcome, Withheld)
    assert outcome.code == "person-unknown"


@pytest.mark.parametrize("data", [b"name,status\na,opted_in\n", b"\xff\xfe", None, b""])
def test_a_register_that_cannot_be_read_refuses_the_policy(data: bytes | None, tmp_path: Path) -> None:
    """No register, no run: doubt never lets anybody in."""
    if data is not None:
        (tmp_path / "c.csv").write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_register(tmp_path / "c.csv")
    assert caught.value.code.startswith("register-")


def office() -> Desk:
    """Mail, then a password manager, then mail again; a key goes down in one window and up in the next."""
    desk = Desk().window("Mail", "Inbox").into("Body").type("hello").mouse()
    desk.shot("shots/1.png", picture("mail window"))
    desk.key("press", "alt").window("KeePassXC", "vault.kdbx").key("release", "alt").into("Master", secure=True)
    desk.type("Sesame99").copy("vault-entry-55").mouse().shot("shots/2 vault.png", picture("vault entries"))
    desk.key("press", "enter").window("Mail", "Inbox").key("release", "enter").into("Body").type("bye").mouse()
    return desk.shot("shots/3.png", picture("mail again"))


VAULT = ("Sesame99", "vault", "KeePass", "Master")
RULES = {
    "apps deny": 'admit: {apps: {deny: ["KeePass*"]}}',
    "apps allow": "admit: {apps: {allow: [mail]}}",
    "windows deny": 'admit: {windows: {deny: ["VAULT.*"]}}',
    "windows allow": "admit: {windows: {allow: [inbox]}}",
}
FINDING = """\
find: [{use: text.list, values: [nobody]}, {use: screen.text}]
change: {default: {use: redact}, screen: {use: cover}}
"""


@pytest.mark.parametrize("finding", ["", FINDING], ids=["admit alone", "with finding"])
@pytest.mark.parametrize("rule", RULES)
def test_nothing_of_a_barred_window_is_in_the_output(
    rule: str, finding: str, tmp_path: Path, planned: Callable[[str], Plan]
) -> None:
    """Keys, titles, clipboard, fields and frames of its time are gone; what was before and after stays."""
    release = taken(office(), tmp_path, planned(f"{RULES[rule]}\n{finding}"))
    assert isinstance(release, Release), release
    for name, data in release.files.items():
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_bytes(data)
    assert left_of(VAULT, tmp_path / "out") == []
    assert presses(release.files["events.jsonl"]) == "hellobye"
    assert release.files["screenshots.jsonl"].count(b"\n") == 2
    assert sum(name.endswith(".png") for name in release.files) == 2
    assert release.report.removed > 0


def test_a_key_goes_with_its_press_across_the_border_of_a_window(
    tmp_path: Path, planned: Callable[[str], Plan]
) -> None:
    """A press that stays keeps its release, and one that goes takes it along, wherever the release happened."""
    release = taken(office(), tmp_path, planned(RULES["apps deny"]))
    assert isinstance(release, Release)
    keys = [json.loads(line) for line in release.files["events.jsonl"].splitlines()]
    count = Counter((event["name"], event["action"]) for event in keys if "name" in event)
    assert count["alt", "press"] == count["alt", "release"] == 1
    assert count["enter", "press"] == count["enter", "release"] == 0
    assert all(count[name, "press"] == count[name, "release"] for name, _ in count)


def test_a_frame_next_to_a_barred_window_does_not_pass(tmp_path: Path, planned: Callable[[str], Plan]) -> None:
    """Recorders notice a change of window late, so a frame needs admitted events on both sides."""
    desk = Desk().window("Mail", "Inbox").type("x").mouse().shot("shots/1.png", picture("early"))
    desk.window("KeePassXC", "vault").type("y").window("Mail", "Inbox").shot("shots/2.png", picture("late"))
    desk.type("z").shot("shots/3.png", picture("fine"))
    release = taken(desk, tmp_path, planned(RULES["apps deny"]))
    assert isinstance(release, Release)
    assert [name for name in release.files if name.endswith(".png")] == ["shots/2.png", "shots/3.png"]
    assert release.files["screenshots.jsonl"].count(b"\n") == 2


def test_a_frame_that_nothing_dates_does_not_pass_a_policy_that_bars_windows(
    tmp_path: Path, planned: Callable[[str], Plan]
) -> None:
    """A picture without row and time may show anything."""
    desk = office()
    desk.more["loose.png"] = picture("who knows")
    release = taken(desk, tmp_path, planned(RULES["apps deny"]))
    assert isinstance(release, Release)
    assert "loose.png" not in release.files
    assert release.report.files_dropped["frame-not-cleared"] == 2


def counted(release: Release) -> dict[str, int]:
    """What a recording adds to the only statistic, by key."""
    (rows,) = release.tallies
    return {row["key"]: row["value"] for row in rows.to_pylist()}


def test_barred_time_counts_in_no_statistic(tmp_path: Path, planned: Callable[[str], Plan]) -> None:
    """Tallies are those of the admitted events, counted by hand."""
    keys = "[Mail, KeePassXC]"
    plan = planned(
        f"{PEOPLE}{RULES['apps deny']}\n{FINDING}release:\n  aggregates:\n"
        f"    - {{use: dp.count_events, id: a, keys: {keys}, max_groups: 2, max_per_group: 9000, epsilon: 1}}"
    )
    release = taken(office(), tmp_path, plan)
    assert isinstance(release, Release)
    tally = counted(release)
    mine = sum(data.count(b"\n") for name, data in release.files.items() if name.endswith(".jsonl"))
    assert tally.get("KeePassXC", 0) == 0
    assert sum(tally.values()) == mine - 1, "the release of a key that was pressed before is there but not counted"


def test_a_statistic_is_the_bounded_hand_count_before_noise(tmp_path: Path, planned: Callable[[str], Plan]) -> None:
    """Two recordings of one person count together and are cut to what one person may add."""
    plan = planned(
        f"{PEOPLE}{FINDING}release:\n  aggregates:\n"
        "    - {use: dp.count_events, id: a, keys: [Mail, Crm], max_groups: 1, max_per_group: 30, epsilon: 1}"
    )
    desks = {
        ("plover-11", "one"): Desk().window("Mail", "Inbox").type("abcdefghij"),  # 1 title + 20 keys
        ("plover-11", "two"): Desk().window("Mail", "Inbox").type("abcdefghij"),  # 21 again: 42, cut to 30
        ("gannet-12", "three"): Desk(user="gannet-12").window("Crm", "Sheet").type("ab"),  # 1 + 4
    }
    pieces, tallies = [], []
    for (person, name), desk in desks.items():
        release = taken(desk, tmp_path / name, plan)
        assert isinstance(release, Release)
        assert release.person is None or release.person in {"plover-11", "gannet-12"}
        assert {row["person"] for row in release.tallies[0].to_pylist()} == {person}
        pieces.append(release.tallies[0])
        tallies.append(counted(release))
    assert tallies == [{"Mail": 21}, {"Mail": 21}, {"Crm": 5}]
    keys, values = plan.aggregates[0].query.vectors(pieces)["events"]
    assert dict(zip(keys, values.tolist(), strict=True)) == {"Crm": 5, "Mail": 30, "other": 0}
