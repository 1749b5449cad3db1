"""A recording that is redacted while it is made: what leaves, when, and what does not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from flowing import FIND, VALUE, Session, flown, moves, of_main, planned, session_of, simulated, texts, typing

from benchmarks._harness import ROOT
from benchmarks.run import POLICY
from boundary import Stage
from boundary.live.flow import Flow
from boundary.live.hold import Hold
from boundary.live.lines import MAIN, Line, Splitter, checked
from boundary.outcome import Release
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from policies import PolicySource, parse_policy
from recording import SourceFile, parse_files
from recording.errors import InputError
from recording.simulate import Enter, Focus, Typist, interrupted, say, type_text

FLAWLESS = Typist(corrected=0, uncorrected=0, reworded=0, looks_back=0)
SMALL = Hold(512, 300.0)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A policy that knows one value."""
    return planned(tmp_path_factory.mktemp("policy"))


def whole(session: Session, plan: Plan) -> bytes:
    """The events after the recording went through as a whole."""
    files = {name: SourceFile(name, data) for name, data in session.files.items()}
    outcome = process(lambda: parse_files("whole", files), plan)
    assert isinstance(outcome, Release), outcome
    return outcome.files[MAIN]


@pytest.mark.parametrize("seed", range(3))
def test_a_stream_hides_what_the_whole_recording_hides(plan: Plan, seed: int) -> None:
    """No press of a planted value leaves that a run over the whole recording would hide, however it was typed."""
    session = simulated(seed)
    lines, _ = flown(session.lines, plan, SMALL)
    assert session.left(of_main(lines)) <= session.left(whole(session, plan))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
def test_many_streams_hide_what_whole_recordings_hide(plan: Plan, seed: int) -> None:
    """The same in many sessions and under many bounds."""
    session = simulated(seed)
    lines, _ = flown(session.lines, plan, Hold(int(np.random.default_rng(seed).integers(150, 1500)), 300.0))
    assert session.left(of_main(lines)) <= session.left(whole(session, plan))


@pytest.mark.slow
def test_streams_in_large_pieces_hide_what_whole_recordings_hide() -> None:
    """Whatever people type, under the patterns of a real policy, be it recorded before or coming in."""
    policy = parse_policy((PolicySource("stream.yaml", POLICY),), folder=ROOT)
    patterns = build_plan(policy, key=b"k" * 32)
    for seed in range(1000, 1006):
        session = simulated(seed, kinds=True)
        hidden = session.left(whole(session, patterns))
        for hold, clock in ((Hold(), time.monotonic_ns), (Hold(2048, 120.0), None)):
            lines, flow = flown(session.lines, patterns, hold, clock=clock)
            assert session.left(of_main(lines)) <= hidden
            assert flow.figures.complete


def test_what_leaves_does_not_depend_on_the_chunks_that_came(plan: Plan, tmp_path: Path) -> None:
    """Bytes cut anywhere, one line at a time, dicts: the same lines leave."""
    (tmp_path / "flowing.yaml").write_text(FIND)
    data = simulated(3).files[MAIN]
    stage = Stage(tmp_path / "flowing.yaml")
    rng = np.random.default_rng(1)

    def chunks(most: int) -> Iterator[bytes]:
        at = 0
        while at < len(data):
            size = int(rng.integers(1, most))
            yield data[at : at + size]
            at += size

    results = [b"".join(stage.stream(chunks(most), hold=SMALL)) for most in (2, 300, 10**6)]
    assert results[0] == results[1] == results[2]
    dicts = list(stage.stream(map(json.loads, data.splitlines()), hold=SMALL))
    assert dicts == [json.loads(line) for line in results[0].splitlines()]


def test_lines_of_several_files_come_out_under_their_names(plan: Plan, tmp_path: Path) -> None:
    """Pairs of file and line go in and out, and a title that names the value is covered."""
    (tmp_path / "flowing.yaml").write_text(FIND)
    session = simulated(5)
    title = {"time_stamp": 0.5, "top_window_name": "crm", "window_title": f"Account {VALUE.value}"}
    pairs = [
        ("top_window.jsonl", json.dumps(title).encode() + b"\n"),
        *((line.file, line.data) for line in session.lines),
    ]
    out = list(Stage(tmp_path / "flowing.yaml").stream(pairs, hold=SMALL))
    assert {name for name, _ in out} == {line.file for line in session.lines} | {"top_window.jsonl"}
    assert VALUE.value.encode() not in b"".join(data for _, data in out)


