"""An opened Parquet file: how large it may be, its rows in small pieces, and single values of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from recording.errors import InputError
from recording.lines import shown
from recording.model import SourceFile
from recording.stores._arrow_json import leaf_kinds
from recording.stores._parquet_metadata import ARROW

_BATCH, _BATCH_OF_BYTES = 1024, 64
"""Rows that are read at once; fewer where there may be pictures."""


@dataclass(slots=True)
class Opened:
    """One Parquet file that is being read, and the last piece that was read for a picture."""

    source: SourceFile
    last: tuple[tuple[int, str], Any] | None = field(default=None, repr=False)

    def file(self, dictionaries: Sequence[str] = ()) -> Any:
        """A `pyarrow.parquet.ParquetFile`; raises `InputError` for what is none."""
        import pyarrow.parquet as pq

        data = self.source.data
        place = pa.BufferReader(data if data is not None else self.source.read()) if self._in_memory() else self._path()
        with self._reported():
            return pq.ParquetFile(place, read_dictionary=list(dictionaries) or None, pre_buffer=False)

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
        file = self.file()
        about = file.metadata
        columns = [about.schema.column(number) for number in range(about.num_columns)]
        with self._reported():
            nested = [column.path for column in columns if column.max_repetition_level]
            names = sum(len(column.path) + 4 for column in columns)
        values = about.num_rows * (len(columns) - len(nested))
        if about.num_rows < 0 or about.num_rows * max(1, names) > 2 * max_bytes or values > max_bytes:
            raise too_large(self.source.name)
        if nested:
            # A footer that is wrong about a column ends the process when it is asked; who reads the column is told.
            with self._reported():
                file.scan_contents(nested)
            wanted = [number for number, column in enumerate(columns) if column.max_repetition_level]
            values += sum(
                about.row_group(group).column(number).num_values
                for group in range(about.num_row_groups)
                for number in wanted
            )
        if values > max_bytes:
            raise too_large(self.source.name)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """What the library says of a damaged file, as an `InputError`."""
        try:
            yield
        except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError):
            raise self._damaged() from None

    def batches(self, schema: pa.Schema, max_bytes: int) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Rows in small pieces, each with the number of its first row; texts as dictionaries until they are counted."""
        texts = [column.name for column in schema if pa.types.is_string(column.type)]
        kinds = {kind for column in schema for _, kind in leaf_kinds(column.name, column.type)}
        size = _BATCH_OF_BYTES if "bytes" in kinds else _BATCH
        at, left = 0, max_bytes
        pieces = self.file(texts).iter_batches(batch_size=size)
        while True:
            with self._reported():
                batch = next(pieces, None)
                if batch is None:
                    return
                batch.validate(full=True)  # texts that are none, places outside of a dictionary
            left -= sum(_text_bytes(column) for column in batch.columns)
            if left < 0:
                raise too_large(self.source.name)
            yield at, batch
            at += batch.num_rows

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
        """Arguments of `pyarrow.parquet.ParquetWriter` as the source was written; asked once it was read."""
        about = self.file().metadata
        with self._reported():
            chunks = [about.row_group(0).column(n) for n in range(about.num_columns)] if about.num_row_groups else []
            compression = {chunk.path_in_schema: chunk.compression.lower() for chunk in chunks}
            compression = {path: {"uncompressed": "none", "lz4_raw": "lz4"}.get(kind, kind) for path, kind in
                           compression.items()}  # fmt: skip
            if "unknown" in compression.values():
                raise self._damaged()
            return {
                "compression": compression or "none",
                "use_dictionary": [chunk.path_in_schema for chunk in chunks if chunk.has_dictionary_page] or False,
                "version": "2.6",
                "store_schema": ARROW in (about.metadata or {}),
                "use_deprecated_int96_timestamps": any(chunk.physical_type == "INT96" for chunk in chunks),
            }


@dataclass(frozen=True, slots=True)
class LoadValue:
    """Reads one value again when it is asked for; in a class, so that it can be pickled."""

    opened: Opened = field(repr=False)
    row: int
    column: str
    place: tuple[object, ...] = field(repr=False)

    def __call__(self) -> bytes:
        return self.opened.value(self.row, self.column, self.place)


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


def too_large(name: str) -> InputError:
    """The error for a table that would not fit."""
    return InputError(
        "the table holds more text than allowed",
        code="too-large",
        place=shown(name),
        hint="split it, or raise the limit",
    )
