"""What was typed is read back: final texts, texts that were taken back, and the keys behind each character."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typist import Typist

from recording.model import EVENTS, Passage
from text_redact.transcript import Clip, Transcript, transcribe

KEYS = "abcxyzABC019 .@_-!"
TEXTS = st.text(KEYS, min_size=1, max_size=8)
DESKTOP = st.one_of(
    st.tuples(st.just("type"), TEXTS),
    st.tuples(st.sampled_from(["backspace", "delete"]), st.integers(1, 4)),
    st.tuples(st.sampled_from(["left", "right", "shift left", "shift right"]), st.integers(1, 5)),
    st.tuples(
        st.sampled_from(
            ["home", "end", "shift home", "all", "cut", "copy", "paste", "undo", "word back", "word left", "click"]
        ),
        st.just(1),
    ),
    st.tuples(st.just("window"), st.integers(0, 2)),
)

TERMINAL = st.one_of(
    st.tuples(st.just("type"), st.text(KEYS + "\n", min_size=1, max_size=8)),
    st.tuples(st.sampled_from(["backspace", "delete", "left", "right"]), st.integers(1, 5)),
    st.tuples(st.sampled_from(["home", "end", "word left", "click"]), st.just(1)),
)


def play(typist: Typist, action: str, argument: object) -> None:
    """One step of a random session."""
    steps: dict[str, Callable[[Any], None]] = {
        "type": typist.type,
        "backspace": typist.backspace,
        "delete": typist.delete,
        "left": lambda times: typist.arrow("left", times),
        "right": lambda times: typist.arrow("right", times),
        "shift left": lambda times: typist.arrow("left", times, extend=True),
        "shift right": lambda times: typist.arrow("right", times, extend=True),
        "word left": lambda times: typist.arrow("left", times, word=True),
        "word back": lambda times: typist.backspace(times, word=True),
        "home": lambda _: typist.home(),
        "shift home": lambda _: typist.home(extend=True),
        "end": lambda _: typist.end(),
        "all": lambda _: typist.select_all(),
        "cut": lambda _: typist.cut(),
        "copy": lambda _: typist.copy(),
        "paste": lambda _: typist.paste(),
        "undo": lambda _: typist.undo(),
        "click": lambda _: typist.click_at_end(),
        "window": lambda number: typist.focus(f"app{number % 2}", f"Window {number}"),
    }
    steps[action](argument)


def finals(transcript: Transcript) -> list[Passage]:
    """The final passages in the order the fields were first used."""
    return [passage for passage in transcript.passages if passage.role == "final"]


def final(typist: Typist, clips: tuple[Clip, ...] = ()) -> str:
    """The only final text of a session."""
    (passage,) = finals(transcribe(typist.events, clips))
    return passage.text


class TestRandomSessions:
    @settings(max_examples=120, deadline=None)
    @given(st.lists(DESKTOP, max_size=25), st.integers(0, 5))
    @example([("type", "ab"), ("shift left", 1), ("shift right", 1), ("type", "cd")], 0)
    @example([("type", "0"), ("cut", 1), ("type", "0"), ("undo", 1)], 0)
    @example([("type", "abc"), ("all", 1), ("left", 1), ("type", "x")], 0)
    @example([("type", "a@@b"), ("left", 1), ("backspace", 1), ("end", 1), ("backspace", 1)], 0)
    def test_final_texts_and_their_keys_are_the_truth(self, steps, seed):
        """Whatever was edited, each field's final passage is its text, each character with the key that typed it."""
        typist = Typist(rollover=0.4, seed=seed)
        for action, argument in steps:
            play(typist, action, argument)
        got = {(p.text, p.rows) for p in finals(transcribe(typist.events))}
        assert got == {(line.text, tuple(row for _, row in line.cells)) for line in typist.finals()}

    @settings(max_examples=80, deadline=None)
    @given(st.lists(TERMINAL, max_size=25), st.integers(0, 5))
    def test_a_terminal_session_is_the_truth_too(self, steps, seed):
        """In a terminal every command carried out, and the line being typed, are as they were."""
        typist = Typist(app="xterm", rollover=0.4, seed=seed)
        for action, argument in steps:
            play(typist, action, argument)
        got = {(p.text, p.rows) for p in finals(transcribe(typist.events))}
        assert got == {(line.text, tuple(row for _, row in line.cells)) for line in typist.finals()}

    @settings(max_examples=120, deadline=None)
    @given(st.lists(DESKTOP, max_size=25), st.integers(0, 5))
    def test_every_text_that_something_was_taken_from_is_in_a_passage(self, steps, seed):
        """A text that stood in a field before a deletion can be read whole in some passage."""
        typist = Typist(rollover=0.4, seed=seed)
        for action, argument in steps:
            play(typist, action, argument)
        texts = [passage.text for passage in transcribe(typist.events).passages]
        for text in typist.maxima:
            assert not text.strip() or any(text in passage for passage in texts)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(DESKTOP, max_size=25), st.booleans())
    def test_each_row_of_a_passage_typed_its_character(self, steps, pairs):
        """Rows map back exactly: the event behind a code point is a press that produced it."""
        typist = Typist(pairs=pairs, rollover=0.3)
        for action, argument in steps:
            play(typist, action, argument)
        for passage in transcribe(typist.events).passages:
            assert len(passage.rows) == len(passage.text)
            for char, row in zip(passage.text, passage.rows, strict=True):
                assert row < 0 or typist.rows[row]["text"] == char

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.sampled_from(["a", "1", "backspace", "left", "home", "end", "delete"]), max_size=30))
    def test_records_that_stand_for_press_and_release_are_read_alike(self, keys):
        """A stream of presses only gives the same final text as one with releases."""
        texts = []
        for pairs in (False, True):
            typist = Typist(pairs=pairs)
            for key in keys:
                typist.stroke(key, key if len(key) == 1 else None)
            texts.append([p.text for p in finals(transcribe(typist.events))])
        assert texts[0] == texts[1]


