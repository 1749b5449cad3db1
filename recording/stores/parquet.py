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
from recording.lines import shown
from recording.model import SourceFile
from recording.stores._arrow_json import OWN_NAME, from_json, leaf_kinds, to_json
from recording.stores._parquet_metadata import ARROW, bare_field, new_metadata, told_metadata

ROWS = "rows.jsonl"
COLUMNS = "columns.json"
"""``{"columns": {dotted name: what it holds}, "metadata": {...}}``."""

_BATCH, _BATCH_OF_BYTES = 1024, 64
"""Rows that are read at once; fewer where there may be pictures."""
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
        opened = _Opened(source)
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
                    raise _too_large(source.name)
                lines.append(line)
        told = json.dumps({"columns": kinds, "metadata": told_metadata(schema)}, indent=1) + "\n"
        found = {ROWS: "".join(lines).encode("ascii"), COLUMNS: told.encode("ascii")}
        return {**{name: SourceFile(name, data) for name, data in found.items()}, **blobs}

    def pack(self, source: SourceFile, parts: Mapping[str, SourceFile], files: Mapping[str, bytes]) -> bytes:
        """The rows anew.

        Raises:
            InputError: ``parquet-column``: the name of a column holds what must not leave; ``parquet-value``.
        """
        import pyarrow.parquet as pq

        opened = _Opened(source)
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


