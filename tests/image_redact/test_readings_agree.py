"""T5 and T12 with real engines: another engine reads nothing off the output, and a session reads like single frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from needs import needs
from pages import Piece, Pixels, draw, png
from patterns import Patterns
from screenfuls import SCREENS, readable

from image_redact import Screen, ScreenReader, redact_image
from image_redact.decode import decode
from image_redact.engines.choose import engine
from image_redact.engines.rapid import Rapid

ROWS = [f"{number:02d} user{number * 37}@example.com 415-555-{number * 173 % 9000 + 1000}" for number in range(30)]
PAPER = np.full((420, 900, 3), 255, np.uint8)


def table(first: int, count: int = 9) -> Pixels:
    """Rows of a table, from one on."""
    return draw([Piece(40, 24 + 42 * row, ROWS[first + row], 15) for row in range(count)])


def typing() -> Iterator[Pixels]:
    """A line that grows, with a caret that blinks."""
    for length in range(4, 28, 4):
        caret = "|" if length % 8 else " "
        yield draw([Piece(40, 40, "Note to the customer", 15), Piece(40, 100, ROWS[7][:length] + caret, 15)])


def scrolling() -> Iterator[Pixels]:
    """A table that moves up, a row and half a row at a time."""
    yield table(0)
    yield table(1)
    yield np.vstack([table(2)[21:], PAPER[:21]])
    yield table(3)


def windows() -> Iterator[Pixels]:
    """A dialogue over a table appears, moves and goes."""
    dialogue = draw([Piece(20, 30, "Call 212-555-0178 back", 15)], width=300, height=90, paper=(230, 236, 250))
    yield table(0)
    for left, top in ((100, 100), (420, 180), (0, 330)):
        page = table(0)
        page[top : top + 90, left : left + 300] = dialogue
        yield page
    yield table(0)


def said(screen: Screen) -> set[object]:
    """What a screen says and where, whatever the order."""
    return {(line.text, line.words) for line in screen.lines} | set(screen.unread)


@pytest.mark.slow
@pytest.mark.parametrize("frames", [typing, scrolling, windows], ids=lambda frames: frames.__name__)
@pytest.mark.parametrize("name", ["tesserocr", "pytesseract", "rapidocr"])
def test_every_frame_of_a_session_reads_as_it_would_alone(name: str, frames: Callable[[], Iterator[Pixels]]) -> None:
    """T12: words, boxes and unread places are equal to those of a cold reading, frame by frame."""
    needs(name)
    reader = ScreenReader(engines=(engine(name),), cover_unread=True)  # type: ignore[arg-type]  names of engines
    with reader.session() as session:
        for pixels in frames():
            assert said(session.read(pixels)) == said(reader.read(pixels))


@pytest.mark.slow
@pytest.mark.parametrize("name", SCREENS)
def test_rapidocr_reads_no_value_off_what_tesseract_covered(name: str) -> None:
    """T5: an engine that had no part in finding and verifying, and that reads most, finds no value in the output."""
    needs("rapidocr")
    page = SCREENS[name]
    covered = decode(redact_image(png(page.pixels), Patterns(), page.known))
    other = ScreenReader(engines=(Rapid(),), cover_unread=True)
    assert readable(page, other.read(page.pixels))
    assert readable(page, other.read(covered)) == []
