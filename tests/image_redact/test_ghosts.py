"""What codecs leave of a text on other frames."""

from __future__ import annotations

import numpy as np

from image_redact.ghosts import without_ghosts
from image_redact.screen import Rect

BOX = Rect(32, 32, 64, 16)


def test_faint_traces_in_a_box_go_and_strong_text_stays() -> None:
    """Strong contrast is something that was drawn there; what is faint may be a trace."""
    pixels = np.full((96, 160, 3), 250, np.uint8)
    pixels[36:44, 40:60:3] = 220
    pixels[36:44, 68:76:3] = 10
    done = without_ghosts(pixels, [BOX])
    assert (done[32:48, 32:64] == 250).all()
    assert np.array_equal(done[:, 64:80], pixels[:, 64:80])
    assert pixels[36, 40, 0] == 220


def test_nothing_far_from_the_boxes_changes() -> None:
    """One block around a box is looked at, since codecs predict in blocks."""
    pixels = np.random.default_rng(1).integers(240, 250, (97, 161, 3), np.uint8)
    done = without_ghosts(pixels, [BOX])
    same = (done == pixels).all(axis=2)
    assert same[:16].all()
    assert same[64:].all()
    assert same[:, 112:].all()
    assert not same[16:64, 16:112].all()
    assert np.array_equal(without_ghosts(pixels, []), pixels)


def test_boxes_at_and_beyond_the_edge_are_as_good() -> None:
    """Boxes may leave a frame."""
    pixels = np.full((20, 20, 3), 250, np.uint8)
    pixels[19, 19] = 240
    assert (without_ghosts(pixels, [Rect(10, 10, 40, 40)]) == 250).all()
