"""Writes what may leave: recordings as a `Release` and as nothing else; names are final when their data are whole."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from boundary.outcome import Release
from recording.errors import InputError


def write_release(release: Release, folder: Path) -> None:
    """Write the files of a release into ``folder``, which must not exist yet, and flush them to disk.

    The folder is a place aside: whoever calls gives it its final name when this has returned.

    Raises:
        InputError: A name would lead out of the folder.
        OSError: The disk.
    """
    if not isinstance(release, Release):
        raise TypeError("only a Release may be written")
    folder.mkdir()  # not its parents: what is not there any more belongs to a run that is over
    for name, data in release.files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise InputError("a file name leads out of the recording", code="path-escapes", hint="rename the file")
        target = folder.joinpath(*path.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, data)
    for made in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        flush_names(made)


def write_durably(target: Path, data: bytes | Iterable[bytes], *, mode: int | None = None) -> None:
    """Write a new file aside, flush it, and only then give it its name.

    Args:
        data: Its content, whole or piece by piece.
        mode: Its permissions, from the first byte on; by default as the process's others.

    Raises:
        OSError: The disk; nothing half written is left then.
    """
    aside = target.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        _write(aside, data, mode)
        aside.replace(target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    flush_names(target.parent)


def _write(target: Path, data: bytes | Iterable[bytes], mode: int | None = None) -> None:
    # Two names that this file system takes for one would lose a file: "x" refuses the second.
    if mode is not None:
        target.touch(0o600, exist_ok=False)
    with target.open("xb" if mode is None else "wb") as out:
        if mode is not None:
            os.fchmod(out.fileno(), mode)
        out.writelines([data] if isinstance(data, bytes) else data)
        out.flush()
        os.fsync(out.fileno())


def flush_names(folder: Path) -> None:
    """Flush which names a folder holds, where the system can (POSIX: fsync of a directory)."""
    if hasattr(os, "O_DIRECTORY"):
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def to_json(data: Mapping[str, object]) -> bytes:
    """Readable JSON, UTF-8, with sorted keys and a final line break: equal data, equal bytes."""
    return (json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
