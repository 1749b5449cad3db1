"""A process of its own for what is read: whatever crashes, hangs or eats all memory there costs one message.

It is started anew, not forked: clients of brokers have threads. It is mute, and leaves no core file.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import Any

from boundary.child import MEMORY_MB, deaf, resident_mb, settle
from boundary.live.figures import since
from boundary.live.flow import Figures, Flow
from boundary.live.hold import Hold
from boundary.live.lines import MAIN, Line, Splitter, checked
from boundary.live.window import METADATA
from boundary.outcome import Outcome, Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan, cached_plan
from boundary.pool import STARTS
from boundary.streams.messages import packed, unpacked
from boundary.worker import GRACE_S, NOT_STARTED, START_METHOD, START_S, TICK_S, Setup
from recording import Recording, SourceFile, parse_files
from recording.errors import BoundaryError, InputError, StepFailed


@dataclass(frozen=True, slots=True)
class Whole:
    """A message that is a recording."""

    data: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class Part:
    """A message that is a piece of a session; ``data`` is ``None`` for one that is forgotten."""

    session: str = field(repr=False)
    file: str
    data: bytes | None = field(repr=False)
    end: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What may leave, and what is told of it.

    Attributes:
        parts: By file, what may leave.
        withheld: Where nothing may, why not.
        lost: The process did not live to say.
        release: Of a recording, its figures, without its files, its person and its counts.
        figures: Of a piece, what the stream did since the one before.
        waiting: Of a piece, what is held of its session now: events, and seconds by the recorder's clock.
    """

    parts: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    withheld: Withheld | None = None
    lost: bool = False
    release: Release | None = None
    figures: Figures | None = None
    waiting: tuple[int, float] = (0, 0.0)

    @property
    def outcome(self) -> Outcome | None:
        """Of a recording, what became of it."""
        return self.withheld or self.release


class Isolated:
    """The process, made when it is needed, and anew when it was lost.

    Args:
        setup: What it builds its plan from.
        hold: How much of a session it holds back.
        seconds: Longest time for a message; after some grace the process is killed.
        memory_mb: Most memory of the process, in MiB.
    """

    def __init__(self, setup: Setup, hold: Hold, *, seconds: float, memory_mb: int = MEMORY_MB) -> None:
        self._setup, self._hold = setup, hold
        self._seconds = seconds + min(GRACE_S, seconds)
        self._memory_mb = memory_mb
        self._child: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def ask(self, task: Whole | Part, *, beat: Callable[[], None]) -> Answer:
        """Have a message done; ``beat`` is called again and again until then. Never raises on the message's account.

        Raises:
            StepFailed: ``worker-not-started``: no process gets as far as to read; nothing is known of the message.
        """
        pipe = self._ready(beat)
        try:
            pipe.send(task)
            answer = self._waited(pipe, self._seconds, beat)
        except MemoryError:
            return self._lost("out-of-memory", "the message needs more memory than the process may have")
        except (EOFError, OSError):
            return self._lost("worker-died", "the process that read the message died")
        if isinstance(answer, Answer):
            return answer
        return self._lost("timeout", "the message took longer than the policy allows")

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.kill()
            self._child.join()
        if self._pipe is not None:
            self._pipe.close()
        self._child = self._pipe = None

    def _lost(self, code: str, message: str) -> Answer:
        self.close()
        return Answer(withheld=Withheld(code, "run", message, "it is tried once more"), lost=True)

    def _ready(self, beat: Callable[[], None]) -> Connection:
        for _ in range(STARTS):
            try:
                return self._started(beat)
            except (EOFError, OSError, MemoryError):
                self.close()
        hint = "give it more memory, see boundary doctor; nothing is lost"
        raise StepFailed("the process that reads messages does not start", code=NOT_STARTED, hint=hint)

    def _started(self, beat: Callable[[], None]) -> Connection:
        if self._pipe is None:
            context: Any = multiprocessing.get_context(START_METHOD)
            self._pipe, theirs = context.Pipe()
            told = (theirs, self._setup, self._hold, os.getpid(), self._memory_mb)
            self._child = context.Process(target=_serve, args=told, daemon=True)
            with deaf():
                self._child.start()
            theirs.close()
            if self._waited(self._pipe, START_S, beat) is None:
                raise EOFError
        return self._pipe

    def _waited(self, pipe: Connection, seconds: float, beat: Callable[[], None]) -> object:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if pipe.poll(min(TICK_S, max(0.0, end - time.monotonic()))):
                return pipe.recv()
            if self._child is not None and resident_mb(self._child.pid or 0) > self._memory_mb:
                raise MemoryError
            beat()
        return None


def _serve(pipe: Connection, setup: Setup, hold: Hold, parent: int, memory_mb: int) -> None:
    """Answer until the other side goes away."""
    settle(parent, memory_mb=memory_mb)
    plan = cached_plan(setup.sources, setup.folder, setup.key)
    sessions: dict[str, tuple[Flow, Splitter]] = {}
    pipe.send("ready")
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        if isinstance(task, Whole):
            pipe.send(do_whole(task, plan))
            continue
        try:
            pipe.send(_do_part(task, plan, hold, sessions))
        except BoundaryError as error:
            sessions.pop(task.session, None)
            pipe.send(Answer(withheld=Withheld.because(error, "stream")))
        except MemoryError:
            sessions.pop(task.session, None)
            pipe.send(Answer(withheld=Withheld("out-of-memory", "stream")))
        except Exception as error:  # noqa: BLE001  whatever is raised, nothing of this session may leave
            sessions.pop(task.session, None)
            pipe.send(Answer(withheld=Withheld("step-raised", "stream", type(error).__name__)))


def do_whole(task: Whole, plan: Plan) -> Answer:
    """A recording through the policy, packed as it came."""
    content_type = task.content_type

    def read() -> Recording:
        files = unpacked(task.data, content_type, most=plan.policy.limits.file_mb * 2**20)
        return parse_files("recording", {name: SourceFile(name, data) for name, data in files.items()})

    outcome = process(read, plan)
    if isinstance(outcome, Withheld):
        return Answer(withheld=outcome)
    try:
        told = replace(outcome, files={}, tallies=(), person=None, subject=None)
        return Answer(((MAIN, packed(outcome.files, content_type)),), release=told)
    except InputError as error:
        return Answer(withheld=Withheld.because(error, "write"))


def _do_part(task: Part, plan: Plan, hold: Hold, sessions: dict[str, tuple[Flow, Splitter]]) -> Answer:
    if task.data is None:
        sessions.pop(task.session, None)
        return Answer()
    if task.file == METADATA and task.session not in sessions:
        sessions[task.session] = Flow(plan, hold=hold, metadata=task.data), Splitter()
        return Answer()
    flow, split = sessions.setdefault(task.session, (Flow(plan, hold=hold), Splitter()))
    out: list[Line] = []
    before = deepcopy(flow.figures)
    try:
        if task.file == MAIN:
            out += flow.feed(list(split(task.data)))
        else:
            out += flow.feed([checked(task.file, line) for line in task.data.splitlines(keepends=True)])
    except InputError as error:
        out += flow.stop(error.code)
    if task.end:
        out += [*flow.feed(split.end()), *flow.end()]
        del sessions[task.session]
    parts = tuple((line.file, line.data) for line in out)
    return Answer(parts, figures=since(flow.figures, before), waiting=flow.waiting)
