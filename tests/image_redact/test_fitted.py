"""Words fitted to their ink, and the lines of a piece."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_redact._fitted import Columns, fitted
from image_redact._regions import find_edges
from image_redact.engines.contract import Placed
from image_redact.engines.pieces import bands
from image_redact.screen import Rect

HEIGHT = 12


def ink(*runs: tuple[int, int], width: int = 200) -> Columns:
    """A line with ink in some columns."""
    columns = np.zeros(width, np.bool_)
    for start, end in runs:
        columns[start:end] = True
    return columns


def word(x: int, right: int) -> Placed:
    """A word as OCR places it."""
    return Placed((0,), Rect(x, 2, right - x, HEIGHT), 90.0, "word")


def ends(words: list[Placed]) -> list[tuple[int, int]]:
    """Where words begin and end."""
    return [(one.box.x, one.box.right) for one in words]


@given(st.integers(-4, 4), st.integers(-4, 4))
def test_words_end_where_their_ink_does(left: int, right: int) -> None:
    """A box that begins or ends up to a third of the height beside its word is put right."""
    columns = ink((10, 50), (56, 90))
    assert ends(fitted([word(10, 50 + left), word(56 + right, 90)], columns, HEIGHT)) == [(10, 50), (56, 90)]


def test_a_cut_word_gets_the_rest_of_its_ink() -> None:
    """Ink behind the last word, and before the first, belongs to it unless a wide gap parts them."""
    columns = ink((10, 30), (32, 60), (63, 90), (110, 120))
    assert ends(fitted([word(33, 58)], columns, HEIGHT)) == [(10, 90)]


def test_what_nobody_read_between_two_words_belongs_to_neither() -> None:
    """An icon between two words, with gaps like theirs on both sides, is not covered with them."""
    columns = ink((10, 50), (58, 70), (78, 120))
    assert ends(fitted([word(10, 52), word(77, 120)], columns, HEIGHT)) == [(10, 50), (78, 120)]


def test_words_whose_letters_touch_stay_as_they_are() -> None:
    """Without any gap there is nothing to fit to."""
    assert ends(fitted([word(10, 50), word(50, 90)], ink((10, 90)), HEIGHT)) == [(10, 50), (50, 90)]


@given(st.lists(st.tuples(st.integers(0, 190), st.integers(1, 60)), max_size=6), st.integers(0, 2**20))
def test_fitting_loses_no_word(places: list[tuple[int, int]], seed: int) -> None:
    """Whatever boxes and ink are, every word keeps its text and a box inside the line that is not empty."""
    columns = np.random.default_rng(seed).random(200) < 0.7
    words = [word(x, min(200, x + width)) for x, width in places]
    out = fitted(words, columns, HEIGHT)
    assert [one.text for one in out] == [one.text for one in words]
    assert all(0 <= start < end <= 200 for start, end in ends(out))


def lines(*rows: tuple[int, int, float], height: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """A piece with rows of ink: first row, one past the last, share of the columns."""
    piece = np.full((height, 200), 255, np.uint8)
    for start, end, share in rows:
        piece[start:end, : int(200 * share)] = 0
    return piece


def test_a_last_line_of_one_word_is_a_line() -> None:
    """A paragraph ends with little ink, which is as high as its other lines."""
    assert bands(lines((4, 14, 0.6), (19, 29, 0.6), (34, 44, 0.06), height=48)) == [(0, 16), (16, 31), (31, 48)]


@pytest.mark.parametrize("share", [0.08, 0.3])
def test_descenders_are_no_line(share: float) -> None:
    """Underscores and the feet of letters below a line belong to it, however many there are."""
    piece = lines((4, 24, 0.6), (24, 26, 0.05), (26, 32, share), height=36)
    assert bands(piece) == []


def test_narrow_letters_whose_edges_touch_are_no_rule() -> None:
    """A word whose letters stand so close that their edges run on is kept; a line of the same length goes."""
    page = np.full((60, 300, 3), 255, np.uint8)
    for x in range(20, 160, 3):
        page[20:30, x] = 40
        page[24, x : x + 2] = 90
    page[50:52, 20:160] = 40
    edges = find_edges(page)
    assert edges[20:30, 30:150].mean() > 200
    assert not edges[48:54, 30:150].any()
