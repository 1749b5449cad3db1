"""What a broker has to offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

SESSION, SEQUENCE, END, FILE = "Boundary-Session", "Boundary-Sequence", "Boundary-End", "Boundary-File"
"""Headers of a piece of a session: whose piece, its number from 0, whether it is the last, and of which file (else of
``events.jsonl``)."""
KEY, POLICY, TYPE = "Boundary-Key", "Boundary-Policy", "Content-Type"
"""Headers of what is produced: the release key, and the policy's digest; and how files are packed, on both sides."""


class BrokerGone(Exception):
    """The broker cannot be reached, or did not confirm. It may come back: what was asked is asked again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that was received and is not settled.

    Attributes:
        id: Where it is in the source; the same whenever it is delivered.
        data: What it holds.
        headers: Names and values.
        token: What the source needs to settle it.
    """

    id: str
    data: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    token: Any = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Message:
    """What is produced. Two messages with one ``key`` are the same message."""

    key: str
    data: bytes = field(repr=False)
    headers: Mapping[str, str]


class Source(Protocol):
    """**Protocol:** where recordings come from. Every method may raise `BrokerGone`."""

    def receive(self, *, most: int, seconds: float) -> Sequence[Delivery]:
        """Wait for messages; none after ``seconds``."""
        ...

    def done(self, deliveries: Sequence[Delivery]) -> None:
        """They are settled and need not come again. Returns when the broker knows."""
        ...

    def again(self, deliveries: Sequence[Delivery]) -> None:
        """They are not settled, and are to be delivered again."""
        ...

    def working(self, deliveries: Sequence[Delivery]) -> None:
        """They are being worked on; the broker is to be patient. Called every few seconds."""
        ...

    def close(self) -> None:
        """Let go of the broker; what is not settled is delivered to another."""
        ...


class Sink(Protocol):
    """**Protocol:** where releases go. Every method may raise `BrokerGone`."""

    @property
    def max_bytes(self) -> int:
        """Most bytes of a message."""
        ...

    def send(self, message: Message, *, dead: bool = False) -> None:
        """Store a message, or a dead letter. Returns when the broker has it for good."""
        ...

    def close(self) -> None:
        """Let go of the broker."""
        ...
