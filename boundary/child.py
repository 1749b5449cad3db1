"""What a process that reads recordings may do, and how much memory it has; POSIX, and more of it on Linux."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

from policies.hardening import keep_memory_private

MEMORY_MB = 2048
"""Most memory of a process: the shipped policies with every model need 1.4 GB, those for text 0.3 GB."""
_BESIDE_MB = 2048
"""How much more of addresses a process may take than of memory: libraries reserve what they never touch."""
STOPPING = (signal.SIGINT, signal.SIGTERM)
_PR_SET_PDEATHSIG = 1


@contextlib.contextmanager
def deaf() -> Iterator[None]:
    """What is started meanwhile hears of no Ctrl-C and no SIGTERM until it `settle`s, and so prints no traceback."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def settle(parent: int, *, memory_mb: int | None) -> None:
    """Make this process a mute one of limited memory that ends with its parent.

    Nothing that a library prints about a recording reaches the terminal, and no crash leaves a core file.

    Args:
        parent: Process id of who started it.
        memory_mb: Most memory, or any; beyond it and a margin an allocation fails.
    """
    # Ctrl-C and a supervisor's SIGTERM reach every process of the group; the parent decides what becomes of this one.
    for each in STOPPING:
        signal.signal(each, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    keep_memory_private()
    if memory_mb is not None:
        _limit(memory_mb + _BESIDE_MB)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    _end_with(parent)


def one_thread() -> None:
    """One thread for each library in this process: where there is one process a core, more would only fight.

    Programs that it starts inherit that. The engines for screens and the names model have one in any case.
    """
    import pyarrow as pa

    for name in ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
        os.environ[name] = "1"
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def collect_rarely() -> None:
    """Look for garbage in cycles rarely: recordings are many small objects, and none of them in a cycle.

    What is loaded so far is never looked at again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def resident_mb(pid: int) -> float:
    """Memory that a process really has, in MiB; 0 where that cannot be told."""
    try:
        pages = int((Path("/proc") / str(pid) / "statm").read_bytes().split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * resource.getpagesize() / 2**20


def _limit(megabytes: int) -> None:
    size = megabytes * 2**20
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (size if most == resource.RLIM_INFINITY else min(size, most), most))


def _end_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends, so that it writes nothing into a run that is over."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)
