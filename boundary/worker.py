"""A process of its own for the recordings: what crashes, hangs or eats all memory there is withheld.

The process is mute: nothing that a library prints about a recording reaches the terminal, and no crash leaves a core
file with recorded content.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from boundary.counting import Count, Counted, count, open_source
from boundary.outcome import Outcome, Release, Withheld
from boundary.pipeline import process
from boundary.plan import cached_plan
from boundary.writer import write_release
from policies import PolicySource
from policies.hardening import keep_memory_private
from recording.errors import BoundaryError

GRACE_S = 30.0
"""Longest time beyond the policy's limit before a recording's process is killed; never longer than the limit itself."""
START_S = 300.0
"""Longest time for a process to load its models."""


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
    limit = plan.policy.limits.file_mb * 2**20
    outcome = process(lambda: open_source(job.source, limit), plan)
    if isinstance(outcome, Withheld):
        return outcome
    try:
        write_release(outcome, job.folder)
    except BoundaryError as error:
        return _undone(job, Withheld.because(error, "write"))
    except OSError as error:
        return _undone(job, Withheld("write-failed", "write", f"the release could not be written ({error.strerror})"))
    return replace(outcome, files={})


def _undone(job: Job | Count, verdict: Withheld) -> Withheld:
    if isinstance(job, Job):
        shutil.rmtree(job.folder, ignore_errors=True)
    return verdict


def _count(job: Count, setup: Setup) -> Counted | Withheld:
    return count(job, cached_plan(setup.sources, setup.folder, setup.key))


class Worker:
    """Runs jobs one after another in a child process, and replaces the child when it dies or hangs."""

    def __init__(self, setup: Setup, *, seconds: float) -> None:
        self._setup = setup
        self._patience = seconds + min(GRACE_S, seconds)
        self._child: BaseProcess | None = None
        self._pipe: Connection | None = None

    def run(self, job: Job) -> Outcome:
        """The outcome of one job; never raises on account of the recording."""
        answer = self._answer(job)
        return answer if isinstance(answer, Release | Withheld) else self._failed(job)

    def count(self, job: Count) -> Counted | Withheld:
        """What a recording or a table adds to the statistics; never raises on account of it."""
        answer = self._answer(job)
        return answer if isinstance(answer, Counted | Withheld) else self._failed(job)

    def _answer(self, job: Job | Count) -> object:
        try:
            pipe = self._started()
            pipe.send(job)
            if not pipe.poll(self._patience):
                return self._lost(job, "timeout", "the recording took longer than the policy allows")
            return pipe.recv()
        except (EOFError, OSError):
            return self._lost(job, "worker-died", "the process that read the recording died")

    def _failed(self, job: Job | Count) -> Withheld:
        return self._lost(job, "worker-failed", "the process that read the recording gave no verdict")

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

    def _lost(self, job: Job | Count, code: str, message: str) -> Withheld:
        self.kill()
        hint = "try it alone; raise limits.seconds or give the machine more memory"
        return _undone(job, Withheld(code, "run", message, hint))

    def _started(self) -> Connection:
        if self._pipe is None:
            # Spawned, not forked: a child must not inherit threads or open files of whoever imports us.
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            self._pipe = ours
            self._child = context.Process(target=_serve, args=(theirs, self._setup), daemon=True)
            self._child.start()
            theirs.close()
            # Loading models is no recording's fault, so it does not count against its time.
            if not ours.poll(START_S):
                raise TimeoutError
            ours.recv()
        return self._pipe


def _serve(pipe: Connection, setup: Setup) -> None:
    _be_mute()
    with contextlib.suppress(Exception):  # a plan that cannot be built is the verdict of each job
        cached_plan(setup.sources, setup.folder, setup.key)
    pipe.send("ready")
    while True:
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
        except (Exception, SystemExit) as error:  # noqa: BLE001  a verdict, whatever happens
            answer = _undone(job, Withheld("worker-failed", "run", f"the worker raised {type(error).__name__}"))
        pipe.send(answer)


def _be_mute() -> None:
    # The terminal's Ctrl-C reaches every process of the group; the parent decides what becomes of this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_memory_private()
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


@contextlib.contextmanager
def worker(setup: Setup, *, seconds: float) -> Iterator[Worker]:
    """A `Worker` that is ended in any case, and at once when the run is broken off."""
    made = Worker(setup, seconds=seconds)
    try:
        yield made
    except BaseException:
        made.kill()
        raise
    finally:
        made.close()
