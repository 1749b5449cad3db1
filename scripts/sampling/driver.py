"""Hands: real X key and mouse events through XTEST, with the timing and the slips of a person.

Times are drawn from a seeded generator. Log-normal intervals and dwell times follow what large typing studies report
(Dhakal et al. 2018, "Observations on Typing from 136 Million Keystrokes": about 120 ms dwell, rollover in a third of
the strokes of quick typists); pointer paths follow a minimum-jerk profile (Flash and Hogan 1985) on a curved line.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from Xlib import X  # type: ignore[import-untyped]
from Xlib.display import Display  # type: ignore[import-untyped]
from Xlib.ext import xtest  # type: ignore[import-untyped]

from .recorder import NAMES

SYMBOLS: Final = {name: symbol for symbol, name in NAMES.items()}
RATE: Final = 125.0
"""Pointer positions a second."""
_FAR: Final = 60
"""Pixels from which on a hand misses a little at first."""


@dataclass(slots=True)
class Gate:
    """Lets one side ask the other to hold still between two words."""

    _asked: threading.Event = field(default_factory=threading.Event)
    _still: threading.Event = field(default_factory=threading.Event)
    _free: threading.Event = field(default_factory=threading.Event)
    ended: bool = False

    def rest(self) -> None:
        """Called by the driver where it may stop; returns when nobody asks any more."""
        if self._asked.is_set():
            self._free.clear()
            self._still.set()
            self._free.wait(10)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Wait for the driver to stop, and let it go on afterwards.

        Raises:
            TimeoutError: It did not stop within 15 seconds.
        """
        self._asked.set()
        try:
            stop = time.monotonic() + 15
            while not self.ended and not self._still.wait(0.1):
                if time.monotonic() > stop:
                    raise TimeoutError("the driver does not rest")
            yield
        finally:
            self._asked.clear()
            self._still.clear()
            self._free.set()


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key press that was made: pynput's name, and the sensitive value it belongs to, if any."""

    name: str
    value: str | None


