"""What a consumer did: counts and codes, never content; and who is told of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from boundary.operations import Operations
from boundary.outcome import Withheld
from boundary.streams.sessions import Sessions


@dataclass(slots=True)
class Tally:
    """Counts of a consumer.

    Attributes:
        received: Messages that came.
        released: Messages that were produced of what may leave.
        withheld: Dead letters, by code.
        gone: Requests that found the broker gone.
        told: Metrics, logs and traces.
    """

    received: int = 0
    released: int = 0
    withheld: Counter[str] = field(default_factory=Counter)
    gone: int = 0
    told: Operations = field(default_factory=Operations, repr=False)

    def receive(self) -> None:
        """A message came."""
        self.received += 1
        self.told.add("messages_received")

    def release(self) -> None:
        """A message was produced."""
        self.released += 1
        self.told.add("messages_released")

    def retry(self, code: str) -> None:
        """A message is tried again."""
        self.told.add("messages_retried", code=code)
        self.told.line("retried", level="warning", source=self.received, code=code)

    def bury(self, key: str, verdict: Withheld) -> None:
        """A dead letter is produced; ``key`` is its release key."""
        self.withheld[verdict.code] += 1
        self.told.add("dead_letters", code=verdict.code, step=verdict.step)
        self.told.line("dead-letter", level="warning", code=verdict.code, step=verdict.step, key=key)

    def miss(self) -> None:
        """The broker is gone."""
        self.gone += 1
        self.told.add("broker_gone")
        self.told.line("broker-gone", level="warning")
        self.told.beat()

    def look(self, sessions: Sessions) -> None:
        """See how much of sessions is held back now."""
        waiting = [session.waiting for session in sessions.open.values()]
        self.told.set("sessions_open", len(waiting))
        self.told.set("stream_events_held", sum(events for events, _ in waiting))
        self.told.set("stream_delay_seconds", max((seconds for _, seconds in waiting), default=0.0))
        self.told.beat()
