"""Pieces of a frame found from what changed are those found from the whole frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strokes import SIZE, STROKES, blank, draw

from image_redact._finder import Found, changed, find, merged, update
from image_redact.screen import Rect


def pieces(found: Found) -> set[Rect]:
    """Its boxes."""
    return set(found.boxes)


@settings(max_examples=150, deadline=None)
@given(STROKES, st.lists(STROKES, min_size=1, max_size=4))
@example([("rule", 10, 100, 50)], [[("rule", 55, 100, 40)]])
@example([("rule", 10, 100, 140)], [[("erase", 60, 90, 30)]])
@example([("gjpqy", 100, 100, 3)], [[("Save", 100, 110, 3)], [("erase", 90, 95, 60)]])
def test_pieces_from_changes_are_those_of_a_whole_look(first, then):
    """Whatever is drawn and erased, frame after frame."""
    pixels = blank()
    draw(pixels, first)
    found = find(pixels)
    for strokes in then:
        after = pixels.copy()
        draw(after, strokes)
        found = update(found, after, changed(pixels, after))
        cold = find(after)
        assert np.array_equal(found.edges, cold.edges)
        assert np.array_equal(found.joined, cold.joined)
        assert pieces(found) == pieces(cold)
        pixels = after


def test_an_unchanged_frame_has_no_dirty_place():
    """The same pixels twice."""
    assert changed(blank(), blank()) == ()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, SIZE[0] - 1), st.integers(0, SIZE[1] - 1)), min_size=1, max_size=12))
def test_every_changed_pixel_lies_in_one_dirty_place(points):
    """And the places do not overlap, so that nothing is done twice."""
    after = blank()
    for y, x in points:
        after[y, x, 1] = 7
    rects = changed(blank(), after)
    for y, x in points:
        assert sum(r.x <= x < r.right and r.y <= y < r.bottom for r in rects) == 1


@pytest.mark.parametrize(("tolerance", "count"), [(0, 1), (12, 0)])
def test_flicker_within_the_tolerance_is_no_change(tolerance, count):
    """A codec's noise is passed over where the caller says so, and only there."""
    after = blank()
    after[100, 100] += 5
    assert len(changed(blank(), after, tolerance)) == count


def test_merged_rectangles_stay_in_the_frame():
    """Two that overlap become one around both."""
    assert merged([Rect(-5, 0, 20, 10), Rect(10, 5, 20, 10)], Rect(0, 0, 25, 100)) == (Rect(0, 0, 25, 15),)
