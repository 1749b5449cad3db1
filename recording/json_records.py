"""Records in JSON documents: where the elements of an array, or the lines of a file, begin and end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from recording.documents import file_type
from recording.json_spans import Leaf, scan
from recording.lines import BOM, split_lines
from recording.model import SourceFile

HEAD = 4_096
"""Bytes of a file that a format may look at to claim it."""

_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """One record of a document: bytes ``start..end`` and its leaves, paths counted from the document's root.

    ``depth`` is the length of its own path: ``leaf.path[depth:]`` is the path within the record.
    """

    start: int
    end: int
    depth: int
    leaves: tuple[Leaf, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """Records in the order of the file, and the leaves outside of all of them."""

    elements: tuple[Element, ...] = field(repr=False)
    outside: tuple[Leaf, ...] = field(repr=False)


def scan_array(data: bytes, *, file: str, is_record: Callable[[_Path], bool]) -> Iterator[Element | Leaf]:
    """The records of one JSON document, and the leaves outside of all of them, one by one.

    Args:
        data: UTF-8, checked before.
        file: Name for error places.
        is_record: Whether the object or array at a path is a record; one within another is not asked about.

    Raises:
        InputError: See `recording.json_spans.scan`.
    """
    pending: list[Leaf] = []
    for leaf in scan(data, file=file, start=len(BOM) if data.startswith(BOM) else 0, containers=True):
        if leaf.kind not in ("object", "array"):
            pending.append(leaf)
        elif is_record(leaf.path):
            # A container comes after its content, so all that was not given yet lies within it or before it.
            inside = [one for one in pending if one.start > leaf.start]
            yield from pending[: len(pending) - len(inside)]
            yield Element(leaf.start, leaf.end, len(leaf.path), tuple(inside))
            pending = []
    yield from pending


def read_array(data: bytes, *, file: str, is_record: Callable[[_Path], bool]) -> Document:
    """All of `scan_array` at once."""
    parts = list(scan_array(data, file=file, is_record=is_record))
    return Document(
        tuple(part for part in parts if isinstance(part, Element)),
        tuple(part for part in parts if isinstance(part, Leaf)),
    )


def scan_lines(data: bytes, *, file: str) -> Iterator[Element]:
    """The records of JSON lines; a blank line is a record without leaves, and line ends belong to their line."""
    lines = split_lines(data)
    for start, end in zip(lines.starts.tolist(), lines.ends.tolist(), strict=True):
        leaves = scan(data, file=file, start=start, end=end) if data[start:end].strip() else ()
        yield Element(start, end, 0, tuple(leaves))


def lone_document(files: Mapping[str, SourceFile], types: tuple[str, ...] = ("json",)) -> SourceFile | None:
    """The one file that there is, hidden ones apart, where it is a document of these types (`file_type`)."""
    read = [source for name, source in files.items() if file_type(name) != "hidden"]
    fits = len(read) == 1 and "/" not in read[0].name and file_type(read[0].name) in types
    return read[0] if fits else None


def head(source: SourceFile) -> bytes:
    """The first `HEAD` bytes of a file, without byte-order mark and leading blanks; none where it cannot be read.

    Whoever reads the whole file says why it cannot be.
    """
    if source.data is not None:
        start = source.data[:HEAD]
    elif source.path is None:
        return b""
    else:
        try:
            with source.path.open("rb") as file:
                start = file.read(HEAD)
        except OSError:
            return b""
    return start.removeprefix(BOM).lstrip(b" \t\r\n")
