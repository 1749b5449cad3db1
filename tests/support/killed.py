"""A run of ``boundary`` that can be killed in mid-reading, and a step that tells how many frames were read by then."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from plug_in import command, environment

if TYPE_CHECKING:
    from collections.abc import Callable

STEP = """\
import os
from policies.contract import Options, Phase, StepSpec


class Counting:
    def __call__(self, pixels, view):
        with open(os.environ["FRAMES_READ"], "ab") as out:
            out.write(b".")
        return ()


def build(options, context):
    return Counting()


COUNTING = StepSpec(
    name="plug.counting", phase=Phase.FIND, summary="Counts frames.", options=Options, build=build,
    needs=frozenset({"screen"}), gives=frozenset({"region"}),
)
"""
Victim = Literal["all", "worker", "run"]
"""Who is killed: every process, that which reads, or that which waits for it."""


def counting(folder: Path) -> Path:
    """Put a distribution with the step ``plug.counting`` into a folder for ``PYTHONPATH``."""
    info = folder / "plug_counting-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "plug_counting.py").write_text(STEP)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plug-counting\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[boundary.steps]\nplug.counting = plug_counting:COUNTING\n")
    return folder


@dataclass(frozen=True, slots=True)
class Room:
    """A room of its own for one run: every folder that a program may write to of its own accord.

    Attributes:
        base: Where the folders are made.
        plug_in: The folder of `counting`.
    """

    base: Path
    plug_in: Path

    @property
    def out(self) -> Path:
        """Output of the run."""
        return self.base / "out"

    @property
    def own(self) -> list[Path]:
        """Folders in which no picture may ever be."""
        return [self.base / name for name in ("tmp", "home", "cwd", "state")]

    def start(self, *arguments: object) -> subprocess.Popen[bytes]:
        """Start ``boundary`` in a process group of its own, with these folders and a memory that is not shared."""
        for folder in self.own:
            folder.mkdir(parents=True, exist_ok=True)
        tmp, home, cwd, state = self.own
        environ = environment(state, self.plug_in) | {
            "TMPDIR": str(tmp), "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"),
            "FRAMES_READ": str(self.base / "frames"),
        }  # fmt: skip
        return subprocess.Popen(
            command(*arguments), cwd=cwd, env=environ, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def frames_read(self) -> int:
        """How many frames were read up to now."""
        counter = self.base / "frames"
        return counter.stat().st_size if counter.exists() else 0


def wait_for(what: Callable[[], object], process: subprocess.Popen[bytes], *, seconds: float = 240.0) -> None:
    """Wait until something is true; fails where the process ends or time is up before."""
    until = time.monotonic() + seconds
    while not what():
        if process.poll() is not None or time.monotonic() > until:
            raise AssertionError("the run ended before it was to be killed")
        time.sleep(0.002)


def kill(process: subprocess.Popen[bytes], victim: Victim) -> bool:
    """SIGKILL, and wait until every process of the group is gone; returns whether OCR was a process of its own."""
    group = _members(process.pid)
    reading = any(name == "tesseract" for name in group.values())
    if victim == "all":
        os.killpg(process.pid, signal.SIGKILL)
    elif victim == "run":
        process.kill()
    else:
        for pid in group:
            if pid != process.pid and _is_worker(pid):
                os.kill(pid, signal.SIGKILL)
    process.wait(timeout=240)
    until = time.monotonic() + 240
    while _members(process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _members(process.pid)
    return reading


def _members(group: int) -> dict[int, str]:
    """Living processes of a group, with the names of their programs."""
    out = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = stat.read_text().rpartition(")")
        except OSError:
            continue
        state, _, member = tail.split()[:3]
        if int(member) == group and state != "Z":
            out[int(stat.parent.name)] = head.partition("(")[2]
    return out


def _is_worker(pid: int) -> bool:
    try:
        return b"spawn_main" in (Path("/proc") / str(pid) / "cmdline").read_bytes()
    except OSError:
        return False
