"""What is changed stays well-formed, and what is not changed stays as it was."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_recording import Desk, presses

from boundary.outcome import Release
from boundary.pipeline import process
from boundary.plan import Plan
from recording import Patch, SourceFile, apply_patches, parse_files
from recording.edit import places_after

POLICY = """\
find:
  - {use: text.roles}
  - {use: text.list, values: [heron, Little Egret]}
link: {within: session}
change: {default: {use: replace}}
"""
STRICT = "find: [{use: text.all}]\nchange: {default: {use: %s}}"


def _released(desk: Desk, plan: Plan) -> Release:
    """The release of a recording in memory."""
    files = {name: SourceFile(name, data) for name, data in desk.files().items()}
    outcome = process(lambda: parse_files("r", files), plan)
    assert isinstance(outcome, Release), outcome
    return outcome


def _lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def _unbalanced(events: Iterable[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """Presses that are never released, and releases of keys that are not down, by key."""
    down: Counter[str] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for event in events:
        name = str(event.get("name")).lower()
        if event["action"] == "press":
            down[name] = 1
        elif event["action"] == "release":
            wrong[name, "release"] += not down[name]
            down[name] = 0
    wrong.update({(name, "press"): 1 for name, held in down.items() if held})
    return +wrong


WORDS = st.sampled_from(["heron ", "Little Egret", " and ", "x", "Her", "heron\n", "HERON", "a heron", "\n", "gull"])


def _roll(desk: Desk, word: str) -> None:
    """Type a word with each key still down when the next one is pressed."""
    names = ["space" if char == " " else char for char in word]
    for first, second in zip(names, [*names[1:], ""], strict=True):
        desk.key("press", first)
        if second not in {"", first}:
            desk.tap(second)
        desk.key("release", first)


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    """Somebody who types words, slips, rolls keys over one another, holds Shift on, and moves between fields."""
    desk = Desk().window("Mail", "Inbox").into("Body")
    for _ in range(draw(st.integers(1, 8))):
        act = draw(st.sampled_from(["type", "type", "roll", "hold", "erase", "field", "mouse", "keys"]))
        if act == "type":
            desk.type(draw(WORDS))
        elif act == "roll":
            _roll(desk, draw(WORDS).strip().lower() or "q")
        elif act == "hold":
            desk.key("press", "shift").tap(*draw(WORDS).strip().upper().replace(" ", "")).key("release", "shift")
        elif act == "erase":
            desk.erase(draw(st.integers(1, 7)))
        elif act == "field":
            desk.into(draw(st.sampled_from(["Body", "Code"])), secure=draw(st.booleans()))
        elif act == "mouse":
            desk.mouse()
        else:
            desk.tap(*["left"] * draw(st.integers(0, 3))).key("press", "ctrl").tap("c").key("release", "ctrl")
    return desk.mouse()


@settings(max_examples=60, deadline=None)
@given(desk=desks())
@pytest.mark.parametrize("policy", [POLICY, STRICT % "replace", STRICT % "redact"], ids=["listed", "all", "all away"])
def test_key_events_stay_well_formed(policy: str, desk: Desk, planned: Callable[[str], Plan]) -> None:
    """No press without release, no release without press, no time before the one above it, no other event touched."""
    before = _lines(desk.files()["events.jsonl"])
    release = _released(desk, planned(policy))
    after = _lines(release.files["events.jsonl"])
    assert not _unbalanced(before)
    assert not _unbalanced(after)
    times = [event["time_stamp"] for event in after]
    assert times == sorted(times)
    mice = [[event for event in events if "name" not in event] for events in (before, after)]
    assert mice[0] == mice[1]
    assert release.report.key_events == len(after) - len(before)


def test_text_outside_findings_stays_byte_for_byte(planned: Callable[[str], Plan]) -> None:
    """Every line that holds nothing sensitive is the source's own line, odd spacing included."""
    desk = Desk().window("Mail", "Inbox").into("Body").type("a heron b").mouse()
    desk.more["notes.txt"] = "first \u00e9\r\nwith heron in it\r\nlast".encode()
    desk.more["sub/x.json"] = b'{ "title" :"plain",\n "n": [1.50, true ,null] }'
    before, after = desk.files(), _released(desk, planned(POLICY)).files
    assert after["notes.txt"] == b"first \xc3\xa9\r\nwith [LISTED] in it\r\nlast"
    assert after["sub/x.json"] == before["sub/x.json"]
    assert after["top_window.jsonl"] == before["top_window.jsonl"]
    kept = set(before["events.jsonl"].splitlines()) & set(after["events.jsonl"].splitlines())
    gone = set(before["events.jsonl"].splitlines()) - kept
    assert {json.loads(line)["name"] for line in gone} == set("heron")