class TestDesktopEditing:
    def test_typing_after_a_selection_was_given_back_replaces_nothing(self):
        """A selection that was extended and shrunk to nothing is none."""
        typist = Typist()
        typist.type("ab")
        typist.arrow("left", extend=True)
        typist.arrow("right", extend=True)
        typist.type("cd")
        assert final(typist) == "abcd"

    def test_tab_leaves_a_selection_as_it_is(self):
        """Tab moves the focus on; it does not type over what was selected."""
        typist = Typist()
        typist.type("jane")
        typist.select_all()
        typist.stroke("tab")
        typist.type("doe")
        assert final(typist) == "jane\tdoe"

    def test_switching_windows_with_alt_tab_types_nothing(self):
        """Alt-Tab and Ctrl-Tab leave no tab in the text."""
        typist = Typist()
        typist.type("ja")
        typist.chord("tab", "alt_l")
        typist.chord("tab")
        typist.type("ne")
        assert final(typist) == "jane"

    def test_a_window_switch_in_mid_word_parts_the_fields_and_not_the_word(self):
        """Both halves of a word typed around a look at another window are one text again."""
        typist = Typist()
        typist.type("hun")
        typist.focus("mail", "Inbox")
        typist.type("ok")
        typist.focus("notes", "Untitled")
        typist.type("ter2")
        assert {p.text for p in finals(transcribe(typist.events))} == {"hunter2", "ok"}

    def test_command_keys_of_a_mac_move_by_lines(self):
        """Command with an arrow goes to the end of the line, with backspace it empties it."""
        typist = Typist()
        typist.type("world")
        typist.chord("left", "cmd")
        typist.line.caret = 0
        typist.type("hello ")
        assert final(typist) == "hello world"
        typist.chord("backspace", "cmd")
        assert final(typist) == "world"

    def test_a_paste_is_what_the_recorder_saw_on_the_clipboard(self):
        """Ctrl-V brings the clipboard's text, with no key behind its characters."""
        typist = Typist()
        typist.type("to ")
        typist.chord("v")
        (passage,) = finals(transcribe(typist.events, (Clip(0, "jane@corp.example"),)))
        assert passage.text == "to jane@corp.example"
        assert set(passage.rows[3:]) == {-1}

    def test_pasting_what_was_cut_keeps_the_keys_that_typed_it(self):
        """Text that moves by cut and paste still leads to the keys it was typed with."""
        typist = Typist()
        typist.type("4111")
        rows = [row for _, row in typist.line.cells]
        typist.select_all()
        typist.cut()
        typist.type("no ")
        typist.paste()
        (passage,) = finals(transcribe(typist.events))
        assert passage.text == "no 4111"
        assert list(passage.rows[3:]) == rows

    def test_two_pastes_of_equal_length_are_two_texts(self):
        """Texts without keys of their own are told apart by what they say."""
        typist = Typist()
        typist.chord("v")
        typist.focus("mail", "Inbox")
        typist.chord("v")
        between = typist.rows[-3]["t_ns"]
        clips = (Clip(0, "aaaa"), Clip(between, "bbbb"))
        assert {p.text for p in transcribe(typist.events, clips).passages} >= {"aaaa", "bbbb"}


