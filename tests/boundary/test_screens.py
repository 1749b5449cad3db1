"""Frames of a recording: what comes twice is decoded and linked once, and never mistaken for something else."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from boundary.overlap import decoded
from boundary.screens import Screens
from image_redact.decode import encode
from image_redact.screen import Line, Rect, Word
from recording.errors import InputError
from recording.model import SourceFile


def picture(grey: int) -> bytes:
    """A PNG of one colour."""
    return encode(np.full((40, 60, 3), grey, np.uint8), ".png")


def pictures(*data: bytes) -> list[Callable[[], tuple[bytes, Any]]]:
    """What gives the pixels of files with these bytes, in order."""
    files = {str(number): SourceFile(str(number), one) for number, one in enumerate(data)}
    return list(decoded(files, files, 10_000))


def test_equal_files_are_decoded_once_and_others_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes decide, never the name."""
    import image_redact.decode as module

    real = module.decode
    seen: list[bytes] = []

    def watched(data: bytes, *, max_pixels: int) -> object:
        seen.append(data)
        return real(data, max_pixels=max_pixels)

    monkeypatch.setattr(module, "decode", watched)
    first, second = picture(10), picture(200)
    values = [int(take()[1][0, 0, 0]) for take in pictures(first, first, second, second, first)]
    assert values == [10, 10, 200, 200, 10]
    assert seen == [first, second, first]


def test_a_file_that_cannot_be_decoded_never_gives_the_picture_before_it() -> None:
    """It is refused as often as it comes, and the one after it is decoded."""
    _, *broken, after = pictures(picture(10), b"broken", b"broken", picture(200))
    for take in broken:
        with pytest.raises(InputError):
            take()
    assert after()[1][0, 0, 0] == 200


def test_a_frame_known_to_show_what_the_one_before_shows_is_not_decoded() -> None:
    """Unless that one could not be decoded: then nothing is known."""
    data = [picture(10), picture(200), b"broken", picture(90)]
    files = {str(number): SourceFile(str(number), one) for number, one in enumerate(data)}
    first, second, _, last = decoded(files, files, 10_000, same={"1", "3"})
    assert (first()[1] == second()[1]).all()
    assert second()[0] == data[1]
    assert last()[1][0, 0, 0] == 90


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
