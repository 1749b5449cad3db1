"""Whole pictures: what is sensitive is covered to the last glyph, proved by reading the result again."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pages import Piece, Pixels, draw, ink, png
from patterns import Patterns
from screenfuls import MONO, SCREENS, readable, uncovered

from image_redact import Coverer, Known, Rect, ScreenReader, ScreenRereader, Tesseract, redact_image
from image_redact.cover import FRINGE
from image_redact.decode import clean, decode, encode
from recording.errors import InputError, StepFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recording.model import Hit


@pytest.fixture(scope="module")
def results() -> dict[str, Pixels]:
    """Every screen after `redact_image`."""
    return {
        name: decode(redact_image(png(page.pixels), Patterns(), page.known), max_pixels=10**6)
        for name, page in SCREENS.items()
    }


@pytest.mark.parametrize("name", SCREENS)
def test_every_glyph_of_a_sensitive_value_is_covered(name: str, results: dict[str, Pixels]) -> None:
    """T3, T11, T14: at least 95 % of each value's ink is under paint, quotes and brackets glued to it or not."""
    assert uncovered(SCREENS[name], results[name]) == []


@pytest.mark.parametrize("name", SCREENS)
def test_other_words_stay(name: str, results: dict[str, Pixels]) -> None:
    """Text that is not sensitive comes out as it went in."""
    page = SCREENS[name]
    for piece in page.keep:
        where = ink(piece)
        assert (results[name][where] == page.pixels[where]).all(axis=1).mean() >= 0.95


@pytest.mark.parametrize("name", SCREENS)
def test_reading_the_output_with_other_settings_finds_nothing(name: str, results: dict[str, Pixels]) -> None:
    """T5: a third reading, by settings that neither reader nor verifier has, finds no value and no known value."""
    screen = Tesseract(psm=3, normalised=False, scale=1.5).read(results[name])
    assert readable(SCREENS[name], screen) == []


class Nothing(Coverer):
    """Covers nothing."""

    def __call__(self, pixels: Pixels, boxes: Iterable[Rect], *, block: int = 1) -> Pixels:
        """The picture as it is."""
        return pixels


@pytest.mark.parametrize("name", ["glued punctuation", "small grey text", "known value misread"])
def test_a_redactor_that_does_nothing_is_caught(name: str) -> None:
    """T4: when the covering is a no-op the picture is not released, and the error quotes nothing of it."""
    page = SCREENS[name]
    with pytest.raises(StepFailed) as caught:
        redact_image(png(page.pixels), Patterns(), page.known, coverer=Nothing())
    assert caught.value.code == "screen-residue"
    assert not Patterns()(str(caught.value))
    assert "kaf" not in str(caught.value)


def test_pictures_that_differ_only_under_the_boxes_leave_as_the_same_file() -> None:
    """T2 on whole files: another number of the same shape gives byte-identical output."""
    files = []
    for digits in ("415-555-0142", "415-555-0187"):
        page = draw([Piece(40, 60, digits, 16, font=MONO), Piece(40, 140, "Open", 16)], width=320, height=200)
        files.append(redact_image(png(page), Patterns(), reader=ScreenReader()))
    assert files[0] == files[1]
    assert clean(files[0])


def test_a_jpeg_is_covered_by_whole_blocks_and_leaves_clean() -> None:
    """T6: JPEG in, JPEG out, without metadata; the smear that JPEG leaves around text is covered with it."""
    page = draw([Piece(140, 60, "odo@example.com", 16)], width=480, height=200)
    data = redact_image(encode(page, ".jpg"), Patterns(), reader=ScreenReader())
    assert clean(data)
    assert data.startswith(b"\xff\xd8")
    black = np.asarray((decode(data, max_pixels=10**6) < 30).all(axis=2))
    rows, columns = np.flatnonzero(black.any(axis=1)), np.flatnonzero(black.any(axis=0))
    edges = [rows[0] + FRINGE, rows[-1] + 1 - FRINGE, columns[0] + FRINGE, columns[-1] + 1 - FRINGE]
    assert [edge % 16 for edge in edges] == [0, 0, 0, 0]


