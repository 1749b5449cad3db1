"""Values leave a stream of keys, and what is typed around them still comes out as it was."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rewritten import carried_out, expected, finals, keys_of, rewritten, unpaired
from typist import Typist

from recording.simulate import Sensitive, Stream, draw_typist, say, type_text
from recording.simulate.session import WAYS, draw_script, draw_setup
from text_redact.rewrite import Value, rewrite
from text_redact.transcript import transcribe

VALUES = ("halloran4815larkspur", "Umber!7tveit", "4111 1111 1111 1111", "Jane Doe", "0134")
# A pasted text has no keys of its own: what stands in for it is the clipboard's.
TYPED = sorted(set(WAYS) - {"pasted", "clicked"})


def session(way: str, seed: int) -> Stream:
    """Two texts with a value in them, typed in one way."""
    rng = np.random.default_rng([seed, 11])
    mark = Sensitive("value", VALUES[seed % len(VALUES)])
    texts = [say("the account is ", mark, " thank you"), say("see you at ", mark)]
    script = draw_script(texts, rng, ways=[way])
    return type_text(script, draw_typist(rng), rng, setup=draw_setup(rng, blind=False))


def check(stream: Stream, text: str) -> None:
    """Replace the values of a stream and hold the result against the rule."""
    transcript = transcribe(stream.events)
    typed = {row for passage in transcript.passages for row in passage.rows}
    values = [Value(frozenset(trace.presses & typed), text) for trace in stream.traces]
    new = rewrite(transcript, 0, values)
    result = carried_out(stream.events, new)
    assert all(value.rows <= new.removed for value in values)
    assert unpaired(result) <= unpaired(stream.events)
    assert new.exact
    assert finals(transcribe(result)) == expected(transcript, values, new)


@pytest.mark.parametrize("way", TYPED)
def test_every_text_is_as_it_was_with_its_values_replaced(way):
    """However a text was typed and edited, the new keys type it with the value replaced, and are well-formed."""
    for seed, text in enumerate(("[LISTED]", "*", "Mary Major", "")):
        check(session(way, seed), text)


@pytest.mark.slow
@pytest.mark.parametrize("way", TYPED)
def test_every_text_of_many_is_as_it_was_with_its_values_replaced(way):
    """The same for many sessions of each way."""
    for seed in range(100, 130):
        check(session(way, seed), ("[LISTED]", "*", "Mary Major", "")[seed % 4])


class TestEqualResults:
    @pytest.mark.parametrize("rollover", [0.0, 0.6])
    def test_values_of_some_lengths_leave_the_same_keys(self, rollover):
        """Short and long values, with typos put right, held keys and ways back into them, leave equal streams."""
        self.check(rollover, "[Mary Major]", (1, 2, 9, 64))

    @pytest.mark.slow
    @pytest.mark.parametrize("rollover", [0.0, 0.6])
    @pytest.mark.parametrize("text", ["********", "[Mary Major]"])
    def test_values_of_every_length_leave_the_same_keys(self, rollover, text):
        """The same for every length from 1 to 64 characters."""
        self.check(rollover, text, range(1, 65))

    def check(self, rollover, text, lengths):
        """Whether all values leave one stream."""
        results = set()
        for length in lengths:
            for kind in ("plain", "typo", "retyped", "inside", "held", "erased", "capitals"):
                typist = Typist(rollover=rollover, seed=length)
                typist.type("to ")
                typist.settle()
                rows = self.value(typist, length, kind)
                typist.settle()
                typist.type(" bye")
                events = typist.events
                around = [row for row in keys_of(rewritten(events, rows, text)) if row[0] != "move"]
                results.add(tuple(self.presses(around)))
        assert len(results) == 1

    def value(self, typist, length, kind):
        """Type a marked value of a length in one way; its rows."""
        with typist.value():
            body = ("Qx7" * length)[:length] if kind == "capitals" else "q" * length
            if kind == "typo":
                typist.type("zz")
                typist.backspace(2)
            if kind == "retyped":
                typist.type(body)
                typist.backspace(length)
            if kind == "held":
                typist.repeat("q", length)
            else:
                typist.type(body)
            if kind == "inside":
                typist.arrow("left", length - 1)
                typist.backspace()
                typist.type("q")
                typist.arrow("right", length - 1)
            if kind == "erased":
                typist.type("w")
                typist.backspace()
        return typist.marked

    def presses(self, keys):
        """Presses in order; where the releases of neighbours fall is their own affair."""
        return [key for key in keys if key[0] == "key_down"]

    @pytest.mark.parametrize("length", [1, 2, 7, 40])
    def test_arrows_across_a_value_are_as_many_as_its_replacement_needs(self, length):
        """Ways across a value, selections of it and deletions after it do not tell its length."""
        results = set()
        for size in (length, 5):
            typist = Typist()
            typist.type("a ")
            with typist.value():
                typist.type("q" * size)
            typist.type(" ok")
            typist.arrow("left", 3 + size)
            typist.type("b")
            typist.arrow("right", size, extend=True)
            typist.backspace()
            typist.type("c")
            result = rewritten(typist.events, typist.marked, "[X]")
            assert finals(transcribe(result)) == {"a bc ok": 1}
            results.add(tuple(keys_of(result)))
        assert len(results) == 1


class TestWhatStays:
    def test_a_value_that_was_erased_leaves_no_replacement_in_the_text(self):
        """Where a value was taken back at once nothing of it is typed again."""
        typist = Typist()
        typist.type("to ")
        with typist.value():
            typist.type("hunter2")
            typist.backspace(7)
        typist.type("you")
        assert finals(transcribe(rewritten(typist.events, typist.marked, "[X]"))) == {"to you": 1}

    def test_an_early_attempt_at_a_value_goes_with_it(self):
        """What was begun, taken back with the words before it and typed again is the value's too."""
        typist = Typist()
        typist.type("code is hunt")
        typist.backspace(12)
        typist.type("the code is ")
        with typist.value():
            typist.type("hunter2")
        result = rewritten(typist.events, typist.marked, "[X]")
        assert finals(transcribe(result)) == {"the code is [X]": 1}
        assert not any("hunt" in passage.text for passage in transcribe(result).passages)

    def test_a_pasted_copy_of_a_typed_value_is_replaced_too(self):
        """What was typed, copied and pasted stands in both places as its replacement."""
        typist = Typist()
        with typist.value():
            typist.type("hunter2")
        typist.select_all()
        typist.copy()
        typist.arrow("right")
        typist.type(" ")
        typist.paste()
        assert finals(transcribe(rewritten(typist.events, typist.marked, "[X]"))) == {"[X] [X]": 1}

    def test_nothing_to_replace_changes_nothing(self):
        """Without a value no row goes and none comes."""
        typist = Typist()
        typist.type("hello")
        new = rewrite(transcribe(typist.events), 0, [])
        assert (new.removed, new.inserts, new.exact) == (frozenset(), (), True)

    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 10**6), st.floats(0.0, 0.1))
    def test_lost_events_leave_nothing_of_a_value(self, seed, corrected):
        """Where presses or releases are missing, what is left of a value's keys goes all the same."""
        from recording.simulate import drop_events

        rng = np.random.default_rng(seed)
        typist = dataclasses.replace(draw_typist(rng), corrected=corrected, uncorrected=0.0, reworded=0.0)
        mark = Sensitive("value", "halloran4815larkspur")
        stream = drop_events(type_text([say("it is ", mark, " now")], typist, rng), 0.02, rng)
        transcript = transcribe(stream.events)
        typed = {row for passage in transcript.passages for row in passage.rows}
        (trace,) = stream.traces
        new = rewrite(transcript, 0, [Value(frozenset(trace.presses & typed), "[X]")])
        assert trace.presses & typed <= new.removed
