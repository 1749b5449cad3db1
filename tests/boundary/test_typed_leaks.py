"""Simulated typing through the whole boundary: nothing of a value that was found is left in any event."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import numpy as np
import pytest

from benchmarks import _sessions
from benchmarks import typed as measured
from boundary.outcome import Release
from boundary.pipeline import process
from boundary.plan import Plan
from recording import SourceFile, parse_files
from recording.simulate import (
    Action,
    Enter,
    Focus,
    Part,
    Paste,
    Sensitive,
    Setup,
    Stream,
    Typist,
    draw_typist,
    ducktrack_files,
    say,
    type_text,
)
from recording.simulate.session import WAYS, draw_script, draw_setup

VALUE = Sensitive("account", "halloran4815larkspur")
LISTED = """\
find:
  - {use: text.roles}
  - {use: text.list, values: [halloran4815larkspur]}
link: {within: session}
change: {default: {use: replace}}
"""
FLAWLESS = Typist(corrected=0, uncorrected=0, reworded=0, looks_back=0)


def released(stream: Stream, plan: Plan) -> tuple[bytes, Release]:
    """The events file before, and the release after."""
    files = ducktrack_files(stream)
    sources = {name: SourceFile(name, data) for name, data in files.items()}
    outcome = process(lambda: parse_files("typed", sources), plan)
    assert isinstance(outcome, Release), outcome
    return files["events.jsonl"], outcome


def left(stream: Stream, plan: Plan) -> set[int]:
    """Presses of the values that came through; the V of a paste tells nothing."""
    before, outcome = released(stream, plan)
    through = _sessions.surviving(before, outcome.files["events.jsonl"])
    keys = stream.events["key"].to_pylist()
    return {row for trace in stream.traces for row in trace.presses & through if keys[row] != "v"}


def session(way: str, seed: int, typist: Typist | None = None) -> Stream:
    """A sentence with the value in it, typed in one way."""
    rng = np.random.default_rng([seed, 5])
    who = typist or dataclasses.replace(draw_typist(rng), uncorrected=0.0)
    script = draw_script([say("the account is ", VALUE, " thank you")], rng, ways=[way])
    return type_text(script, who, rng, setup=draw_setup(rng, blind=False))


@pytest.mark.parametrize("way", sorted(set(WAYS) - {"composed"}))
def test_no_press_of_a_value_typed_without_mistakes_is_left(way: str, planned: Callable[[str], Plan]) -> None:
    """However it was edited, moved or typed around other windows, every key of the value is gone."""
    plan = planned(LISTED)
    assert [seed for seed in range(6) if left(session(way, seed, FLAWLESS), plan)] == []


@pytest.mark.parametrize("way", sorted(WAYS))
def test_no_press_of_a_value_is_left_whatever_mistakes_were_put_right(way: str, planned: Callable[[str], Plan]) -> None:
    """Wrong characters, beginnings that were taken back, words composed: all that ever was of the value is gone."""
    plan = planned(LISTED)
    assert [seed for seed in range(12) if left(session(way, seed), plan)] == []


def test_nothing_typed_into_a_secure_field_is_left(planned: Callable[[str], Plan]) -> None:
    """Right or wrong, taken back or not: no press of the password comes through, though no list knows it."""
    plan = planned(LISTED)
    script: list[Action] = [
        Focus("browser", "Sign in", "User name"),
        say("quill"),
        Focus("browser", "Sign in", "Password", secure=True, how="tab"),
        say(Sensitive("password", "Umber!7tveit#2")),
        Enter(),
        Focus("notes", "Untitled", "Body"),
        say("back to work"),
    ]
    for seed in range(15):
        rng = np.random.default_rng(seed)
        typist = dataclasses.replace(draw_typist(rng), corrected=0.1, uncorrected=0.03)
        assert not left(type_text(script, typist, rng), plan)


def test_a_pasted_value_is_left_neither_on_the_clipboard_nor_in_texts(planned: Callable[[str], Plan]) -> None:
    """A value that no key typed goes from the clipboard file."""
    script = [Focus("mail", "Inbox", "Body"), say("it is "), Paste(Part(VALUE.value, VALUE)), say(" ok")]
    _, outcome = released(type_text(script, FLAWLESS, np.random.default_rng(1)), planned(LISTED))
    assert all(VALUE.value.encode() not in data for data in outcome.files.values())


def test_keys_around_a_value_stay(planned: Callable[[str], Plan]) -> None:
    """What is not sensitive comes through as it was typed."""
    stream = type_text([say("the account is ", VALUE, " thank you")], FLAWLESS, np.random.default_rng(1))
    _, outcome = released(stream, planned(LISTED))
    assert _sessions.typed_texts(outcome.files["events.jsonl"])[1] == "the account is [LISTED] thank you"


class TestMeasuring:
    def test_lines_that_come_through_are_told_by_number(self):
        """Only a line that is there byte for byte counts."""
        assert _sessions.surviving(b"a\nb\nc\n", b"a\nx\nc\n") == {0, 2}

    def test_an_attacker_reads_what_was_pressed_what_stands_and_what_was_erased(self):
        """The raw presses, the replayed text and each erased run are texts of their own."""
        stream = type_text("ab", FLAWLESS, np.random.default_rng(1))
        names = ["a", "b", "c", "backspace", "backspace", "d"]
        data = "".join(json.dumps({"action": "press", "name": name}) + "\n" for name in names).encode()
        assert _sessions.typed_texts(data)[:3] == ["abcd", "ad", "bc"]
        assert _sessions.typed_texts(ducktrack_files(stream)["events.jsonl"])[0] == "ab"

    def test_runs_of_a_value_are_found_whatever_stands_between_its_letters(self):
        """Blanks and signs do not hide a run, and a text that holds nothing of it has none."""
        value = "4111 2222"
        assert _sessions.runs_in([value], ["x 411-1 y"])["hits"] == 1
        assert _sessions.runs_in([value], ["41 and 22"])["hits"] == 0
        assert _sessions.runs_in([value], [value])["hits"] == _sessions.runs_in([value], [])["all"] == 5

    def test_a_text_with_a_typo_is_no_replay(self):
        """A field counts only when it comes out letter by letter."""
        stream = type_text("hello", FLAWLESS, np.random.default_rng(1), setup=Setup())
        assert measured.replayed(stream, lambda _: ["hello"]) == (1, 1)
        assert measured.replayed(stream, lambda _: ["helo"]) == (0, 1)

    def test_sessions_hold_a_password_and_four_values(self):
        """Each generated session names what was meant, and the same seed gives the same sessions."""
        first, second = (list(_sessions.play(3, seed=4)) for _ in range(2))
        assert [len(played.meant) for played in first] == [5, 5, 5]
        assert all(one.stream.events.equals(two.stream.events) for one, two in zip(first, second, strict=True))
        kinds = {mark.kind for played in _sessions.play(40, seed=4) for mark in played.meant}
        assert {_sessions.SECURE, _sessions.CRYPTO, "IBAN", "card", "MAC address"} <= kinds

    def test_quick_run_has_a_figure_for_each_promise(self):
        """Replay, loss, leaks and recall are counted, and no count is above its total."""
        pytest.importorskip("presidio_analyzer")
        result = measured.run(quick=True)
        figures = {count.figure for count in result.counts}
        assert {"replay, fields, all ways of editing", "recall on the clean text", "sessions released"} <= figures
        assert all(0 <= count.ours <= count.of for count in result.counts)
        assert result.speeds[0].work == 300