def test_a_value_broken_off_by_another_window_is_found(plan: Plan) -> None:
    """Half of it here, something else there, back by Alt-Tab and on: all of it is covered, pieces or not."""
    back = Focus("mail", "Inbox", "Body", how="keys")
    aside = [Focus("chat", "Team", "Message", how="keys", sends=True), say("one moment please"), Enter()]
    script = [Focus("mail", "Inbox", "Body"), *interrupted(say("for ", VALUE, " ok"), 12, aside, back)]
    session = session_of(type_text(script, FLAWLESS, np.random.default_rng(2)))
    lines, flow = flown(session.lines, plan, Hold(400, 300.0))
    assert session.left(of_main(lines)) == set()
    assert flow.figures.complete


def test_the_rest_of_a_value_whose_front_has_left_is_covered(plan: Plan) -> None:
    """Who stops in mid-value for longer than anything is held sees the front leave, and nothing of the rest."""
    parts = [
        *typing("my account halloran"),
        *moves(2000, 20.0),
        *typing("4815larkspur thanks", 60.0),
        *moves(600, 70.0),
    ]
    lines, flow = flown(parts, plan, Hold(512, 8.0))
    left = texts(lines)
    assert not any("4815" in text or "larkspur" in text for text in left)
    assert any("thanks" in text for text in left)
    assert flow.figures.late == 1


def test_events_leave_before_the_stream_ends(plan: Plan) -> None:
    """Delay is bounded in events and in seconds of the recorder's clock; memory holds no more lines than that."""
    flow = Flow(plan, hold=Hold(512, 300.0))
    out = list(flow.feed([*typing("some words that are not secret"), *moves(4000, 20.0)]))
    assert flow.figures.held == 512
    assert of_main(out).count(b"\n") > 3500
    slow = Flow(plan, hold=Hold(10_000, 20.0))
    out = list(slow.feed([*typing("some words"), *moves(3000, 20.0)]))
    assert of_main(out).count(b'"press"') == 10
    assert slow.figures.held < 2200


def test_what_cannot_be_decided_in_time_is_withheld(plan: Plan) -> None:
    """Somebody types on and on without a pause: the front of it leaves as a count, never as keys."""
    lines, flow = flown([*typing("x" * 300 + " halloran4815larkspur", gap=0.05)], plan, Hold(100, 300.0))
    markers = [json.loads(line.data) for line in lines if b"withheld" in line.data]
    assert markers[0]["code"] == "stream-undecided"
    assert flow.figures.withheld["stream-undecided"] == sum(marker["events"] for marker in markers)
    assert "larkspur" not in "".join(texts(lines))


def test_the_mouse_goes_on_while_keys_are_withheld(plan: Plan) -> None:
    """Of events that are not decided in time those leave that hold no text."""
    mixed = [line for pair in zip(typing("y" * 200, gap=0.05), moves(400, 10.0), strict=True) for line in pair]
    lines, flow = flown(mixed, plan, Hold(128, 300.0))
    assert of_main(lines).count(b'"move"') == 400
    assert flow.figures.withheld["stream-undecided"] + of_main(lines).count(b'"press"') * 2 <= 400


@pytest.mark.parametrize("bad", [b"not json halloran4815larkspur\n", b'{"action": "press"\n', b"\xff\xfe\n", b"a\0b\n"])
def test_a_line_that_cannot_be_read_ends_the_stream(plan: Plan, bad: bytes) -> None:
    """From then on nobody knows which window has the focus: nothing leaves, and a marker says so."""
    before, after = typing("hello there"), typing("and more of it", 50.0)
    lines, flow = flown([*before, Line(MAIN, bad), *after], plan, SMALL)
    assert [json.loads(line.data)["action"] for line in lines] == ["withheld"]
    assert flow.closed
    assert sum(flow.figures.withheld.values()) == len(before) + 1 + len(after)


def test_lines_of_other_files_and_shapes_are_refused(plan: Plan) -> None:
    """Names that lead elsewhere, several records at once, and lines without an end in sight are no lines."""
    for file, data in (("../x.jsonl", b"{}\n"), (MAIN, b"{}\n{}\n"), ("a.png", b"{}\n"), (MAIN, b"x" * 9_000_000)):
        with pytest.raises(InputError) as raised:
            checked(file, data)
        assert raised.value.code == "stream-line"
    with pytest.raises(InputError):
        list(Splitter()(b"y" * 9_000_000))


