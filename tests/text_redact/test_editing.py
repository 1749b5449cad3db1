"""Keyboards, systems and recorders of many kinds: what they type is read, and where there is doubt, more is read."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typist import Typist

from recording.model import EVENTS
from recording.simulate import draw_typist, drop_events, say, type_text
from recording.simulate.session import WAYS, draw_script, draw_setup
from text_redact.buffer import AROUND
from text_redact.transcript import Clip, Transcript, transcribe

SENTENCES = (
    "call me at 415-555-0134 tomorrow",
    "my email is jane.doe@corp.example, thanks",
    "Invoice #4471 due on 12/05/2024 for Ms. Müller",
    "the quick brown fox jumps over the lazy dog",
)


def texts(typist: Typist) -> set[str]:
    """Every text that is read."""
    return {passage.text for passage in transcribe(typist.events).passages}


def final(typist: Typist) -> str:
    """The only final text."""
    (text,) = (p.text for p in transcribe(typist.events).passages if p.role == "final")
    return text


def confidence(transcript: Transcript, text: str) -> float:
    """How sure the reading of a text is."""
    return max(c for p, c in zip(transcript.passages, transcript.confidence, strict=True) if p.text == text)


@pytest.mark.parametrize("way", sorted(set(WAYS) - {"clicked"}))
def test_simulated_fields_read_back_as_they_were(way):
    """Whatever the keyboard, the system and the way of editing, each field's final text is the truth."""
    for seed in range(12):
        rng = np.random.default_rng([seed, 3])
        script = draw_script([say(text) for text in SENTENCES[:3]], rng, ways=[way])
        stream = type_text(script, draw_typist(rng), rng, setup=draw_setup(rng, blind=False))
        read = transcribe(stream.events, [Clip(*clip) for clip in stream.clips]).passages
        assert {f.text.strip() for f in stream.fields} - {""} == {p.text.strip() for p in read if p.role == "final"}
        for truth in stream.fields:
            for text in truth.maxima():
                assert any(text.strip() in passage.text for passage in read)


def test_lost_events_spoil_few_fields():
    """With one key event in 500 missing, nine of ten fields still read back letter by letter."""
    exact = fields = 0
    for seed in range(60):
        rng = np.random.default_rng([seed, 9])
        script = draw_script([say(text) for text in SENTENCES], rng, ways=["straight", "retyped", "copied"])
        stream = drop_events(type_text(script, draw_typist(rng), rng, setup=draw_setup(rng, blind=False)), 0.002, rng)
        clips = [Clip(*clip) for clip in stream.clips]
        got = {p.text.strip() for p in transcribe(stream.events, clips).passages if p.role == "final"}
        truth = [field.text.strip() for field in stream.fields if field.text.strip()]
        exact, fields = exact + sum(text in got for text in truth), fields + len(truth)
    assert exact / fields >= 0.9


class TestKeyboards:
    def test_dead_keys_compose_where_the_recorder_does_not(self):
        """A dead key and a bare letter are one character, and the dead key goes with it."""
        typist = Typist()
        typist.type("caf")
        typist.stroke("dead_acute")
        typist.stroke("e", "e")
        assert final(typist) == "café"
        assert [press.does for press in transcribe(typist.events).presses[0]][3] == "part"

    def test_dead_keys_change_nothing_that_is_composed_already(self):
        """A recorder that says what appears is believed."""
        typist = Typist()
        typist.stroke("dead_acute")
        typist.stroke("é", "é")
        assert final(typist) == "é"

    def test_names_alone_are_read_as_a_us_keyboard(self):
        """Where no text is recorded Shift and Caps Lock make the characters."""
        typist = Typist()
        with typist.holding("shift"):
            typist.stroke("j")
        typist.stroke("o")
        with typist.holding("shift"):
            typist.stroke("2")
        typist.stroke("caps_lock")
        typist.stroke("x")
        typist.stroke("space")
        typist.stroke("1")
        assert final(typist) == "Jo@X 1"

    def test_a_shift_that_never_came_up_selects_nothing(self):
        """Small letters tell that Shift is up, so arrows after them move and do not select."""
        typist = Typist()
        typist.record("key_down", "shift")
        typist.type("abc")
        typist.stroke("left")
        typist.stroke("x", "x")
        assert final(typist) == "abxc"

    def test_a_press_that_is_missing_is_known_by_its_release(self):
        """A key that only came up was pressed, and its row leads to the character."""
        typist = Typist()
        typist.type("hun")
        row = typist.record("key_up", "t")
        typist.type("er2")
        (passage,) = (p for p in transcribe(typist.events).passages if p.role == "final")
        assert passage.text == "hunter2"
        assert passage.rows[3] == row

    def test_two_signs_that_share_a_key_elsewhere_may_both_be_down(self):
        """On a German keyboard "*" is on the key of "+": its release tells nothing of the 8 that went down after it."""
        typist = Typist()
        for kind, key, text in (
            ("key_down", "shift", None), ("key_down", "*", "*"), ("key_up", "shift", None), ("key_down", "8", "8"),
            ("key_up", "+", None), ("key_up", "8", None),
        ):  # fmt: skip
            typist.record(kind, key, text)
        assert final(typist) == "*8"


