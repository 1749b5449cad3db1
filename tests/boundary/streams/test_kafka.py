"""Recordings from Kafka, librdkafka's mock cluster here, through the boundary and back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from brokers import POLICY, session
from needs import needs

from boundary.plan import Plan, build_plan
from boundary.streams.consume import Consumer, Terms
from boundary.streams.contract import KEY, TYPE, Delivery
from boundary.streams.isolated import Answer, Part, Whole, do_whole
from boundary.streams.kafka import Kafka, KafkaTerms, Offsets
from boundary.streams.messages import TAR, packed
from policies import load_policy
from recording.errors import InputError

SECRET = "ines.halloran@corp.example"
TEXT = f"write to {SECRET} please"


class InHere:
    """Does messages in this process: what is tested is the broker's side."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def ask(self, task: Whole | Part, *, beat: Callable[[], None]) -> Answer:
        """What the policy makes of a message."""
        beat()
        assert isinstance(task, Whole)
        return do_whole(task, self.plan)

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A policy that covers an address."""
    file = tmp_path_factory.mktemp("policy") / "flowing.yaml"
    file.write_text(POLICY)
    return build_plan(load_policy(file), key=b"k" * 32)


@pytest.fixture
def servers() -> Iterator[str]:
    """The addresses of a mock cluster."""
    needs("confluent_kafka")
    from confluent_kafka import Producer

    cluster = Producer({"bootstrap.servers": "", "test.mock.num.brokers": 3, "log_level": 0})
    brokers = cluster.list_topics(timeout=10).brokers.values()
    yield ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
    del cluster


def produce(servers: str, messages: list[tuple[bytes, dict[str, str]]]) -> None:
    """Store messages, over all partitions."""
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": servers, "log_level": 0})
    for number, (data, headers) in enumerate(messages):
        told: list[tuple[str, str | bytes | None]] = [(name, value) for name, value in headers.items()]
        producer.produce("raw", data, partition=number % 4, headers=told)
    assert producer.flush(20) == 0


def stored(servers: str, topic: str) -> list[tuple[bytes, dict[str, str]]]:
    """Every message of a topic."""
    from confluent_kafka import Consumer as Reader

    reader = Reader(
        {
            "bootstrap.servers": servers,
            "group.id": f"look-{time.time()}",
            "auto.offset.reset": "earliest",
            "log_level": 0,
        }
    )
    reader.subscribe([topic])
    found, end = [], time.monotonic() + 6
    while time.monotonic() < end:
        for message in reader.consume(100, 0.5):
            if message.error() is None:
                headers = {name: bytes(value or b"").decode() for name, value in message.headers() or ()}
                found.append((message.value() or b"", headers))
                end = time.monotonic() + 1.5
    reader.close()
    return found


def consumer(servers: str, plan: Plan, config: Path, *, limit: int | None = None) -> tuple[Consumer, Kafka]:
    """A consumer of the group, and its connection."""
    # The mock cluster takes a group that was empty anew only when its session has timed out.
    config.write_text("session.timeout.ms=6000\n")
    kafka = Kafka(KafkaTerms(servers, "raw", "clean", "dead", config=config))
    inside: Any = InHere(plan)
    terms = Terms(limit=limit, idle_s=8.0)
    return Consumer(kafka, kafka, inside, key=b"k" * 32, policy_digest=plan.policy.digest, terms=terms), kafka


@pytest.mark.slow
def test_a_group_that_is_shared_anew_releases_everything(servers: str, plan: Plan, tmp_path: Path) -> None:
    """One consumer leaves while another works: together they release everything, what was not committed twice.

    Both have one key.
    """
    texts = [packed({"events.jsonl": session(f"{TEXT} {number}")}, TAR) for number in range(24)]
    produce(servers, [*((text, {TYPE: TAR}) for text in texts), (b"? " + SECRET.encode(), {})])
    config = tmp_path / "kafka.properties"
    first, one = consumer(servers, plan, config, limit=8)
    settle, told = first.source.done, []

    def dying(deliveries: Sequence[Delivery]) -> None:
        told.append(deliveries)
        if len(told) <= 4:
            settle(deliveries)

    first.source.done = dying  # type: ignore[method-assign]  # as if it were killed at that moment
    first.run()
    second, two = consumer(servers, plan, config)
    with ThreadPoolExecutor() as pool:
        going_on = pool.submit(second.run)
        time.sleep(1)
        one.close()  # the group is shared anew while the second works
        going_on.result()
    two.close()
    released = stored(servers, "clean")
    assert len({headers[KEY] for _, headers in released}) == 24
    assert SECRET.encode() not in b"".join(data for data, _ in released)
    letters = [json.loads(data) for data, _ in stored(servers, "dead")]
    assert {letter["code"] for letter in letters} == {"json-syntax"}
    # Of those that were not settled one may be the one that cannot be read.
    assert 3 <= len(released) - 24 <= 8 + 4


def test_an_offset_is_committed_only_behind_everything_settled() -> None:
    """Settled out of order, the first that is open stays the mark; going back opens what lies behind."""
    offsets = Offsets(5)
    for offset in (5, 6, 7):
        offsets.began(offset)
    offsets.ended(7)
    assert offsets.next == 5
    offsets.ended(5)
    assert offsets.next == 6
    offsets.back(6)
    offsets.ended(7)
    assert offsets.next == 6
    offsets.began(7)
    offsets.ended(6)
    offsets.ended(7)
    assert offsets.next == 8


def test_configuration_comes_from_a_file_and_is_never_told(tmp_path: Path) -> None:
    """What is wrong with it is said without a word of it; what the consumer relies on cannot be set."""
    needs("confluent_kafka")
    for text in ("sasl.password\n", "enable.auto.commit=true\n", "no.such.property=hunter2\n"):
        (tmp_path / "kafka.properties").write_text(text)
        with pytest.raises(InputError) as raised:
            Kafka(KafkaTerms("127.0.0.1:1", "raw", "clean", "dead", config=tmp_path / "kafka.properties"))
        assert raised.value.code == "broker-config"
        assert "hunter2" not in str(raised.value)
