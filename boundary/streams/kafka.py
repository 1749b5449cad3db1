"""Kafka: a consumer group as the source, an idempotent producer as the sink; at least once, under keys."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boundary.streams.contract import BrokerGone, Delivery, Message
from recording.errors import InputError, not_installed

CALL_S = 10.0
MAX_BYTES = 1_000_000 - 4_096
"""What brokers take where nothing else is set (``message.max.bytes``), less headers."""
CONFIG_VARIABLE = "BOUNDARY_KAFKA_CONFIG"
_OURS = frozenset(
    {"bootstrap.servers", "group.id", "enable.auto.commit", "enable.auto.offset.store", "enable.idempotence", "acks"}
)


@dataclass(frozen=True, slots=True)
class KafkaTerms:
    """Where to connect, and what to read and write there.

    Attributes:
        servers: ``HOST:PORT``, several with commas.
        source: Topic to consume.
        sink: Topic for what may leave.
        dead: Topic for dead letters.
        group: Consumer group.
        config: File of librdkafka's properties, ``name=value`` a line: TLS, SASL, sizes. Else the file that
            ``BOUNDARY_KAFKA_CONFIG`` names.
    """

    servers: str
    source: str
    sink: str
    dead: str
    group: str = "boundary"
    config: Path | None = field(default=None, repr=False)


class Kafka:
    """`boundary.streams.contract.Source` and `Sink`.

    An offset is committed once everything before it in its partition is settled. A partition that goes to another
    consumer takes with it what is not committed: it is done again there, under the same release keys.

    Raises:
        InputError: ``broker-config`` or ``broker-unreachable``.
        MissingExtra: confluent-kafka is not installed.
    """

    def __init__(self, terms: KafkaTerms) -> None:
        try:
            import confluent_kafka
        except ImportError:
            raise not_installed("confluent-kafka", "kafka") from None
        self._kafka = confluent_kafka
        self.terms = terms
        told = {"bootstrap.servers": terms.servers, "error_cb": _silent, "log_level": 0, **_config(terms)}
        try:
            self._producer = confluent_kafka.Producer(
                {**told, "enable.idempotence": True, "acks": "all", "delivery.timeout.ms": int(CALL_S * 1000)}
            )
            self._consumer = confluent_kafka.Consumer(
                {
                    **told,
                    "group.id": terms.group,
                    "enable.auto.commit": False,
                    "auto.offset.reset": "earliest",
                }
            )
            self._producer.list_topics(timeout=CALL_S)
        except (confluent_kafka.KafkaException, ValueError, TypeError) as error:
            if isinstance(error, confluent_kafka.KafkaException) and not _is_config(error):
                hint = "is it running, and is the address right?"
                raise InputError("the broker does not answer", code="broker-unreachable", hint=hint) from None
            hint = "librdkafka's properties, name=value a line"
            raise InputError("the broker's configuration is refused", code="broker-config", hint=hint) from None
        self._offsets: dict[int, Offsets] = {}
        self._early: list[Any] = []
        self._consumer.subscribe([terms.source], on_revoke=self._revoked, on_lost=self._revoked)

    # Source -----------------------------------------------------------------------------------------------------------

    def receive(self, *, most: int, seconds: float) -> Sequence[Delivery]:
        """Wait for messages; see `Source.receive`."""
        try:
            found = [*self._early, *self._consumer.consume(most, 0.0 if self._early else seconds)]
        except self._kafka.KafkaException:
            raise BrokerGone from None
        self._early = []
        out = []
        for message in found:
            error = message.error()
            if error is not None:
                if error.fatal():
                    raise BrokerGone
                continue  # the client reconnects by itself
            partition, offset = int(message.partition() or 0), int(message.offset() or 0)
            self._offsets.setdefault(partition, Offsets(offset)).began(offset)
            out.append(
                Delivery(f"{partition}:{offset}", message.value() or b"", _headers(message), (partition, offset))
            )
        return out

    def done(self, deliveries: Sequence[Delivery]) -> None:
        """Commit as far as everything is settled, and wait until the broker has it."""
        for delivery in deliveries:
            partition, offset = delivery.token
            if partition in self._offsets:
                self._offsets[partition].ended(offset)
        for partition in {delivery.token[0] for delivery in deliveries} & self._offsets.keys():
            offsets = self._offsets[partition]
            if offsets.next == offsets.committed:
                continue
            place = self._kafka.TopicPartition(self.terms.source, partition, offsets.next)
            try:
                self._consumer.commit(offsets=[place], asynchronous=False)
            except self._kafka.KafkaException as error:
                if error.args[0].code() in self._moved():
                    self._offsets.pop(partition, None)  # whoever has it now does this again, under the same keys
                    continue
                raise BrokerGone from None
            offsets.committed = offsets.next

    def again(self, deliveries: Sequence[Delivery]) -> None:
        """Go back to the first of them in each partition; what lies behind it comes again as well."""
        first: dict[int, int] = {}
        for delivery in deliveries:
            partition, offset = delivery.token
            first[partition] = min(offset, first.get(partition, offset))
        for partition, offset in first.items():
            if partition not in self._offsets:
                continue
            try:
                self._consumer.seek(self._kafka.TopicPartition(self.terms.source, partition, offset))
            except self._kafka.KafkaException:
                raise BrokerGone from None
            self._offsets[partition].back(offset)
        time.sleep(0.2)

    def working(self, deliveries: Sequence[Delivery]) -> None:
        """Stay in the group: partitions are paused while the broker is told that the consumer is there."""
        try:
            mine = self._consumer.assignment()
            if mine:
                self._consumer.pause(mine)
                early = self._consumer.poll(0)
                # Of a partition that came only now, and is not paused.
                self._early += [early] if early is not None else []
                self._consumer.resume(self._consumer.assignment())
        except self._kafka.KafkaException:
            raise BrokerGone from None

    # Sink -------------------------------------------------------------------------------------------------------------

    @property
    def max_bytes(self) -> int:
        """What brokers take."""
        return MAX_BYTES

    def send(self, message: Message, *, dead: bool = False) -> None:
        """Produce under the message's key, and wait until all replicas in sync have it."""
        told: list[bool] = []

        def delivered(error: object, _message: object) -> None:
            told.append(error is None)

        headers: list[tuple[str, str | bytes | None]] = [
            (name, value.encode()) for name, value in message.headers.items()
        ]
        topic = self.terms.dead if dead else self.terms.sink
        try:
            self._producer.produce(topic, message.data, message.key, headers=headers, on_delivery=delivered)
        except (self._kafka.KafkaException, BufferError):
            raise BrokerGone from None
        end = time.monotonic() + 2 * CALL_S
        while not told and time.monotonic() < end:
            self._producer.poll(0.1)
        if told != [True]:
            raise BrokerGone

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()

    def _revoked(self, _consumer: object, places: Iterable[Any]) -> None:
        for place in places:
            self._offsets.pop(place.partition, None)

    def _moved(self) -> frozenset[int]:
        errors = self._kafka.KafkaError
        return frozenset(
            {
                errors.ILLEGAL_GENERATION,
                errors.UNKNOWN_MEMBER_ID,
                errors.REBALANCE_IN_PROGRESS,
                errors._ASSIGNMENT_LOST,  # noqa: SLF001  how librdkafka's own errors are named
                errors._STATE,  # noqa: SLF001
            }
        )