@dataclass(slots=True)
class Driver:
    """One person at one keyboard and one mouse."""

    display_name: str
    seed: int
    gate: Gate = field(default_factory=Gate)
    strokes: list[Stroke] = field(default_factory=list)
    place: tuple[int, int] = (640, 420)
    _display: Any = field(init=False, repr=False)
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Connect and put the pointer somewhere."""
        self._display = Display(self.display_name)
        self._random = random.Random(self.seed)
        self._send(X.MotionNotify, x=self.place[0], y=self.place[1])

    def _send(self, kind: int, detail: int = 0, x: int = 0, y: int = 0) -> None:
        xtest.fake_input(self._display, kind, detail=detail, x=x, y=y)
        self._display.flush()

    def pause(self, seconds: float) -> None:
        """Do nothing for about ``seconds``, holding still where asked."""
        stop = time.perf_counter() + seconds * self._random.uniform(0.85, 1.2)
        while (now := time.perf_counter()) < stop:
            self.gate.rest()
            time.sleep(min(0.05, stop - now) if stop > now else 0)

    # Keyboard -------------------------------------------------------------------------------------------------------

    def _code(self, name: str) -> tuple[int, bool]:
        symbol = SYMBOLS.get(name) or ord(name)
        for code, index in self._display.keysym_to_keycodes(symbol):
            if index in (0, 1):
                return code, index == 1
        raise ValueError("no key for a character of the scenario")

    def _dwell(self) -> float:
        return min(0.19, max(0.045, self._random.lognormvariate(math.log(0.088), 0.25)))

    def _gap(self, name: str) -> float:
        base = 0.16 if name in (" ", "space") or not name.isalnum() else 0.118
        return min(0.6, max(0.05, self._random.lognormvariate(math.log(base), 0.33)))

    def keys(self, *names: str, value: str | None = None) -> None:
        """Press keys one after the other; neighbours overlap at times. ``value`` is what they belong to.

        The driver rests before the first key only, so that nobody looks at half a value.
        """
        self.gate.rest()
        plan: list[tuple[float, int, int]] = []
        at, released = 0.0, 0.0
        held = False
        shift = self._code("shift")[0]
        for name in names:
            code, upper = self._code(name)
            if upper and not held:
                at = max(at, released + 0.02)
                plan.append((at, X.KeyPress, shift))
                self.strokes.append(Stroke("shift", None))
                at += self._random.uniform(0.06, 0.12)
            if held and not upper:
                at = max(at, released + 0.03)
                plan.append((at - 0.015, X.KeyRelease, shift))
            held = upper
            # The same key can only be pressed again once it is up.
            if any(old == code and end > at - 0.01 for end, _, old in plan):
                at = max(end for end, _, old in plan if old == code) + 0.03
            end = at + self._dwell()
            plan += [(at, X.KeyPress, code), (end, X.KeyRelease, code)]
            self.strokes.append(Stroke(name, value))
            released = max(released, end)
            at += self._gap(name)
        if held:
            plan.append((released + 0.03, X.KeyRelease, shift))
        start = time.perf_counter()
        for moment, kind, code in sorted(plan, key=lambda step: (step[0], step[1] == X.KeyPress)):
            time.sleep(max(0.0, start + moment - time.perf_counter()))
            self._send(kind, code)
        time.sleep(max(0.02, self._random.gauss(0.05, 0.02)))

    def type(self, text: str, *, value: str | None = None, then: tuple[str, ...] = ()) -> None:
        """Type a text; ``~x`` in it is a slip: an ``x`` that is seen one or two keys later and taken back.

        A plain text is typed word by word with rests between the words, a sensitive one (``value``) at one go, the keys
        ``then`` that mend it included, so that no picture shows a half or a wrong value.
        """
        words = [text] if value else text.split(" ")
        for i, word in enumerate(words):
            last = i + 1 == len(words)
            self.keys(*_slips(word if last else word + " "), *(then if last else ()), value=value)

    def chord(self, hold: str, name: str, *, times: int = 1) -> None:
        """Press ``name`` (``c``) one or more times while ``hold`` (``ctrl_l``) is down."""
        self.gate.rest()
        under, code = self._code(hold)[0], self._code(name)[0]
        self._send(X.KeyPress, under)
        self.strokes.append(Stroke(hold, None))
        for _ in range(times):
            time.sleep(self._random.uniform(0.09, 0.16))
            self._send(X.KeyPress, code)
            self.strokes.append(Stroke(name, None))
            time.sleep(self._dwell())
            self._send(X.KeyRelease, code)
        time.sleep(0.06)
        self._send(X.KeyRelease, under)
        time.sleep(0.15)

    # Mouse ----------------------------------------------------------------------------------------------------------

    def move(self, x: int, y: int, *, seconds: float | None = None, rest: bool = True) -> None:
        """Move the pointer along a bent path, quick in the middle, with a small correction at the end."""
        if rest:
            self.gate.rest()
        x0, y0 = self.place
        length = math.hypot(x - x0, y - y0)
        if length < 1:
            return
        took = seconds or 0.22 + 0.13 * math.log2(1 + length / 18)
        bend = self._random.uniform(-0.16, 0.16) * length
        miss = self._random.uniform(-4, 4) if length > _FAR else 0.0
        steps = max(2, int(took * RATE))
        start = time.perf_counter()
        for step in range(1, steps + 1):
            t = step / steps
            s = t**3 * (10 - 15 * t + 6 * t * t)
            side = bend * math.sin(math.pi * s) + miss * math.sin(math.pi * t) ** 2 * t
            px = x0 + (x - x0) * s - (y - y0) / length * side + self._random.gauss(0, 0.35)
            py = y0 + (y - y0) * s + (x - x0) / length * side + self._random.gauss(0, 0.35)
            time.sleep(max(0.0, start + took * t - time.perf_counter()))
            self._send(X.MotionNotify, x=round(px), y=round(py))
        self._send(X.MotionNotify, x=x, y=y)
        self.place = (x, y)
        time.sleep(self._random.uniform(0.06, 0.16))

    def wander(self, times: int) -> None:
        """Move a little around where the pointer is, as people do while they read."""
        for _ in range(times):
            x, y = self.place
            x = min(1240, max(40, x + round(self._random.gauss(0, 70))))
            y = min(760, max(110, y + round(self._random.gauss(0, 40))))
            self.move(x, y, seconds=self._random.uniform(0.3, 0.7))
            self.pause(0.25)

    def click(self, x: int, y: int) -> None:
        """Move there and click with the left button."""
        self.move(x, y)
        self._send(X.ButtonPress, 1)
        time.sleep(self._random.uniform(0.06, 0.11))
        self._send(X.ButtonRelease, 1)
        self.pause(0.35)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Select from one point to another with the left button held."""
        self.move(*start)
        self._send(X.ButtonPress, 1)
        time.sleep(0.12)
        self.move(*end, seconds=0.7, rest=False)
        self._send(X.ButtonRelease, 1)
        self.pause(0.3)

    def scroll(self, notches: int) -> None:
        """Turn the wheel, down for positive ``notches``."""
        for _ in range(abs(notches)):
            self.gate.rest()
            button = 5 if notches > 0 else 4
            self._send(X.ButtonPress, button)
            self._send(X.ButtonRelease, button)
            time.sleep(self._random.uniform(0.05, 0.16))


def _slips(text: str) -> Iterator[str]:
    """Key names for a text with ``~x`` slips."""
    i = 0
    while i < len(text):
        if text[i] != "~":
            yield text[i] if text[i] != " " else "space"
            i += 1
            continue
        wrong, after = text[i + 1], text[i + 2 : i + 3]
        yield wrong if wrong != " " else "space"
        if after.isalnum() and wrong.islower():
            # Seen one key too late: both go, and the right one is typed again.
            yield after
            yield "backspace"
        yield "backspace"
        i += 2
