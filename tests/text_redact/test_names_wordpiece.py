"""The model reads pieces of words with their places, and long texts in windows that lose nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_redact.names import segments, wordpiece
from text_redact.names.wordpiece import LOWER, MIXED, TITLE, UPPER, WordPiece

_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
VOCABULARY = [
    "[PAD]", "[UNK]", "[CLS]", "[unused1]", "[unused2]", "[unused3]", "¶", "|", ",", ".", "'", "-", "@",
    *_CHARACTERS, *(f"##{char}" for char in _CHARACTERS), "rosa", "##lind",
]  # fmt: skip
CUT = WordPiece(VOCABULARY)
TEXTS = st.text(st.sampled_from("abRÉñß 019.,'-@\n\t\u00a0日и🙂\u200d"), max_size=300)


def pieces(text: str) -> list[str]:
    """The pieces of a text as written in the vocabulary."""
    return [VOCABULARY[number] for number in CUT(text).ids]


class TestPieces:
    def test_the_longest_piece_comes_first(self):
        """A word is cut greedily from its start."""
        assert pieces("Rosalind rosab") == ["rosa", "##lind", "rosa", "##b"]

    def test_accents_and_case_do_not_change_the_pieces(self):
        """What the vocabulary has without accents is found with them, in any case and form."""
        assert pieces("RÓSALÍND") == pieces("ro\u0301salind") == pieces("rosalind")

    def test_line_ends_and_columns_are_pieces(self):
        """Lines and table columns stay visible to the model; single spaces do not count."""
        assert pieces("a b\nc\r\n\r\nd\te    f") == ["a", "b", "¶", "c", "¶", "d", "|", "e", "|", "f"]

    def test_a_word_that_the_vocabulary_cannot_spell_is_one_unknown_piece(self):
        """Other scripts cost one piece a word."""
        assert pieces("日本 a") == ["[UNK]", "a"]

    def test_what_says_nothing_about_names_is_one_piece(self):
        """Times, dates, long numbers, keys and rows of one sign do not fill the model's window."""
        assert pieces("10:06:42 2001-12-07") == ["[unused1]", "[unused1]"]
        assert pieces("4111111111111111") == ["[unused2]"]
        assert pieces("a" * 2000 + " 9f86d081884c7d65") == ["[unused3]", "[unused3]"]
        assert pieces("-----") == ["-"]

    @given(TEXTS)
    def test_words_are_in_order_and_hold_every_visible_letter(self, text: str):
        """Whatever the text, no letter or digit is outside the words, and places are right."""
        found = CUT(text)
        covered = set()
        last = 0
        for start, end in found.words:
            assert last <= start < end <= len(text)
            covered.update(range(start, end))
            last = end
        assert covered >= {at for at, char in enumerate(text) if char.isalnum()}
        assert sum(found.counts) == len(found.ids) == len(found.styles)
        assert all(count > 0 for count in found.counts)

    def test_memory_for_words_is_bounded(self, monkeypatch: pytest.MonkeyPatch):
        """A stream of words never seen before does not grow the memory without end."""
        monkeypatch.setattr(wordpiece, "MOST_CACHED", 50)
        cut = WordPiece(VOCABULARY)
        for number in range(500):
            cut(f"w{number}")
        assert len(cut._known) <= 50


class TestStyles:
    @pytest.mark.parametrize(
        ("word", "style"),
        [
            ("rosa", LOWER),
            ("42", LOWER),
            ("Rosa", TITLE),
            ("ROSA", UPPER),
            ("rOSA", MIXED),
            ("McKay", MIXED),
            ("R", TITLE),
        ],
    )
    def test_the_case_of_a_word_is_kept_beside_it(self, word: str, style: int):
        """The vocabulary has no case, so the case style is told separately."""
        assert wordpiece.style(word) == style


class TestWindows:
    @given(TEXTS, st.integers(4, 40))
    def test_windows_hold_every_word_and_end(self, text: str, longest: int):
        """However a text is made up, each word is in a window, and no window is longer than allowed without need."""
        found = CUT(text)
        spans = segments.windows(text, found, longest)
        assert {word for first, last in spans for word in range(first, last)} == set(range(len(found.words)))
        for first, last in spans:
            assert sum(found.counts[first:last]) <= longest or last - first == 1

    def test_a_cut_is_made_at_an_empty_line_where_there_is_one(self):
        """Paragraphs stay whole, and nothing is repeated behind an empty line."""
        text = "a b c d e f g\n\nh i j k l m"
        assert [text[CUT(text).words[first][0] :][:1] for first, _ in segments.windows(text, CUT(text), 10)] == [
            "a",
            "h",
        ]

    def test_a_growing_text_keeps_its_first_windows(self):
        """What was read of a text is read again from memory when more is typed behind it."""
        text = "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 4
        before = segments.windows(text, CUT(text), 20)
        after = segments.windows(text + "1 2 3 4", CUT(text + "1 2 3 4"), 20)
        assert before[:-1] == after[: len(before) - 1]
