"""What keeps the memory of a process to itself: no core file, and no debugger of the same user.

Linux: core(5), prctl(2). Elsewhere only the limit on core files holds.
"""

from __future__ import annotations

import contextlib
import ctypes
import resource
import sys
from pathlib import Path

_GET_DUMPABLE, _SET_DUMPABLE = 3, 4
"""linux/prctl.h"""
_FILTER = Path("/proc/self/coredump_filter")


def no_core_files() -> None:
    """No core file of this process and its children, not even through a program that the system hands them to.

    A limit of 0 is not asked about where ``core_pattern`` names a program, so what a core may hold is emptied, too.
    """
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        if _FILTER.exists():
            _FILTER.write_text("0")


def keep_memory_private() -> None:
    """`no_core_files`, and nobody but root may trace this process or look into its files in ``/proc``."""
    no_core_files()
    _prctl(_SET_DUMPABLE, 0)


def let_children_in() -> None:
    """Children may open files of this process in ``/proc`` from now on: what is handed to a program in memory.

    One way, since another thread may need it still. What keeps core files away stays.
    """
    if _prctl(_GET_DUMPABLE, 0) == 0:
        _prctl(_SET_DUMPABLE, 1)


def is_private() -> bool:
    """Whether `keep_memory_private` holds for this process."""
    return resource.getrlimit(resource.RLIMIT_CORE)[0] == 0 and _prctl(_GET_DUMPABLE, 0) in (0, None)


def _prctl(option: int, value: int) -> int | None:
    """``None`` where there is no such call."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        return int(ctypes.CDLL(None).prctl(option, value, 0, 0, 0))
    except (OSError, AttributeError):
        return None
