"""Several workers for many recordings: verdicts in the order in which they are reached, each as soon as it is."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from multiprocessing.connection import wait

from boundary.outcome import Outcome, Withheld
from boundary.worker import NOT_STARTED, TICK_S, Job, Setup, Worker, ended
from recording.errors import StepFailed

STARTS = 3
"""Processes in a row that may end before they have read anything; then something is wrong with all of them."""


def cores() -> int:
    """Processor cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


class Pool:
    """Up to so many workers, each started when there is something for it to do."""

    def __init__(self, setup: Setup, *, workers: int, seconds: float, memory_mb: int) -> None:
        self._idle = [
            Worker(setup, seconds=seconds, memory_mb=memory_mb, alone=workers == 1) for _ in range(max(1, workers))
        ]
        self._busy: dict[Worker, tuple[int, Job]] = {}

    def outcomes(
        self, jobs: Iterable[tuple[int, Job]], *, check: Callable[[], None], alone: bool = False
    ) -> Iterator[tuple[int, Outcome]]:
        """Number and outcome of every job.

        Args:
            jobs: Taken one by one, each when a worker is free for it.
            check: Called several times a second while anything is at work; what it raises ends this.
            alone: One at a time and in new processes, so that none takes memory or time from another.

        Raises:
            StepFailed: ``worker-not-started``: no process gets as far as to read a recording.
        """
        waiting = iter(jobs)
        if alone:
            self.close()  # what the others keep in memory, this one may need
        again: deque[tuple[int, Job]] = deque()
        failed = 0
        while True:
            while self._idle and not (alone and self._busy):
                check()
                item = again.popleft() if again else next(waiting, None)
                if item is None:
                    break
                worker = self._idle.pop()
                self._busy[worker] = item
                worker.give(item[1])
            if not self._busy:
                return
            wait([worker.connection for worker in self._busy if worker.connection is not None], TICK_S)
            check()
            for worker, item in list(self._busy.items()):
                outcome = worker.verdict()
                if outcome is None:
                    continue
                del self._busy[worker]
                self._idle.append(worker)
                if isinstance(outcome, Withheld) and outcome.code == NOT_STARTED:
                    failed += 1
                    if failed >= STARTS:
                        raise StepFailed(
                            outcome.message, code=NOT_STARTED, hint="give it more memory, see boundary doctor"
                        )
                    again.append(item)
                else:
                    failed = 0
                    yield item[0], outcome

    def kill(self) -> None:
        """End every process at once."""
        for worker in (*self._busy, *self._idle):
            worker.kill()

    def close(self) -> None:
        """End every process when it is done."""
        for worker in (*self._busy, *self._idle):
            worker.close()


def pool(setup: Setup, *, workers: int, seconds: float, memory_mb: int) -> AbstractContextManager[Pool]:
    """A `Pool` that is ended in any case, and at once when the run is broken off."""
    return ended(Pool(setup, workers=workers, seconds=seconds, memory_mb=memory_mb))
