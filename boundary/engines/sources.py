"""Tables of what there is to do, for engines: a row for each recording, numbered, with its path."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from boundary.data import find_data
from recording import discover
from recording.errors import InputError

WORK = pa.schema(
    [
        # Under this number its verdict comes back; it leaves.
        pa.field("row", pa.int64(), nullable=False),
        # Where it is, on every machine; it stays inside.
        pa.field("path", pa.string(), nullable=False),
    ]
)
"""Columns of what `recordings` and `data` return."""


def recordings(*places: str | Path) -> pa.Table:
    """Every recording at ``places``, files or folders that all machines see under the same path, for `apply`.

    Raises:
        InputError: ``not-found``, ``no-recording``; ``link``: a link lies among them.
    """
    return _table([path for place in places for path in discover(_followed(place))])


def data(*places: str | Path) -> pa.Table:
    """The same for `release`: recordings, and files of tables.

    Raises:
        InputError: As `recordings`.
    """
    return _table([path for place in places for path, _ in find_data(_followed(place))])


def _followed(place: str | Path) -> Path:
    # A link that somebody names is followed; one that lies in a folder is not.
    path = Path(place).absolute()
    return path.resolve() if path.is_symlink() else path


def _table(paths: list[Path]) -> pa.Table:
    found = list(dict.fromkeys(paths))
    if any(path.is_symlink() for path in found):
        hint = "give what it points to as a source of its own"
        raise InputError("a link lies among the recordings", code="link", hint=hint)
    try:
        return pa.table({"row": range(len(found)), "path": [str(path) for path in found]}, schema=WORK)
    except UnicodeError:
        hint = "rename what is not UTF-8"
        raise InputError("a path cannot be written as text", code="file-name", hint=hint) from None
