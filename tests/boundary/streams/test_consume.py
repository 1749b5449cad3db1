"""What becomes of messages, whatever the broker is."""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from brokers import POLICY as YAML
from brokers import session
from loose_broker import LOST, Answering, Loose, consumed

from boundary.live.flow import Figures
from boundary.operations import Operations
from boundary.outcome import Release, Report, Withheld
from boundary.plan import build_plan
from boundary.streams.consume import Consumer, Terms
from boundary.streams.contract import END, KEY, POLICY, SEQUENCE, SESSION, TYPE
from boundary.streams.isolated import Answer, Part, Whole, do_whole
from boundary.streams.messages import ARROW, JSON, LINES, TAR, packed, unpacked
from policies import PolicySource, parse_policy
from recording.errors import InputError, StepFailed

SECRET = b"ines.halloran@corp.example"
CLEARED = Answer((("events.jsonl", b"cleared\n"),))


def echo(task: Whole | Part) -> Answer:
    """Everything is cleared as it is."""
    return Answer((("events.jsonl", task.data),)) if task.data else Answer()


def piece(number: int, data: bytes, *, end: bool = False, name: str = "s-1") -> tuple[bytes, dict[str, str]]:
    """A piece of a session."""
    return data, {SESSION: name, SEQUENCE: str(number), **({END: "1"} if end else {})}


def test_a_release_is_stored_before_its_message_is_settled() -> None:
    """Where storing fails once and again, nothing is settled until it did not."""
    broker = Loose([(b"one", {})])
    order: list[str] = []
    send, done = broker.send, broker.done
    broker.send = lambda message, *, dead=False: (order.append("send"), send(message, dead=dead))[1]  # type: ignore[method-assign,assign]
    broker.done = lambda deliveries: (order.append("done"), done(deliveries))[1]  # type: ignore[method-assign,assign]
    broker.failures = 2
    consumer = consumed(broker, lambda _: CLEARED)
    assert order[-2:] == ["send", "done"]
    assert broker.settled == ["0"]
    assert consumer.tally.gone == 2


def test_equal_messages_under_one_policy_have_one_key() -> None:
    """So that whoever stores or reads them keeps one; and other messages, or packings, have another."""
    broker = Loose([(b"one", {}), (b"one", {}), (b"two", {}), (b"one", {TYPE: JSON})])
    consumed(broker, lambda _: CLEARED)
    keys = [message.key for message in broker.sent]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert all(message.headers[KEY] == message.key and message.headers[POLICY] for message in broker.sent)


def test_what_does_not_pass_is_a_dead_letter_without_content() -> None:
    """Its code and key and nothing else; a verdict of the policy is not asked for twice."""
    broker = Loose([(SECRET, {})])
    consumer = consumed(broker, lambda _: Answer(withheld=Withheld("text-residue", "verify", "m", place="p")))
    assert json.loads(broker.dead[0].data) == {"code": "text-residue", "step": "verify", "key": broker.dead[0].key}
    assert SECRET not in broker.dead[0].data
    assert (broker.sent, broker.settled, len(consumer.isolated.asked)) == ([], ["0"], 1)  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["worker-died", "timeout", "out-of-memory", "step-raised"])
def test_what_may_be_the_machines_fault_is_tried_twice(code: str) -> None:
    """The second time it passes, or it is a dead letter."""
    failed = Answer(withheld=Withheld(code, "run"), lost=code in {"worker-died", "timeout"})
    answers = [failed, CLEARED, failed, failed]
    broker = Loose([(b"one", {}), (b"two", {})])
    consumed(broker, lambda _: answers.pop(0))
    assert (len(broker.sent), len(broker.dead)) == (1, 1)
    assert broker.settled == ["0", "1"]


