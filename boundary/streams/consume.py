"""Consume, take through the policy, produce: a message is settled only once what it became is stored for good."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from boundary.live.lines import MAIN
from boundary.operations import Operations
from boundary.outcome import Withheld
from boundary.streams.contract import (
    END,
    FILE,
    KEY,
    POLICY,
    SEQUENCE,
    SESSION,
    TYPE,
    BrokerGone,
    Delivery,
    Message,
    Sink,
    Source,
)
from boundary.streams.isolated import Answer, Isolated, Part, Whole
from boundary.streams.messages import LINES, cut
from boundary.streams.sessions import Sessions
from boundary.streams.tally import Tally
from recording.errors import StepFailed

T = TypeVar("T")
TRIES = 2
"""A message whose process was lost so often is a dead letter."""
RETRIED = frozenset({"out-of-memory", "step-raised", "timeout", "worker-died"})
"""Verdicts that may be the machine's fault; any other is the policy's, and stays the same."""
MAX_PAUSE_S = 5.0
BEAT_EVERY_S = 3.0


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a consumer goes on.

    Attributes:
        limit: So many messages, ``None``: without end.
        idle_s: Until nothing came for so many seconds, ``None``: for ever.
        patience_s: Longest time that the broker may be gone.
        session_s: A session of which no piece came for so long is ended, and what is held of it withheld.
        most: Messages received at once.
    """

    limit: int | None = None
    idle_s: float | None = None
    patience_s: float = 600.0
    session_s: float = 1_800.0
    most: int = 8


