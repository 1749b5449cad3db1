"""A batch through the boundary: every source to a release or a verdict, then the aggregates, then the manifest.

Several processes work on the recordings, in any order; the output does not tell how many, nor in which. What is done
stands in a journal (`boundary.record`), so that a run that was broken off goes on where it stopped.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from boundary.aggregates import ledger_mark, release_aggregates
from boundary.child import MEMORY_MB
from boundary.folders import DISK_CODES, refuse_inside, unwritable, unwritten
from boundary.leavings import clear
from boundary.names import recording_names
from boundary.outcome import Outcome, Release, Withheld
from boundary.plan import Plan
from boundary.pool import cores, pool
from boundary.record import Record
from boundary.release_page import write_page
from boundary.result import Entry, Result, manifest_parts, withheld_lines
from boundary.resuming import open_record
from boundary.state import key_mark
from boundary.stopping import stoppable
from boundary.worker import Job, Setup
from boundary.writer import flush_names, write_durably
from recording import discover
from recording.errors import InputError

RETRIED = frozenset({"worker-died", "timeout", "out-of-memory"})
"""What may be the machine's fault and not the recording's: such a one is tried once more, alone, in the end."""


class Progress(Protocol):
    """**Protocol:** called with the number of recordings done and of all, and how many of those done are withheld."""

    def __call__(self, done: int, total: int, /, withheld: int = 0) -> None:
        """Show it."""
        ...


OnOutcome = Callable[[int, Outcome], None]
"""Called with the number of a source and what became of it, for metrics, logs and traces (`boundary.operations`)."""


def run(
    sources: Sequence[Path],
    plan: Plan,
    out: Path,
    *,
    ledger: str | Path | None,
    workers: int | None = None,
    memory_mb: int = MEMORY_MB,
    resume: bool = False,
    progress: Progress | None = None,
    on_outcome: OnOutcome | None = None,
) -> Result:
    """Take every recording at ``sources`` through a policy into ``out``, a new or empty folder.

    Args:
        workers: Processes; by default one for each core.
        memory_mb: Most memory of each, in MiB.
        resume: ``out`` may hold a run that was broken off: go on with it.

    Raises:
        InputError: A source is not there; ``out`` holds something, or a run that is not this one; ``disk-full`` or
            ``out-unwritable``: the run can go on with ``resume``.
        StepFailed: ``worker-not-started``; as above.
        KeyboardInterrupt: Ctrl-C or SIGTERM; what was half done is removed, what was released stays.
    """
    paths = _sources(sources, out)
    try:
        record = open_record(out, paths, plan, ledger=ledger, resume=resume)
    except OSError as error:
        raise unwritable(out, error) from None
    try:
        with stoppable() as check:
            work = _Work(paths, plan, out, record, check, progress, on_outcome)
            work.take(min(workers or cores(), len(paths)), memory_mb)
            check()
            result = work.finish(ledger)
    except OSError as error:
        record.close()
        raise unwritable(out, error) from None
    except BaseException:
        record.close()
        raise
    return result


def _sources(sources: Sequence[Path], out: Path) -> list[Path]:
    refuse_inside(sources, out)
    paths: list[Path] = []
    for source in sources:
        # A link that somebody names is followed; one that lies in a batch is refused when it is opened.
        paths += discover(source.resolve() if source.is_symlink() else source)
    return list(dict.fromkeys(paths))


@contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """A folder in ``out`` for what is not whole yet, which is gone in the end."""
    staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=out))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@dataclass(slots=True)
class _Work:
    """One run while it goes on."""

    paths: Sequence[Path]
    plan: Plan
    out: Path
    record: Record
    check: Callable[[], None]
    progress: Progress | None
    on_outcome: OnOutcome | None
    done: int = 0
    withheld: int = 0

    def take(self, workers: int, memory_mb: int) -> None:
        """Every source that is not done yet; those that failed once come last, alone."""
        policy = self.plan.policy
        (self.out / "recordings").mkdir(exist_ok=True)
        clear(self.out, self.record, check=self.check)
        for entry in self.record.ended():
            self.done += 1
            self.withheld += isinstance(entry.outcome, Withheld)
        self._tell()
        names = recording_names(self.paths) if policy.names == "keep" else None
        setup = Setup(policy.sources, policy.folder, self.plan.key)
        with (
            _staging(self.out) as staging,
            pool(setup, workers=workers, seconds=policy.limits.seconds, memory_mb=memory_mb) as processes,
        ):
            for alone in (False, True):
                jobs = self._jobs(staging, alone=alone)
                for number, outcome in processes.outcomes(jobs, check=self.check, alone=alone):
                    self._took(number, outcome, staging, names, alone=alone)

    def finish(self, ledger: str | Path | None) -> Result:
        """The statistics, and last of all the manifest."""
        plan, out, record = self.plan, self.out, self.record
        released, refused = release_aggregates(record.counted(), out, plan, ledger)
        mark = ledger_mark(plan.policy, ledger)
        result = Result(out, record, aggregates=released, refused=refused, ledger=mark)
        files = write_page(out, plan, released, refused, ledger) if plan.aggregates else {}
        write_durably(out / "withheld.jsonl", withheld_lines(result))
        parts = manifest_parts(result, plan.policy, files=files, key=key_mark(plan.key))
        write_durably(out / "manifest.json", parts)
        record.finish()
        return result

    def _jobs(self, staging: Path, *, alone: bool) -> Iterator[tuple[int, Job]]:
        for number, path in enumerate(self.paths, start=1):
            if not self.record.done(number) and (number in self.record.failed) == alone:
                self.record.start(number)
                yield number, Job(path, staging / f"{number:06d}")

    def _took(
        self,
        number: int,
        outcome: Outcome,
        staging: Path,
        names: Sequence[tuple[str, str]] | None,
        *,
        alone: bool,
    ) -> None:
        if isinstance(outcome, Withheld) and outcome.code in RETRIED:
            if not alone:
                self.record.fail(number, outcome)
                return
            outcome = _quarantined(self.record.failed[number], outcome)
        name = ""
        if isinstance(outcome, Release):
            kept, neutral = names[number - 1] if names else ("", f"recording-{number:04d}")
            name = kept if kept and outcome.name_cleared else neutral
            outcome = self._placed(outcome, staging / f"{number:06d}", name)
        if isinstance(outcome, Withheld):
            name = ""
            if outcome.code in DISK_CODES:  # the next one would fare no better
                raise InputError(outcome.message, code=outcome.code, place=str(self.out), hint=outcome.hint)
        self.record.end(number, name, outcome)
        if self.on_outcome:
            self.on_outcome(number, outcome)
        self.done += 1
        self.withheld += isinstance(outcome, Withheld)
        self._tell()

    def _placed(self, release: Release, folder: Path, name: str) -> Outcome:
        place = self.out / "recordings"
        try:
            folder.rename(place / name)
            flush_names(place)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            return unwritten(error)
        return release

    def _tell(self) -> None:
        if self.progress:
            self.progress(self.done, len(self.paths), self.withheld)


def _quarantined(first: Withheld, second: Withheld) -> Withheld:
    message = f"it failed twice, the second time alone: {first.code}, then {second.code}"
    hint = "the other recordings were not held up; give limits.seconds or --memory more, or split it"
    return Withheld("quarantined", first.step, message, hint, first=first.code)


__all__ = ("Entry", "OnOutcome", "Progress", "Release", "Result", "run")
