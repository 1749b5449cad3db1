"""Disguised characters become plain ones, and every offset leads back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recording.model import Hit
from text_redact.normalise import normalise, plain_char

TEXTS = st.text(
    st.one_of(st.characters(), st.sampled_from("\u200b\u2066\ufe0f\u00a0０ａ\u0663\U0001f469e\u0301-\u2013"))
)


class TestOffsets:
    @given(TEXTS)
    def test_each_plain_character_comes_from_its_original(self, text):
        """Offsets rise, stay in the text, and lead to the character that became the plain one."""
        plain = normalise(text)
        assert len(plain.offsets) == len(plain.text) + 1
        assert all(a < b for a, b in zip(plain.offsets, plain.offsets[1:], strict=False))
        assert [plain_char(text[plain.offsets[i]]) for i in range(len(plain.text))] == list(plain.text)

    @given(TEXTS, st.data())
    def test_a_hit_goes_back_to_what_it_stood_for(self, text, data):
        """The span of the original holds the hit's characters and, inside, only what cannot be seen."""
        plain = normalise(text)
        start = data.draw(st.integers(0, len(plain.text)))
        end = data.draw(st.integers(start, len(plain.text)))
        back = plain.back(Hit("X", start, end, 1.0, "test"))
        if start < end:
            assert normalise(text[back.start : back.end]).text == plain.text[start:end]

    @given(st.text(st.characters(max_codepoint=127)))
    def test_plain_text_stays_as_it_is(self, text):
        """ASCII is not touched."""
        assert normalise(text).text == text

    @given(TEXTS)
    def test_doing_it_twice_changes_nothing_more(self, text):
        """A normal form is one."""
        once = normalise(text).text
        assert normalise(once).text == once


class TestCharacters:
    def test_what_each_family_becomes(self):
        """Digits of any script, styled letters, dashes and odd spaces have a plain form; the unseen has none."""
        cases = {
            "٣": "3",
            "７": "7",
            "²": "2",
            "Ａ": "A",
            "𝐛": "b",
            "–": "-",
            "\u2212": "-",
            "\u00a0": " ",
            "\u3000": " ",
        }
        cases |= dict.fromkeys("\u200b\u00ad\ufeff\u202e\u2066\ufe0f\u3164", "")
        cases |= {"é": "é", "ß": "ß", "中": "中", "\U0001f469": "\U0001f469"}
        assert {char: plain_char(char) for char in cases} == cases
