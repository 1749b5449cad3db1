"""The output folder: new or empty, outside every source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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


def unwritable(out: Path, error: OSError) -> InputError:
    """The error for a disk that refuses."""
    return InputError(
        f"the output folder cannot be written ({error.strerror})",
        code="out-unwritable",
        place=str(out),
        hint="check the disk and the permissions",
    )
