"""Sessions that arrive in pieces: in which order they are taken, and which messages are settled with their end."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from boundary.streams.contract import Delivery

MOST_OPEN = 64
"""Sessions open at once; pieces of others wait at the broker."""
MOST_PIECES = 10_000
"""Pieces of one session: none of them is settled before its end, and the broker has to keep them."""
MOST_AHEAD = 256
"""Pieces that are kept until those before them have come."""
MOST_ENDED = 10_000
"""Ended sessions that are remembered, so that a piece which comes again begins no new one."""


@dataclass(slots=True)
class Open:
    """A session whose end has not come.

    Attributes:
        next: Number of the piece that is taken next.
        sent: Messages that were produced.
        held: What was received of it. It is settled when the whole session is, since whoever takes over must begin at
            its beginning: what is known of a session is in no file.
        ahead: By number, pieces that came too early.
        failed: How often it was lost with its process.
        seen: When its last piece came, in seconds of a steady clock.
        waiting: How many of its events are held back, and over how many seconds.
    """

    next: int = 0
    sent: int = 0
    held: dict[str, Delivery] = field(default_factory=dict, repr=False)
    ahead: dict[int, Delivery] = field(default_factory=dict, repr=False)
    failed: int = 0
    seen: float = 0.0
    waiting: tuple[int, float] = (0, 0.0)


class Sessions:
    """Every session that is open, and the names of those that lately ended."""

    def __init__(self) -> None:
        self.open: dict[str, Open] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._failed: dict[str, int] = {}

    def is_over(self, name: str) -> bool:
        """Whether a session has ended; its pieces are settled without a look."""
        return name in self._ended

    def is_full(self, name: str) -> bool:
        """Whether a session has had more pieces than any may have."""
        return name in self.open and self.open[name].next >= MOST_PIECES

    def take(self, name: str, number: int, delivery: Delivery, now: float) -> Iterator[tuple[int, Delivery]] | None:
        """The pieces that can be taken now that this one is here, in order; ``None`` where there is no room for it."""
        session = self.open.get(name)
        if session is None:
            if len(self.open) >= MOST_OPEN:
                return None
            session = self.open[name] = Open(failed=self._failed.pop(name, 0))
        session.seen = now
        if number >= session.next and len(session.ahead) >= MOST_AHEAD and number != session.next:
            return None
        session.held[delivery.id] = delivery
        if number >= session.next:
            session.ahead[number] = delivery
        return self._ready(session)

    @staticmethod
    def _ready(session: Open) -> Iterator[tuple[int, Delivery]]:
        while session.next in session.ahead:
            number = session.next
            session.next += 1
            piece = session.ahead.pop(number)
            # What is kept until the end is where it is, not what it holds.
            session.held[piece.id] = replace(piece, data=b"")
            yield number, piece

    def end(self, name: str) -> tuple[Delivery, ...]:
        """The session is over; what was held of it."""
        self._ended[name] = None
        while len(self._ended) > MOST_ENDED:
            self._ended.popitem(last=False)
        return self.drop(name)

    def drop(self, name: str) -> tuple[Delivery, ...]:
        """Forget a session, which then begins anew; what was held of it."""
        session = self.open.pop(name, None)
        return tuple(session.held.values()) if session is not None else ()

    def failed(self, name: str, times: int) -> None:
        """A session that was dropped was lost so often with its process."""
        while len(self._failed) >= MOST_ENDED:
            self._failed.pop(next(iter(self._failed)))
        self._failed[name] = times

    def held(self) -> tuple[Delivery, ...]:
        """Everything that is received and not settled."""
        return tuple(delivery for session in self.open.values() for delivery in session.held.values())

    def idle(self, before: float) -> list[str]:
        """Sessions of which nothing came since a time."""
        return [name for name, session in self.open.items() if session.seen < before]
