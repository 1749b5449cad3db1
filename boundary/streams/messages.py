"""A whole recording as one message: its files packed as Arrow, JSON, tar, or bare event lines."""

from __future__ import annotations

import base64
import binascii
import io
import json
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

import pyarrow as pa

from boundary.live.lines import MAIN
from boundary.stage import is_relative
from recording.errors import InputError

ARROW, JSON, TAR, LINES = (
    "application/vnd.apache.arrow.stream",
    "application/json",
    "application/x-tar",
    "application/x-ndjson",
)
TYPES = frozenset({ARROW, JSON, TAR, LINES})
"""Values of the header ``Content-Type``; lines alone are ``events.jsonl``, and taken where nothing is said."""
MAX_FILES = 10_000
PART_BYTES = 256 * 1024
"""A message of a session is not much larger than that."""

_SCHEMA = pa.schema(
    [pa.field("name", pa.string(), nullable=False), pa.field("data", pa.large_binary(), nullable=False)]
)


def unpacked(data: bytes, content_type: str, *, most: int) -> dict[str, bytes]:
    """Files by name.

    Args:
        most: Most bytes of all files together.

    Raises:
        InputError: ``message-type``, ``message-unreadable``, ``message-too-large``, ``files-invalid``.
    """
    reader = {ARROW: _from_arrow, JSON: _from_json, TAR: _from_tar, LINES: _from_lines}.get(content_type)
    if reader is None:
        hint = f"Content-Type is one of {', '.join(sorted(TYPES))}"
        raise InputError("no reader for messages of this type", code="message-type", hint=hint)
    found: dict[str, bytes] = {}
    size = 0
    try:
        for name, content in reader(data):
            size += len(content)
            if size > most or len(found) >= MAX_FILES:
                hint = "limits.file_mb says how large a recording may be"
                raise InputError("the message holds too much", code="message-too-large", hint=hint)
            if name in found or not is_relative(name):
                hint = "relative names, each once"
                raise InputError("a file of the message has no proper name", code="files-invalid", hint=hint)
            found[name] = content
    except (ValueError, KeyError, TypeError, AttributeError, tarfile.TarError, pa.ArrowException, EOFError, OSError):
        # What was wrong stands in the exception's text, and that quotes the message.
        raise InputError(
            "the message cannot be unpacked", code="message-unreadable", hint="see docs/streams.md for its shape"
        ) from None
    if not found:
        raise InputError("the message holds no files", code="no-files", hint="see docs/streams.md for its shape")
    return found


def packed(files: Mapping[str, bytes], content_type: str) -> bytes:
    """The message for files; equal files give equal bytes.

    Raises:
        InputError: ``message-type``: bare lines hold one file.
    """
    if content_type == ARROW:
        sink = pa.BufferOutputStream()
        names = sorted(files)
        with pa.ipc.new_stream(sink, _SCHEMA) as writer:
            for name in names:
                writer.write_batch(pa.record_batch([[name], [files[name]]], schema=_SCHEMA))
        return bytes(sink.getvalue())
    if content_type == JSON:
        return json.dumps({"files": {name: _to_json(data) for name, data in sorted(files.items())}}).encode()
    if content_type == TAR:
        return _to_tar(files)
    if len(files) != 1:
        raise InputError("bare lines hold one file", code="message-type", hint="pack the recording as tar")
    return next(iter(files.values()))


def cut(parts: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Lines of files as messages of a bearable size, in their order, each of one file."""
    out: list[tuple[str, bytes]] = []
    for file, group in groupby(parts, _file):
        kept: list[bytes] = []
        size = 0
        for line in b"".join(data for _, data in group).splitlines(keepends=True):
            if kept and size + len(line) > PART_BYTES:
                out.append((file, b"".join(kept)))
                kept, size = [], 0
            kept.append(line)
            size += len(line)
        if kept:
            out.append((file, b"".join(kept)))
    return out


def _file(part: tuple[str, bytes]) -> str:
    return part[0]


def _from_arrow(data: bytes) -> Iterator[tuple[str, bytes]]:
    with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
        for batch in reader:
            for name, content in zip(batch.column("name"), batch.column("data"), strict=True):
                yield name.as_py(), bytes(content.as_py())


def _from_json(data: bytes) -> Iterator[tuple[str, bytes]]:
    for name, content in json.loads(data)["files"].items():
        yield name, content.encode() if isinstance(content, str) else _from_base64(content["base64"])


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError from None


def _from_tar(data: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in archive:
            if member.isdir():
                continue
            content = archive.extractfile(member) if member.isreg() else None
            if content is None or member.size > len(data):
                raise ValueError  # links and devices
            yield member.name.removeprefix("./"), content.read()


def _from_lines(data: bytes) -> Iterator[tuple[str, bytes]]:
    yield MAIN, data


def _to_json(data: bytes) -> str | Mapping[str, str]:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _to_tar(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()
