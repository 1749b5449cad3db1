"""Clicks that type: on keyboards and PIN pads on the screen the place of a click is the key."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from policies.globs import ends_as
from recording.model import Recording
from recording.timeline import row_times

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOUSE = ("move", "button_down", "button_up", "scroll")
GONE = (*MOUSE, "element", "frame", "other")
"""What goes while a pad is used: the mouse, what it pointed at, pictures that show the key under it, and copies."""

LEAST_KEYS = 3
"""Fewest clicks on elements named by one character that count as typing."""

LEAST_CLICKS = 4
"""Fewest clicks on a grid that count as a PIN."""

APART_NS = 10_000_000_000
"""Longest time between two clicks of one PIN."""

NEAR_NS = 1_000_000_000
"""Recorders ask what lies under the pointer a moment before or after the click."""

_KEY_NAMES = frozenset(
    {"enter", "ok", "space", "shift", "backspace", "back", "delete", "del", "clear", "tab", "caps", "caps lock", "done",
     "return", "cancel", "ctrl", "alt", "fn", "esc", "submit", "symbols", "123", "abc", "&123"}
)  # fmt: skip
_SIGN_IN = re.compile(
    r"\b(?:log ?in|log ?on|sign ?in|unlock|lock ?screen|verif\w*|authenti\w*|pin|passcode|security code|banking|"
    r"anmeld\w*|connexion|identifi\w*|acceso|accesso)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Keypads:
    """Finds rows of clicks that type; see `boundary.plan.RowDetector`.

    Attributes:
        titles: Globs of more windows and applications that are keyboards.
    """

    titles: tuple[str, ...] = field(default=(), repr=False)

    def __call__(self, recording: Recording) -> frozenset[int]:
        """Rows (``seq``) of the clicks, of the ways there and away, and of everything that copies them."""
        log = _Log.of(recording)
        used = np.zeros(len(log.kind), np.bool_)
        for first, last in self._episodes(log):
            used |= log.around(first, last)
        return frozenset(np.flatnonzero(used).tolist())

    def _episodes(self, log: _Log) -> Iterator[tuple[int, int]]:
        """First and last row of each use of a pad."""
        on_pad = log.in_windows(self._is_pad)
        signing = log.in_windows(_SIGN_IN.search)
        for kind in ("pad", "named", "grid"):
            for run in log.clicks(stay=on_pad if kind == "pad" else None):
                if kind == "pad":
                    yield run[0], run[-1]
                elif kind == "named":
                    yield from _named(run, log)
                elif signing[run[0]] and len(run) >= LEAST_CLICKS and is_grid(log.x[run], log.y[run]):
                    yield run[0], run[-1]
        # A pad over which the mouse only passes is one that nobody typed on.

    def _is_pad(self, title: str) -> bool:
        plain = unicodedata.normalize("NFKC", title).casefold()
        return _pads().search(plain) is not None or ends_as(title, self.titles)


@functools.cache
def _pads() -> re.Pattern[str]:
    text = resources.files("text_redact").joinpath("data", "keypads.txt").read_text("utf-8")
    words = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    parts = (r"[\s_-]*".join(map(re.escape, word.casefold().split())) for word in words)
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)")


@dataclass(frozen=True, slots=True)
class _Log:
    """The columns that tell clicks, one entry for each row of the recording."""

    kind: npt.NDArray[np.object_] = field(repr=False)
    main: Bools = field(repr=False)
    mouse: Bools = field(repr=False)
    goes: Bools = field(repr=False)
    t_ns: Ints = field(repr=False)
    timed: Bools = field(repr=False)
    x: npt.NDArray[np.float64] = field(repr=False)
    y: npt.NDArray[np.float64] = field(repr=False)
    events: pa.Table = field(repr=False)

    @classmethod
    def of(cls, recording: Recording) -> _Log:
        """The columns of a recording."""
        events = recording.events
        t_ns, timed = row_times(events)
        kind = events["kind"]
        main = events["stream"].to_numpy() == 0
        x, y = (pc.fill_null(events[name], float("nan")).to_numpy() for name in ("x", "y"))
        mouse, goes = (np.asarray(pc.is_in(kind, value_set=pa.array(kinds)).to_numpy()) for kinds in (MOUSE, GONE))
        return cls(kind.to_numpy(), main, mouse & main, goes, t_ns, timed, x, y, events)

    def in_windows(self, test: object) -> Bools:
        """Rows whose application or window passes a test; each distinct name is asked once."""
        assert callable(test)
        out = np.zeros(len(self.kind), np.bool_)
        for name in ("app", "window"):
            column = self.events[name].combine_chunks().dictionary_encode()
            column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
            hits = np.array([bool(title and test(title)) for title in column.dictionary.to_pylist()] or [False])
            codes = pc.fill_null(column.indices, -1).to_numpy(zero_copy_only=False)
            out |= np.where(codes >= 0, hits[np.maximum(codes, 0)], False)
        return out

    def clicks(self, *, stay: Bools | None) -> Iterator[Ints]:
        """Presses of a button that follow each other without a key between and without a long pause.

        Args:
            stay: Only those at these rows; ``None`` for all.
        """
        down = self.main & (self.kind == "button_down")
        keys = np.cumsum(self.main & ((self.kind == "key_down") | (self.kind == "key_pair")))
        rows = np.flatnonzero(down if stay is None else down & stay)
        if not len(rows):
            return
        gap = np.where(self.timed[rows[1:]] & self.timed[rows[:-1]], np.diff(self.t_ns[rows]), 0)
        # On a pad that is one by its name, keys that come of the clicks do not end the run.
        cut = (gap > APART_NS) | ((np.diff(keys[rows]) > 0) & (stay is None))
        yield from np.split(rows, np.flatnonzero(cut) + 1)

    def around(self, first: int, last: int) -> Bools:
        """Rows that go with the clicks from ``first`` to ``last``.

        The way to the first key and the way from the last one begin and end at keys, and copies of the next event say
        where the mouse came from.
        """
        here = np.flatnonzero(self.main)
        moves = self.kind[here] == "move"
        at, end = np.searchsorted(here, [first, last])
        while at > 0 and moves[at - 1]:
            at -= 1
        end += 1
        while end < len(here) and (moves[end] or self.kind[here[end]] == "button_up"):
            end += 1
        out = np.zeros(len(self.kind), np.bool_)
        inside = here[at:end]
        out[inside] = self.mouse[inside]
        times = self.t_ns[inside][self.timed[inside]]
        if len(times):
            low, high = min(times[0], self.t_ns[first] - NEAR_NS), times[-1] + NEAR_NS
            if end < len(here) and self.timed[here[end]]:
                high = max(high, self.t_ns[here[end]])
            out |= ~self.main & self.goes & self.timed & (self.t_ns >= low) & (self.t_ns <= high)
        return out


def _named(run: Ints, log: _Log) -> Iterator[tuple[int, int]]:
    """Runs of clicks on elements that are named like keys."""
    names = [(name or "").strip() for name in log.events["field"].take(pa.array(run)).to_pylist()]
    start = 0
    for end in range(len(run) + 1):
        if end < len(run) and (len(names[end]) == 1 or names[end].casefold() in _KEY_NAMES):
            continue
        if sum(len(name) == 1 for name in names[start:end]) >= LEAST_KEYS:
            yield int(run[start]), int(run[end - 1])
        start = end + 1


def is_grid(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> bool:
    """Whether clicks fall on the cells of a small pad: at most four columns and five rows, evenly apart; in pixels."""
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(y))):
        return False
    columns, rows = _lanes(x), _lanes(y)
    if columns is None or rows is None or len(columns) > 4 or len(rows) > 5:
        return False
    return len(columns) * len(rows) >= 2 and _even(columns) and _even(rows)


WIDE_PX, NARROW_PX, FAR_PX = 24.0, 30.0, 180.0
"""Spread of clicks on one key; least and greatest distance of neighbouring keys."""


def _lanes(values: npt.NDArray[np.float64]) -> Sequence[float] | None:
    """Centres of the columns or rows; ``None`` where clicks are in none."""
    ordered = np.sort(values)
    parts = np.split(ordered, np.flatnonzero(np.diff(ordered) > WIDE_PX) + 1)
    if any(part[-1] - part[0] > WIDE_PX * 1.5 for part in parts):
        return None
    return [float(part.mean()) for part in parts]


def _even(lanes: Sequence[float]) -> bool:
    steps = np.diff(lanes)
    if not len(steps):
        return True
    pitch = float(steps.min())
    off = np.abs(steps / pitch - np.rint(steps / pitch))
    return NARROW_PX <= pitch <= FAR_PX and bool(np.all(off < 0.3)) and bool(np.all(np.rint(steps / pitch) <= 3))
