"""Takes away what a run that was broken off left half done, before it goes on."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from boundary.outcome import Release
from boundary.record import Record

_PARTIAL = re.compile(r"\.[0-9a-f]{16}\.partial")


def clear(out: Path, record: Record, *, check: Callable[[], None]) -> None:
    """Leave in ``out`` what the record vouches for: every file of a release has the digest that was written down.

    A release that is not as it was written counts as not done. Everything else in ``recordings`` is removed.

    Args:
        check: Called for every release; what it raises ends this.

    Raises:
        OSError: The disk.
    """
    _clear_partial(out)
    place = out / "recordings"
    whole = set()
    for number in range(1, len(record) + 1):
        check()
        if not record.done(number):
            continue
        entry = record[number - 1]
        if isinstance(entry.outcome, Release):
            if entry.name not in whole and _is_whole(place / entry.name, entry.outcome.digests_out):
                whole.add(entry.name)
            else:
                record.undo(number)
    for path in list(place.iterdir()):
        if path.name not in whole:
            check()
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _clear_partial(out: Path) -> None:
    for folder in out.glob(".staging-*"):
        shutil.rmtree(folder)
    for place in (out, out / "aggregates"):
        for path in place.glob(".*.partial"):
            if _PARTIAL.fullmatch(path.name):
                path.unlink()


def _is_whole(folder: Path, digests: Mapping[str, str]) -> bool:
    """Whether a folder has exactly these files with these bytes (SHA-256, hex), and no link."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    found = set()
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place) / name
            if path.is_symlink() or (name in files and not path.is_file()):
                return False
        for name in files:
            path = Path(place) / name
            relative = path.relative_to(folder).as_posix()
            if digests.get(relative) != _digest(path):
                return False
            found.add(relative)
    return found == set(digests)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
