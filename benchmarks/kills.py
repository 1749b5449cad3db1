"""Runs killed at random moments (SIGKILL) and resumed: is every release the same, and was nothing ever in the output?

A run of many small recordings is killed again and again, with its workers, without them, or only one of them, and goes
on with ``resume`` until it has ended; then another begins. After every kill the whole output folder is searched.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random

from benchmarks import _small_batch
from benchmarks._harness import ROOT, Count, Result
from boundary.journal import JOURNAL

KILLS, RECORDINGS, BROKEN = 200, 500, 3
QUICK_KILLS, QUICK_RECORDINGS = 8, 30
WORKERS = 2
VICTIMS = ("all", "run", "worker")
"""Every process, the one that writes and waits, or one that reads."""
_LONGEST_S = 300.0


class Runs:
    """Runs of one batch, started by a process that has everything loaded (`benchmarks._killed_run`)."""

    def __init__(self, batch: _small_batch.Batch, server: subprocess.Popen[str]) -> None:
        self.batch = batch
        self._server = server
        self._loaded = False

    def start(self, out: Path) -> int:
        """Begin or go on with the run in ``out``; its process id."""
        assert self._server.stdin
        told = {"batch": str(self.batch.folder), "policy": str(self.batch.policy), "out": str(out), "workers": WORKERS}
        self._server.stdin.write(json.dumps(told) + "\n")
        self._server.stdin.flush()
        if not self._loaded:
            self._loaded = self._line() == "loaded"
        return int(self._line())

    def ended(self) -> int:
        """Wait for the end of the run; its status as of `os.waitpid`."""
        return int(self._line())

    def _line(self) -> str:
        assert self._server.stdout
        line = self._server.stdout.readline()
        if not line:
            raise RuntimeError("the process that starts runs has ended")
        return line.strip()


@contextmanager
def runs(batch: _small_batch.Batch) -> Iterator[Runs]:
    """`Runs`, in folders of their own."""
    environ = os.environ | {"BOUNDARY_STATE": str(batch.folder.parent / "state")}
    command = [sys.executable, "-m", "benchmarks._killed_run"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdin=pipe, stdout=pipe, text=True) as server:
        yield Runs(batch, server)
        assert server.stdin
        server.stdin.close()


def run(*, quick: bool) -> Result:
    """Kill, search, resume, compare."""
    wanted, count = (QUICK_KILLS, QUICK_RECORDINGS) if quick else (KILLS, RECORDINGS)
    # In memory where that can be: what a killed process has written stays, on a disk or not.
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as name:
        parent = Path(name)
        batch = _small_batch.make(parent, count, seed=7, broken=BROKEN)
        with runs(batch) as runner:
            return _measure(parent, runner, wanted, count)


def _measure(parent: Path, runner: Runs, wanted: int, count: int) -> Result:
    whole = parent / "whole"
    runner.start(whole)
    began = time.monotonic()
    assert runner.ended() == 0
    took = time.monotonic() - began
    expected = contents(whole)
    assert _small_batch.Search(runner.batch).found(runner.batch.folder) > count, "the search must find what is there"
    search = _small_batch.Search(runner.batch)
    chance = Random(f"kills {wanted}")
    kills: Counter[str] = Counter()
    resumed = held = foreign = same = twice = ended = 0
    while kills.total() < wanted:
        ended += 1
        out = parent / f"out-{ended}"
        finished = False
        while not finished:
            resumed += 1
            left = wanted - kills.total()
            victims = _killed(runner, out, chance, took) if left else []
            if not left:
                runner.start(out)
                finished = runner.ended() == 0
            kills.update(victims)
            finished = finished or not (out / JOURNAL).exists()
            held += search.found(out)
            foreign += _foreign(out, expected)
        same += contents(out) == expected
        twice += (out / "withheld.jsonl").read_text().count('"quarantined"')
    return Result(
        counts=(
            Count(
                figure="runs that, resumed until they ended, are byte for byte the one that nobody killed",
                ours=same,
                of=ended,
            ),
            Count(
                figure="files of an output, at the moment of a kill or at the end, that hold a planted value",
                ours=held,
                of=search.files,
            ),
            Count(
                figure="the same, that are no file of the run that nobody killed, nor the beginning of one",
                ours=foreign,
                of=search.files,
            ),
            *(Count(figure=f"kills of {_WHO[victim]}", ours=kills[victim], of=kills.total()) for victim in VICTIMS),
        ),
        notes=(
            f"{twice} recordings quarantined, as is what fails twice: the process that read them was killed twice",
            f"{count} recordings ({len(expected)} files), {WORKERS} workers; {resumed} starts for {ended} runs",
            "the next kill comes after an evenly drawn time of up to a sixth of a whole run; loading is left out",
            "the runs are forks of a process that has the libraries loaded; on a file system in memory",
        ),
    )


def _foreign(out: Path, expected: Mapping[str, bytes]) -> int:
    """Files of an output that hold anything but what verification passed; one that is not whole lies aside."""
    found = 0
    for name, data in contents(out).items():
        first, _, rest = name.partition("/")
        number, _, inside = rest.partition("/")
        if first.startswith(".staging-"):
            fine = expected.get(f"recordings/recording-{int(number):04d}/{inside}", b"").startswith(data)
        elif first.endswith(".partial"):
            fine = any(expected[about].startswith(data) for about in ("manifest.json", "withheld.jsonl"))
        else:
            fine = first == JOURNAL or expected.get(name) == data
        found += not fine
    return found


_WHO = {"all": "every process", "run": "the process that writes", "worker": "one that reads"}


def _killed(runner: Runs, out: Path, chance: Random, took: float) -> list[str]:
    """Start a run, kill it or its workers at random moments, and wait until every process is gone."""
    pid = runner.start(out)
    victims: list[str] = []
    while True:
        time.sleep(chance.uniform(0, took / 6))
        victim = chance.choice(VICTIMS)
        if not _kill(pid, victim):
            break
        victims.append(victim)
        if victim != "worker":
            break
    runner.ended()
    until = time.monotonic() + _LONGEST_S
    while _members(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not _members(pid), "a worker outlived its run"
    return victims


def _kill(pid: int, victim: str) -> bool:
    """Whether there was somebody to kill."""
    members = _members(pid)
    if pid not in members:
        return False
    if victim == "all":
        os.killpg(pid, signal.SIGKILL)
    elif victim == "run":
        os.kill(pid, signal.SIGKILL)
    else:
        workers = sorted(members - {pid})
        if workers:
            os.kill(workers[-1], signal.SIGKILL)
        return bool(workers)
    return True


def _members(session: int) -> set[int]:
    """Living processes of a session."""
    out = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            out.add(int(stat.parent.name))
    return out


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, by relative name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
