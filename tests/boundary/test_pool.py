"""Several workers: whoever works on what and in which order, each recording gets its verdict once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from tiny_recording import Desk

from boundary import worker as workers
from boundary.names import recording_names
from boundary.outcome import Release
from boundary.pool import Pool, pool
from boundary.stopping import stoppable
from boundary.worker import Job, Setup
from policies import load_policy
from recording.errors import StepFailed

KEY = b"k" * 32


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """A policy that is loaded at once."""
    (tmp_path / "p.yaml").write_text("policy: 1\nname: test\n")
    policy = load_policy(tmp_path / "p.yaml")
    return Setup(policy.sources, policy.folder, KEY)


@pytest.fixture
def jobs(tmp_path: Path) -> list[tuple[int, Job]]:
    """Five recordings to do."""
    (tmp_path / "aside").mkdir()
    out = []
    for number in range(1, 6):
        Desk().window("Notes", "Notes").type(f"text {number}").save(tmp_path / "batch" / f"r{number}")
        out.append((number, Job(tmp_path / "batch" / f"r{number}", tmp_path / "aside" / str(number))))
    return out


def nothing() -> None:
    """Nobody asked to stop."""


def pids(made: Pool) -> set[int]:
    """Processes of the pool that live."""
    return {one._child.pid for one in (*made._idle, *made._busy) if one._child and one._child.is_alive()}


@pytest.mark.slow
def test_every_recording_gets_one_verdict_and_a_dead_worker_is_replaced(
    setup: Setup, jobs: list[tuple[int, Job]]
) -> None:
    """One that dies between two recordings costs none; one that has grown makes room for another; all end."""
    with pool(setup, workers=2, seconds=60, memory_mb=2048) as made:

        def watched() -> Iterator[tuple[int, Job]]:
            for item in jobs:
                if item[0] == 4:
                    for pid in pids(made):
                        os.kill(pid, signal.SIGKILL)
                    time.sleep(0.2)
                yield item

        seen = dict(made.outcomes(watched(), check=nothing))
        first = pids(made)
        killed = {number for number, outcome in seen.items() if not isinstance(outcome, Release)}
        assert sorted(seen) == [1, 2, 3, 4, 5]
        assert {seen[number].code for number in killed} <= {"worker-died"}
        assert len(killed) <= 2, "those that were in work when their worker was killed"
        again = [item for item in jobs if item[0] in killed]
        assert all(isinstance(done, Release) for _, done in made.outcomes(again, check=nothing, alone=True))
        assert not (first & pids(made)) or not again, "alone means in a process of its own"
        left = pids(made)
    assert all(not Path(f"/proc/{pid}").exists() for pid in left)


@pytest.mark.slow
def test_a_worker_that_has_grown_is_replaced_before_the_next_recording(
    setup: Setup, jobs: list[tuple[int, Job]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What libraries keep in memory does not add up over thousands of recordings."""
    monkeypatch.setattr(workers, "REPLACED_AT", 0.0)
    with pool(setup, workers=1, seconds=60, memory_mb=2048) as made:
        for _, outcome in made.outcomes(jobs[:2], check=nothing):
            assert isinstance(outcome, Release)
            assert pids(made) == set()


def test_workers_that_never_start_end_the_run(setup: Setup, jobs: list[tuple[int, Job]]) -> None:
    """Where nothing can be read the recordings are not to blame: none gets a verdict, and it can go on later."""
    with pytest.raises(StepFailed) as caught, pool(setup, workers=2, seconds=60, memory_mb=1) as made:
        assert list(made.outcomes(jobs, check=nothing)) == []
    assert caught.value.code == "worker-not-started"


def test_who_asks_to_stop_is_heard_while_workers_work(setup: Setup, jobs: list[tuple[int, Job]]) -> None:
    """The processes are gone when the run has stopped."""
    asked: list[int] = []

    def check() -> None:
        if asked:
            raise KeyboardInterrupt

    def asking(items: Iterable[tuple[int, Job]]) -> Iterator[tuple[int, Job]]:
        for item in items:
            yield item
            asked.append(1)

    with pytest.raises(KeyboardInterrupt), pool(setup, workers=2, seconds=60, memory_mb=2048) as made:
        list(made.outcomes(asking(jobs), check=check))
    assert pids(made) == set()


def test_the_first_signal_asks_and_the_second_ends() -> None:
    """After the first, the system's own handlers are back, so that nothing can hold up the second."""
    before = signal.getsignal(signal.SIGTERM)
    with stoppable() as check:
        check()
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            check()
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) == before


def test_names_in_the_output_depend_on_the_sources_alone(tmp_path: Path) -> None:
    """No two are equal, whatever is kept and whatever is not; ten thousand of one name take no time."""
    for name in ("a/day", "b/day", "c/day-2", "d/recording-0002", "e/recording-0005"):
        (tmp_path / name).mkdir(parents=True)
    names = recording_names(
        [tmp_path / name for name in ("a/day", "b/day", "c/day-2", "d/recording-0002", "e/recording-0005")]
    )
    assert [kept for kept, _ in names] == ["day", "day-2", "day-2-2", "recording-0002", "recording-0005"]
    assert [neutral for _, neutral in names] == [
        "recording-0001", "recording-0002-2", "recording-0003", "recording-0004", "recording-0005",
    ]  # fmt: skip
    many = recording_names([tmp_path / str(number) / "events.jsonl" for number in range(10_000)])
    assert len({kept for kept, _ in many}) == 10_000
