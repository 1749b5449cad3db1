"""Presses and releases in time: what a recorder writes down while somebody types."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from dataclasses import field as _field

import pyarrow as pa

from recording.model import EVENTS
from recording.simulate.chance import Chance
from recording.simulate.layout import Layout

_REPEAT_AFTER_US, _REPEAT_EVERY_US = 500_000, 33_000
_SHIFTS = frozenset({"shift", "shift_r"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where the focus is, as the recorder sees it."""

    app: str
    window: str = _field(repr=False)
    field: str | None = _field(default=None, repr=False)
    secure: bool = False
    url: str | None = _field(default=None, repr=False)


class Hands:
    """Writes key and mouse rows in order of time. Times are microseconds from ``start_us`` on.

    A key comes up when its hold is over, so the next one may go down before (rollover); `settle` lets everything go.
    """

    def __init__(self, chance: Chance, keyboard: Layout, place: Place, *, pairs: bool, start_us: int) -> None:
        self.chance = chance
        self.place = place
        self.now = start_us
        self.stroke: dict[int, list[int]] = {}
        self._shifted = keyboard.shifted
        self._pairs = pairs
        self._up: list[tuple[int, str]] = []
        self._open: dict[str, int] = {}
        self._named: dict[str, str] = {}
        self._shift = False
        self._times: list[int] = []
        self._kinds: list[str] = []
        self._keys: list[str | None] = []
        self._texts: list[str | None] = []
        self._mouse: dict[int, tuple[float, float, str | None]] = {}
        self._places: list[Place] = []

    def __len__(self) -> int:
        """Number of rows."""
        return len(self._times)

    # Keys ----------------------------------------------------------------------------------------------------------

    def press(
        self, cap: str, key: str, text: str | None, gap_us: int, *, shift: bool = False, up: str | None = None
    ) -> int:
        """A key goes down, and up in its time; the row of the press.

        Args:
            cap: The physical key.
            shift: Whether Shift, as `hold_shift` left it, stays down.
            up: What the release is called where it is neither the cap nor its shifted sign.
        """
        at = self.now + gap_us
        if self._pairs:
            return self._row(at, "key_pair", key, text)
        if self._up:
            self._release(at, cap, shift=not shift)
        row = self._row(at, "key_down", key, text)
        self._open[cap] = row
        if up is not None:
            self._named[cap] = up
        bisect.insort(self._up, (at + self.chance.hold_us(), cap))
        return row

    def hold_shift(self, name: str, gap_us: int, *, again: bool = False) -> None:
        """Shift goes down, unless it is (``again``: anew), and stays down for the next press at least."""
        if self._pairs:
            return
        if again and self._shift:
            self._release(self.now + gap_us // 2, "", shift=True)
        for index, (_, cap) in enumerate(self._up):
            if cap == name and self._shift:
                del self._up[index]
                bisect.insort(self._up, (self.now + gap_us + self.chance.hold_us(), name))
                return
        at = self.now + gap_us
        self._release(at, name, shift=False)
        self._row(at, "key_down", name, None)
        self._shift = True
        bisect.insort(self._up, (at + 2 * self.chance.hold_us(), name))

    def hold(self, name: str) -> None:
        """A modifier goes down and stays so until `let_go`."""
        self.settle()
        at = self.now + self.chance.hold_us()
        self._row(at, "key_pair" if self._pairs else "key_down", name, None)

    def let_go(self, name: str) -> None:
        """A modifier comes up, after every other key."""
        self.settle()
        if not self._pairs:
            self._row(self.now + self.chance.hold_us() // 4, "key_up", name, None)

    def repeat(self, key: str, text: str | None, times: int) -> list[int]:
        """The key that is down repeats itself ``times`` times; the rows."""
        self._release(self.now + _REPEAT_AFTER_US, "", shift=False, keep=key)
        rows = []
        for index in range(times):
            at = self.now + (_REPEAT_EVERY_US if index else _REPEAT_AFTER_US)
            rows.append(self._row(at, "key_down", key, text))
        self._up = [(self.now + self.chance.hold_us() // 3, cap) for _, cap in self._up]
        return rows

    def settle(self) -> None:
        """Let go of every key, each in its time."""
        while self._up:
            at, cap = self._up.pop(0)
            self._come_up(max(self.now, at), cap)

    def _release(self, at: int, cap: str, *, shift: bool, keep: str | None = None) -> None:
        """Keys whose time is over by ``at`` come up; ``cap``, and with ``shift`` Shift, at the latest just before."""
        left: list[tuple[int, str]] = []
        due: list[tuple[int, str]] = []
        for when, name in self._up:
            if name == keep:
                left.append((when, name))
            elif when <= at:
                due.append((when, name))
            elif name == cap or (shift and name in _SHIFTS):
                due.append((max(self.now, at - 5_000), name))
            else:
                left.append((when, name))
        due.sort()
        for when, name in due:
            self._come_up(max(self.now, when), name)
        self._up = left

    def _come_up(self, at: int, cap: str) -> None:
        if cap in _SHIFTS:
            self._shift = False
        plain = self._shifted.get(cap, cap).lower() if self._shift else cap
        row = self._row(at, "key_up", self._named.pop(cap, plain), None)
        down = self._open.pop(cap, None)
        if down is not None:
            self.stroke.setdefault(down, []).append(row)

    # Everything else -----------------------------------------------------------------------------------------------

    def text(self, text: str, gap_us: int) -> int:
        """A record with a whole piece of text; its row."""
        self.settle()
        return self._row(self.now + gap_us, "text", None, text)

    def click(self, x: float, y: float, *, after: Place | None = None) -> None:
        """The mouse goes there and clicks; ``after`` is the place that has the focus when the button comes up."""
        self.settle()
        for step in range(1, 4):
            self._mouse[len(self)] = (round(x * step / 3, 1), round(y * step / 3, 1), None)
            self._row(self.now + 60_000, "move", None, None)
        self._mouse[len(self)] = (x, y, "left")
        self._row(self.now + 150_000, "button_down", None, None)
        self.place = after or self.place
        self._mouse[len(self)] = (x, y, "left")
        self._row(self.now + 80_000, "button_up", None, None)

    def wait(self, gap_us: int) -> None:
        """Time goes by."""
        self.now += gap_us

    def _row(self, at: int, kind: str, key: str | None, text: str | None) -> int:
        self.now = at
        self._times.append(at)
        self._kinds.append(kind)
        self._keys.append(key)
        self._texts.append(text)
        self._places.append(self.place)
        return len(self._times) - 1

    def table(self) -> pa.Table:
        """The rows so far, schema `recording.model.EVENTS`; bytes are those of no file."""
        size = len(self)
        mouse = [self._mouse.get(row) for row in range(size)] if self._mouse else [None] * size
        columns = {
            "seq": pa.array(range(size), pa.int64()),
            "t_ns": pa.array([at * 1000 for at in self._times], pa.int64()),
            "kind": self._kinds,
            "key": self._keys,
            "text": self._texts,
            "x": [spot and spot[0] for spot in mouse],
            "y": [spot and spot[1] for spot in mouse],
            "button": [spot and spot[2] for spot in mouse],
            "app": [place.app for place in self._places],
            "window": [place.window for place in self._places],
            "url": [place.url for place in self._places],
            "field": [place.field for place in self._places],
            "secure": [place.secure for place in self._places],
            "stream": [0] * size,
            "file": ["events.jsonl"] * size,
            "start": [0] * size,
            "end": [0] * size,
        }
        return pa.table(columns, schema=EVENTS)