def test_a_consumer_tells_what_came_left_failed_and_was_buried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Metrics and log agree with the tally; a recording's own figures count as in a run, and no content is told."""
    pytest.importorskip("prometheus_client")
    failed = Answer(withheld=Withheld("worker-died", "run"), lost=True)
    refused = Answer(withheld=Withheld("text-residue", "verify", SECRET.decode(), place=SECRET.decode()))
    passed = replace(CLEARED, release=Release({}, Report(events=7, findings={"PERSON": {"typed": 2}}), "", {}))
    figures = Figures(events=5, released=4, withheld=Counter({"stream-undecided": 1}))
    answers = [failed, passed, refused, replace(CLEARED, figures=figures, waiting=(3, 1.5))]
    broker = Loose([(SECRET, {}), (SECRET, {}), piece(0, SECRET)], failures=1)
    told = Operations("recordings", "streams", "messages", metrics=tmp_path / "m.prom", log=True)
    tally = consumed(broker, lambda _: answers.pop(0), told=told).tally
    told.end(event="done", ledger=tmp_path / "none.db")
    text, logged = (tmp_path / "m.prom").read_text(), capsys.readouterr().err
    for name, value in {
        "messages_received_total": tally.received,
        "messages_released_total": tally.released,
        'messages_retried_total{code="worker-died"}': 1,
        'dead_letters_total{code="text-residue",step="verify"}': tally.withheld["text-residue"],
        "broker_gone_total": tally.gone,
        "recordings_released_total": 1,
        'recordings_withheld_total{code="text-residue",step="verify"}': 1,
        "events_total": 7,
        'findings_total{label="PERSON",place="typed"}': 2,
        "stream_events_total": 5,
        'stream_events_withheld_total{code="stream-undecided"}': 1,
        "sessions_open": 1,
        "stream_events_held": 3,
        "stream_delay_seconds": 1.5,
    }.items():
        assert f"boundary_{name} {float(value)}" in text.splitlines()
    events = [json.loads(line)["event"] for line in logged.splitlines()]
    assert events == ["broker-gone", "retried", "released", "dead-letter", "withheld", "released", "withheld", "done"]
    for planted in (SECRET.decode(), "halloran", "s-1"):
        assert planted not in text + logged


def test_a_recording_that_passed_tells_no_person_and_no_count_of_one() -> None:
    """What goes back from the process besides the release are its figures."""
    plan = build_plan(parse_policy((PolicySource("p.yaml", YAML),), folder=Path()), key=bytes(32))
    files = {"events.jsonl": session("hello"), "metadata.json": b'{"user_id": "u-1", "node": "tern-02"}'}
    answer = do_whole(Whole(packed(files, TAR), TAR), plan)
    told = answer.outcome
    assert isinstance(told, Release)
    assert (told.files, told.person, told.subject, told.tallies) == ({}, None, None, ())
    assert told.report.events == 10


def test_a_release_that_the_broker_would_not_take_is_withheld() -> None:
    """Better a code than a message that comes again for ever."""
    broker = Loose([(b"x", {})], max_bytes=3)
    consumed(broker, lambda _: CLEARED)
    assert json.loads(broker.dead[0].data)["code"] == "message-too-large"


def test_a_broker_that_stays_away_ends_the_consumer_and_settles_nothing() -> None:
    """The message comes again to whoever is started next."""
    broker = Loose([(b"one", {})], failures=10**9)
    with pytest.raises(StepFailed) as raised:
        consumed(broker, lambda _: CLEARED, patience_s=0.3)
    assert raised.value.code == "broker-gone"
    assert broker.settled == []


def test_pieces_are_taken_in_order_once_and_settled_at_the_end() -> None:
    """Whatever order they come in, and however often."""
    broker = Loose([piece(0, b"a\n"), piece(2, b"c\n"), piece(1, b"b\n"), piece(1, b"b\n"), piece(3, b"d\n", end=True)])
    consumed(broker, echo)
    assert [message.data for message in broker.sent] == [b"a\n", b"b\n", b"c\n", b"d\n"]
    assert [message.headers[SEQUENCE] for message in broker.sent] == ["0", "1", "2", "3"]
    assert "s-1" not in str([message.headers for message in broker.sent])
    assert sorted(broker.settled) == ["0", "1", "2", "3", "4"]


def test_a_session_that_is_not_over_settles_nothing() -> None:
    """Whoever takes over begins at its first piece, and produces the same messages under the same keys."""
    first, second = (
        Loose([piece(0, b"a\n"), piece(1, b"b\n")]),
        Loose([piece(n, b"ab"[n : n + 1] + b"\n") for n in (0, 1)]),
    )
    consumed(first, echo)
    consumed(second, echo)
    assert first.settled == []
    assert [message.key for message in first.sent] == [message.key for message in second.sent]


