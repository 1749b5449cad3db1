"""Frames of a recording: what comes twice is decoded and linked once, and never mistaken for something else."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from boundary.screens import LastDecoded, Screens
from image_redact.decode import encode
from image_redact.screen import Line, Rect, Word
from recording.errors import InputError


def picture(grey: int) -> bytes:
    """A PNG of one colour."""
    return encode(np.full((40, 60, 3), grey, np.uint8), ".png")


def test_equal_files_are_decoded_once_and_others_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes decide, never the name."""
    import image_redact.decode as module

    real, seen = module.decode, []
    monkeypatch.setattr(module, "decode", lambda data, **limits: seen.append(data) or real(data, **limits))
    decode = LastDecoded(10_000)
    first, second = picture(10), picture(200)
    values = [int(decode(data)[0, 0, 0]) for data in (first, first, second, second, first)]
    assert values == [10, 10, 200, 200, 10]
    assert seen == [first, second, first]


def test_a_file_that_cannot_be_decoded_never_gives_the_picture_before_it() -> None:
    """It is refused as often as it comes."""
    decode = LastDecoded(10_000)
    decode(picture(10))
    for _ in range(2):
        with pytest.raises(InputError):
            decode(b"broken")


def line(confidence: float, text: str = "Open Jane", cut: int = 4) -> Line:
    """A line of two words."""
    words = (
        Word(text[:cut], 0, cut, Rect(0, 0, 30, 10), 90.0),
        Word(text[cut + 1 :], cut + 1, len(text), Rect(40, 0, 30, 10), confidence),
    )
    return Line(text, words)


@pytest.mark.parametrize("other", [line(20.0), line(90.0, "Open June"), line(90.0, "Open Jane", 3)])
def test_lines_are_searched_as_one_only_with_equal_words_and_equal_confidence(other: Line) -> None:
    """A word of menus that OCR is sure of is that word; unsure, it may be a name with a slip."""
    screens = Screens({"f": SimpleNamespace(lines=(line(90.0), line(90.0), other))})
    assert screens.searched("f", 0) == screens.searched("f", 1)
    assert screens.searched("f", 0) != screens.searched("f", 2)