class TestSystems:
    def mac(self, text: str) -> Typist:
        """A field on a machine whose shortcuts are macOS'."""
        typist = Typist()
        typist.type(text)
        typist.chord("c", "cmd")
        return typist

    @pytest.mark.parametrize(
        ("key", "after"),
        [("a", "Xab cd"), ("e", "ab cdX"), ("b", "ab cXd"), ("h", "ab cX"), ("t", "ab dcX"), ("k", "ab cdX")],
    )
    def test_control_keys_of_a_mac_edit_as_in_emacs(self, key, after):
        """Ctrl-A, E, B, H, T and K in a field of macOS."""
        typist = self.mac("ab cd")
        typist.chord(key)
        typist.stroke("X", "X")
        assert final(typist) == after

    def test_option_and_backspace_delete_a_word(self):
        """Option-Backspace takes the word before the caret."""
        typist = self.mac("one two")
        typist.chord("backspace", "alt_l")
        assert final(typist) == "one "

    def test_cut_and_paste_by_insert_and_delete(self):
        """Ctrl-Insert, Shift-Delete and Shift-Insert are copy, cut and paste."""
        typist = Typist()
        typist.type("ab")
        typist.chord("a")
        typist.chord("delete", "shift")
        typist.chord("insert", "shift")
        typist.chord("insert", "shift")
        assert final(typist) == "abab"

    def test_up_and_down_keep_the_column(self):
        """The caret stays in its column where lines are as typed."""
        typist = Typist()
        typist.type("abc")
        typist.stroke("enter")
        typist.type("de")
        typist.stroke("up")
        typist.stroke("X", "X")
        typist.stroke("down")
        typist.stroke("Y", "Y")
        assert final(typist) == "abXc\ndeY"


class TestPlaces:
    def test_a_mark_of_unsaved_text_in_the_title_is_no_other_window(self):
        """The same field goes on when its title gets a star or a counter."""
        typist = Typist()
        typist.focus("notes", "Untitled - Notes")
        typist.type("hun")
        typist.focus("notes", "*Untitled - Notes")
        typist.type("ter2")
        (passage,) = (p for p in transcribe(typist.events).passages if p.role == "final")
        assert passage.text == "hunter2"
        assert passage.windows == ("Untitled - Notes", "*Untitled - Notes")
        assert passage.app == "notes"

    def test_a_tab_that_leads_to_another_field_types_nothing(self):
        """Each field has its own text, and the run of both is read too."""
        typist = Typist()
        typist.focus("browser", "Sign in", "User")
        typist.type("jane")
        typist.stroke("tab")
        typist.focus("browser", "Sign in", "Password")
        typist.type("hunter2")
        read = {(p.role, p.text, p.label) for p in transcribe(typist.events).passages}
        assert {("final", "jane", "User"), ("final", "hunter2", "Password")} <= read
        assert "jane\thunter2" in texts(typist)

    def test_parts_between_tabs_are_read_together_and_apart(self):
        """Where the recorder sees no fields, a Tab may have led to one."""
        typist = Typist()
        typist.type("jane")
        typist.stroke("tab")
        typist.type("doe")
        assert {"jane", "doe", "jane\tdoe"} <= texts(typist)

    def test_a_record_with_a_whole_text_is_inserted_as_one(self):
        """Input methods and recorders that put keys together give a text at once."""
        typist = Typist()
        typist.type("to ")
        typist.stroke("process")
        row = typist.record("text", None, "日本語")
        (passage,) = (p for p in transcribe(typist.events).passages if p.role == "final")
        assert passage.text == "to 日本語"
        assert passage.rows[-3:] == (row, row, row)


