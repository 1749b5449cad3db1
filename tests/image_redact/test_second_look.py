"""What page segmentation loses is read by itself."""

from __future__ import annotations

import numpy as np

from image_redact._second_look import MOST, second_look
from image_redact.decode import Pixels
from image_redact.screen import Line, Rect, Word


def page() -> Pixels:
    """A grey page of 400 x 300 pixels."""
    return np.full((300, 400, 3), 200, np.uint8)


def test_words_come_back_in_the_places_of_the_frame() -> None:
    """A word read on the canvas lies in the frame where its region was cut out, never outside the frame."""
    regions = [Rect(40, 20, 100, 20), Rect(250, 270, 150, 30)]

    def read(canvas: Pixels, heights: list[int]) -> list[Line]:
        assert heights == [20, 30]
        assert canvas.shape[0] > 20 + 30
        # The canvas starts with 14 px of paper, and each region brings 4 px of its surroundings.
        first = Word("first", 0, 5, Rect(14 + 4, 14 + 4, 100, 20), 90.0)
        second = Word("second", 0, 6, Rect(14 + 4, 14 + 28 + 14 + 4, 150, 30), 90.0)
        return [Line("first", (first,)), Line("second", (second,))]

    found = second_look(page(), regions, read)
    assert [line.words[0].box for line in found] == [Rect(40, 20, 100, 20), Rect(250, 270, 150, 30)]


def test_specks_and_pictures_are_not_looked_at() -> None:
    """Regions too small or too tall for a line of text are left to be covered; nothing is read for them."""

    def read(canvas: Pixels, heights: list[int]) -> list[Line]:
        raise AssertionError

    assert second_look(page(), [Rect(0, 0, 6, 30), Rect(0, 0, 300, 200)], read) == ()


def test_a_frame_full_of_regions_costs_a_bounded_canvas() -> None:
    """At most MOST regions are stacked, however many there are."""
    sizes: list[int] = []

    def read(canvas: Pixels, heights: list[int]) -> list[Line]:
        sizes.append(len(heights))
        return []

    second_look(page(), [Rect(0, 0, 30, 10)] * (MOST * 3), read)
    assert sizes == [MOST]


def test_words_between_regions_are_dropped() -> None:
    """What is read on the paper between two regions belongs to neither and is no word of the frame."""

    def read(canvas: Pixels, heights: list[int]) -> list[Line]:
        return [Line("ghost", (Word("ghost", 0, 5, Rect(20, canvas.shape[0] - 3, 30, 2), 90.0),))]

    assert second_look(page(), [Rect(40, 20, 100, 20)], read) == ()
