"""A batch through the boundary: every source to a release or a verdict, then the aggregates, then the manifest."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from boundary.aggregates import ledger_mark, release_aggregates
from boundary.counting import Counted
from boundary.folders import make_folder, refuse_inside, unwritable
from boundary.names import free
from boundary.outcome import Outcome, Release, Withheld
from boundary.plan import Plan
from boundary.release_page import write_page
from boundary.result import Entry, Result, manifest, withheld_lines
from boundary.state import key_mark
from boundary.worker import Job, Setup, Worker, worker
from boundary.writer import to_json, write_durably
from recording import discover

Progress = Callable[[int, int], None]
"""Called with the number of recordings done and of all."""
OnOutcome = Callable[[int, Outcome], None]
"""Called with the number of a source and what became of it, for metrics, logs and traces (`boundary.operations`)."""


def run(
    sources: Sequence[Path],
    plan: Plan,
    out: Path,
    *,
    ledger: str | Path | None,
    progress: Progress | None = None,
    on_outcome: OnOutcome | None = None,
) -> Result:
    """Take every recording at ``sources`` through a policy into ``out``, a new or empty folder.

    Raises:
        InputError: A source is not there, or ``out`` holds something already or cannot be written.
        KeyboardInterrupt: Ctrl-C or SIGTERM; what was half done is removed, what was released stays.
    """
    policy = plan.policy
    paths = _sources(sources, out)
    entries: list[Entry] = []
    with _stoppable(), _staging(out) as staging:
        setup = Setup(policy.sources, policy.folder, plan.key)
        with worker(setup, seconds=policy.limits.seconds) as child:
            if progress:
                progress(0, len(paths))
            for number, path in enumerate(paths, start=1):
                entries.append(_one(child, path, number, staging, out, keep_names=policy.names == "keep"))
                if on_outcome:
                    on_outcome(number, entries[-1].outcome)
                if progress:
                    progress(number, len(paths))
        result = Result(out, tuple(entries))
        counted = [Counted(one.person is not None, one.tallies, one.digest_in) for one in result.releases]
        released, refused = release_aggregates(counted, out, plan, ledger)
        mark = ledger_mark(policy, ledger)
        result = replace(result, aggregates=released, refused=refused, ledger=mark)
        try:
            files = write_page(out, plan, released, refused, ledger) if plan.aggregates else {}
            write_durably(out / "withheld.jsonl", b"".join(withheld_lines(result)))
            write_durably(out / "manifest.json", to_json(manifest(result, policy, files=files, key=key_mark(plan.key))))
        except OSError as error:
            raise unwritable(out, error) from None
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
    """Make ``out``, and a folder in it for what is not whole yet, which is gone in the end."""
    make_folder(out)
    try:
        (out / "recordings").mkdir()
        staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=out))
    except OSError as error:
        raise unwritable(out, error) from None
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _one(child: Worker, path: Path, number: int, staging: Path, out: Path, *, keep_names: bool) -> Entry:
    job = Job(path, staging / f"{number:06d}")
    outcome = child.run(job)
    if isinstance(outcome, Withheld):
        return Entry(path, "", outcome)
    place = out / "recordings"
    name = f"recording-{number:04d}"
    if keep_names and outcome.name_cleared:
        whole = path.resolve()
        name = whole.name if whole.is_dir() else whole.stem
    try:
        name = free(name, "", {entry.name for entry in place.iterdir()})
        job.folder.rename(place / name)
    except OSError as error:
        verdict = Withheld("write-failed", "write", f"the release could not be moved ({error.strerror})")
        return Entry(path, "", verdict)
    return Entry(path, name, replace(outcome, files={}))


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turns SIGTERM into KeyboardInterrupt, so that staging is removed when a scheduler stops the run."""
    if threading.current_thread() is not threading.main_thread():
        yield  # the caller owns the signals
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


__all__ = ("Entry", "OnOutcome", "Progress", "Release", "Result", "run")
