"""NATS JetStream: a durable pull consumer as the source, acknowledged publishes as the sink."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from boundary.streams.contract import BrokerGone, Delivery, Message
from boundary.streams.sessions import MOST_OPEN, MOST_PIECES
from recording.errors import InputError, not_installed

T = TypeVar("T")
ACK_WAIT_S = 30
MAX_WAITING = MOST_OPEN * MOST_PIECES + 1_000
"""Most messages that are received and not settled: pieces of open sessions among them."""
CALL_S = 5.0
RECALL_S = 1.0
"""The same for a message of a connection that was lost since."""
RENEW_S = 20.0
"""A client that was not connected for so long is given up for a new one."""
HEADER_BYTES = 2_048


@dataclass(frozen=True, slots=True)
class NatsTerms:
    """Where to connect, and what to read and write there.

    Passwords come from ``NATS_USER`` and ``NATS_PASSWORD``, a token from ``NATS_TOKEN``; keys from files.

    Attributes:
        url: ``nats://HOST:PORT`` or ``tls://HOST:PORT``, without credentials.
        source: Subject to consume; a stream holds it.
        sink: Subject for what may leave; a stream holds it.
        dead: Subject for dead letters; a stream holds it.
        group: Name of the durable consumer; consumers of one name share the work.
        credentials: File of user credentials, as ``nsc`` writes it.
        tls_ca: File of certificates of authorities.
        tls_cert: File of the client's certificate.
        tls_key: File of its key.
        ack_wait_s: What a consumer holds and neither settles nor is working on goes to another after so many seconds.
            It holds for the group, from when its first consumer is started.
    """

    url: str
    source: str
    sink: str
    dead: str
    group: str = "boundary"
    credentials: Path | None = field(default=None, repr=False)
    tls_ca: Path | None = field(default=None, repr=False)
    tls_cert: Path | None = field(default=None, repr=False)
    tls_key: Path | None = field(default=None, repr=False)
    ack_wait_s: int = ACK_WAIT_S


class Nats:
    """`boundary.streams.contract.Source` and `Sink` over one connection, which is made anew whenever it breaks.

    Raises:
        InputError: ``broker-unreachable``, ``broker-refused`` or ``broker-no-stream``: at the start.
        MissingExtra: nats-py is not installed.
    """

    def __init__(self, terms: NatsTerms) -> None:
        try:
            import nats
        except ImportError:
            raise not_installed("nats-py", "nats") from None
        self.terms = terms
        self._nats = nats
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="nats")
        self._thread.start()
        self._seen = time.monotonic()
        self._renewed = 0
        self._given: dict[str, tuple[int, int]] = {}  # the connection over which each unsettled message came
        try:
            self._wait(self._connect(), 30.0)
            self._wait(self._bind(), 30.0)
        except BrokerGone:
            self.close()
            hint = "is it running, and is the address right?"
            raise InputError("the broker does not answer", code="broker-unreachable", hint=hint) from None
        except InputError:
            self.close()
            raise

    # Source -----------------------------------------------------------------------------------------------------------

    def receive(self, *, most: int, seconds: float) -> Sequence[Delivery]:
        """Wait for messages; see `Source.receive`."""
        self._renew()
        found = self._wait(self._fetch(most, seconds), seconds + CALL_S)
        self._given.update(dict.fromkeys((m.reply for m in found), self._epoch()))
        return [
            Delivery(
                str(m.metadata.sequence.stream), m.data, {k: str(v) for k, v in (m.headers or {}).items()}, m.reply
            )
            for m in found
        ]

    def done(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge, and wait until the server has it.

        A server that was killed may not know that it gave a message, and then never answers: it gives it again, and
        what left of it has its key.
        """
        for delivery in deliveries:
            before = self._given.get(delivery.token, self._epoch()) != self._epoch()
            seconds = RECALL_S if before else CALL_S
            try:
                # Not `Msg.ack_sync`: that cannot be tried again when the answer was lost, and keeps the data.
                self._wait(self._client.request(delivery.token, b"+ACK", timeout=seconds), 2 * CALL_S)
            except BrokerGone:
                if not (before and self._client.is_connected):
                    raise
            self._given.pop(delivery.token, None)

    def again(self, deliveries: Sequence[Delivery]) -> None:
        """Have them delivered again, soon."""
        for delivery in deliveries:
            self._wait(self._client.publish(delivery.token, b'-NAK {"delay": 200000000}'), CALL_S)
            self._given.pop(delivery.token, None)

    def working(self, deliveries: Sequence[Delivery]) -> None:
        """Begin the wait for an acknowledgement anew."""
        for delivery in deliveries:
            self._wait(self._client.publish(delivery.token, b"+WPI"), CALL_S)

    # Sink -------------------------------------------------------------------------------------------------------------

    @property
    def max_bytes(self) -> int:
        """What the server takes, less the headers."""
        return int(self._client.max_payload) - HEADER_BYTES

    def send(self, message: Message, *, dead: bool = False) -> None:
        """Publish under the message's key, and wait until a stream has stored it: it stores one key once."""
        headers = {**message.headers, "Nats-Msg-Id": message.key}
        subject = self.terms.dead if dead else self.terms.sink
        self._wait(self._stream.publish(subject, message.data, timeout=CALL_S, headers=headers), 2 * CALL_S)

    def close(self) -> None:
        """Leave the server."""
        try:
            if hasattr(self, "_client"):
                self._wait(self._client.close(), CALL_S)
        except BrokerGone:
            pass  # whatever was not settled comes again
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(CALL_S)
            if not self._loop.is_running():
                self._loop.close()

    # The connection ---------------------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        terms = self.terms
        told: dict[str, Any] = {
            "user": os.environ.get("NATS_USER"),
            "password": os.environ.get("NATS_PASSWORD"),
            "token": os.environ.get("NATS_TOKEN"),
            "user_credentials": str(terms.credentials) if terms.credentials else None,
            "tls": _tls(terms),
        }
        self._client = await self._nats.connect(
            terms.url,
            name="boundary",
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=5,
            allow_reconnect=True,
            error_cb=_silent,
            **{name: value for name, value in told.items() if value is not None},
        )
        self._stream = self._client.jetstream()

    def _epoch(self) -> tuple[int, int]:
        """Another value after every connection that was lost."""
        return self._renewed, self._client.stats["reconnects"]

    def _renew(self) -> None:
        """Connect anew where the client has not managed to for long: its own attempts may have ended in an error."""
        if self._client.is_connected:
            self._seen = time.monotonic()
        elif self._client.is_closed or time.monotonic() - self._seen > RENEW_S:
            self._seen = time.monotonic()
            with contextlib.suppress(BrokerGone):
                self._wait(self._client.close(), CALL_S)
            self._wait(self._connect(), CALL_S)
            self._wait(self._bind(), CALL_S)
            self._renewed += 1

    async def _fetch(self, most: int, seconds: float) -> list[Any]:
        try:
            return list(await self._subscription.fetch(most, timeout=seconds))
        except TimeoutError:
            return []

    async def _bind(self) -> None:
        from nats.js import api
        from nats.js.errors import NotFoundError

        terms = self.terms
        for subject in (terms.sink, terms.dead):
            await self._holding(subject)
        stream = await self._holding(terms.source)
        try:
            await self._stream.consumer_info(stream, terms.group)
        except NotFoundError:
            await self._stream.add_consumer(
                stream,
                api.ConsumerConfig(
                    durable_name=terms.group,
                    ack_policy=api.AckPolicy.EXPLICIT,
                    ack_wait=terms.ack_wait_s,
                    filter_subject=terms.source,
                    max_ack_pending=MAX_WAITING,
                ),
            )
        self._subscription = await self._stream.pull_subscribe_bind(consumer=terms.group, stream=stream)

    async def _holding(self, subject: str) -> str:
        from nats.js.errors import NotFoundError

        try:
            return str(await self._stream.find_stream_name_by_subject(subject))
        except NotFoundError:
            hint = "nats stream add: subjects of the source, of the sink and of dead letters"
            raise InputError("no stream holds this subject", code="broker-no-stream", hint=hint) from None

    def _wait(self, call: Coroutine[Any, Any, T], seconds: float) -> T:
        """What a call gives; whatever the connection raises is `BrokerGone`."""
        from nats import errors

        future = asyncio.run_coroutine_threadsafe(call, self._loop)
        try:
            return future.result(seconds)
        except (errors.AuthorizationError, errors.NoServersError) as error:
            if "authorization" in str(error).lower():
                raise InputError("the broker refused the credentials", code="broker-refused") from None
            raise BrokerGone from None
        except (errors.Error, OSError, TimeoutError):
            future.cancel()
            raise BrokerGone from None


async def _silent(_error: Exception) -> None:
    """Nothing is printed: an error's text may quote a message."""


def _tls(terms: NatsTerms) -> Any:
    if not (terms.tls_ca or terms.tls_cert or terms.url.startswith("tls://")):
        return None
    import ssl

    try:
        context = ssl.create_default_context(cafile=str(terms.tls_ca) if terms.tls_ca else None)
        if terms.tls_cert:
            context.load_cert_chain(str(terms.tls_cert), str(terms.tls_key) if terms.tls_key else None)
    except (OSError, ssl.SSLError):
        raise InputError("a certificate or key cannot be read", code="broker-tls", hint="PEM files") from None
    return context
