"""Changing a recording: patches over verbatim bytes. What no patch touches is copied through as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow.compute as pc

from recording.json_spans import decode_string, encode_like
from recording.model import Before, Recording, TextField
from recording.python_text import quote_like
from recording.words import write_line


@dataclass(frozen=True, slots=True)
class Patch:
    """Put ``data`` in the place of bytes ``start..end`` of a source file."""

    file: str
    start: int
    end: int
    data: bytes = field(repr=False)


def apply_patches(data: bytes, patches: Iterable[Patch]) -> bytes:
    """The bytes of one file with its patches applied.

    A patch inside a larger one is dropped: its row was removed or written anew, and what is written anew
    (``Format.render_keys``) copies no recorded text. Of two patches of the same bytes a removal wins, equal ones count
    once. Several insertions (``start == end``) at one place keep their order.

    Raises:
        ValueError: Patches of several files, out of range, or crossing each other.
    """
    pieces: list[bytes | memoryview] = []
    kept = memoryview(data)  # parts of it are no copies: a file is large, and its patches are few
    cursor = 0
    for patch in _effective(patches, len(data)):
        pieces += [kept[cursor : patch.start], patch.data]
        cursor = max(cursor, patch.end)
    pieces.append(kept[cursor:])
    return b"".join(pieces)


def places_after(patches: Iterable[Patch], size: int) -> Iterator[tuple[Patch, int]]:
    """The patches that `apply_patches` lets take effect, each with the first byte of its data in the result.

    Args:
        patches: Patches of one file.
        size: Bytes of that file.
    """
    shift = 0
    for patch in _effective(patches, size):
        yield patch, patch.start + shift
        shift += len(patch.data) - (patch.end - patch.start)


def before_of(recording: Recording, file: str, patches: Iterable[Patch]) -> Before | None:
    """What is known of a file with patches; ``None`` where all of it must be read again.

    Args:
        recording: As the format gave it.
        file: One of its files.
        patches: Of this file.
    """
    events, moves = recording.events.select(["start", "end", "t_ns", "x", "y"]), recording.moves
    if moves is None or len(moves) != len(events):
        return None
    of_file = pc.equal(recording.events["file"], file).combine_chunks()
    here = of_file.to_numpy(zero_copy_only=False)
    if not moves[here].any():
        return None
    if not here.all():
        events, moves = events.filter(of_file), moves[here]
    data = recording.files[file].read()
    spans: list[tuple[int, int, int]] = []
    at = shift = 0
    for patch, start in places_after(patches, len(data)):
        if patch.start > at:
            spans.append((at, patch.start, shift))
        at, shift = max(at, patch.end), start + len(patch.data) - patch.end
    spans.append((at, len(data), shift))
    return Before(data, events, moves, tuple(spans))


def _effective(patches: Iterable[Patch], size: int) -> Iterator[Patch]:
    # Larger first at the same start, so that what contains comes before what it contains.
    ordered = sorted(patches, key=_order)
    if len({p.file for p in ordered}) > 1:
        raise ValueError("patches of more than one file")
    last: Patch | None = None
    for patch in ordered:
        if not 0 <= patch.start <= patch.end <= size:
            raise ValueError("a patch lies outside its file")
        if last is not None and patch.start < last.end:
            if patch.end > last.end:
                raise ValueError("patches cross each other")
            same = (patch.start, patch.end) == (last.start, last.end)
            if same and last.data and patch.data != last.data:
                raise ValueError("two patches of the same bytes differ")
            if patch.end > patch.start or patch.start > last.start:
                continue
        yield patch
        if patch.end > patch.start:
            last = patch


def _order(patch: Patch) -> tuple[int, bool, int, bool]:
    # Insertions first at their place, then the longest; a removal before a replacement of the same bytes.
    return patch.start, patch.end > patch.start, -patch.end, patch.data != b""


def field_patch(recording: Recording, text_field: TextField, new_text: str) -> Patch:
    """The patch that makes ``text_field`` hold ``new_text``, encoded the way its source encodes.

    Raises:
        ValueError: For role ``file_name`` (names are given by the writer, not by bytes), for an unknown codec, and for
            a line break in plain text.
    """
    if text_field.role == "file_name" and text_field.start == text_field.end:
        raise ValueError("a file name is not held by bytes of the file; the writer names the file")
    data = recording.files[text_field.file].read()
    literal = data[text_field.start : text_field.end]
    if text_field.codec == "json":
        new = encode_like(new_text, literal=literal, data=data)
    elif text_field.codec in ("null", "reference"):
        kept = text_field.codec == "reference" and new_text
        new = encode_like(new_text, literal=literal, data=data) if kept else b"null"
    elif text_field.codec in ("json-part", "python-part", "python-name"):
        new = encode_like(new_text, literal=b'"' + literal + b'"', data=data)[1:-1]
    elif text_field.codec == "python":
        new = encode_like(quote_like(new_text, decode_string(b'"' + literal + b'"')), literal=literal, data=data)[1:-1]
    elif text_field.codec == "words":
        new = write_line(literal, new_text)
    elif text_field.codec == "plain":
        # A carriage return that stood in the line may stay there.
        if "\n" in new_text or ("\r" in new_text and b"\r" not in literal):
            raise ValueError("a plain text field is one line")
        new = new_text.encode("utf-8", "replace")
    else:
        raise ValueError(f"unknown codec of a text field: {text_field.codec}")
    return Patch(text_field.file, text_field.start, text_field.end, new)


def row_removal(recording: Recording, seqs: Sequence[int]) -> tuple[Patch, ...]:
    """Patches that take the verbatim records of event rows (``seq``) out of their files."""
    wanted = np.unique(np.asarray(seqs, dtype=np.int64))
    rows = recording.events.select(["file", "start", "end"]).take(wanted)
    return tuple(Patch(row["file"], row["start"], row["end"], b"") for row in rows.to_pylist())
