"""A broker in memory that delivers again what was not settled, and is gone when it is told to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from boundary.operations import Operations
from boundary.outcome import Withheld
from boundary.streams.consume import Consumer, Terms
from boundary.streams.contract import BrokerGone, Delivery, Message
from boundary.streams.isolated import Answer, Part, Whole

LOST = Answer(withheld=Withheld("worker-died", "run"), lost=True)


@dataclass
class Loose:
    """Source and sink at once.

    Attributes:
        waiting: What is delivered next.
        failures: How many of the next calls find the broker gone.
    """

    waiting: list[tuple[bytes, Mapping[str, str]]]
    failures: int = 0
    max_bytes: int = 10_000
    sent: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    queue: list[Delivery] = field(default_factory=list)
    known: dict[str, Delivery] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.queue = [Delivery(str(n), data, headers, None) for n, (data, headers) in enumerate(self.waiting)]
        self.known = {delivery.id: delivery for delivery in self.queue}

    def _reached(self) -> None:
        if self.failures:
            self.failures -= 1
            raise BrokerGone

    def receive(self, *, most: int, seconds: float) -> Sequence[Delivery]:
        """What is delivered next."""
        self._reached()
        found, self.queue = self.queue[:most], self.queue[most:]
        return found

    def done(self, deliveries: Sequence[Delivery]) -> None:
        """Note what is settled."""
        self._reached()
        self.settled += [delivery.id for delivery in deliveries]

    def again(self, deliveries: Sequence[Delivery]) -> None:
        """Deliver it again, before all else."""
        self.returned += [delivery.id for delivery in deliveries]
        # Whoever gives it back may have let go of its data; the broker has not.
        self.queue = [*(self.known[delivery.id] for delivery in deliveries), *self.queue]

    def working(self, deliveries: Sequence[Delivery]) -> None:
        """Nothing but whether the broker is there."""
        self._reached()

    def send(self, message: Message, *, dead: bool = False) -> None:
        """Keep a message."""
        self._reached()
        (self.dead if dead else self.sent).append(message)

    def close(self) -> None:
        """Nothing is open."""


class Answering:
    """In the place of the process: answers as it is told, and notes what it was asked."""

    def __init__(self, answer: Callable[[Whole | Part], Answer]) -> None:
        self.answer = answer
        self.asked: list[Whole | Part] = []

    def ask(self, task: Whole | Part, *, beat: Callable[[], None]) -> Answer:
        """The answer to a task."""
        beat()
        self.asked.append(task)
        return self.answer(task)


def consumed(
    broker: Loose, answer: Callable[[Whole | Part], Answer], *, told: Operations | None = None, **terms: float
) -> Consumer:
    """A consumer that has done everything there was to do."""
    made = Consumer(
        broker,
        broker,
        Answering(answer),  # type: ignore[arg-type]  # it is asked and answers, as the process does
        key=b"k" * 32,
        policy_digest="d" * 64,
        terms=Terms(idle_s=0.0, **terms),  # type: ignore[arg-type]  # numbers all
        told=told,
    )
    made.run()
    return made
