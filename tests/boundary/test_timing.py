"""Times and paths of the mouse through the whole boundary."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tiny_recording import Desk, presses

from boundary.outcome import Outcome, Release
from boundary.pipeline import process
from boundary.plan import Plan
from policies import load_policy
from recording import SourceFile, format_named, parse_files
from recording.errors import PolicyError

RESAMPLE = "change:\n  timing: {use: resample}"
TIMED = [
    RESAMPLE,
    "change:\n  timing: {use: resample, overlap: false}",
    "change:\n  timing: {use: quantise, bin_ms: 100}",
    "change:\n  timing: {use: jitter, max_ms: 100}",
]
HIDING = """\
find:
  - {{use: text.list, values: ["{secret}"], fuzzy: false}}
link: {{within: session}}
change:
  default: {{use: replace, text: "[hidden]"}}
  {more}"""


def through(plan: Plan, files: dict[str, bytes]) -> Outcome:
    """What becomes of a recording."""
    return process(lambda: parse_files("desk", {name: SourceFile(name, data) for name, data in files.items()}), plan)


def released(plan: Plan, files: dict[str, bytes]) -> dict[str, bytes]:
    """Its files, which must leave."""
    outcome = through(plan, files)
    assert isinstance(outcome, Release), outcome
    return dict(outcome.files)


def records(data: bytes) -> list[dict[str, Any]]:
    """The records of a JSON-lines file."""
    return [json.loads(line) for line in data.splitlines()]


def desk() -> Desk:
    """Somebody writes, goes to the mouse, and writes on."""
    made = Desk().window("notes", "List").into("Body").type("Some Words first ").mouse(40)
    made.now += 0.3
    return made.copy("a clip").type("and some after\nthe click").erase(3).mouse(5)


@pytest.mark.parametrize("policy", TIMED)
def test_only_times_change_and_the_result_reads_like_the_source(policy: str, planned: Callable[[str], Plan]):
    """Nothing is looked for: every record but its time, and every other file, is what it was."""
    files = desk().files()
    out = released(planned(policy), files)
    assert set(out) == set(files)
    for name, data in files.items():
        if not name.endswith(".jsonl"):
            assert out[name] == data
            continue
        old, new = records(data), records(out[name])
        rest = [[{k: v for k, v in record.items() if k != "time_stamp"} for record in side] for side in (old, new)]
        assert sorted(map(repr, rest[0])) == sorted(map(repr, rest[1]))
        times = [record["time_stamp"] for record in new]
        assert times == sorted(times)
    assert presses(out["events.jsonl"]) == presses(files["events.jsonl"])
    assert out["events.jsonl"] != files["events.jsonl"]


@pytest.mark.parametrize("more", ["", "timing: {use: jitter}", "timing: {use: quantise}", "timing: {use: resample}"])
def test_the_rhythm_of_what_was_replaced_never_survives(more: str, planned: Callable[[str], Plan]):
    """Whatever the policy says of times: two rhythms of one secret between the same neighbours give the same bursts."""
    plan = planned(HIDING.format(secret="quiet plover", more=more))
    out = []
    for rhythm in ([0.01], [0.02, 0.4, 0.11]):
        made = Desk().window("notes", "List").type("say ")
        start = made.now
        for index, char in enumerate("quiet plover"):
            made.now += rhythm[index % len(rhythm)]
            made.type(char)
        made.now = start + 20
        events = records(released(plan, made.type(" now").files())["events.jsonl"])
        first = next(index for index, event in enumerate(events) if event["name"] == "[")
        last = max(index for index, event in enumerate(events) if event["name"] == "]")
        out.append([(event["name"], round(event["time_stamp"], 6)) for event in events[first : last + 1]])
    if more == "timing: {use: jitter}":
        # Delays are drawn for each recording; the burst under them is the same.
        out = [[name for name, _ in burst] for burst in out]
    if "resample" in more:
        # The numbers drawn depend on the whole recording, and on nothing that can be read from it.
        out = [[name for name, _ in sorted(burst)] for burst in out]
    assert out[0] == out[1]


def test_resampled_time_does_not_tell_how_long_the_replaced_value_took(planned: Callable[[str], Plan]):
    """One character and sixty-four leave gaps of the same kind before the next word."""
    gaps = []
    for length in (1, 64):
        secret = "q" + "z" * (length - 1)
        plan = planned(HIDING.format(secret=secret, more="timing: {use: resample}"))
        made = Desk().window("notes", "List").type("say ")
        for char in secret:
            made.now += 0.5
            made.type(char)
        events = records(released(plan, made.type(" now").files())["events.jsonl"])
        last = max(index for index, event in enumerate(events) if event["name"] == "]")
        gaps.append(events[last + 1]["time_stamp"] - events[last]["time_stamp"])
    assert max(gaps) < 2


def test_what_was_put_in_is_found_again_by_verification_after_its_times_changed(planned: Callable[[str], Plan]):
    """A replacement that looks like what a step finds is no residue, wherever its lines stand now."""
    policy = """\
