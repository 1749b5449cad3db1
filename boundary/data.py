"""What statistics are counted in: recordings, Parquet files, exports of ActivityWatch, told apart by their content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from recording import discover, is_recording
from recording.documents import file_type
from recording.errors import InputError
from recording.formats import format_named
from recording.json_records import HEAD
from recording.model import SourceFile

Kind = Literal["recording", "parquet", "activitywatch"]
"""How data are read."""

_MAGIC = b"PAR1"
_EXPORT = format_named("activitywatch")


def find_data(source: Path) -> list[tuple[Path, Kind]]:
    """What there is to count at ``source``, sorted: itself, or everything in the folder and its subfolders.

    Whatever is no table is a recording, or is refused when it is read as one. Tables inside a recording's folder are
    the recording's.

    Raises:
        InputError: The path is not there, a folder holds nothing, or a table is a link.
    """
    if not source.is_dir():
        discover(source)  # not there, a pipe, a device
        return [(source, _table(source) or "recording")]
    tables = dict(_tables(source))
    if not tables:
        return [(path, "recording") for path in discover(source)]
    recordings = [path for path in _recordings(source) if path not in tables and _is_one(path, tables)]
    loose = {path: kind for path, kind in tables.items() if not set(recordings).intersection(path.parents)}
    return sorted([*((path, "recording") for path in recordings), *loose.items()])


def _recordings(folder: Path) -> list[Path]:
    try:
        return discover(folder)
    except InputError as error:
        if error.code == "no-recording":
            return []
        raise


def _is_one(path: Path, tables: dict[Path, Kind]) -> bool:
    """Whether it is a recording; a folder that holds nothing but tables, of which one may be read as one, is none."""
    inside = {table for table in tables if path in table.parents}
    if not inside:
        return True
    files = {file for file in path.rglob("*") if file.is_file() and file_type(file.name) != "hidden"}
    return files != inside and is_recording(path)


def _tables(folder: Path) -> Iterator[tuple[Path, Kind]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and file_type(path.name) in {"json", "opaque"} and (kind := _table(path)):
            if path.is_symlink():
                hint = "give what it points to as a source of its own"
                raise InputError("a link inside a batch", code="link", place=str(path), hint=hint)
            yield path, kind


def _table(path: Path) -> Kind | None:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return None  # whoever reads it says why it cannot be
    if head.startswith(_MAGIC):
        return "parquet"
    # Any name will do for a file that is given by itself.
    return "activitywatch" if _EXPORT.claims({"export.json": SourceFile("export.json", head)}) else None