def test_all_text_leaves_nothing_to_read() -> None:
    """With ``all_text`` every line and every unread region is covered, whatever the detectors say."""
    page = SCREENS["glued punctuation"]
    reader = ScreenReader(all_text=True)
    covered = Coverer()(page.pixels, reader.always(reader.read(page.pixels)))
    black = (covered == 0).all(axis=2)
    assert all(black[ink(piece)].mean() >= 0.99 for piece in [*page.hide, *page.keep])


def test_unread_text_is_reported_and_can_be_covered() -> None:
    """Signs that the language data does not know are unread regions; ``cover_unread`` covers them."""
    glyphs = Piece(40, 60, "♜♞♝♛♚♟☂☎✈", 20)
    page = draw([glyphs, Piece(40, 160, "Readable words here", 16)])
    reader = ScreenReader(cover_unread=True)
    screen = reader.read(page)
    black = (Coverer()(page, reader.always(screen)) == 0).all(axis=2)
    assert screen.unread
    assert black[ink(glyphs)].mean() >= 0.95


def test_a_screen_with_text_of_which_nothing_is_read_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """T9: an empty reading of a frame that shows text is a failure, not an empty screen."""
    from image_redact.engines import program

    monkeypatch.setattr(program, "read_pages", lambda *args, **options: [])
    reader = ScreenReader(engines=(program.Pytesseract(),))
    with pytest.raises(StepFailed, match="ocr-blind"):
        reader.read(SCREENS["dark theme"].pixels)
    assert not reader.read(np.full((200, 300, 3), 255, np.uint8)).lines


def test_words_of_low_confidence_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word read with confidence 0 is still handed to the detectors and is also reported as unread."""
    from image_redact import ocr
    from image_redact._prepare import MARGIN
    from image_redact._tesseract import RawWord

    word = RawWord((1, 1, 1), 40 * 2 + MARGIN, 60 * 2 + MARGIN, 260, 36, 0.0, "odo@example.com")
    monkeypatch.setattr(ocr, "read_words", lambda *args, **options: [word])
    screen = Tesseract(engine="pytesseract", scale=2.0).read(draw([Piece(40, 60, "odo@example.com", 16)], height=200))
    assert [line.text for line in screen.lines] == ["odo@example.com"]
    assert screen.unread


def test_a_reading_that_takes_too_long_fails() -> None:
    """A timeout is a failure with its own code."""
    with pytest.raises(StepFailed, match="ocr-timeout"):
        Tesseract(timeout_s=0.01).read(SCREENS["dark theme"].pixels)


def test_a_detector_that_raises_withholds_without_quoting() -> None:
    """What a detector says in its exception does not come out."""

    def raises(text: str) -> list[Hit]:
        raise ValueError(text)

    with pytest.raises(StepFailed) as caught:
        redact_image(png(SCREENS["dark and light"].pixels), raises, reader=ScreenReader())
    assert caught.value.code == "detector-failed"
    assert caught.value.__cause__ is None
    assert "tarek" not in str(caught.value)


def test_frames_above_the_limit_are_refused() -> None:
    """Readers refuse frames that are too large before any work."""
    with pytest.raises(InputError, match="image-too-large"):
        ScreenReader(max_pixels=10).read(SCREENS["dark theme"].pixels)


@pytest.mark.parametrize("thing", [ScreenReader(), ScreenRereader(), Coverer(), Known("x y")])
def test_what_steps_build_can_be_pickled(thing: object) -> None:
    """Workers get the same reader."""
    assert pickle.loads(pickle.dumps(thing)) == thing


@pytest.mark.parametrize("shape", [(1, 1), (2, 400), (400, 2), (12, 12)])
def test_tiny_frames_are_read_without_words(shape: tuple[int, int]) -> None:
    """A frame too small for a word gives an empty screen."""
    assert Tesseract().read(np.full((*shape, 3), 200, np.uint8)).lines == ()
