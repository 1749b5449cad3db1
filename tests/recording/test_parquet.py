"""Parquet files are taken apart and put together again with every type, row and null; bad ones end in codes."""

from __future__ import annotations

import json
import pickle
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from table_help import parquet, png, table_of

from recording import SourceFile
from recording.errors import InputError
from recording.stores.parquet import COLUMNS, ROWS, STORE

WIDE = pa.table(
    {
        "int": pa.array([1, None, 2**63 - 1]),
        "small": pa.array([-1, 0, None], pa.int8()),
        "unsigned": pa.array([2**64 - 1, 0, None], pa.uint64()),
        "double": pa.array([1.5, float("inf"), None]),
        "single": pa.array([0.1, -0.0, None], pa.float32()),
        "truth": [True, None, False],
        "text": ["Zo\u00eb \U0001f600", None, ""],
        "large": pa.array(["a b", None, "\n"], pa.large_string()),
        "word": pa.array(["one", "two", "one"]).dictionary_encode(),
        "ns": pa.array([1, None, -1], pa.timestamp("ns", "Europe/Zurich")),
        "us": pa.array([10**15, 0, None], pa.timestamp("us")),
        "s": pa.array([10**12, 0, None], pa.timestamp("s")),
        "day": pa.array([5, None, -5], pa.date32()),
        "clock": pa.array([5, None, 6], pa.time64("ns")),
        "length": pa.array([5, None, 6], pa.duration("us")),
        "price": pa.array([Decimal("12.50"), None, Decimal("-0.01")], pa.decimal128(20, 2)),
        "bytes": pa.array([b"plain", None, b""], pa.binary()),
        "picture": pa.array([png(), None, png(shade=3)], pa.large_binary()),
        "list": pa.array([[1, None], None, []], pa.list_(pa.int16())),
        "fixed": pa.array([[1, 2], [5, 6], [3, 4]], pa.list_(pa.float32(), 2)),
        "struct": pa.array([{"a": "x", "t": 5}, None, {"a": None, "t": None}],
                           pa.struct([("a", pa.string()), ("t", pa.timestamp("ns"))])),
        "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
        "image": pa.array([{"bytes": png(shade=9), "path": "a.png"}] * 3,
                          pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        "nothing": pa.nulls(3),
    }
)  # fmt: skip


def unpacked(data: bytes, *, max_bytes: int = 2**24) -> dict[str, SourceFile]:
    """What is in a file."""
    return dict(STORE.unpack(SourceFile("t.parquet", data), {}, max_bytes=max_bytes))


def packed(data: bytes, files: dict[str, SourceFile]) -> bytes:
    """The file anew."""
    return STORE.pack(SourceFile("t.parquet", data), {}, {name: source.read() for name, source in files.items()})


def test_every_type_comes_back_as_it_was():
    """Types, nulls, fractions of seconds, pictures: tables are equal, and so are their schemas."""
    data = parquet(WIDE)
    again, before = table_of(packed(data, unpacked(data))), table_of(data)
    assert again.schema.equals(before.schema, check_metadata=True)
    assert again.equals(before)


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "brotli"])
def test_it_is_written_as_the_source_was(compression):
    """Row groups and compression stay."""
    data = parquet(WIDE, row_group_size=2, compression=compression)
    about = pq.ParquetFile(pa.BufferReader(packed(data, unpacked(data)))).metadata
    assert [about.row_group(n).num_rows for n in range(about.num_row_groups)] == [2, 1]
    assert {about.row_group(0).column(n).compression.lower() for n in range(5)} <= {
        compression, "uncompressed" if compression == "none" else compression
    }  # fmt: skip


def test_old_timestamps_stay_old():
    """Spark's INT96 is written as INT96."""
    table = pa.table({"t": pa.array([1, 2], pa.timestamp("ns"))})
    data = parquet(table, use_deprecated_int96_timestamps=True)
    about = pq.ParquetFile(pa.BufferReader(packed(data, unpacked(data)))).metadata
    assert about.row_group(0).column(0).physical_type == "INT96"


def test_what_packs_gives_is_unpacked_to_the_same():
    """Names and bytes do not depend on anything but the content."""
    data = parquet(WIDE)
    first = unpacked(data)
    second = unpacked(packed(data, first))
    assert {n: s.read() for n, s in first.items()} == {n: s.read() for n, s in second.items()}


def test_an_empty_table_stays_empty():
    """No rows, the same columns."""
    data = parquet(WIDE.slice(0, 0))
    again = table_of(packed(data, unpacked(data)))
    assert again.schema.equals(table_of(data).schema)
    assert again.num_rows == 0


def test_rows_that_go_leave_whole_row_groups():
    """What is left stands in row groups of the source's sizes, with statistics of its own."""
    table = pa.table({"name": ["Abel", "Berta", "Cesar", "Dora"]})
    data = parquet(table, row_group_size=2)
    files = unpacked(data)
    lines = files[ROWS].read().splitlines(keepends=True)
    files[ROWS] = SourceFile(ROWS, b"".join(lines[1:3]))
    out = packed(data, files)
    assert table_of(out)["name"].to_pylist() == ["Berta", "Cesar"]
    assert b"Abel" not in out
    assert b"Dora" not in out


def test_pictures_are_read_when_they_are_asked_for():
    """A picture is a way to load it, and can be sent to another process."""
    data = parquet(WIDE)
    files = unpacked(data)
    pictures = [name for name in files if name.endswith(".png")]
    assert len(pictures) == 5
    assert all(files[name].data is None for name in pictures)
    assert pickle.loads(pickle.dumps(files[pictures[0]])).read() == png()


