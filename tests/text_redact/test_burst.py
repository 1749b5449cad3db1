"""A value's keys go as a whole, typos and releases included, and what stands in for them is well-formed."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typist import SHIFTED, Typist

from text_redact.burst import STROKE_NS, Region, burst, regions
from text_redact.transcript import transcribe

WORDS = st.text("abxyzAB ,", min_size=0, max_size=8)
PIECES = st.lists(
    st.one_of(
        st.tuples(st.just("type"), st.text("cdefCDE019!@_", min_size=1, max_size=6)),
        st.tuples(st.just("typo"), st.text("cdefCD01", min_size=1, max_size=3)),
        st.tuples(st.just("inside"), st.integers(1, 3)),
    ),
    min_size=1,
    max_size=5,
)


def type_value(typist: Typist, pieces: list[tuple[str, object]]) -> str:
    """Type a marked value with mistakes that are taken back; the value as it ends."""
    start = typist.line.caret
    with typist.value():
        typist.type("q")
        for action, argument in pieces:
            if action == "type":
                typist.type(str(argument))
            elif action == "typo":
                typist.type(str(argument))
                typist.backspace(len(str(argument)))
            else:
                steps = min(int(str(argument)), typist.line.caret - start)
                typist.arrow("left", steps)
                typist.type("z")
                typist.arrow("right", steps)
        typist.type("q")
    return typist.line.text[start : typist.line.caret]


def taken(typist: Typist, value: str) -> tuple[Region, ...]:
    """The regions of a value as a finding gives them: the keys behind it wherever a passage shows it."""
    transcript = transcribe(typist.events)
    rows: set[int] = set()
    for passage in transcript.passages:
        at = passage.text.find(value)
        if at >= 0:
            rows.update(row for row in passage.rows[at : at + len(value)] if row >= 0)
    return regions(transcript, 0, rows)


def replaced(typist: Typist, found: tuple[Region, ...], text: str) -> list[tuple[str, str]]:
    """Kind and key of every key event of the result: the regions gone, the burst in the first one's place."""
    typist.settle()
    gone = {row for region in found for row in region.rows}
    out: list[tuple[str, str]] = []
    for row in typist.rows:
        if found and row["seq"] == found[0].first:
            out += [(stroke.kind, str(stroke.key)) for stroke in burst(text, start_ns=0, end_ns=None)]
        if row["seq"] not in gone:
            out.append((str(row["kind"]), str(row["key"])))
    return out


def well_formed(strokes: list[tuple[str, str]]) -> bool:
    """Whether no key goes down twice or up unpressed, and none is down at the end."""
    down: set[str] = set()
    for kind, name in strokes:
        key = SHIFTED.get(name, name.lower())
        if kind == "key_down":
            if key in down:
                return False
            down.add(key)
        elif kind == "key_up":
            if key not in down:
                return False
            down.remove(key)
    return not down


