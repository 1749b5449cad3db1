"""A process of its own for the recordings: what crashes, hangs or eats all memory there is withheld.

`boundary.child` says what such a process may do.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol, TypeVar

from boundary.child import collect_rarely, deaf, one_thread, resident_mb, settle
from boundary.counting import Count, Counted, count, open_source
from boundary.folders import unwritten
from boundary.outcome import Outcome, Release, Withheld
from boundary.pipeline import process
from boundary.plan import cached_plan
from boundary.writer import write_release
from policies import PolicySource
from recording.errors import BoundaryError

GRACE_S = 30.0
"""Longest time beyond the policy's limit before a recording's process is killed; never longer than the limit itself."""
START_METHOD = "spawn"
"""Not forked: a child must not inherit threads or open files of whoever imports us."""
START_S = 300.0
"""Longest time for a process to load its models."""
TICK_S = 0.25
"""How often a process's time and memory are looked at."""
NOT_STARTED = "worker-not-started"
"""Code of a verdict that is no recording's fault: the process ended before it could read anything."""
REPLACED_AT = 0.75
"""Share of its memory beyond which a process is replaced by a new one before its next recording."""


@dataclass(frozen=True, slots=True)
class Job:
    """One recording to do: where it is, and the new folder that its release is written to."""

    source: Path
    folder: Path


@dataclass(frozen=True, slots=True)
class Setup:
    """What a process needs to build its plan."""

    sources: tuple[PolicySource, ...]
    folder: Path
    key: bytes = field(repr=False)


def run_job(job: Job, setup: Setup) -> Outcome:
    """Do one recording in this process. The outcome carries no file content; what may leave is on disk.

    Raises:
        BoundaryError: The policy cannot be built here.
    """
    plan = cached_plan(setup.sources, setup.folder, setup.key)
    outcome = process(lambda: open_source(job.source, plan.policy), plan)
    if isinstance(outcome, Withheld):
        return outcome
    try:
        write_release(outcome, job.folder)
    except BoundaryError as error:
        return _undone(job, Withheld.because(error, "write"))
    except OSError as error:
        return _undone(job, unwritten(error))
    return replace(outcome, files={})


def _undone(job: Job | Count | None, verdict: Withheld) -> Withheld:
    if isinstance(job, Job):
        shutil.rmtree(job.folder, ignore_errors=True)
    return verdict


def _count(job: Count, setup: Setup) -> Counted | Withheld:
    return count(job, cached_plan(setup.sources, setup.folder, setup.key))


