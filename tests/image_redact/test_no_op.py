"""T4: a redactor that does nothing, or too little, fails the checks that this suite judges redaction by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from pages import Pixels, png
from patterns import Patterns
from screenfuls import SCREENS, readable, uncovered

from image_redact import Coverer, Rect, Region, ScreenReader, ScreenRereader, Tesseract, redact_image
from image_redact.decode import decode
from image_redact.engines.contract import Placed
from recording.errors import StepFailed

Paint = Callable[[Pixels, Pixels, Rect], None]
"""Covers one box of the second picture, badly; the first is the frame as it was, so that twice is as bad as once."""


def nothing(_frame: Pixels, _out: Pixels, _box: Rect) -> None:
    """Leaves everything."""


def half_transparent(frame: Pixels, out: Pixels, box: Rect) -> None:
    """As a highlighter paints."""
    rows, columns = slice(box.y, box.bottom), slice(box.x, box.right)
    out[rows, columns] = frame[rows, columns] // 2


def soft_blur(frame: Pixels, out: Pixels, box: Rect) -> None:
    """As a style that this project refuses."""
    rows, columns = slice(box.y, box.bottom), slice(box.x, box.right)
    out[rows, columns] = cv2.GaussianBlur(frame[rows, columns], (0, 0), 1)


def elsewhere(_frame: Pixels, out: Pixels, box: Rect) -> None:
    """As where boxes belong to another window."""
    out[box.y + 2 * box.height : box.bottom + 2 * box.height, box.x : box.right] = 0


def left_third(_frame: Pixels, out: Pixels, box: Rect) -> None:
    """As where boxes are in other pixels than the picture, which high-density captures bring about."""
    out[box.y : box.bottom, box.x : box.x + box.width // 3] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Poor(Coverer):
    """A coverer that paints like one of the above."""

    paint: Paint = nothing

    def __call__(self, pixels: Pixels, boxes: Iterable[Rect | Region], *, block: int = 1) -> Pixels:
        """A copy, not well covered."""
        out = pixels.copy()
        for one in boxes:
            self.paint(pixels, out, one.box if isinstance(one, Region) else one)
        return out


@dataclass(frozen=True, slots=True)
class SeesNothing:
    """An engine that reads no word."""

    def read(self, pieces: Iterable[Pixels]) -> list[list[Placed]]:
        """No words."""
        return [[] for _ in pieces]


BLIND = ScreenRereader(engines=(SeesNothing(),), whole=None)
WHOLE = (nothing, half_transparent, soft_blur, elsewhere)
"""Those that leave a value whole. What a part was verification cannot know; the check of glyphs tells."""
HARD = ("glued punctuation", "dark theme", "small grey text")


@pytest.mark.parametrize("name", SCREENS)
def test_the_checks_fail_on_a_screen_that_was_not_touched(name: str) -> None:
    """Coverage of glyphs and reading again both fail for every screen, so neither passes by itself."""
    page = SCREENS[name]
    assert len(uncovered(page, page.pixels)) == len(page.hide)
    assert readable(page, Tesseract(psm=6).read(page.pixels))


@pytest.mark.parametrize("paint", [*WHOLE, left_third], ids=lambda paint: paint.__name__)
@pytest.mark.parametrize("name", HARD)
def test_the_checks_fail_where_verification_is_blind_and_the_coverer_poor(name: str, paint: Paint) -> None:
    """With a rereader that sees nothing a poorly covered picture leaves, and the check of glyphs sees that."""
    page = SCREENS[name]
    data = redact_image(
        png(page.pixels), Patterns(), page.known, reader=ScreenReader(), rereader=BLIND, coverer=Poor(paint=paint)
    )
    assert uncovered(page, decode(data))


@pytest.mark.parametrize("paint", WHOLE, ids=lambda paint: paint.__name__)
@pytest.mark.parametrize("name", HARD)
def test_verification_withholds_what_a_poor_coverer_leaves(name: str, paint: Paint) -> None:
    """What can be read again is no release, whatever the coverer did instead of covering."""
    page = SCREENS[name]
    with pytest.raises(StepFailed, match="screen-residue"):
        redact_image(png(page.pixels), Patterns(), page.known, reader=ScreenReader(), coverer=Poor(paint=paint))


def test_a_poor_coverer_changes_no_more_than_its_argument() -> None:
    """The pictures above differ by what the coverers do alone: the first leaves every pixel as it is."""
    page = SCREENS["dark theme"].pixels
    assert np.array_equal(Poor()(page, [Rect(0, 0, 50, 50)]), page)
