"""Runs of plain typing are read as their keys are one by one; many strings are searched as each is."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recording import parse_files
from recording.keystrokes import key_files
from recording.model import SourceFile
from text_redact import transcript as module
from text_redact.editor import AROUND, LONGEST, between_words
from text_redact.engine.literals import LITTLE, Literals
from text_redact.reader import Reader
from text_redact.rewrite import Rewriting, Value, rewrite
from text_redact.runs import Columns
from text_redact.transcript import Transcript, transcribe

WORDS = st.sampled_from(
    ["the plan ", "Ada ", "4111", "<bksp*3>", "<left*2>", "<enter>", "<tab>", "<ctrl+z>", "<ctrl+c>", "<ctrl+v>",
     "<shift+left>", "NOTE", "hunter2", "<home>", "<end>", "<ctrl+a>", "x", "é"]
)  # fmt: skip


def one_by_one(reader: Reader, columns: Columns, at: int, place: int, stops: Sequence[int]) -> int:
    """No run at all: every key is played the long way."""
    return at


def everything(read: Transcript) -> tuple[object, ...]:
    """All that a transcript says."""
    holds = {stream: [list(hold) for hold in presses.holds] for stream, presses in read.presses.items()}
    presses = {stream: list(presses) for stream, presses in read.presses.items()}
    return read.passages, read.confidence, read.surviving, read.retyped, presses, holds


def mixed(files: dict[str, bytes], swaps: Sequence[int]) -> dict[str, SourceFile]:
    """The recording with some neighbouring lines swapped in what they say, as fast hands roll over keys."""
    lines = files["events.jsonl"].splitlines(keepends=True)
    heads, tails = zip(*(line.split(b", ", 1) for line in lines), strict=True)
    said = list(tails)
    for swap in swaps:
        at = swap % max(1, len(said) - 1)
        said[at : at + 2] = reversed(said[at : at + 2])
    data = b"".join(b", ".join(pair) for pair in zip(heads, said, strict=True))
    return {name: SourceFile(name, data if name == "events.jsonl" else held) for name, held in files.items()}


def both_ways(text: str, swaps: Sequence[int], take: Sequence[int]) -> list[tuple[tuple[object, ...], Rewriting]]:
    """Transcript and rewriting of some keys, by runs and one by one."""
    events = parse_files("keys", mixed(key_files(text, app="notes"), swaps)).events
    found = []
    for patched in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            if patched:
                patch.setattr(module, "take_run", one_by_one)
            read = transcribe(events)
            rows = sorted({row for passage in read.passages for row in passage.rows if row >= 0})
            values = [
                Value(frozenset(rows[at % len(rows) : at % len(rows) + 4]), "[VALUE]") for at in (take if rows else ())
            ]
            found.append((everything(read), rewrite(read, 0, values)))
    return found


@settings(deadline=None, max_examples=60)
@given(
    st.lists(WORDS, min_size=1, max_size=12).map("".join),
    st.lists(st.integers(0, 400), max_size=12),
    st.lists(st.integers(0, 200), max_size=3),
)
def test_a_run_gives_what_its_keys_give_one_by_one(text: str, swaps: list[int], take: list[int]) -> None:
    """Passages, presses, holds, and the rewriting around values are the same, whatever the hands do."""
    by_runs, by_keys = both_ways(text, swaps, take)
    assert by_runs == by_keys


def test_long_typing_is_the_same_by_runs_and_by_keys() -> None:
    """Where a run of typing is written down for its length, and a passage for its own, nothing is lost or added."""
    text = "all work and no play " * 600 + "<left*3>" + "plain " * 800 + "<bksp*4>end"
    by_runs, by_keys = both_ways(text, (), (9_000, 12_000))
    assert by_runs == by_keys


def test_long_typing_is_cut_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a date looks like a telephone number, and would keep the recording inside."""
    for place in ("text_redact.reader.MAX_RAW", "text_redact.runs.MAX_RAW"):
        monkeypatch.setattr(place, 1_000)
    read = transcribe(parse_files("keys", mixed(key_files("2024-06-17 " * 400), ())).events)
    raw = [passage.text for passage in read.passages if passage.role == "raw"]
    assert len(raw) > 3
    assert {word for text in raw for word in text.split()} == {"2024-06-17"}


@given(st.text("ab ", min_size=1_001, max_size=1_600))
def test_what_is_cut_goes_on_before_where_it_ended(text: str) -> None:
    """Both parts share at least `AROUND` characters, and each begins and ends at a blank where there is one near."""
    end, tail = between_words(text)
    assert len(text) - LONGEST <= end <= len(text)
    assert end - LONGEST <= tail <= end - AROUND
    assert text[end - 1] == " " or " " not in text[-LONGEST:-1]
    assert text[tail - 1] == " " or " " not in text[end - LONGEST : end - AROUND - 1]


@given(
    st.lists(st.text("aAbB@.1\né\u017f\u212a", min_size=1, max_size=4), max_size=9),
    st.text("aAbB@.1\né\u017f\u212a{}\\", max_size=30),
    st.text("aB.é\n", max_size=6),
)
def test_many_strings_are_found_as_each_of_them_is(strings: list[str], text: str, head: str) -> None:
    """Whatever the case, and over the edge of what stands before a file."""
    folded = list(MappingProxyType({string.casefold(): None for string in strings}))
    for size in (len(text), LITTLE + 1):
        found = Literals.of(folded, size=size).within(head, text.encode())
        assert found == {string for string in folded if string in (head + text).casefold()}
