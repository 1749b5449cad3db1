"""Videos: bounded, by change, and with a code for whatever is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from pages import Piece, draw

from image_redact.video import sample
from recording.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds at 10 frames a second; the text changes after two."""
    path = tmp_path_factory.mktemp("video") / "screen 1.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (320, 200))
    assert writer.isOpened()
    for index in range(40):
        writer.write(draw([Piece(20, 60, "Page one" if index < 20 else "Second page", 24)], width=320, height=200))
    writer.release()
    return path


def test_frames_are_sampled_by_time(film: Path) -> None:
    """Without change detection one frame for each period comes, with its time."""
    frames = list(sample(film, every_s=1.0, max_frames=10, on_change=False))
    assert [round(at, 1) for at, _ in frames] == [0.0, 1.0, 2.0, 3.0]
    assert all(pixels.shape == (200, 320, 3) and pixels.dtype == np.uint8 for _, pixels in frames)


def test_frames_that_did_not_change_are_left_out(film: Path) -> None:
    """With change detection only the two pages come."""
    assert [round(at) for at, _ in sample(film, every_s=0.5, max_frames=10)] == [0, 2]


def test_a_video_beyond_the_limit_is_refused_not_cut(film: Path) -> None:
    """More frames than allowed is an error, since a silent cut would hide it."""
    with pytest.raises(InputError, match="video-too-long"):
        list(sample(film, every_s=0.1, max_frames=5, on_change=False))


def test_frames_that_are_too_large_are_refused(film: Path) -> None:
    """The frame size is checked before a frame is decoded."""
    with pytest.raises(InputError, match="image-too-large"):
        list(sample(film, every_s=1, max_frames=5, max_pixels=1000))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "video-empty"),
        (b"just some text, not a film", "video-not-a-video"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", "video-not-a-video"),
        (b"\x00\x00\x00\x20ftypisom" + bytes(400), "video-unreadable"),
        (b"\x1aE\xdf\xa3" + bytes(400), "video-unreadable"),
    ],
)
def test_a_broken_video_is_refused_with_its_code(
    content: bytes, code: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each kind of bad file has its code, and its name is printed nowhere."""
    path = tmp_path / "odo hale %02d.mp4"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        list(sample(path, every_s=1, max_frames=5))
    assert caught.value.code == code
    assert "odo hale" not in str(caught.value) + "".join(capfd.readouterr())


def test_a_video_cut_in_half_is_refused(film: Path, tmp_path: Path) -> None:
    """A truncated file fails rather than pass what is left as the whole."""
    path = tmp_path / "cut.mp4"
    path.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    with pytest.raises(InputError):
        list(sample(path, every_s=0.1, max_frames=100))