@dataclass(slots=True)
class Offsets:
    """How far a partition is settled, without gaps.

    Attributes:
        next: First offset that is not settled.
        committed: What the broker knows, -1 before the first commit.
    """

    next: int
    committed: int = -1
    _open: set[int] = field(default_factory=set)
    _highest: int = -1

    def began(self, offset: int) -> None:
        """A message was received."""
        self._open.add(offset)
        self._highest = max(self._highest, offset)

    def ended(self, offset: int) -> None:
        """It is settled."""
        self._open.discard(offset)
        self.next = min(self._open, default=self._highest + 1)

    def back(self, offset: int) -> None:
        """Everything from an offset on comes again."""
        self._open = {one for one in self._open if one < offset}
        self._open.add(offset)
        self._highest = max(self._open)


def _headers(message: Any) -> Mapping[str, str]:
    return {name: (value or b"").decode("utf-8", "replace") for name, value in message.headers() or ()}


def _config(terms: KafkaTerms) -> Mapping[str, str]:
    named = os.environ.get(CONFIG_VARIABLE)
    file = terms.config or (Path(named) if named else None)
    if file is None:
        return {}
    hint = "librdkafka's properties, name=value a line"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InputError("the broker's configuration cannot be read", code="broker-config", hint=hint) from None
    pairs = [line.partition("=") for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if any(not sign or name.strip() in _OURS for name, sign, _ in pairs):
        raise InputError("the broker's configuration is refused", code="broker-config", hint=hint)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _is_config(error: Any) -> bool:
    return bool(error.args[0].code() == type(error.args[0])._INVALID_ARG)  # noqa: SLF001  librdkafka's own name


def _silent(_error: object) -> None:
    """Nothing is printed: an error's text may quote an address or a message."""
