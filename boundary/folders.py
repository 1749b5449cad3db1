"""The output folder: new or empty, outside every source."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path

from boundary.outcome import Withheld
from recording.errors import InputError


def refuse_inside(sources: Sequence[Path], out: Path) -> None:
    """Refuse an output that would be read as input.

    Raises:
        InputError: ``out-in-source``.
    """
    place = out.resolve()
    if any(source.resolve() in (place, *place.parents) for source in sources):
        raise InputError(
            "the output would lie inside a source",
            code="out-in-source",
            place=str(out),
            hint="choose another folder with --out",
        )


def make_folder(out: Path) -> None:
    """Make ``out``, or take it as it is where it is empty.

    Raises:
        InputError: ``out-not-empty`` or ``out-unwritable``.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise InputError(
                "the output folder is not empty", code="out-not-empty", place=str(out), hint="choose a new one"
            )
    except OSError as error:
        raise unwritable(out, error) from None


FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""The disk, or our part of it, has no more room."""
GONE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOENT, errno.ENOTDIR, errno.ESTALE})
"""The folder cannot be written at all: read-only, forbidden, broken or no longer there."""
DISK_CODES = frozenset({"disk-full", "out-unwritable"})
"""What ends a run: the next recording would fare no better."""


def unwritable(out: Path, error: OSError) -> InputError:
    """The error for a disk that refuses: ``disk-full`` or ``out-unwritable``."""
    if error.errno in FULL:
        return InputError(
            "there is no room left for the output",
            code="disk-full",
            place=str(out),
            hint="make room; boundary run --resume goes on where it stopped",
        )
    return InputError(
        f"the output folder cannot be written ({error.strerror})",
        code="out-unwritable",
        place=str(out),
        hint="check the disk and the permissions",
    )


def unwritten(error: OSError) -> Withheld:
    """Why a release is not there: the disk refuses all, or this one (its names, its size)."""
    code = "disk-full" if error.errno in FULL else "out-unwritable" if error.errno in GONE else "write-failed"
    told = unwritable(Path(), error) if code in DISK_CODES else None
    message = told.message if told else f"the release could not be written ({error.strerror})"
    return Withheld(code, "write", message, told.hint if told else "")