class Worker:
    """Runs jobs one after another in a child process, and replaces the child when it dies, hangs or grows too large.

    `run` and `count` wait for the verdict. Who has several workers uses `give`, waits for any `connection`, and asks
    `verdict`; it must be asked every `TICK_S` seconds while there is a job.

    Args:
        setup: What a child builds its plan from.
        seconds: Longest time for one job.
        memory_mb: Most memory of a child, in MiB; by default any.
        alone: There is no other worker, so that libraries may use more than one thread.
    """

    def __init__(self, setup: Setup, *, seconds: float, memory_mb: int | None = None, alone: bool = True) -> None:
        self._setup = setup
        self._patience = seconds + min(GRACE_S, seconds)
        self._memory_mb = memory_mb
        self._alone = alone
        self._child: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._ready = False
        self._job: Job | Count | None = None
        self._until = 0.0

    @property
    def connection(self) -> Connection | None:
        """Becomes readable when `verdict` has something to say."""
        return self._pipe

    def run(self, job: Job) -> Outcome:
        """The outcome of one job; never raises on account of the recording."""
        self.give(job)
        return self._outcome(job, self._waited())

    def count(self, job: Count) -> Counted | Withheld:
        """What a recording or a table adds to the statistics; never raises on account of it."""
        self.give(job)
        answer = self._waited()
        return answer if isinstance(answer, Counted | Withheld) else self._failed(job)

    def give(self, job: Job | Count) -> None:
        """Hand over the next job, when the one before has its verdict; starts the child where there is none."""
        self._job = job
        try:
            if self._child is not None and not self._child.is_alive():
                self.kill()  # it ended between two jobs: not this one's fault
            pipe = self._started()
            pipe.send(job)
        except OSError:
            self.kill()
        self._until = time.monotonic() + (self._patience if self._ready else START_S)

    def verdict(self) -> Outcome | None:
        """The outcome of the job that was given, once there is one."""
        job, answer = self._job, self._answer()
        return None if answer is None or job is None else self._outcome(job, answer)

    def _outcome(self, job: Job | Count, answer: object) -> Outcome:
        return answer if isinstance(answer, Release | Withheld) else self._failed(job)

    def _waited(self) -> object:
        while (answer := self._answer()) is None:
            if self._pipe is not None:
                self._pipe.poll(max(0.0, min(TICK_S, self._until - time.monotonic())))
        return answer

    def _answer(self) -> object:
        """What came of the job: an answer, a verdict of ours, or ``None`` as long as it is at work."""
        job = self._job
        if job is None:
            return None
        if self._pipe is None or self._child is None:
            return self._lost(NOT_STARTED, "")
        try:
            while self._pipe.poll():
                answer = self._pipe.recv()
                if self._ready:
                    return self._done(answer)
                # Loading models is no recording's fault, so it does not count against its time.
                self._ready, self._until = True, time.monotonic() + self._patience
        except (EOFError, OSError):
            return self._lost("worker-died", "the process that read the recording died")
        return self._excess(self._child)

    def _excess(self, child: BaseProcess) -> object:
        if time.monotonic() > self._until:
            return self._lost("timeout", "the recording took longer than the policy allows")
        if self._has_more_than(1.0, child):
            return self._lost("out-of-memory", "the recording needs more memory than a worker may have")
        return None

    def _done(self, answer: object) -> object:
        self._job = None
        tight = isinstance(answer, Withheld) and answer.code == "out-of-memory"
        # What libraries keep for the next recording is not given back: a child that has grown makes room for a new one.
        if self._child is not None and (tight or self._has_more_than(REPLACED_AT, self._child)):
            self.kill()
        return answer

    def _has_more_than(self, share: float, child: BaseProcess) -> bool:
        return self._memory_mb is not None and resident_mb(child.pid or 0) > self._memory_mb * share

    def _failed(self, job: Job | Count) -> Withheld:
        self._job = job
        return self._lost("worker-failed", "the process that read the recording gave no verdict")

    def kill(self) -> None:
        """End the child at once, whatever it does."""
        if self._child is not None:
            self._child.kill()
            self._child.join()
        self.close()

    def close(self) -> None:
        """End the child when it is done."""
        if self._pipe is not None:
            with contextlib.suppress(OSError):
                self._pipe.send(None)
            self._pipe.close()
        if self._child is not None:
            self._child.join(timeout=5)
            self._child.kill()
        self._child = self._pipe = None
        self._ready = False

    def _lost(self, code: str, message: str) -> Withheld:
        job, self._job = self._job, None
        if not self._ready:
            code, message = NOT_STARTED, "the process that reads recordings does not start"
        self.kill()
        hint = "try it alone; raise limits.seconds, or --memory where the machine has more"
        return _undone(job, Withheld(code, "run", message, hint))

    def _started(self) -> Connection:
        if self._pipe is None:
            self._ready = False
            context: Any = multiprocessing.get_context(START_METHOD)
            ours, theirs = context.Pipe()
            self._pipe = ours
            told = (theirs, self._setup, os.getpid(), self._memory_mb, self._alone)
            self._child = context.Process(target=_serve, args=told, daemon=True)
            with deaf():
                self._child.start()
            theirs.close()
        return self._pipe


COLLECT_S = 1.0
"""Between two recordings garbage is looked for so often; it takes a hundredth of the time."""


def _serve(pipe: Connection, setup: Setup, parent: int, memory_mb: int | None, alone: bool) -> None:
    settle(parent, memory_mb=memory_mb)
    if not alone:
        one_thread()
    with contextlib.suppress(Exception):  # a plan that cannot be built is the verdict of each job
        cached_plan(setup.sources, setup.folder, setup.key)
    collect_rarely()
    pipe.send("ready")
    collected = time.monotonic()
    while True:
        if time.monotonic() - collected > COLLECT_S:
            gc.collect()  # else memory grows with the number of recordings
            collected = time.monotonic()
        try:
            job = pipe.recv()
        except EOFError:
            return
        if job is None:
            return
        try:
            answer: Outcome | Counted = run_job(job, setup) if isinstance(job, Job) else _count(job, setup)
        except BoundaryError as error:
            answer = Withheld.because(error, "plan")
        except MemoryError:
            answer = _undone(job, Withheld("out-of-memory", "run", "the recording needs more memory than there is"))
        except (Exception, SystemExit) as error:  # noqa: BLE001  a verdict, whatever happens
            answer = _undone(job, Withheld("worker-failed", "run", f"the worker raised {type(error).__name__}"))
        pipe.send(answer)


class Ending(Protocol):
    """**Protocol:** processes, one or several."""

    def kill(self) -> None:
        """End them at once."""
        ...

    def close(self) -> None:
        """End them when they are done."""
        ...


E = TypeVar("E", bound=Ending)


@contextlib.contextmanager
def ended(made: E) -> Iterator[E]:
    """Processes that are ended in any case, and at once when the run is broken off."""
    try:
        yield made
    except BaseException:
        made.kill()
        raise
    finally:
        made.close()