class TestDoubt:
    def test_a_click_lowers_the_confidence(self):
        """After a click nobody knows where the caret is."""
        typist = Typist()
        typist.type("abc")
        assert confidence(transcribe(typist.events), "abc") == 1.0
        typist.click_at_end()
        typist.type("d")
        assert confidence(transcribe(typist.events), "abcd") < 1.0

    def test_an_undo_is_read_as_a_run_and_as_a_word(self):
        """Some editors take back a word at a time, so what is typed next is read behind both."""
        typist = Typist()
        typist.type("user jane pin 47")
        typist.chord("z")
        typist.type("11")
        typist.stroke("left")
        assert "user jane pin 11" in texts(typist)

    def test_the_insert_key_is_read_both_ways(self):
        """Typing after it may push or replace what stands behind the caret."""
        typist = Typist()
        typist.type("pin 0000")
        typist.arrow("left", 4)
        typist.stroke("insert")
        typist.type("4711")
        typist.stroke("end")
        assert {"pin 4711", "pin 47110000"} <= texts(typist)

    def test_a_double_click_and_backspace_delete_what_nobody_saw(self):
        """A word selected by the mouse goes, and none that is known."""
        typist = Typist()
        typist.type("ab")
        for kind in ("button_down", "button_up") * 2:
            typist.record(kind)
            typist.rows[-1] |= {"x": 5.0, "y": 5.0}
        typist.stroke("backspace")
        assert final(typist) == "ab"


class TestWhatWasEverThere:
    def test_a_value_made_in_the_middle_of_deleting_is_read(self):
        """Where two parts come together for a moment the text that they make is read."""
        typist = Typist()
        typist.type("4111xyz1111 ")
        typist.arrow("left", 5)
        typist.backspace(6)
        assert any("41111111" in text for text in texts(typist))

    def test_a_value_that_was_split_by_typing_is_read(self):
        """What stood together before something was put into it is read as it stood."""
        typist = Typist()
        typist.type("1111")
        typist.home()
        typist.type("4111")
        typist.type("ab")
        assert any("41111111" in text for text in texts(typist)) is False
        typist.backspace(2)
        typist.arrow("left")
        typist.type("x")
        assert any("41111111" in text for text in texts(typist))

    @settings(max_examples=25, deadline=None)
    @given(st.integers(0, 10**6))
    def test_what_stood_around_a_change_is_in_some_passage(self, seed):
        """In a long text every piece that stood at a maximum can be read whole, whatever is edited where."""
        rng = np.random.default_rng(seed)
        typist = Typist(pairs=True)
        for word in rng.choice(["hello ", "4111 ", "jane@corp.example ", "x"], 150):
            typist.type(str(word))
        for _ in range(12):
            typist.go(int(rng.integers(0, len(typist.line.cells) + 1)))
            self.there(typist)
            typist.type("q7")
            typist.backspace(int(rng.integers(0, 5)))
        read = [p.text for p in transcribe(typist.events).passages]
        for text in typist.maxima:
            at = int(rng.integers(0, max(1, len(text) - AROUND)))
            piece = text[at : at + AROUND]
            assert any(piece in passage for passage in read)

    def there(self, typist: Typist) -> None:
        """Press the arrows that lead to the caret from the end."""
        typist.stroke("end")
        for _ in range(len(typist.line.cells) - typist.line.caret):
            typist.stroke("left")


def test_passages_of_a_long_text_grow_with_its_edits():
    """Twice as many edits give about twice as much to read, not four times."""
    sizes = []
    for count in (400, 800):
        typist = Typist(pairs=True)
        for number in range(count):
            typist.type("some words of a text ")
            typist.arrow("left", number % 9)
            typist.backspace(3)
            typist.end()
        sizes.append(sum(len(p.text) for p in transcribe(typist.events).passages))
    assert sizes[1] < 2.5 * sizes[0]


def test_a_recorder_of_releases_alone_is_read():
    """Keys that only come up were pressed."""
    rows = [
        dict.fromkeys(EVENTS.names)
        | {"seq": n, "kind": "key_up", "key": key, "secure": False, "stream": 0, "file": "f", "start": n, "end": n + 1}
        for n, key in enumerate("jane")
    ]
    assert [p.text for p in transcribe(pa.Table.from_pylist(rows, schema=EVENTS)).passages] == ["jane"]