def test_a_burst_lies_between_what_came_before_and_what_stays_after(planned: Callable[[str], Plan]) -> None:
    """Mouse rows between the keys of a value bound the burst, so that order in the file is order in time."""
    desk = Desk().type("h").mouse(1).type("eron").mouse(1)
    after = _lines(_released(desk, planned(POLICY)).files["events.jsonl"])
    times = [event["time_stamp"] for event in after]
    assert times == sorted(times)
    assert presses(b"\n".join(json.dumps(event).encode() for event in after)) == "[LISTED]"
    assert [event["action"] for event in after if "name" not in event] == ["move", "click", "click"] * 2


def test_a_burst_does_not_tell_how_long_the_value_was(planned: Callable[[str], Plan]) -> None:
    """Two values of different length leave the same keys at the same pace."""
    plan = planned("find: [{use: text.list, values: [heron, peregrine falcon]}]\nchange: {default: {use: mask}}")
    left = []
    for word in ("heron", "peregrine falcon"):
        after = _lines(_released(Desk().type(f"a {word}\n"), plan).files["events.jsonl"])
        burst = [event for event in after if event["name"] == "*" or event["name"] == "shift"]
        start = burst[0]["time_stamp"]
        left.append([(event["action"], event["name"], round(event["time_stamp"] - start, 6)) for event in burst])
    assert left[0] == left[1]


def test_a_number_stays_a_number(planned: Callable[[str], Plan]) -> None:
    """What reads the output expects numbers where numbers were."""
    release = _released(Desk().mouse(), planned("find: [{use: text.roles}]\nchange: {default: {use: replace}}"))
    assert json.loads(release.files["metadata.json"])["id"] == 0


def test_logger_lines_keep_their_shape(planned: Callable[[str], Plan]) -> None:
    """A value in a log of presses becomes presses of the same shape, with times in order."""
    start = "2024-01-02 03:04:%02d,000 - "
    log = [start % number + f"Key pressed: '{char}'" for number, char in enumerate("a heron", 1) if char != " "]
    log.insert(1, start % 2 + "Key pressed: Key.space")
    log.append("2024-01-02 03:04:09,000 - Mouse position: (10, 20)")
    files = {"keys.log": SourceFile("keys.log", "\n".join(log).encode())}
    outcome = process(lambda: parse_files("r", files), planned(POLICY))
    assert isinstance(outcome, Release)
    after = outcome.files["keys.log"].decode().split("\n")
    assert after[:2] == log[:2]
    assert after[-1] == log[-1]
    keys = [line.partition("Key pressed: ")[2] for line in after[2:-1]]
    assert "".join(key.strip("'") for key in keys if key != "Key.shift") == "[LISTED]"
    assert [line[:23] for line in after] == sorted(line[:23] for line in after)


@given(
    st.binary(max_size=30),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.binary(max_size=5)), max_size=6),
)
def test_places_of_patches_are_where_their_data_are(data: bytes, wanted: list[tuple[int, int, bytes]]) -> None:
    """What took effect is found at the place that is told, in order; what did not is not told."""
    patches = []
    at = 0
    for start, size, new in sorted(wanted):
        if start >= at and start + size <= len(data):
            patches.append(Patch("f", start, start + size, new))
            at = start + size
    after = apply_patches(data, patches)
    told = list(places_after(patches, len(data)))
    assert all(after.startswith(patch.data, place) for patch, place in told)
    assert [place for _, place in told] == sorted(place for _, place in told)
    assert len(told) == len(patches) or len({(p.start, p.end) for p in patches}) < len(patches)