@dataclass(slots=True)
class _Opened:
    """One Parquet file that is being read, and the last piece that was read for a picture."""

    source: SourceFile
    last: tuple[tuple[int, str], Any] | None = field(default=None, repr=False)

    def file(self, dictionaries: Sequence[str] = ()) -> Any:
        """A `pyarrow.parquet.ParquetFile`; raises `InputError` for what is none."""
        import pyarrow.parquet as pq

        data = self.source.data
        place = pa.BufferReader(data if data is not None else self.source.read()) if self._in_memory() else self._path()
        try:
            return pq.ParquetFile(place, read_dictionary=list(dictionaries) or None, pre_buffer=False)
        except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError):
            raise self._damaged() from None

    def _in_memory(self) -> bool:
        return self.source.data is not None or self.source.path is None

    def _path(self) -> str:
        return str(self.source.path)

    def _damaged(self) -> InputError:
        if self._head() == b"PARE":
            return InputError(
                "an encrypted Parquet file", code="parquet-encrypted", place=shown(self.source.name),
                hint="decrypt it inside the boundary first",
            )  # fmt: skip
        return InputError(
            "this is no Parquet file, or a damaged one", code="parquet-damaged", place=shown(self.source.name),
            hint="write it again from its source",
        )  # fmt: skip

    def _head(self) -> bytes:
        if self._in_memory():
            return (self.source.data or self.source.read())[:4]
        with open(self._path(), "rb") as file:  # noqa: PTH123  the path was checked when the recording was collected
            return file.read(4)

    def schema(self) -> pa.Schema:
        """The Arrow schema; names of columns are unique."""
        schema: pa.Schema = self.file().schema_arrow
        if len(set(schema.names)) != len(schema.names) or any(_has_twins(column.type) for column in schema):
            raise InputError(
                "two columns have one name", code="parquet-type", place=shown(self.source.name),
                hint="rename one of them",
            )  # fmt: skip
        return schema

    def check_size(self, max_bytes: int) -> None:
        """Refuse by the footer what can only become larger than allowed; it may lie, so texts are counted, too."""
        about = self.file().metadata
        names = sum(len(about.schema.column(number).path) + 4 for number in range(about.num_columns))
        values = sum(
            about.row_group(group).column(number).num_values
            for group in range(about.num_row_groups)
            for number in range(about.num_columns)
        )
        if about.num_rows < 0 or about.num_rows * max(1, names) > 2 * max_bytes or values > max_bytes:
            raise _too_large(self.source.name)

    def batches(self, schema: pa.Schema, max_bytes: int) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Rows in small pieces, each with the number of its first row; texts as dictionaries until they are counted."""
        texts = [column.name for column in schema if pa.types.is_string(column.type)]
        kinds = {kind for column in schema for _, kind in leaf_kinds(column.name, column.type)}
        size = _BATCH_OF_BYTES if "bytes" in kinds else _BATCH
        at, left = 0, max_bytes
        try:
            for batch in self.file(texts).iter_batches(batch_size=size):
                left -= sum(_text_bytes(column) for column in batch.columns)
                if left < 0:
                    raise _too_large(self.source.name)
                yield at, batch
                at += batch.num_rows
        except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError):
            raise self._damaged() from None

    def value(self, row: int, column: str, place: tuple[object, ...]) -> bytes:
        """Bytes in one row; the row group of the last picture is kept, since pictures are asked for in order."""
        file = self.file()
        first = 0
        for group in range(file.num_row_groups):
            size = file.metadata.row_group(group).num_rows
            if row < first + size:
                break
            first += size
        if self.last is None or self.last[0] != (group, column):
            self.last = (group, column), file.read_row_group(group, columns=[column])[column]
        found = self.last[1][row - first].as_py()
        for part in place:
            found = found[part]
        return bytes(found)

    def group_sizes(self) -> list[int]:
        """Rows of each row group."""
        about = self.file().metadata
        return [about.row_group(group).num_rows for group in range(about.num_row_groups)]

    def settings(self) -> dict[str, Any]:
        """Arguments of `pyarrow.parquet.ParquetWriter` as the source was written."""
        about = self.file().metadata
        chunks = [about.row_group(0).column(n) for n in range(about.num_columns)] if about.num_row_groups else []
        compression = {chunk.path_in_schema: chunk.compression.lower() for chunk in chunks}
        compression = {path: {"uncompressed": "none", "lz4_raw": "lz4"}.get(kind, kind) for path, kind in
                       compression.items()}  # fmt: skip
        return {
            "compression": compression or "none",
            "use_dictionary": [chunk.path_in_schema for chunk in chunks if chunk.has_dictionary_page] or False,
            "version": "2.6",
            "store_schema": ARROW in (about.metadata or {}),
            "use_deprecated_int96_timestamps": any(chunk.physical_type == "INT96" for chunk in chunks),
        }


@dataclass(frozen=True, slots=True)
class _Namer:
    """Gives the bytes of one batch their names."""

    opened: _Opened = field(repr=False)
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
        load = _Load(self.namer.opened, self.namer.first + row, self.column, tuple(inside))
        blobs[name] = SourceFile(name, load=load)
        return json.dumps(name)


@dataclass(frozen=True, slots=True)
class _Load:
    """Reads one value again when it is asked for; in a class, so that it can be pickled."""

    opened: _Opened = field(repr=False)
    row: int
    column: str
    place: tuple[object, ...] = field(repr=False)

    def __call__(self) -> bytes:
        return self.opened.value(self.row, self.column, self.place)


def picture_suffix(data: bytes) -> str:
    """Suffix of a picture by its first bytes; empty where they are none of one."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((suffix for magic, suffix in _MAGIC if data.startswith(magic)), "")


def _has_twins(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        names = [inner.name for inner in kind]
        return len(set(names)) != len(names) or any(_has_twins(inner.type) for inner in kind)
    return any(_has_twins(kind.field(number).type) for number in range(kind.num_fields))


def _text_bytes(values: pa.Array) -> int:
    """Bytes of the texts of a column when every row has its own copy."""
    import pyarrow.compute as pc

    if isinstance(values, pa.DictionaryArray) and pa.types.is_string(values.type.value_type):
        lengths = pc.binary_length(values.dictionary)
        return int(pc.sum(lengths.take(values.indices)).as_py() or 0)
    return 0 if pa.types.is_binary(values.type) else int(values.nbytes)


def _too_large(name: str) -> InputError:
    return InputError(
        "the table holds more text than allowed",
        code="too-large",
        place=shown(name),
        hint="split it, or raise the limit",
    )


STORE = Parquet()
"""The one object of this module that `recording.stores` looks for."""
