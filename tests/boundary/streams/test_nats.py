"""Recordings from a real NATS server through the boundary and back."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from brokers import POLICY, Server, consuming, nats_server, server, session

from boundary.streams.contract import END, KEY, SEQUENCE, SESSION, TYPE
from boundary.streams.messages import ARROW, JSON, LINES, TAR, packed, unpacked
from boundary.streams.nats import Nats, NatsTerms
from recording import SourceFile, parse_files
from text_redact.transcript import transcribe

pytestmark = pytest.mark.slow  # a consumer is a program of its own that loads its models
SECRET = "ines.halloran@corp.example"
TEXT = f"please write to {SECRET} about the invoice"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own."""
    nats_server()
    with server(tmp_path / "broker") as made:
        yield made


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy that covers addresses."""
    (tmp_path / "flowing.yaml").write_text(POLICY)
    return tmp_path / "flowing.yaml"


def ended(process: subprocess.Popen[bytes], seconds: float = 120) -> tuple[int, str]:
    """The exit code, and what was said."""
    _, said = process.communicate(timeout=seconds)
    return process.returncode, said.decode()


def typed(data: bytes) -> str:
    """Everything that the events type."""
    read = parse_files("read", {"events.jsonl": SourceFile("events.jsonl", data)})
    return "\n".join(passage.text for passage in transcribe(read.events).passages)


def test_recordings_in_every_packing_are_released_once_and_settled(
    broker: Server, policy: Path, tmp_path: Path
) -> None:
    """What may leave stands at the sink in the packing it came in, under a key; what may not is a code."""
    files = {"events.jsonl": session(TEXT), "metadata.json": b'{"node": "tern-02"}'}
    broker.publish([(packed(files, kind), {TYPE: kind}) for kind in (ARROW, JSON, TAR)])
    broker.publish([(session(TEXT), {}), (b"no events " + SECRET.encode(), {}), (b"x", {TYPE: "text/html"})])
    code, said = ended(consuming(broker.url, policy, "--idle", "1.5", state=tmp_path / "state"))
    assert code == 1, said
    released = broker.stored("clean")
    assert [headers[TYPE] for _, headers in released] == [ARROW, JSON, TAR, LINES]
    for data, headers in released:
        left = unpacked(data, headers[TYPE], most=10**7)
        assert SECRET not in typed(left["events.jsonl"])
        assert "about the invoice" in typed(left["events.jsonl"])
    assert len({headers[KEY] for _, headers in released}) == 4
    letters = [json.loads(data) for data, _ in broker.stored("dead")]
    assert [letter["code"] for letter in letters] == ["json-syntax", "message-type"]
    assert SECRET not in json.dumps(letters) + said
    assert broker.waiting() == 0


def test_the_consumer_tells_metrics_and_a_log(broker: Server, policy: Path, tmp_path: Path) -> None:
    """`--metrics --log json`: the figures of recordings, sessions and messages, and nothing that was typed."""
    pytest.importorskip("prometheus_client")
    broker.publish([(session(TEXT), {}), (b"no events " + SECRET.encode(), {})])
    broker.publish([(session(TEXT), {SESSION: "s-1", SEQUENCE: "0", END: "1"})])
    told = ("--metrics", str(tmp_path / "m.prom"), "--log", "json", "--idle", "1.5")
    code, said = ended(consuming(broker.url, policy, *told, state=tmp_path / "state"))
    assert code == 1, said
    text = (tmp_path / "m.prom").read_text()
    for line in (
        "messages_received_total 3.0", "recordings_released_total 1.0", "sessions_open 0.0", "stream_events_held 0.0",
        'dead_letters_total{code="json-syntax",step="read"} 1.0', f"stream_events_total {2 * len(TEXT)}.0",
    ):  # fmt: skip
        assert f"boundary_{line}" in text.splitlines()
    assert "boundary_findings_total{" in text
    assert 'boundary_step_seconds_total{step="find.text"}' in text
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["event"] for line in lines] == ["released", "dead-letter", "withheld", "released", "done"]
    assert SECRET not in text + said


def test_a_session_in_pieces_is_redacted_across_them(broker: Server, policy: Path, tmp_path: Path) -> None:
    """A value cut by the borders of messages is covered, pieces that come twice or too early change nothing."""
    data = session(TEXT)
    cuts = [0, 700, 701, 1500, 2100, len(data)]
    pieces = [data[a:b] for a, b in pairwise(cuts)]
    order = [0, 2, 1, 1, 3, 4]
    broker.publish(
        [(pieces[n], {SESSION: "s-1", SEQUENCE: str(n)} | ({END: "1"} if n == len(pieces) - 1 else {})) for n in order]
    )
    process = consuming(broker.url, policy, state=tmp_path / "state")
    while not any(END in headers for _, headers in broker.stored("clean")):
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)  # it ends after the message in work, and says that all is well
    code, said = ended(process)
    assert code == 0, said
    released = broker.stored("clean")
    left = typed(b"".join(data for data, _ in released))
    assert SECRET not in left
    assert "about the invoice" in left
    assert [headers[SEQUENCE] for _, headers in released] == [str(n) for n in range(len(released))]
    assert released[-1][1][END] == "1"
    assert all(headers[SESSION] != "s-1" for _, headers in released)
    assert broker.waiting() == 0


def test_a_broker_that_is_gone_for_a_while_costs_nothing(broker: Server, policy: Path, tmp_path: Path) -> None:
    """It is killed while recordings flow and comes back: each is released, and stored once."""
    texts = [session(f"{TEXT} number {number}") for number in range(30)]
    broker.publish([(text, {}) for text in texts])
    # What was acknowledged to a broker that was gone comes again; nobody leaves before that.
    process = consuming(broker.url, policy, "--ack-wait", "10", "--idle", "11", state=tmp_path / "state")
    while len(broker.stored("clean")) < 4:
        time.sleep(0.1)
    broker.stop()
    time.sleep(4)
    broker.start()
    code, said = ended(process)
    assert code == 0, said
    keys = [headers[KEY] for _, headers in broker.stored("clean")]
    assert len(keys) == len(set(keys)) == len(texts)
    assert broker.waiting() == 0


def test_a_client_that_gave_up_is_replaced_by_a_new_one(broker: Server) -> None:
    """A library's own attempts to connect again may end in an error; the next receive connects anew."""
    link = Nats(NatsTerms(broker.url, "raw", "clean", "dead"))
    try:
        link._wait(link._client.close(), 5)
        broker.publish([(b"x", {})])
        assert [delivery.data for delivery in link.receive(most=1, seconds=5)] == [b"x"]
    finally:
        link.close()


def test_a_consumer_that_is_killed_loses_and_doubles_nothing(broker: Server, policy: Path, tmp_path: Path) -> None:
    """After kills at any moment the sink holds what one run without a kill gives, once, and no raw byte."""
    texts = [session(f"{TEXT} number {number}") for number in range(40)]
    broker.publish([(text, {}) for text in texts])
    for after in (5, 15, 25, 35):
        process = consuming(broker.url, policy, "--ack-wait", "10", state=tmp_path / "state")
        while len(broker.stored("clean")) < after and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        ended(process)
    code, said = ended(consuming(broker.url, policy, "--idle", "11", state=tmp_path / "state"), 200)
    assert code == 0, said
    released = broker.stored("clean")
    assert len(released) == len({headers[KEY] for _, headers in released}) == len(texts)
    assert {typed(data).count("number") > 0 for data, _ in released} == {True}
    assert not [data for data, _ in released if SECRET in typed(data)]
    assert broker.waiting() == 0
