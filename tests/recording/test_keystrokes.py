"""Keys written down become a recording in which exactly they are pressed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recording import SourceFile, parse_files
from recording.keystrokes import MOST_PRESSES, key_files, read_presses
from text_redact.transcript import transcribe

PLAIN = st.characters(min_codepoint=33, max_codepoint=0x17F, exclude_categories=["C", "Z"])


def finals(keys: str) -> set[str]:
    """Texts that the fields hold in the end."""
    files = {name: SourceFile(name, data) for name, data in key_files(keys, app="Editor", label="Body").items()}
    transcript = transcribe(parse_files("keys", files).events)
    return {passage.text for passage in transcript.passages if passage.role == "final"}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)  # the machine may be busy
@given(st.text(PLAIN, min_size=1, max_size=30))
def test_plain_characters_are_typed_as_they_stand(text):
    """Read back by the transcript, whatever they are; << is the character <."""
    assert finals(text.replace("<", "<<")) == {text}


@pytest.mark.parametrize(
    ("keys", "final"),
    [
        ("jon<bksp><bksp>ane", "jane"),
        ("abc<bksp*2>d", "ad"),
        ("bc<left*2>a", "abc"),
        ("ab<left><del>c", "ac"),
        ("one two", "one two"),
        ("a<Space>b", "a b"),
        ("Straße 5 & «Ü»", "Straße 5 & «Ü»"),
        ("a<shift+left>b", "b"),
    ],
)
def test_named_keys_do_what_they_do(keys, final):
    """By any name that recorders give them, once or many times, alone or as chords."""
    assert finals(keys) == {final}


@pytest.mark.parametrize("keys", ["<bkspc>", "<ctrl+nothing>", "a<x>", "<foo+a>", f"<bksp*{9999}>" * 3])
def test_what_is_no_key_is_a_mistake_that_quotes_nothing(keys):
    """Better than a sample that types something else."""
    with pytest.raises(ValueError, match=rf"no key of this name|at most {MOST_PRESSES:,}") as caught:
        read_presses(keys)
    assert "bkspc" not in str(caught.value)


def test_where_keys_went_is_told():
    """Application, window, page, field, and whether it hides its content."""
    files = key_files("a", app="Shop", window="Pay", url="https://shop.example/", label="CVV", secure=True)
    recording = parse_files("keys", {name: SourceFile(name, data) for name, data in files.items()})
    (row,) = (row for row in recording.events.to_pylist() if row["kind"] == "key_down")
    told = (row["app"], row["window"], row["url"], row["field"], row["secure"])
    assert told == ("Shop", "Pay", "https://shop.example/", "CVV", True)
