"""Pictures of a video in memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from image_redact import reel as module
from image_redact.reel import Reel


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=200), st.data())
def test_every_picture_comes_back_in_any_order(kinds: list[int], data: st.DataObject) -> None:
    """What is kept as a difference is the very picture, from wherever one comes."""
    pictures = [np.random.default_rng(kind).integers(0, 255, (7, 5, 3), np.uint8) for kind in kinds]
    reel = Reel()
    for picture in pictures:
        reel.add(picture)
    reel.close()
    for number in data.draw(st.lists(st.integers(0, len(kinds) - 1), max_size=10)):
        assert np.array_equal(reel[number], pictures[number])
    assert len(reel) == len(pictures)


def test_a_picture_that_hardly_changes_costs_hardly_anything() -> None:
    """Typing makes thousands of pictures that differ by a letter."""
    page = np.random.default_rng(1).integers(0, 255, (400, 600, 3), np.uint8)
    reel = Reel()
    reel.add(page)
    first = reel.size
    for index in range(module._KEY - 2):
        page[10:20, index : index + 6] ^= 255
        reel.add(page)
    assert (reel.size - first) / (len(reel) - 1) < first / 100


def test_pictures_of_another_size_and_numbers_beyond_are_refused() -> None:
    """A reel is one film."""
    reel = Reel()
    reel.add(np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(ValueError, match="one size"):
        reel.add(np.zeros((4, 5, 3), np.uint8))
    with pytest.raises(IndexError):
        reel[1]
