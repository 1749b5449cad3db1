"""Rules of patching verbatim bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording_help import parsed

from recording import Patch, apply_patches, field_patch, row_removal


@given(st.binary(max_size=60), st.data())
def test_bytes_outside_the_patches_are_copied(data: bytes, draw: st.DataObject) -> None:
    """Patches that do not touch each other give the same as cutting and joining by hand, in any order given."""
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), unique=True, max_size=8)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    patches = [Patch("f", start, end, bytes([65 + n])) for n, (start, end) in enumerate(spans)]
    expected, cursor = b"", 0
    for patch in patches:
        expected += data[cursor : patch.start] + patch.data
        cursor = patch.end
    assert apply_patches(data, draw.draw(st.permutations(patches))) == expected + data[cursor:]


def test_a_field_of_a_removed_row_goes_with_it() -> None:
    """Dropping the inner patch keeps a removal whole, whichever comes first."""
    inner, row = Patch("f", 2, 4, b"xx"), Patch("f", 0, 6, b"")
    assert apply_patches(b"abcdefgh", [inner, row]) == b"gh"
    assert apply_patches(b"abcdefgh", [Patch("f", 0, 6, b"no"), row]) == b"gh"


@pytest.mark.parametrize(
    "patches",
    [
        [Patch("f", 0, 3, b"x"), Patch("f", 2, 5, b"y")],
        [Patch("f", 0, 3, b"x"), Patch("f", 0, 3, b"y")],
        [Patch("f", 0, 9, b"x")],
        [Patch("f", 0, 1, b"x"), Patch("g", 2, 3, b"x")],
    ],
)
def test_patches_that_contradict_each_other_are_refused(patches: list[Patch]) -> None:
    """Crossing, ambiguous or misplaced patches raise instead of guessing."""
    with pytest.raises(ValueError, match="patch"):
        apply_patches(b"abcde", patches)


def test_a_patch_never_shows_its_data() -> None:
    """What is written stays out of ``repr``."""
    assert "secret" not in repr(Patch("f", 0, 1, b"secret"))


@given(st.text())
def test_a_patched_field_reads_back_as_the_new_text(text: str) -> None:
    """Whatever replaces a JSON field is what a reader sees, and the rest of the record stays."""
    line = '{"time_stamp": 1.5, "top_window_name": "old", "n": 10}\n'
    recording = parsed(events__jsonl='{"time_stamp": 1.0, "action": "pause"}\n', top_window__jsonl=line)
    field = next(f for f in recording.fields if f.role == "app")
    data = recording.files["top_window.jsonl"].read()
    new = apply_patches(data, [field_patch(recording, field, text)])
    assert json.loads(new) == {"time_stamp": 1.5, "top_window_name": text, "n": 10}


def test_rows_are_removed_with_their_line_end() -> None:
    """A removed row leaves no blank line."""
    recording = parsed(k__log="Key pressed: a\r\nKey pressed: b\r\nKey pressed: c\r\n")
    patches = row_removal(recording, [1, 1])
    assert apply_patches(recording.files["k.log"].read(), patches) == b"Key pressed: a\r\nKey pressed: c\r\n"


def test_names_and_line_breaks_are_not_patched() -> None:
    """A file name is no bytes of the file, and a plain field cannot grow into two lines."""
    recording = parsed(k__log="what is this\n")
    for field, text in zip(recording.fields, ("new.log", "two\nlines"), strict=True):
        with pytest.raises(ValueError, match=r"file name|one line"):
            field_patch(recording, field, text)