class Consumer:
    """Takes messages from a source through a policy to a sink.

    Args:
        key: Project key: release keys are made with it, so that equal messages under one policy have one key.
        stopped: Asked between messages; what is not settled then comes again, here or elsewhere.
        told: Metrics, logs and traces.
    """

    def __init__(
        self,
        source: Source,
        sink: Sink,
        isolated: Isolated,
        *,
        key: bytes,
        policy_digest: str,
        terms: Terms | None = None,
        stopped: Callable[[], bool] = bool,
        told: Operations | None = None,
    ) -> None:
        self.source, self.sink, self.isolated = source, sink, isolated
        self.key, self.policy_digest = key, policy_digest
        self.terms = terms or Terms()
        self.stopped = stopped
        self.tally = Tally(told=told or Operations())
        self.sessions = Sessions()
        self._beaten = 0.0

    def run(self) -> Tally:
        """Work until the terms are up or it is stopped.

        Raises:
            StepFailed: ``broker-gone``: the broker was away for longer than the terms allow. Nothing is lost: what was
                not settled comes again. ``worker-not-started``: see `Isolated.ask`.
        """
        since = time.monotonic()
        while not self.stopped() and (self.terms.limit is None or self.tally.received < self.terms.limit):
            found = self.insist(self._receive)
            now = time.monotonic()
            since = now if found else since
            for delivery in found:
                if self.stopped():
                    return self.tally
                self.tally.receive()
                self._do(delivery)
            self._end_idle(now - self.terms.session_s)
            self.tally.look(self.sessions)
            if not found and self.terms.idle_s is not None and now - since >= self.terms.idle_s:
                break
        return self.tally

    def _receive(self) -> Sequence[Delivery]:
        self._beat(())
        return self.source.receive(most=self.terms.most, seconds=1.0)

    def insist(self, action: Callable[[], T]) -> T:
        """Do something, again and again while the broker is gone."""
        end = time.monotonic() + self.terms.patience_s
        pause = 0.1
        while True:
            try:
                return action()
            except BrokerGone:
                self.tally.miss()
                if self.stopped() or time.monotonic() + pause > end:
                    raise StepFailed(
                        "the broker is gone", code="broker-gone", hint="nothing is lost; start the consumer again"
                    ) from None
                time.sleep(pause)
                pause = min(2 * pause, MAX_PAUSE_S)

    # Messages -------------------------------------------------------------------------------------------------------

    def _do(self, delivery: Delivery) -> None:
        if SESSION in delivery.headers:
            self._piece(delivery)
            return
        content_type = delivery.headers.get(TYPE, LINES)
        task = Whole(delivery.data, content_type)
        answer = self._asked(task, delivery)
        if answer.withheld is not None and answer.withheld.code in RETRIED:
            self.tally.retry(answer.withheld.code)
            answer = self._asked(task, delivery)
        key = self.release_key("recording", content_type, delivery.data)
        data = answer.parts[0][1] if answer.parts else b""
        if answer.withheld is None and len(data) > self.sink.max_bytes:
            answer = Answer(withheld=Withheld("message-too-large", "write"))
        if answer.withheld is None:
            self._send(Message(key, data, {TYPE: content_type}))
            self.tally.release()
        else:
            self._bury(key, answer.withheld)
        if answer.outcome is not None:
            self.tally.told(self.tally.received, answer.outcome)
        self._settle([delivery])

    def _asked(self, task: Whole | Part, *more: Delivery) -> Answer:
        answer = self.isolated.ask(task, beat=self._beating(*more))
        if answer.lost:
            self._begin_anew(answer, task.session if isinstance(task, Part) else None)
        return answer

    def release_key(self, *parts: str | bytes) -> str:
        """Release key (HMAC-SHA-256, hex) of what a message is made of, and of the policy."""
        mac = hmac.new(self.key, digestmod=hashlib.sha256)
        for part in (self.policy_digest, *parts):
            data = part.encode() if isinstance(part, str) else part
            mac.update(len(data).to_bytes(8, "big") + data)
        return mac.hexdigest()

    def _send(self, message: Message, *, dead: bool = False) -> None:
        told = Message(message.key, message.data, {**message.headers, KEY: message.key, POLICY: self.policy_digest})
        self.insist(lambda: self.sink.send(told, dead=dead))

    def _bury(self, key: str, verdict: Withheld) -> None:
        """A dead letter says why, and nothing of what."""
        self.tally.bury(key, verdict)
        letter = json.dumps({"code": verdict.code, "step": verdict.step, "key": key}).encode()
        self._send(Message(key, letter, {TYPE: "application/json"}), dead=True)

    def _settle(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            self.insist(lambda: self.source.done(deliveries))

    def _return(self, deliveries: Sequence[Delivery]) -> None:
        self.insist(lambda: self.source.again(deliveries))

    def _beat(self, more: Sequence[Delivery]) -> None:
        if time.monotonic() - self._beaten < BEAT_EVERY_S:
            return
        waiting = (*self.sessions.held(), *more)
        if waiting:
            self._beaten = time.monotonic()
            try:
                self.source.working(waiting)
            except BrokerGone:
                self.tally.miss()  # what is delivered again meanwhile has the same release key

    def _beating(self, *more: Delivery) -> Callable[[], None]:
        def beat() -> None:
            self._beat(more)

        return beat

    # Pieces of sessions -----------------------------------------------------------------------------------------------

    def _piece(self, delivery: Delivery) -> None:
        name, said = delivery.headers[SESSION], delivery.headers.get(SEQUENCE, "")
        if self.sessions.is_over(name):
            self._settle([delivery])
            return
        if not (said.isascii() and said.isdigit() and len(said) <= 15 and 0 < len(name) <= 512):
            self._bury(self.release_key("piece", delivery.data), Withheld("piece-headers", "read"))
            self._settle([delivery])
            return
        if self.sessions.is_full(name):
            self._forget(name, Withheld("session-too-long", "stream"))
            self._settle([delivery])
            return
        ready = self.sessions.take(name, int(said), delivery, time.monotonic())
        if ready is None:
            self._return([delivery])
            return
        for _, piece in ready:
            if not self._fed(name, piece):
                return

    def _fed(self, name: str, piece: Delivery) -> bool:
        """Whether the session goes on after a piece."""
        end = piece.headers.get(END) == "1"
        task = Part(name, piece.headers.get(FILE, MAIN), piece.data, end)
        began = time.time_ns()
        answer = self._asked(task, piece)
        if answer.lost:
            return False
        self._send_parts(name, answer, end=end)
        self.sessions.open[name].waiting = answer.waiting
        if answer.figures is not None:
            self.tally.told.streamed(answer.figures, began=began)
        if answer.withheld is not None:
            self._over(name, answer.withheld)
            return False
        if end:
            self._settle(self.sessions.end(name))
        return not end

    def _send_parts(self, name: str, answer: Answer, *, end: bool) -> None:
        session = self.sessions.open[name]
        parts = cut(answer.parts)
        for number, (file, data) in enumerate(parts, start=1):
            headers = {SESSION: self.release_key("session", name)[:32], SEQUENCE: str(session.sent), FILE: file}
            headers |= {END: "1"} if end and number == len(parts) else {}
            self._send(Message(self.release_key("piece", name, str(session.sent)), data, headers))
            session.sent += 1
            self.tally.release()

    def _begin_anew(self, answer: Answer, blamed: str | None) -> None:
        """The process took every open session with it: their pieces come again, from the first on.

        Args:
            blamed: The session of which a piece was in work; lost twice, it is given up.
        """
        for name, session in list(self.sessions.open.items()):
            failed, deliveries = session.failed + (name == blamed), tuple(session.held.values())
            if failed >= TRIES and answer.withheld is not None:
                self._over(name, answer.withheld)
                continue
            if answer.withheld is not None:
                self.tally.retry(answer.withheld.code)
            self.sessions.drop(name)
            self.sessions.failed(name, failed)
            self._return(deliveries)

    def _over(self, name: str, verdict: Withheld) -> None:
        self._bury(self.release_key("session", name), verdict)
        self._settle(self.sessions.end(name))

    def _end_idle(self, before: float) -> None:
        """A session that nobody goes on with: what of it is held does not leave."""
        for name in self.sessions.idle(before):
            self._forget(name, Withheld("session-idle", "stream"))

    def _forget(self, name: str, verdict: Withheld) -> None:
        self._over(name, verdict)
        self._asked(Part(name, MAIN, None, end=True))
