"""The largest memory that a program and its workers ever had, as the kernel counts it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Peaks:
    """Resident memory in MiB at its largest: of the program, and of the largest of the processes that it started."""

    status: int
    program: float
    worker: float


def peaks(command: Sequence[str], *, environ: Mapping[str, str] | None = None) -> Peaks:
    """Run a program of ours to its end and watch it; helpers that are no Python do not count."""
    process = subprocess.Popen(command, env=environ, start_new_session=True, stdout=subprocess.DEVNULL)
    seen: dict[int, float] = {}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY_S):
            for pid in _session(process.pid):
                seen[pid] = max(seen.get(pid, 0.0), _high_water(pid))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        status = process.wait()
    finally:
        ended.set()
        watching.join()
    others = [peak for pid, peak in seen.items() if pid != process.pid]
    return Peaks(status, seen.get(process.pid, 0.0), max(others, default=0.0))


def _session(leader: int) -> list[int]:
    out = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            program = stat.with_name("exe").readlink()
        except OSError:
            continue
        if int(fields[3]) == leader and program.name.startswith(Path(os.path.realpath(sys.executable)).name):
            out.append(int(stat.parent.name))
    return out


def _high_water(pid: int) -> float:
    try:
        lines = (Path("/proc") / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
