"""Hands a picture to another program, and takes its answer, without either being a file on a disk.

On Linux both ends are anonymous memory files (memfd_create(2)) which the program reaches as ``/proc/PID/fd/N``. They
vanish with this process, however it ends. Elsewhere they are files of mode 0600 in a private folder, in memory
where there is ``/dev/shm``; what a killed process left there is purged when the next one starts to read.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from policies.hardening import let_children_in

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "boundary-ocr-"
_UNLOCKED = ".boundary-ocr-"


def home() -> Path:
    """Where private folders are made: memory if the system has it, otherwise the temporary folder."""
    memory = Path("/dev/shm")  # noqa: S108 - folders made here have mode 0700 and random names
    return memory if os.access(memory, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def purge(parent: Path) -> int:
    """Remove private folders of this user whose owner is gone; returns how many.

    A living owner holds a lock on its folder, so process numbers, which repeat and differ between containers, do not
    matter.
    """
    removed = 0
    for folder in parent.glob(PREFIX + "*"):
        with contextlib.suppress(OSError):
            if folder.lstat().st_uid != os.getuid():
                continue
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
                removed += 1
            finally:
                os.close(lock)
    return removed


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A folder of mode 0700 that is gone afterwards; leftovers of killed processes are purged first."""
    parent = home()
    purge(parent)
    folder = Path(tempfile.mkdtemp(prefix=_UNLOCKED, dir=parent))
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Only now may another process's purge see it.
        folder = folder.rename(parent / (PREFIX + folder.name.removeprefix(_UNLOCKED)))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


@contextlib.contextmanager
def slot(folder: Path, name: str, content: bytes = b"") -> Iterator[int]:
    """Make ``folder/name`` readable and writable by a child process; yields a descriptor on the same content.

    What is put in ``folder`` on Linux is only a link to memory of this process.
    """
    path = folder / name
    descriptor = _memory_file(path)
    if descriptor is None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as out:
            out.write(content)
        yield descriptor
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)


def read_all(descriptor: int) -> bytes:
    """The whole content behind a descriptor from `slot`."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(os.dup(descriptor), "rb") as source:
        return source.read()


def _memory_file(path: Path) -> int | None:
    """An anonymous memory file with ``path`` as a link to it, or None where the system cannot do that."""
    if not hasattr(os, "memfd_create"):
        return None
    descriptor = os.memfd_create("boundary-ocr")
    let_children_in()
    target = f"/proc/{os.getpid()}/fd/{descriptor}"
    if not os.access(target, os.R_OK | os.W_OK):
        os.close(descriptor)
        return None
    path.symlink_to(target)
    return descriptor
