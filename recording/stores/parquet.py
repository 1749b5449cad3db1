"""Parquet files: each row a JSON line, each picture in a binary column a file, and one file that names the columns."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from recording.errors import InputError
from recording.model import SourceFile
from recording.stores._arrow_json import OWN_NAME, from_json, leaf_kinds, to_json
from recording.stores._parquet_file import LoadValue, Opened, too_large
from recording.stores._parquet_metadata import bare_field, new_metadata, told_metadata

ROWS = "rows.jsonl"
COLUMNS = "columns.json"
"""``{"columns": {dotted name: what it holds}, "metadata": {...}}``."""

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF8", "gif"), (b"BM", "bmp"),
    (b"II*\x00", "tif"), (b"MM\x00*", "tif"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parquet:
    """`recording.stores.Store` of one Parquet file.

    Written back with the schema, the row groups, the compression and the dictionaries of the source; statistics are of
    the new rows, and no index or filter of the old ones is kept.
    """

    name: str = "parquet"
    suffixes: frozenset[str] = frozenset({".parquet", ".pq"})

    def claims(self, source: SourceFile) -> bool:
        """Every file with the suffix: one that is damaged is refused, and not taken for something else."""
        return bool(source.name)

    def parts(self, name: str, files: Mapping[str, SourceFile]) -> tuple[str, ...]:
        """A Parquet file is whole."""
        return ()

    def unpack(
        self, source: SourceFile, parts: Mapping[str, SourceFile], *, max_bytes: int
    ) -> Mapping[str, SourceFile]:
        """``rows.jsonl``, ``columns.json``, and a file for each picture and each run of bytes that is no text.

        Raises:
            InputError: ``parquet-damaged``, ``parquet-encrypted``, ``parquet-type``, ``too-large``.
        """
        opened = Opened(source)
        schema = opened.schema()
        opened.check_size(max_bytes)
        kinds = dict(one for column in schema for one in leaf_kinds(column.name, column.type))
        lines: list[str] = []
        left = max_bytes
        blobs: dict[str, SourceFile] = {}
        heads = [f"{json.dumps(name)}: " for name in schema.names]
        for first, batch in opened.batches(schema, max_bytes):
            namer = _Namer(opened, blobs, first)
            columns = [
                list(to_json(column.type, values, namer.of(column.name)))
                for column, values in zip(schema, batch.columns, strict=True)
            ]
            for row in range(batch.num_rows):
                line = "{" + ", ".join(head + column[row] for head, column in zip(heads, columns, strict=True)) + "}\n"
                left -= len(line)
                if left < 0:
                    raise too_large(source.name)
                lines.append(line)
        opened.settings()  # what cannot be written again is not read
        told = json.dumps({"columns": kinds, "metadata": told_metadata(schema)}, indent=1) + "\n"
        found = {ROWS: "".join(lines).encode("ascii"), COLUMNS: told.encode("ascii")}
        return {**{name: SourceFile(name, data) for name, data in found.items()}, **blobs}

    def pack(self, source: SourceFile, parts: Mapping[str, SourceFile], files: Mapping[str, bytes]) -> bytes:
        """The rows anew.

        Raises:
            InputError: ``parquet-column``: the name of a column holds what must not leave; ``parquet-value``.
        """
        import pyarrow.parquet as pq

        opened = Opened(source)
        schema = opened.schema()
        kinds = dict(one for column in schema for one in leaf_kinds(column.name, column.type))
        if ROWS not in files or COLUMNS not in files:
            raise InputError(
                "the rows or the columns of a table do not pass", code="store-incomplete",
                hint="leave the table out, or ask for consent to what is in it",
            )  # fmt: skip
        told = json.loads(files[COLUMNS])
        if told["columns"] != kinds:
            raise InputError(
                "the name of a column holds something sensitive", code="parquet-column",
                hint="rename the column, or allow its name in the policy",
            )  # fmt: skip
        lines = files[ROWS].decode().split("\n")
        rows = [json.loads(line, parse_float=Decimal, parse_constant=float) for line in lines if line.strip()]
        names = {name: data for name, data in files.items() if name not in (ROWS, COLUMNS)}

        def blob(text: str) -> bytes | None:
            return names.get(text) if OWN_NAME.fullmatch(text) else text.encode()

        columns = [from_json(column.type, [row[column.name] for row in rows], blob) for column in schema]
        new = pa.schema([bare_field(column) for column in schema], new_metadata(schema, told["metadata"], len(rows)))
        table = pa.Table.from_arrays([_nullable(*one) for one in zip(columns, new, strict=True)], schema=new)
        out = io.BytesIO()
        with pq.ParquetWriter(out, new, **opened.settings()) as writer:
            for start, end in _groups(opened.group_sizes(), len(rows)):
                writer.write_table(table.slice(start, end - start), row_group_size=max(1, end - start))
        return out.getvalue()


def _nullable(values: pa.Array, column: pa.Field) -> pa.Array:
    if values.null_count and not column.nullable:
        raise InputError(
            "a column that must have values would lose one", code="parquet-value",
            hint="drop the column, or let it be null",
        )  # fmt: skip
    return values


def _groups(sizes: Sequence[int], rows: int) -> Iterator[tuple[int, int]]:
    """Row groups as the source has them, as far as rows are left."""
    at = 0
    for size in sizes:
        if at < rows and size:
            yield at, min(rows, at + size)
            at = min(rows, at + size)


@dataclass(frozen=True, slots=True)
class _Namer:
    """Gives the bytes of one batch their names."""

    opened: Opened = field(repr=False)
    blobs: dict[str, SourceFile] = field(repr=False)
    first: int

    def of(self, column: str) -> Any:
        """The `recording.stores._arrow_json.Blob` of a column, whose rows are asked for one after another."""
        return _ColumnBlobs(self, column)


@dataclass(frozen=True, slots=True)
class _ColumnBlobs:
    namer: _Namer = field(repr=False)
    column: str

    def __call__(self, value: bytes, place: tuple[Any, ...]) -> str:
        blobs = self.namer.blobs
        row, *inside = place
        suffix = picture_suffix(value)
        name = f"picture-{len(blobs) + 1:06d}.{suffix}" if suffix else f"bytes-{len(blobs) + 1:06d}.bin"
        load = LoadValue(self.namer.opened, self.namer.first + row, self.column, tuple(inside))
        blobs[name] = SourceFile(name, load=load)
        return json.dumps(name)


def picture_suffix(data: bytes) -> str:
    """Suffix of a picture by its first bytes; empty where they are none of one."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((suffix for magic, suffix in _MAGIC if data.startswith(magic)), "")


STORE = Parquet()
"""The one object of this module that `recording.stores` looks for."""
