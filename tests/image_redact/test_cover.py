"""Covering: the output is a function of the boxes, and boxes hold whole words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_redact._regions import find_edges, has_space
from image_redact._segments import Placed, closed, join, to_lines
from image_redact.cover import REFUSED, cover
from image_redact.locate import Places, boxes, padded, placed, places_of
from image_redact.screen import Line, Rect, around
from recording.errors import StepFailed


@pytest.mark.parametrize("style", sorted(REFUSED))
def test_styles_that_keep_what_they_cover_are_refused(style: str) -> None:
    """Mosaic and blur of real content are refused, with the reason."""
    with pytest.raises(StepFailed, match="98 %"):
        cover(np.zeros((9, 9, 3), np.uint8), [Rect(0, 0, 5, 5)], style=style)  # type: ignore[arg-type]


def test_the_source_pixels_are_left_alone() -> None:
    """Covering gives a copy."""
    page = np.full((30, 30, 3), 255, np.uint8)
    cover(page, [Rect(0, 0, 30, 30)])
    assert page.min() == 255


def line(*words: tuple[str, int, int]) -> Line:
    """One line of (text, x, width) words, 12 pixels high."""
    return join([Placed((1, 1, 1), Rect(x, 50, width, 12), 90.0, text) for text, x, width in words])


def test_a_span_covers_every_word_it_touches_whole() -> None:
    """A hit inside glued punctuation covers the whole words and the gap between them in one box."""
    row = line(("call", 10, 30), ('"(813)', 50, 60), ("555-0142,", 120, 80), ("now", 300, 30))
    start = row.text.index("813")
    (box,) = boxes(row, start, row.text.index("0142") + 4)
    assert box.x <= 48
    assert box.right >= 202
    assert box.right <= 300
    assert box.y <= 48
    assert box.bottom >= 64


@given(st.integers(0, 500), st.integers(1, 300))
def test_box_edges_lie_on_the_grid(x: int, width: int) -> None:
    """Left and right edges are multiples of 16 pixels and leave at least 2 pixels around the word."""
    (box,) = boxes(line(("value", x, width)), 0, 5)
    assert box.x % 16 == 0
    assert box.right % 16 == 0
    assert box.x == 0 or box.x <= x - 2
    assert box.right >= x + width + 2


def words_at(*places: Rect) -> Places:
    """A word at each place."""
    return places_of([join([Placed((1, 1, 1), box, 90.0, "word")]) for box in places])


@given(st.integers(100, 500), st.integers(8, 300), st.integers(6, 60))
def test_with_room_beside_it_a_box_ends_at_a_coarse_step(x: int, width: int, height: int) -> None:
    """In forms and tables boxes end at multiples of 64 pixels, more for high text, and begin where they began."""
    value = Rect(x, 50, width, height)
    box = placed(value, words_at(value))
    step = 64 * max(1, -(-padded(value).height // 32))
    assert box.right % step == 0
    assert box.right - padded(value).right < step
    assert (box.x, around([box, padded(value)])) == (padded(value).x, box)


def test_no_word_is_taken_for_the_sake_of_coarse_steps() -> None:
    """A neighbour stops the end; words under the box, second readings among them, and other rows do not."""
    value, far = Rect(300, 50, 90, 12), Rect(420, 50, 30, 12)
    again, below, before = Rect(302, 51, 92, 11), Rect(400, 80, 30, 12), Rect(250, 50, 30, 12)

    def end(*others: Rect) -> int:
        return placed(value, words_at(value, *others)).right

    assert end(again, below, before) == 448
    assert end(far) == end(again, far) == padded(value).right


@given(st.integers(3, 12), st.integers(3, 12))
def test_a_box_ends_before_the_words_beside_it(left: int, right: int) -> None:
    """In running text no word beside a value is covered, and at least a pixel around the value is."""
    value, height = Rect(300, 50, 90, 12), 12
    words = words_at(Rect(240, 50, 60 - left, height), value, Rect(390 + right, 50, 40, height))
    box = placed(value, words)
    assert 300 - left < box.x <= 299
    assert 391 <= box.right < 390 + right


@pytest.mark.parametrize("span", [(0, 0), (3, 2), (0, 99), (-1, 2), (5, 6)])
def test_a_span_that_touches_no_word_fails(span: tuple[int, int]) -> None:
    """A hit that cannot be placed fails the frame instead of covering nothing."""
    with pytest.raises(StepFailed, match="hit-outside-text"):
        boxes(line(("value", 10, 40), ("two", 60, 40)), *span)


def test_cells_side_by_side_become_two_lines() -> None:
    """A gap wider than 1.1 line heights separates cells; a space does not."""
    row = [Placed((1, 1, 1), Rect(x, 5, 40, 10), 90.0, text) for text, x in (("a", 0), ("b", 45), ("c", 110))]
    assert [part.text for part in to_lines(reversed(row))] == ["a b", "c"]


def test_spaces_that_ocr_made_up_beside_joining_signs_are_closed_in_a_second_reading() -> None:
    """A narrow gap beside a dot gives one more line without the space; words keep their boxes; wide gaps stay."""
    row = line(("odo4", 10, 40), ("2@shop.", 54, 36), ("test", 94, 30), ("Open.", 134, 30), ("Now", 180, 30))
    tight = closed(row, lambda before, after: True)
    assert tight is not None
    assert tight.text == "odo42@shop.test Open. Now"
    assert [tight.text[word.start : word.end] for word in tight.words] == [word.text for word in row.words]
    assert closed(line(("two", 10, 30), ("words", 44, 40)), lambda before, after: True) is None
    lost_dot = closed(line(("greta", 10, 30), ("hale", 44, 40)), lambda before, after: False)
    assert lost_dot is not None
    assert lost_dot.text == "gretahale"


def test_a_space_is_where_no_ink_is() -> None:
    """Blank columns between two words make a space; a dot in the gap, in any colour, does not."""
    page = np.full((40, 120, 3), 255, np.uint8)
    page[10:22, 10:40] = page[10:22, 48:80] = (0, 0, 0)
    before, after = Rect(10, 10, 30, 12), Rect(48, 10, 32, 12)
    assert has_space(find_edges(page), before, after)
    page[20:22, 43:45] = (200, 200, 255)
    assert not has_space(find_edges(page), before, after)