find:
  - {use: text.roles}
  - {use: text.pii, entities: [EMAIL_ADDRESS]}
link: {within: session}
change:
  default: {use: replace, text: "x.y@tern.example"}
  timing: {use: resample}
  mouse: {use: smooth}"""
    made = Desk().window("mail", "To ada.plover@example.com").type("to ada.plover@example.com, thanks").mouse(30)
    out = released(planned(policy), made.type(" and bye").files())
    assert "x.y@tern.example" in presses(out["events.jsonl"])
    assert b"plover" not in b"".join(out.values())


def test_the_mouse_goes_another_way_to_the_same_click(planned: Callable[[str], Plan]):
    """Moves are as many as before; the click is where and when it was."""
    made = Desk().window("paint", "Drawing")
    for step in range(60):
        made.log("events.jsonl", action="move", x=10 + 7 * step, y=400 + (step * 37) % 90)
    for pressed in (True, False):
        made.log("events.jsonl", action="click", x=500, y=120, button="left", pressed=pressed)
    files = made.files()
    out = records(released(planned("change:\n  mouse: {use: smooth}"), files)["events.jsonl"])
    old = records(files["events.jsonl"])
    assert [event for event in out if event["action"] == "click"] == [e for e in old if e["action"] == "click"]
    moves = [[(e["x"], e["y"]) for e in side if e["action"] == "move"] for side in (old, out)]
    assert len(moves[0]) == len(moves[1])
    assert len(set(moves[0]) & set(moves[1])) < 10
    assert moves[1][-1] == (500, 120)


def test_a_pin_clicked_on_the_screen_does_not_leave(planned: Callable[[str], Plan]):
    """Neither its places, nor what the screen reader said, nor how many clicks it had."""
    out = []
    for digits in ("19", "193746"):
        made = Desk().window("bank", "Enter your PIN")
        for digit in digits:
            spot = 700 + 60 * (int(digit) % 3), 300 + 60 * (int(digit) // 3)
            made.log("events.jsonl", action="move", x=spot[0] - 5, y=spot[1])
            made.log("element.jsonl", a11y_tree={"Name": digit, "ControlType": "ButtonControl", "Children": []})
            for pressed in (True, False):
                made.log("events.jsonl", action="click", x=spot[0], y=spot[1], button="left", pressed=pressed)
        made.now = 500.0
        made.window("notes", "List").type("done")
        files = released(planned("find:\n  - {use: mouse.keypads}"), made.files())
        assert not any("x" in event for event in records(files["events.jsonl"]))
        out.append(files["events.jsonl"])
        assert not files.get("element.jsonl")
    assert out[0] == out[1]


def test_a_format_that_cannot_be_timed_anew_is_withheld(
    planned: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch
):
    """Old times never leave where new ones were asked for."""
    kind = type(format_named("ducktrack"))
    monkeypatch.setattr(kind, "retime", lambda self, recording, line: {})
    outcome = through(planned(RESAMPLE), desk().files())
    assert not isinstance(outcome, Release)
    assert outcome.code == "timing-not-written"


def test_a_log_on_two_clocks_is_withheld(planned: Callable[[str], Plan]):
    """A time of day cannot be put on the clock of the dates beside it."""
    log = b"2024-05-01 10:00:00,000 - 'a'\n10:00:01 - 'b'\n"
    outcome = through(planned(RESAMPLE), {"keys.log": log})
    assert not isinstance(outcome, Release)
    assert outcome.code == "timing-mixed"


def test_a_recording_without_times_passes_as_it_is(planned: Callable[[str], Plan]):
    """There is nothing to change in a log of bare keys."""
    log = b"Key pressed: 'a'\nKey released: 'a'\n"
    assert released(planned(RESAMPLE), {"keys.log": log}) == {"keys.log": log}


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("timing: {use: smooth}", "resample"),
        ("mouse: {use: resample}", "smooth"),
        ("default: {use: jitter}", "replace"),
    ],
)
def test_a_place_takes_only_the_steps_that_change_it(line: str, hint: str, tmp_path):
    """A policy that asks for something else is refused with what fits."""
    (tmp_path / "p.yaml").write_text(f"policy: 1\nname: test\nchange:\n  {line}\n")
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path / "p.yaml")
    assert any(found.code == "wrong-operator" and hint in found.hint for found in caught.value.diagnostics)


def test_strict_times_everything_anew():
    """The default of the strictest policy is the one step after which nobody is known again."""
    policy = load_policy("strict")
    assert policy.change["timing"].spec.name == "resample"
    assert any(use.spec.name == "mouse.keypads" for use in policy.find)
