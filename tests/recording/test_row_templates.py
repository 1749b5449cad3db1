"""Rows that differ in numbers and times alone are read once, and say exactly what reading each of them says."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recording import Mappings, Recording, SourceFile, TableMapping, parse_files
from recording.formats import _row_templates

NUMBERS = st.one_of(
    st.integers(-(10**10), 10**13), st.floats(allow_nan=False, width=32), st.sampled_from([0, 1, 4155550132])
)
TEXTS = st.sampled_from(
    ["", "Mail", "mail 12: 3", "4155550132", "a", "2024-01-02", "2024-01-02T03:04:05Z", "2024-13-40"]
)
TIMES = st.one_of(NUMBERS, TEXTS, st.datetimes().map(lambda moment: moment.isoformat()))
COLUMNS = {
    "ts": TIMES, "timestamp": TIMES, "time": NUMBERS, "x": st.one_of(NUMBERS, TEXTS), "y": NUMBERS, "evt": TEXTS,
    "action": st.sampled_from(["move", "press", "release", "click"]), "name": TEXTS, "app": TEXTS, "phone": NUMBERS,
    "id": NUMBERS, "vk": NUMBERS, "deep": st.lists(NUMBERS, max_size=3), "obj": st.fixed_dictionaries({"x": NUMBERS}),
}  # fmt: skip
ROWS = st.lists(st.fixed_dictionaries({}, optional=COLUMNS), min_size=1, max_size=3)


def declared(**columns: object) -> Mappings:
    """One mapping for every file."""
    return Mappings(tables=(TableMapping(files=("*",), **columns),))  # type: ignore[arg-type]  # columns of many types


MAPPINGS = {
    "": Mappings(),
    "ms": declared(time="ts", unit="ms", kind="evt", x="x", y="y", app="app", key="name"),
    "iso": declared(time="ts", unit="iso", x="obj.x", y="y", keep=frozenset({"phone"})),
    "lists": declared(time="timestamp", unit="s", x="deep", y="deep"),
}


def read(lines: bytes, mappings: Mappings) -> Recording:
    """A table beside a picture, so that it is a table whatever is declared."""
    files = {"t.jsonl": SourceFile("t.jsonl", lines), "p.png": SourceFile("p.png", b"\x89PNG")}
    return parse_files("t", files, mappings=mappings)


@pytest.mark.parametrize("name", MAPPINGS)
@settings(max_examples=20, deadline=None)
@given(rows=ROWS, more=ROWS)
@example(rows=[{"phone": 1, "app": "Mail"}], more=[{"phone": 4155550132, "app": "Mail"}])
@example(rows=[{"ts": "2024-01-02", "x": 1}], more=[{"ts": "2024-13-40", "x": 1}])
@example(rows=[{"deep": [0] * 70}], more=[{"deep": [100] * 70}])
def test_reading_once_is_reading_each(name, rows, more):
    """Events, fields and their places are the same with templates and without."""
    shapes = [dict(row, **{key: other[key] for key in row if key in other}) for row in rows for other in more]
    lines = "".join(json.dumps(row) + "\n" for row in (*rows, *shapes, *more)).encode()
    fast = read(lines, MAPPINGS[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_row_templates, "MOST_KNOWN", 0)
        slow = read(lines, MAPPINGS[name])
    assert fast.events.equals(slow.events)
    assert fast.fields == slow.fields
    assert fast.joined == slow.joined
    for one in fast.fields:
        if one.start < one.end:
            assert json.loads(lines[one.start : one.end]) is not None
