"""Videos that are written: what was covered, when it was covered, and not a word besides."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from films import av, frames_of
from pages import Piece, draw, ink

from image_redact.cover import cover
from image_redact.film import write_film
from image_redact.screen import Rect

VALUE = Piece(100, 60, "Odo Hale, 219-09-9998", 15)
OTHER = Piece(100, 60, "Ida Frost, 457-55-5462", 15)
BOX = Rect(96, 48, 256, 48)


def pages() -> list[np.ndarray]:
    """A page without and with a value."""
    return [draw([Piece(20, 150, "Ticket is open", 15), *more], width=641, height=361) for more in ([], [VALUE])]


def test_every_time_shows_its_picture() -> None:
    """Times come back as they were given, at a variable rate too."""
    plain, other = pages()
    times = [0.0, 0.04, 0.5, 0.511, 3.0]
    pictures = [plain, plain, other, other, plain]
    found = frames_of(write_film(zip(times, pictures, strict=True)))
    assert [at for at, _ in found] == pytest.approx(times, abs=1e-4)
    for (_, shown), meant in zip(found, pictures, strict=True):
        assert np.abs(shown[:361, :641].astype(int) - meant).mean() < 2


def test_odd_sides_get_a_black_edge() -> None:
    """Nothing is cut off a picture, and nothing is made up at its edge."""
    (_, shown), *_ = frames_of(write_film([(0.0, pages()[0])]))
    assert shown.shape == (362, 642, 3)
    assert shown[-1].max() < 60
    assert shown[:, -1].max() < 60


def test_nothing_of_what_was_covered_is_under_the_box() -> None:
    """The codec smears what is around a box into it, never what was below: that it never saw."""
    plain, other = pages()
    boxed = cover(other, [BOX], block=16)
    found = frames_of(write_film([(0.0, plain), (0.1, boxed), (0.2, boxed)]))
    under = ink(VALUE, width=641, height=361)
    for _, shown in found[1:]:
        assert shown[:361, :641][under].max() < 40


def test_films_that_differ_under_boxes_alone_are_the_same_file() -> None:
    """Byte for byte, so that nothing of a value can be in them."""
    files = set()
    for value in (VALUE, OTHER):
        page = draw([Piece(20, 150, "Ticket is open", 15), value], width=641, height=361)
        files.add(write_film([(0.0, cover(page, [BOX], block=16))]))
    assert len(files) == 1


def test_a_film_says_nothing_about_its_making() -> None:
    """No encoder, settings, title or time; of boxes and streams only what a player needs."""
    data = write_film([(0.0, pages()[0]), (0.1, pages()[1])])
    assert not re.search(rb"(?i)x264|lavc|lavf|encoder|ffmpeg|creation|udta\x00\x00\x00\x00title", data)
    with av.open(io.BytesIO(data)) as film:
        assert len(film.streams) == 1
        assert film.streams.video[0].codec_context.name in ("h264", "mpeg4")
        assert film.metadata.keys() <= {"major_brand", "minor_version", "compatible_brands"}
        assert film.streams[0].metadata.keys() <= {"language", "handler_name"}
    header = data[data.index(b"mvhd") + 4 :]
    assert header[4:12] == bytes(8)


def test_the_bytes_depend_on_times_and_pixels_alone() -> None:
    """Twice the same is the same file."""
    one, two = (write_film([(0.0, pages()[0]), (0.4, pages()[1])]) for _ in range(2))
    assert one == two


def test_without_x264_a_film_is_mpeg4(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds of FFmpeg without H.264 write the older codec, as clean."""
    monkeypatch.setattr(av, "codecs_available", av.codecs_available - {"libx264"})
    data = write_film([(0.0, pages()[0]), (0.1, pages()[1])])
    assert [round(at, 3) for at, _ in frames_of(data)] == [0.0, 0.1]
    assert not re.search(rb"(?i)lavc|lavf|encoder|ffmpeg|xvid", data)