class TestTerminalEditing:
    def typist(self, text: str) -> Typist:
        """A terminal with something typed in it."""
        typist = Typist(app="xterm")
        typist.type(text)
        return typist

    def test_readline_keys_edit_to_the_character(self):
        """Ctrl-A, E, B, F, D, H, K, U, W and Y, and Alt-B, F and D, do what readline does."""
        cases = {
            "a": "Xone two-three",
            "e": "one two-threeX",
            "b": "one two-threXe",
            "h": "one two-threX",
            "w": "one X",
            "u": "X",
        }
        for key, expected in cases.items():
            typist = self.typist("one two-three")
            typist.chord(key)
            typist.stroke("X", "X")
            assert final(typist) == expected, key
        typist = self.typist("one two-three")
        typist.chord("b", "alt_l")
        typist.chord("k")
        typist.chord("a")
        typist.chord("y")
        typist.chord("d", "alt_l")
        assert final(typist) == "three two-"

    def test_a_command_carried_out_is_out_of_reach(self):
        """After Enter no backspace, Home or Ctrl-U reaches the line before."""
        typist = self.typist("ssh host\nab")
        for _ in range(5):
            typist.stroke("backspace")
        typist.chord("u")
        typist.stroke("home")
        typist.type("ls")
        assert final(typist) == "ssh host\nls"

    def test_enter_carries_out_the_whole_line_wherever_the_caret_is(self):
        """Enter in the middle of a command does not break it in two."""
        typist = self.typist("ls -l")
        typist.stroke("home")
        typist.stroke("enter")
        typist.type("pwd")
        assert final(typist) == "ls -l\npwd"

    def test_ctrl_c_gives_a_line_up_and_keeps_its_text(self):
        """An abandoned command was typed all the same."""
        typist = self.typist("mysql -psecret")
        typist.chord("c")
        typist.type("ls")
        assert final(typist) == "mysql -psecret\nls"

    def test_ctrl_z_is_no_undo(self):
        """In a terminal Ctrl-Z stops a program and changes no text."""
        typist = self.typist("abc")
        typist.stroke("backspace")
        typist.chord("z")
        assert final(typist) == "ab"

    def test_up_brings_a_line_that_nobody_typed(self):
        """A line of the history is unknown text, and what was typed before it is kept."""
        typist = self.typist("secret")
        typist.stroke("up")
        typist.type("x")
        passages = transcribe(typist.events).passages
        assert final(typist) == "\ufffdx"
        assert "secret" in {p.text for p in passages}


