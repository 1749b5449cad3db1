"""Takes frames out of a video. The video itself never passes; the frames, covered, take its place."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from image_redact.decode import MAX_PIXELS, Pixels, import_cv2
from recording.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHANGED = 12
"""Largest difference of 4 px cells (0 to 255) up to which two frames count as the same; codecs flicker below it."""

_HEAD = 12


def sample(
    path: Path, *, every_s: float, max_frames: int, on_change: bool = True, max_pixels: int = MAX_PIXELS
) -> Iterator[tuple[float, Pixels]]:
    """Seconds from the start, and pixels, of one frame in every ``every_s`` seconds.

    Args:
        path: An MP4, MOV, Matroska, WebM or AVI file.
        every_s: Least seconds between two frames, more than 0.
        max_frames: Most frames to give; a video that has more is refused rather than cut short in silence.
        on_change: Leave out frames that look like the one given before.
        max_pixels: Most pixels of one frame.

    Raises:
        InputError: ``video-empty``, ``video-not-a-video``, ``video-unreadable``, ``video-truncated``,
            ``image-too-large`` or ``video-too-long``.
    """
    if not every_s > 0 or max_frames < 1:
        raise ValueError("every_s and max_frames must be positive")
    _check_head(path)
    cv2 = import_cv2()
    with _opened(path, cv2) as video:
        width, height = (int(video.get(name)) for name in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        if width < 1 or height < 1:
            raise _unreadable()
        if width * height > max_pixels:
            raise InputError(
                f"the video has frames of {width} x {height} pixels", code="image-too-large", hint="raise max_pixels"
            )
        yield from _frames(video, cv2, every_s, max_frames, on_change)


def _frames(video: Any, cv2: Any, every_s: float, max_frames: int, on_change: bool) -> Iterator[tuple[float, Pixels]]:
    rate = float(video.get(cv2.CAP_PROP_FPS))
    rate = rate if math.isfinite(rate) and rate > 0 else 30.0
    promised = float(video.get(cv2.CAP_PROP_FRAME_COUNT))
    due, given, index = 0.0, 0, 0
    before: Pixels | None = None
    while video.grab():
        at = max(float(video.get(cv2.CAP_PROP_POS_MSEC)) / 1000.0, 0.0) or index / rate
        index += 1
        if at + 1e-6 < due:
            continue
        done, pixels = video.retrieve()
        if not done or pixels is None or pixels.ndim != 3:
            raise _unreadable()
        due = at + every_s
        small = cv2.resize(
            pixels, (max(1, pixels.shape[1] // 4), max(1, pixels.shape[0] // 4)), interpolation=cv2.INTER_AREA
        )
        if on_change and before is not None and int(cv2.absdiff(small, before).max()) <= CHANGED:
            continue
        if given >= max_frames:
            raise InputError(
                f"the video has more than {max_frames} frames to look at",
                code="video-too-long",
                hint="raise max_frames or every_s",
            )
        before, given = small, given + 1
        yield at, np.ascontiguousarray(pixels)
    if index == 0:
        raise _unreadable()
    # Frame counts in headers are estimates; a video that stops before half of it was cut off.
    if math.isfinite(promised) and index < promised / 2:
        raise InputError("the video ends too early", code="video-truncated", hint="copy the file again, whole")


def _check_head(path: Path) -> None:
    """Only real containers go to FFmpeg: a playlist in disguise would make it open other files and addresses."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        raise _unreadable() from None
    if not head:
        raise InputError("the video file is empty", code="video-empty", hint="it has 0 bytes")
    matroska = head.startswith(b"\x1aE\xdf\xa3")
    avi = head.startswith(b"RIFF") and head[8:12] == b"AVI "
    if not (matroska or avi or head[4:8] == b"ftyp"):
        raise InputError(
            "the file is not a video that is read here", code="video-not-a-video", hint="use MP4, WebM, MKV or AVI"
        )


@contextlib.contextmanager
def _opened(path: Path, cv2: Any) -> Iterator[Any]:
    """The video through FFmpeg alone, its name kept from stderr; other backends read ``%d`` in a name as a pattern."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        video = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG)
    except cv2.error:
        raise _unreadable() from None
    finally:
        cv2.utils.logging.setLogLevel(level)
    try:
        if not video.isOpened():
            raise _unreadable()
        yield video
    finally:
        video.release()


def _unreadable() -> InputError:
    return InputError("the video cannot be read", code="video-unreadable", hint="check that it plays")
