"""How much of a stream is held back, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

from recording.errors import InputError

EVENTS, SECONDS = 65_536, 300.0
MIN_EVENTS, MAX_EVENTS = 64, 4_000_000
MIN_SECONDS, MAX_SECONDS = 1.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Hold:
    """Bounds of what is held back.

    What was typed is held until its field was quiet for a quarter of either bound: so much may lie between two parts of
    a value, in other windows or nowhere, for all of it to be held until it is whole.

    Attributes:
        events: Most lines held.
        seconds: Longest that a line is held, by the recorder's clock or that of the `boundary.live.flow.Flow`. How long
            a field was quiet is told by the recorder's.
    """

    events: int = EVENTS
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        """Raise `InputError` for bounds that hold nothing or everything."""
        if not (MIN_EVENTS <= self.events <= MAX_EVENTS and MIN_SECONDS <= self.seconds <= MAX_SECONDS):
            raise InputError(
                "a stream cannot be held so",
                code="stream-hold",
                hint=f"{MIN_EVENTS} to {MAX_EVENTS} events, {MIN_SECONDS:g} to {MAX_SECONDS:g} seconds",
            )

    @property
    def linger_events(self) -> int:
        """So many events after its last key a field counts as left."""
        return self.events // 4

    @property
    def linger_ns(self) -> int:
        """The same in nanoseconds."""
        return int(self.seconds * 1e9) // 4

    @property
    def context(self) -> int:
        """So many lines that have left are read again before what is held: the longest pattern, several times."""
        return max(1_024, self.events // 64)
