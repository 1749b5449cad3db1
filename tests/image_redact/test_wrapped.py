"""A value that its column breaks is read as one, and covered row by row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_redact import boxes
from image_redact._wrapped import wrapped
from image_redact.screen import Line, Rect, Word

LETTER, HEIGHT = 7, 14


def line(text: str, x: int, y: int) -> Line:
    """A line of words in letters of one width."""
    words, at = [], 0
    for word in text.split(" "):
        words.append(Word(word, at, at + len(word), Rect(x + LETTER * at, y, LETTER * len(word), HEIGHT), 90.0))
        at += len(word) + 1
    return Line(text, tuple(words))


def column(texts: list[str], x: int = 20, y: int = 20, leading: int = 20) -> list[Line]:
    """Lines below each other."""
    return [line(text, x, y + leading * number) for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (["please write to jane.doe@", "corp.example about it"], "jane.doe@corp.example"),
        (["please call (212)", "555-0143 tomorrow"], "(212) 555-0143"),
        (["card 4111 1111", "1111 1111 please"], "4111 1111 1111 1111"),
        (["a long mail address jane.doe@co", "rp.example ends here and goes on"], "jane.doe@corp.example"),
    ],
)
def test_a_value_over_two_rows_is_in_one_text(texts, value):
    """Broken between words, behind a sign, or in the middle of a word."""
    joined = [one for one in wrapped(column(texts)) if value in one.text]
    assert joined
    start = joined[0].text.index(value)
    assert len(boxes(joined[0], start, start + len(value))) == 2


def test_lines_that_end_by_themselves_are_not_joined():
    """The next word would have fitted: these are two entries of a list."""
    assert wrapped(column(["jane", "paul roe", "a rather long line of a list"])) == ()


def test_columns_beside_each_other_are_not_mixed():
    """What stands to the right goes on to the right."""
    left, right = column(["call me (212)", "555-0143 now"]), column(["card 4111 1111", "1111 1111 ok"], x=300)
    assert {one.text for one in wrapped([*left, *right])} >= {
        "call me (212) 555-0143 now",
        "card 4111 1111 1111 1111 ok",
    }
    assert not any("212" in one.text and "4111" in one.text for one in wrapped([*left, *right]))


def test_a_heading_is_no_part_of_the_text_below():
    """It is much higher."""
    big = Line("Week", (Word("Week", 0, 4, Rect(20, 0, 90, 40), 90.0),))
    assert wrapped([big, line("47 days", 20, 45)]) == ()


@given(
    st.lists(st.text("ab@. 1", min_size=1, max_size=12).filter(lambda t: t.strip() == t and "  " not in t), max_size=8)
)
def test_words_keep_their_places(texts):
    """Whatever is joined, every word stands in the text where it says."""
    for one in wrapped(column(texts)):
        for word in one.words:
            assert one.text[word.start : word.end] == word.text