def test_a_lost_process_begins_its_sessions_anew_and_gives_up_the_second_time() -> None:
    """Every open session comes again from its first piece on; one that is lost twice is a dead letter."""
    answers = [CLEARED, LOST, CLEARED, CLEARED]
    broker = Loose([piece(0, b"a\n"), piece(1, b"b\n", end=True)])
    consumed(broker, lambda _: answers.pop(0))
    assert broker.returned == ["0", "1"]
    assert sorted(broker.settled) == ["0", "1"]
    assert broker.dead == []
    broker = Loose([piece(0, b"a\n"), piece(1, b"b\n", end=True)])
    consumed(broker, lambda _: LOST)
    assert json.loads(broker.dead[0].data)["code"] == "worker-died"
    assert broker.sent == []


@pytest.mark.parametrize("left", [True, False])
def test_a_recording_that_takes_the_process_with_it_begins_open_sessions_anew(left: bool) -> None:
    """What was held of them went with it, so they come again from the first piece on; they are not to blame."""
    asked: list[bytes] = []

    def answer(task: Whole | Part) -> Answer:
        if isinstance(task, Part):
            asked.append(task.data or b"")
            return echo(task)
        return LOST if task.data == b"kills" else CLEARED

    others = [(b"kills", {})] if left else [(b"kills", {}), (b"kills", {}), (b"kills", {})]
    broker = Loose([piece(0, b"a\n"), *others, piece(1, b"b\n", end=True)])
    consumed(broker, answer)
    assert asked == [b"a\n", b"a\n", b"b\n"]
    assert sorted({message.key: message.data for message in broker.sent}.values()) == [b"a\n", b"b\n"]
    assert {json.loads(message.data)["code"] for message in broker.dead} == {"worker-died"}
    assert len(broker.dead) == len(others)
    assert set(broker.settled) == {str(n) for n in range(len(others) + 2)}


def test_headers_that_say_nothing_are_a_dead_letter() -> None:
    """A piece without a number belongs nowhere."""
    broker = Loose(
        [(SECRET, {SESSION: "s-1"}), (SECRET, {SESSION: "s-1", SEQUENCE: "-1"}), (SECRET, {SESSION: "", SEQUENCE: "0"})]
    )
    consumed(broker, echo)
    assert [json.loads(message.data)["code"] for message in broker.dead] == ["piece-headers"] * 3
    assert len(broker.settled) == 3


def test_a_session_that_nobody_goes_on_with_is_ended() -> None:
    """What is held of it is forgotten, not released; what comes later is settled without a look."""
    broker = Loose([piece(0, b"a\n")])
    consumer = Consumer(
        broker,
        broker,
        Answering(lambda task: Answer()),  # type: ignore[arg-type]  # it is asked and answers
        key=b"k",
        policy_digest="d",
        terms=Terms(idle_s=0.0, session_s=-1.0),
    )
    consumer.run()
    assert json.loads(broker.dead[0].data)["code"] == "session-idle"
    assert broker.settled == ["0"]
    assert consumer.isolated.asked[-1].data is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", [ARROW, JSON, TAR])
def test_packed_files_come_out_as_they_went_in(kind: str) -> None:
    """Text and bytes, in one way only: equal files are equal messages."""
    files = {"events.jsonl": b'{"a": 1}\n', "shots/1.png": b"\x89PNG\xff", "empty.json": b""}
    data = packed(files, kind)
    assert unpacked(data, kind, most=10**6) == files
    assert packed(dict(reversed(files.items())), kind) == data


def tarred(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    """An archive with one member."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, link
        archive.addfile(member)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (tarred("../up"), TAR, "files-invalid"),
        (tarred("/etc/passwd"), TAR, "files-invalid"),
        (tarred("a", tarfile.SYMTYPE, "/etc/passwd"), TAR, "message-unreadable"),
        (tarred("a", tarfile.CHRTYPE), TAR, "message-unreadable"),
        (b"no archive " + SECRET, TAR, "message-unreadable"),
        (SECRET, ARROW, "message-unreadable"),
        (b'{"files": {"a": {"base64": "%s"}}}' % SECRET, JSON, "message-unreadable"),
        (b'{"files": []}', JSON, "message-unreadable"),
        (b'{"files": {}}', JSON, "no-files"),
        (SECRET, "text/html", "message-type"),
        (b"x" * 2000, LINES, "message-too-large"),
    ],
)
def test_a_message_that_cannot_be_unpacked_is_refused_without_its_content(data: bytes, kind: str, code: str) -> None:
    """By a code; nothing is read from or written to a disk."""
    with pytest.raises(InputError) as raised:
        unpacked(data, kind, most=1000)
    assert raised.value.code == code
    assert SECRET.decode() not in str(raised.value)