def test_a_picture_that_does_not_pass_is_null():
    """Its bytes are gone, the row stays."""
    data = parquet(WIDE.select(["picture", "int"]))
    files = {name: source for name, source in unpacked(data).items() if not name.endswith("000001.png")}
    assert table_of(packed(data, files))["picture"].to_pylist() == [None, None, png(shade=3)]


def test_recorded_bytes_never_pass_for_a_name_given_here():
    """Text in a binary column that reads like the name of a picture is taken as bytes that nobody can read."""
    table = pa.table({"b": pa.array([b"picture-000001.png", png()], pa.binary())})
    data = parquet(table)
    files = unpacked(data)
    assert json.loads(files[ROWS].read().splitlines()[0])["b"].endswith(".bin")
    assert table_of(packed(data, files)).equals(table)


def test_metadata_is_scanned_but_for_what_tells_nothing():
    """What pandas says of types stays, Arrow's schema is written anew, the rest is told as JSON."""
    index = [{"kind": "range", "name": None, "start": 0, "stop": 1, "step": 1}]
    pandas = json.dumps({"index_columns": index, "columns": [{"name": "a", "pandas_type": "unicode"}]})
    table = pa.table({"a": ["x"]}).replace_schema_metadata(
        {"pandas": pandas, "author": "Jane Doe", "huggingface": '{"info": {"by": "Jane"}}'}
    )
    data = parquet(table)
    files = unpacked(data)
    assert json.loads(files[COLUMNS].read())["metadata"] == {
        "author": "Jane Doe",
        "huggingface": {"info": {"by": "Jane"}},
    }
    kept = table_of(packed(data, files)).schema.metadata
    assert kept == table.schema.metadata
    files[COLUMNS] = SourceFile(COLUMNS, files[COLUMNS].read().replace(b"Jane Doe", b"[X]"))
    out = packed(data, files)
    assert b"Jane Doe" not in out
    assert table_of(out).schema.metadata[b"author"] == b"[X]"


def test_what_pandas_notes_of_people_does_not_pass():
    """Attributes of a data frame are anything; with them the note is left out."""
    pandas = json.dumps({"columns": [], "attributes": {"by": "Jane Doe"}})
    data = parquet(pa.table({"a": ["x"]}).replace_schema_metadata({"pandas": pandas}))
    assert b"Jane Doe" not in packed(data, unpacked(data))


def test_notes_on_columns_do_not_pass():
    """Metadata of a column is dropped; it stands in Arrow's copy of the schema, too."""
    schema = pa.schema([pa.field("a", pa.string(), metadata={"by": "Jane Doe"})])
    data = parquet(pa.table({"a": ["x"]}, schema=schema))
    assert b"Jane Doe" not in packed(data, unpacked(data))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PAR1", "parquet-damaged"),
        (b"", "parquet-damaged"),
        (b"PAR1" + b"\0" * 64 + b"PAR1", "parquet-damaged"),
        (parquet(WIDE)[:-20] + b"\xff" * 12 + parquet(WIDE)[-8:], "parquet-damaged"),
        (b"PARE" + b"\0" * 16 + b"PARE", "parquet-encrypted"),
        (parquet(pa.table({"a": pa.array([1], pa.timestamp("s", "Jane/Doe"))})), "parquet-type"),
        (parquet(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])), "parquet-type"),
    ],
)
def test_bad_files_end_in_codes(data, code):
    """Cut off, a wrong footer, encrypted, a zone that is no zone, two columns of one name."""
    with pytest.raises(InputError) as caught:
        unpacked(data)
    assert caught.value.code == code


def test_pages_that_hold_more_than_is_allowed_are_refused():
    """A small file may stand for gigabytes: one text for all rows, and a null for each of many."""
    word = pa.DictionaryArray.from_arrays(pa.array([0] * 5_000, pa.int32()), ["x" * 100_000])
    one_text = parquet(pa.table({"a": word}), compression="zstd")
    many_nulls = parquet(pa.table({"a": pa.nulls(1_500_000, pa.string())}), compression="zstd")
    nested = parquet(pa.table({"a": [["y" * 10_000] * 100] * 2}), compression="zstd")
    for data in (one_text, many_nulls, nested):
        assert len(data) < 2**20
        with pytest.raises(InputError) as caught:
            unpacked(data, max_bytes=2**20)
        assert caught.value.code == "too-large"


@settings(max_examples=40, deadline=None)
@example(cut=0, flips=[(132, 32)])  # a text that is no UTF-8
@given(cut=st.integers(0, 200), flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), max_size=4))
def test_damage_is_an_error_of_ours_or_no_damage(cut, flips):
    """Whatever bytes change, there is a table or a code."""
    data = bytearray(parquet(WIDE.select(["int", "text", "ns", "list"])))
    for place, mask in flips:
        data[place % len(data)] ^= mask
    try:
        files = unpacked(bytes(data[: len(data) - cut] if cut > 100 else data))
        packed(bytes(data), files)
        code = ""
    except InputError as error:
        code = error.code
    assert code in {"", "parquet-damaged", "parquet-type", "parquet-value", "parquet-encrypted", "too-large"}


@pytest.mark.parametrize(("column", "text"), [("int", '"x"'), ("day", '"31 May"'), ("price", '"[X]"'), ("truth", "7")])
def test_what_a_column_cannot_hold_is_refused(column, text):
    """A replacement that is no value of the column's type never becomes something else."""
    data = parquet(WIDE.select([column]).slice(0, 1))
    files = unpacked(data)
    files[ROWS] = SourceFile(ROWS, f'{{"{column}": {text}}}\n'.encode())
    with pytest.raises(InputError) as caught:
        packed(data, files)
    assert caught.value.code == "parquet-value"
