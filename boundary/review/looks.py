"""Previews of sample recordings, made when they are asked for and kept while they are looked at."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from boundary.opening import reading_of
from boundary.plan import Plan, build_plan
from boundary.review import samples
from boundary.review.preview import Preview, preview
from policies import Policy
from recording.errors import InputError
from recording.model import Recording

TEXTS = 0
"""In place of a screen's number: the texts of a recording."""
LOOKS, PLANS = 16, 4
"""Previews and plans that are kept; older ones are made again."""


@dataclass(frozen=True, slots=True)
class Look:
    """A preview and what it was made with."""

    name: str
    number: int
    plan: Plan = field(repr=False)
    preview: Preview = field(repr=False)


@dataclass(slots=True)
class Looks:
    """What one launch has looked at; several threads may ask.

    Attributes:
        sample: Sample recordings, in order.
        key: Project key.
    """

    sample: tuple[Path, ...] = field(repr=False)
    key: bytes = field(repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _reading: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _plans: OrderedDict[str, Plan] = field(default_factory=OrderedDict, repr=False)
    _looks: OrderedDict[str, Look] = field(default_factory=OrderedDict, repr=False)
    _running: set[str] = field(default_factory=set, repr=False)
    _made_once: OrderedDict[tuple[object, ...], Any] = field(default_factory=OrderedDict, repr=False)
    _viewed: set[tuple[int, str]] = field(default_factory=set, repr=False)
    _revealed: set[tuple[int, int]] = field(default_factory=set, repr=False)
    _recordings: dict[tuple[object, ...], Recording] = field(default_factory=dict, repr=False)

    def plan(self, policy: Policy) -> Plan:
        """The policy with every step built.

        Raises:
            BoundaryError: A step cannot be built on this machine.
        """
        name = policy.digest
        with self._lock:
            if name not in self._plans:
                self._plans[name] = build_plan(policy, key=self.key)
                while len(self._plans) > PLANS:
                    self._plans.popitem(last=False)
            return self._plans[name]

    def recording(self, number: int, policy: Policy) -> Recording:
        """A sample recording by its number, from 1, as a policy has it read.

        Raises:
            InputError: There is none of this number, or it cannot be read.
        """
        if not 1 <= number <= len(self.sample):
            raise InputError("there is no such sample", code="no-such-sample")
        with self._lock:
            name = number, reading_of(policy)
            if name not in self._recordings:
                self._recordings = {name: samples.opened(self.sample[number - 1], policy)}  # one alone: they are large
            return self._recordings[name]

    def look(self, policy: Policy, number: int) -> Look:
        """The newest look at a sample: with screens if they were read, else at its texts alone.

        Raises:
            BoundaryError: The policy cannot be built, or there is no such sample.
        """
        plan = self.plan(policy)
        for screens in (True, False):
            known = self.known_look(_name(plan, number, screens=screens))
            if known is not None:
                return known
        return self._made(plan, number, screens=False)

    def read_screens(self, policy: Policy, number: int) -> str:
        """Begin to read the screens of a sample aside; the name under which the look will be known."""
        plan = self.plan(policy)
        self.recording(number, policy)  # one that is not there is told now
        name = _name(plan, number, screens=True)
        if self.known_look(name) is None:
            self._begin(name, partial(self._made, plan, number, screens=True))
        return name

    def aside(self, name: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """As `once`, but made aside: ``None`` until it is there."""
        with self._lock:
            known = self._made_once.get(name)
        if known is None:
            self._begin(str(name), partial(self.once, name, make))
        return known

    def _begin(self, name: str, make: Callable[[], object]) -> None:
        with self._lock:
            if name in self._running:
                return
            self._running.add(name)
        threading.Thread(target=self._work, args=(name, make), daemon=True).start()

    def _work(self, name: str, make: Callable[[], object]) -> None:
        try:
            with self._reading:  # one at a time: each takes a whole processor
                make()
        except Exception:  # noqa: BLE001  a thread's traceback would print what was being read; the page says it is gone
            return
        finally:
            with self._lock:
                self._running.discard(name)

    def _made(self, plan: Plan, number: int, *, screens: bool) -> Look:
        name = _name(plan, number, screens=screens)
        look = Look(name, number, plan, preview(self.recording(number, plan.policy), plan, screens=screens))
        with self._lock:
            self._looks[name] = look
            while len(self._looks) > LOOKS:
                self._looks.popitem(last=False)
        return look

    def once(self, name: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """What ``make`` gives, made once: figures over the whole sample take a while."""
        with self._lock:
            if name in self._made_once:
                return self._made_once[name]
        made = make()
        with self._lock:
            self._made_once[name] = made
            while len(self._made_once) > LOOKS:
                self._made_once.popitem(last=False)
            return made

    @property
    def has_viewed(self) -> bool:
        """Whether this launch has looked at anything yet."""
        with self._lock:
            return bool(self._viewed)

    def is_first(self, number: int, what: str) -> bool:
        """Whether this launch looks at a recording for the first time; the log has it once."""
        with self._lock:
            first = (number, what) not in self._viewed
            self._viewed.add((number, what))
            return first

    def known_look(self, name: str) -> Look | None:
        """A look that was made already."""
        with self._lock:
            return self._looks.get(name)

    def is_running(self, name: str) -> bool:
        """Whether a look is being made."""
        with self._lock:
            return name in self._running

    def show(self, number: int, shot: int) -> None:
        """Let a screen be seen as it was captured; whoever calls has logged it."""
        with self._lock:
            self._revealed.add((number, shot))

    def is_revealed(self, number: int, shot: int) -> bool:
        """Whether a screen may be seen as it was captured."""
        with self._lock:
            return (number, shot) in self._revealed


def _name(plan: Plan, number: int, *, screens: bool) -> str:
    parts = plan.policy.digest, number, screens
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