def test_a_failing_step_withholds_its_window_and_the_stream_goes_on(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is raised, the events that were looked at do not leave; those behind them do."""
    from boundary.live import flow as module

    real, calls = module.clear, []

    def clear(*args: object, **named: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise ValueError("halloran4815larkspur")
        return real(*args, **named)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(module, "clear", clear)
    lines, flow = flown([*moves(400, 1.0), *typing("some words"), *moves(1500, 20.0)], plan, SMALL)
    assert flow.figures.withheld == {"step-raised": 512}
    assert flow.figures.released == 1900 + 20 - 512
    assert "halloran" not in flow.raised + "".join(map(str, lines))


def test_policies_that_need_whole_sessions_are_refused(tmp_path: Path) -> None:
    """Times and statistics cannot be done in a stream, and are not left out silently."""
    timing = planned(tmp_path, FIND.replace("change: {", "change: {timing: {use: resample}, "))
    with pytest.raises(InputError) as raised:
        Flow(timing)
    assert raised.value.code == "stream-timing"
    query = "{use: dp.count_events, id: per-app, keys: [Mail], max_groups: 1, max_per_group: 5, epsilon: 1}"
    counted = f"{FIND}release: {{budget: {{scope: tests, epsilon: 1}}, aggregates: [{query}]}}\n"
    with pytest.raises(InputError) as raised:
        Flow(planned(tmp_path, counted))
    assert raised.value.code == "stream-statistics"
    for events, seconds in ((1, 300.0), (10**9, 300.0), (512, 0.0), (512, float("nan"))):
        with pytest.raises(InputError):
            Hold(events, seconds)


def test_what_is_not_admitted_stays_away_across_windows(tmp_path: Path) -> None:
    """A denied application is denied until the focus goes elsewhere, however long ago it got it."""
    denied = planned(tmp_path, FIND.replace("find:", 'admit: {apps: {deny: ["KeePass*"]}}\nfind:'))
    lines = [
        Line("top_window.jsonl", b'{"time_stamp": 1, "top_window_name": "KeePassXC", "window_title": "Vault"}\n'),
        *moves(3000, 2.0),
        *typing("zebra", 40.0),
        *moves(3000, 50.0),
        Line("top_window.jsonl", b'{"time_stamp": 90, "top_window_name": "Mail", "window_title": "Inbox"}\n'),
        *typing("giraffe", 91.0),
    ]
    out, _ = flown(lines, denied, SMALL)
    together = "".join(texts(out))
    assert "zebra" not in together
    assert "giraffe" in together


def test_what_is_covered_whatever_it_says_is_covered_in_every_window(tmp_path: Path) -> None:
    """Under ``text.all`` no key that types leaves, however long a field is typed into."""
    everything = planned(tmp_path, FIND.replace("{use: text.roles}", "{use: text.all}"))
    session = simulated(11)
    lines, _ = flown(session.lines, everything, Hold(300, 300.0))
    kept = [json.loads(line) for line in of_main(lines).splitlines()]
    went_in = {json.loads(line)["event_idx"]: json.loads(line) for line in session.files[MAIN].splitlines()}
    letters = [
        k for k in kept if k == went_in.get(k.get("event_idx")) and k["action"] == "press" and len(k["name"]) == 1
    ]
    through = whole(session, everything).splitlines()
    assert all(json.dumps(record, ensure_ascii=False).encode() in through for record in letters)


def test_consent_is_asked_of_the_metadata(tmp_path: Path) -> None:
    """Whose session it is stands in its metadata; who does not consent leaves nothing but counts."""
    (tmp_path / "consent.csv").write_text("person,status\nplover-11,opted_in\nruff-12,opted_out\n")
    asking = planned(tmp_path, FIND.replace("find:", "admit: {consent: {register: consent.csv}}\nfind:"))
    for person, leaves in (("plover-11", True), ("ruff-12", False), ("nobody", False)):
        about = json.dumps({"user_id": person}).encode()
        lines, flow = flown(typing("some words"), asking, SMALL, metadata=about)
        assert flow.figures.complete == leaves
        assert (b"press" in of_main(lines)) == leaves


def test_a_policy_that_looks_for_nothing_is_the_identity(tmp_path: Path) -> None:
    """Every line leaves as it came."""
    nothing = planned(tmp_path, "policy: 1\nname: nothing\n")
    session = simulated(7)
    lines, _ = flown(session.lines, nothing, SMALL)
    assert of_main(lines) == session.files[MAIN]


def test_a_value_that_is_known_is_covered_ever_after(plan: Plan) -> None:
    """A password that was typed where it is hidden is searched in every later window, where nothing else finds it."""
    hidden = typing("quokka71vents", window_title="Sign in", field="Password", secure=True)
    lines, _ = flown(
        [*hidden, *moves(3000, 30.0), *typing("oops quokka71vents ", 70.0, window_title="Chat")], plan, SMALL
    )
    assert not any("quokka" in text or "vents" in text for text in texts(lines))
    assert any("oops" in text for text in texts(lines))
