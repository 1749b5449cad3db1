"""Rules of the JSON scanner."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.errors import InputError
from recording.json_spans import MAX_DEPTH, encode_like, encode_string, scan

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


@given(_VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_spans_hold_the_leaves_that_the_standard_parser_sees(value: Any, ascii_only: bool, indent: int | None) -> None:
    """Decoding the bytes of every span gives exactly the leaves of the value, in order."""
    data = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    found = [json.loads(data[leaf.start : leaf.end]) for leaf in scan(data, file="f") if leaf.kind != "key"]
    assert repr(found) == repr(_leaves(value))


@given(_VALUES, st.data())
def test_a_text_cut_short_is_refused_with_its_place(value: Any, draw: st.DataObject) -> None:
    """No proper prefix of an object is accepted, and the error names file, line and column."""
    data = json.dumps({"a": value}).encode()
    cut = draw.draw(st.integers(0, len(data) - 1))
    with pytest.raises(InputError) as caught:
        list(scan(data[:cut], file="f.json"))
    assert caught.value.code == "json-syntax"
    assert caught.value.place.startswith("f.json:1:")


def test_repeated_keys_are_all_seen() -> None:
    """A duplicate key hides nothing: both values are leaves."""
    assert [leaf.text for leaf in scan(b'{"a":"x","a":"y"}', file="f") if leaf.kind == "string"] == ["x", "y"]


@pytest.mark.parametrize("text", [b"[1,]", b"{,}", b'{"a" 1}', b"01", b"[1 2]", b"]", b"[}", b"nul", b'"\x01"', b"1 2"])
def test_what_is_not_json_is_refused(text: bytes) -> None:
    """The scanner is strict."""
    with pytest.raises(InputError):
        list(scan(text, file="f"))


def test_nesting_has_a_limit() -> None:
    """A deep text is refused instead of exhausting memory."""
    with pytest.raises(InputError) as caught:
        list(scan(b"[" * (MAX_DEPTH + 1), file="f"))
    assert caught.value.code == "json-depth"


def test_an_error_counts_lines_and_characters() -> None:
    """Line and column count from 1, the column in characters and not in bytes."""
    with pytest.raises(InputError) as caught:
        list(scan('{\n"é": !}'.encode(), file="f"))
    assert caught.value.place == "f:2:6"


@given(st.text(), st.booleans())
def test_an_encoded_string_decodes_to_itself(text: str, ascii_only: bool) -> None:
    """Every text can be put into a literal."""
    assert json.loads(encode_string(text, ensure_ascii=ascii_only)) == text


def test_a_replacement_is_escaped_like_its_source() -> None:
    """ASCII sources stay ASCII, others keep their letters, a number stays a number where it can."""
    assert encode_like("é", literal=b'"\\u00e9"', data=b"x") == b'"\\u00e9"'
    assert encode_like("é", literal=b'"a"', data="ü".encode()) == '"é"'.encode()
    assert encode_like("7", literal=b"12", data=b"12") == b"7"
    assert encode_like("<ID>", literal=b"12", data=b"12") == b'"<ID>"'