class TestDoubt:
    def test_text_under_a_ctrl_that_never_came_up_is_read(self):
        """A missing release of Ctrl turns letters into shortcuts; they are read as text as well."""
        typist = Typist()
        typist.record("key_down", "ctrl_l")
        for char in "hunter2":
            typist.stroke(char, char)
        assert any("hunter2" in p.text for p in transcribe(typist.events).passages)

    def test_the_third_level_of_a_keyboard_types(self):
        """AltGr, and Ctrl-Alt that Windows makes of it, type characters; so does Option with punctuation."""
        for held in (("alt_gr",), ("ctrl_l", "alt_l"), ("ctrl_l", "alt_gr"), ("alt_l",)):
            typist = Typist()
            typist.type("jane")
            with typist.holding(*held):
                typist.stroke("@", "@")
            assert final(typist) == "jane@", held

    def test_keys_without_a_name_leave_a_gap_and_no_silence(self):
        """A press that tells no character stands in the text as an unknown one."""
        typist = Typist()
        typist.type("a")
        typist.record("key_down", None, None)
        typist.type("b")
        assert final(typist) == "a\ufffdb"

    def test_control_characters_are_shortcuts(self):
        """A letter that typed nothing was pressed with Ctrl, also where Ctrl itself was not recorded."""
        typist = Typist(pairs=True)
        typist.type("abc")
        typist.stroke("a", None)
        typist.stroke("backspace")
        typist.type("x")
        assert final(typist) == "x"

    def test_a_click_parts_the_raw_run(self):
        """What is typed after a click stands by itself too, since the caret may be anywhere."""
        typist = Typist()
        typist.type("ter2")
        typist.click_at_end()
        typist.type("hun")
        assert {"ter2", "hun"} <= {p.text for p in transcribe(typist.events).passages}

    def test_a_long_text_changed_far_away_is_kept_around_the_change(self):
        """A deletion at the end of a long text does not hide what was put in at its start."""
        typist = Typist(pairs=True)
        typist.type("filler words " * 60)
        typist.home()
        typist.type("4111x")
        typist.backspace()
        typist.type("1111")
        typist.end()
        typist.backspace()
        typist.home()
        typist.delete()
        assert any("41111111fill" in p.text for p in transcribe(typist.events).passages if p.role == "before_edit")


class TestPassages:
    def test_the_field_tells_its_label_although_a_raw_run_shows_the_same_keys(self):
        """A text typed straight through stays the final one, with the name of its field."""
        typist = Typist()
        typist.focus("browser", "Sign in", "PIN")
        typist.type("4711")
        (passage,) = transcribe(typist.events).passages
        assert (passage.role, passage.label) == ("final", "PIN")

    def test_secure_text_is_apart_from_the_rest(self):
        """What goes into a field that hides its content is marked so, also in raw runs."""
        typist = Typist()
        typist.type("jane")
        typist.secure = True
        typist.type("hunter2")
        typist.secure = False
        typist.type("ok")
        for passage in transcribe(typist.events).passages:
            assert passage.secure == ("hunter2" in passage.text)

    def test_streams_are_read_apart(self):
        """A copy of the keys in another file is a transcript of its own."""
        typist = Typist()
        typist.type("abc")
        table = typist.events
        other = table.set_column(
            table.schema.get_field_index("stream"), EVENTS.field("stream"), pa.array([1] * len(table), pa.int16())
        )
        transcript = transcribe(pa.concat_tables([table, other]))
        assert [(p.stream, p.text) for p in transcript.passages] == [(0, "abc"), (1, "abc")]

    def test_nothing_typed_is_no_passage(self):
        """A recording without keys gives an empty transcript."""
        assert transcribe(EVENTS.empty_table()) == Transcript((), {}, {})

    def test_nothing_of_the_text_is_in_a_repr(self):
        """Passages, transcripts and clips do not print what was typed."""
        typist = Typist()
        typist.type("hunter2")
        transcript = transcribe(typist.events)
        assert "hunter2" not in repr((transcript, transcript.passages, Clip(0, "hunter2")))