class TestRegions:
    @settings(max_examples=150, deadline=None)
    @given(WORDS, PIECES, WORDS, st.sampled_from([0.0, 0.5]), st.integers(0, 9))
    def test_nothing_of_a_value_stays_and_all_else_does(self, before, pieces, after, rollover, seed):
        """No press or release of a value's characters stays, taken back or not; every other character's rows do."""
        typist = Typist(rollover=rollover, seed=seed)
        typist.type(before)
        value = type_value(typist, pieces)
        typist.type(after)
        found = taken(typist, value)
        gone = {row for region in found for row in region.rows}
        assert typist.marked <= gone
        others = [row["seq"] for row in typist.rows if row["text"] and row["seq"] not in typist.marked]
        assert not gone & set(others)
        names = Counter(str(typist.rows[row]["key"]).lower() for row in typist.marked)
        assert sum(1 for row in gone if typist.rows[row]["kind"] == "key_up") >= sum(names.values())

    @settings(max_examples=150, deadline=None)
    @given(WORDS, PIECES, WORDS, st.sampled_from([0.0, 0.5]), st.integers(0, 9))
    def test_the_result_is_as_well_formed_as_the_source(self, before, pieces, after, rollover, seed):
        """Each remaining press has its release and each release its press, the burst's among them."""
        typist = Typist(rollover=rollover, seed=seed)
        typist.type(before)
        value = type_value(typist, pieces)
        typist.type(after)
        assert well_formed(replaced(typist, (), ""))
        assert well_formed(replaced(typist, taken(typist, value), "[PERSON] Q9!"))

    @pytest.mark.parametrize("rollover", [0.0, 0.6])
    def test_values_of_any_length_leave_equally_long_results(self, rollover):
        """The result of a value of 1 to 64 characters has one length."""
        lengths = set()
        for length in range(1, 65):
            typist = Typist(rollover=rollover, seed=length)
            typist.type("to ")
            typist.settle()
            typist.type("q" * length)
            typist.settle()
            typist.type(" bye")
            lengths.add(len(replaced(typist, taken(typist, "q" * length), "********")))
        assert len(lengths) == 1

    def test_a_mistake_before_the_first_or_after_the_last_character_goes(self):
        """A typo taken back at either end of a value tells a neighbour key, so it goes too."""
        typist = Typist()
        typist.type("to ")
        with typist.value():
            typist.type("k")
            typist.backspace()
            typist.type("jane")
            typist.type("e")
            typist.backspace()
        typist.type(" bye")
        gone = {row for region in taken(typist, "jane") for row in region.rows}
        assert typist.marked <= gone
        assert len(gone) == 2 * (len(typist.marked) + 2)

    def test_a_repeated_key_goes_with_all_its_repeats(self):
        """An automatic repeat has one release, so the whole stroke goes or stays."""
        typist = Typist()
        typist.type("to ")
        typist.repeat("q", 5)
        typist.type("x bye")
        result = replaced(typist, taken(typist, "qqqqqx"), "*")
        assert well_formed(result)
        assert "q" not in {key for _, key in result}

    def test_a_shift_held_over_the_border_is_up_when_the_burst_begins(self):
        """Shift held for a neighbour and for the value goes, so that a burst never presses it twice."""
        for text, value in (("AB", "B"), ("AB", "A")):
            typist = Typist()
            with typist.holding("shift"):
                for char in text:
                    typist.put(char, typist.stroke(char, char))
            typist.type(" x")
            result = replaced(typist, taken(typist, value), "[X]")
            assert well_formed(result)

    def test_a_release_under_another_name_goes_with_the_press_it_ends(self):
        """On other keyboards a shifted key comes up under a name of its own; it tells the character all the same."""
        typist = Typist()
        typist.type("to ")
        typist.record("key_down", "shift")
        row = typist.record("key_down", '"', '"')
        typist.record("key_up", "shift")
        typist.record("key_up", "2")
        found = regions(transcribe(typist.events), 0, [row])
        assert well_formed(replaced(typist, found, "*"))

    def test_keys_that_deleted_only_the_value_go_with_it(self):
        """Backspaces pressed later count the characters of the value they deleted."""
        typist = Typist()
        typist.type("hunter2")
        typist.type(" ok")
        typist.arrow("left", 3)
        typist.backspace(7)
        typist.end()
        typist.type("!")
        gone = {row for region in taken(typist, "hunter2") for row in region.rows}
        left = Counter(str(row["key"]) for row in typist.rows if row["seq"] not in gone)
        assert left["backspace"] == 0
        assert left["o"] == left["k"] == 2

    def test_enter_tab_and_shortcuts_stay(self):
        """What parts values is none: its rows stay, and each side is a region of its own."""
        typist = Typist()
        typist.type("jane")
        typist.enter()
        typist.type("doe")
        transcript = transcribe(typist.events)
        rows = [row for row, event in enumerate(typist.rows) if event["text"]]
        found = regions(transcript, 0, rows)
        assert len(found) == 2
        assert {str(typist.rows[row]["key"]) for region in found for row in region.rows} == set("janedo")

    def test_a_window_switch_ends_a_region(self):
        """What was typed into another window in between is not the value's."""
        typist = Typist()
        typist.type("hun")
        typist.focus("mail", "Inbox")
        typist.type("ok")
        typist.focus("notes", "Untitled")
        typist.type("ter2")
        found = taken(typist, "hunter2")
        assert len(found) == 2
        assert {str(typist.rows[row]["key"]) for region in found for row in region.rows} == set("hunter2")

    def test_no_keys_are_no_region(self):
        """A value that was pasted has no keys, and a stream that is not there none either."""
        typist = Typist()
        typist.type("a")
        transcript = transcribe(typist.events)
        assert regions(transcript, 0, []) == ()
        assert regions(transcript, 7, [0]) == ()


class TestBurst:
    @given(st.text(max_size=80), st.integers(0, 10**12), st.integers(0, 10**11))
    def test_times_are_in_order_and_inside_the_bounds(self, text, start, span):
        """A burst never reaches past the next event that stays, and its own events are in order."""
        times = [stroke.t_ns for stroke in burst(text, start_ns=start, end_ns=start + span)]
        assert all(time is not None and start <= time <= start + span for time in times)
        assert all(a is not None and b is not None and b - a in range(STROKE_NS + 1) for a, b in pairwise(times))

    @given(st.text(max_size=80))
    def test_a_burst_is_well_formed(self, text):
        """Every press has its release, Shift is closed, and the presses type the text."""
        strokes = burst(text, start_ns=None, end_ns=None)
        assert well_formed([(stroke.kind, str(stroke.key)) for stroke in strokes])
        keys = {"enter": "\n", "tab": "\t"}
        assert "".join(s.text or keys.get(str(s.key), "") for s in strokes if s.kind == "key_down") == text
        assert all(stroke.t_ns is None for stroke in strokes)

    def test_an_end_before_the_start_gives_no_time_before_the_start(self):
        """A clock that ran backwards squeezes the burst to one moment."""
        assert {stroke.t_ns for stroke in burst("abc", start_ns=100, end_ns=50)} == {100}
