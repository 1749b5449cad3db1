"""Decodes videos with OpenCV, where PyAV is not installed: times are only as good as OpenCV's."""

from __future__ import annotations

import contextlib
import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from image_redact._change import CELL, Decoded
from image_redact._video_av import check_size
from image_redact._video_head import cut_off, unreadable
from image_redact.decode import import_cv2

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def frames(path: Path, *, max_pixels: int) -> Iterator[Decoded]:
    """Every frame of a video, in order of time.

    Raises:
        InputError: ``video-unreadable``, ``video-truncated`` or ``image-too-large``.
    """
    cv2 = import_cv2()
    with _opened(path, cv2) as video:
        width, height = (int(video.get(name)) for name in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        check_size(width, height, max_pixels)
        rate = float(video.get(cv2.CAP_PROP_FPS))
        rate = rate if math.isfinite(rate) and rate > 0 else 30.0
        promised = float(video.get(cv2.CAP_PROP_FRAME_COUNT))
        index, before = 0, -1.0
        while video.grab():
            at = max(float(video.get(cv2.CAP_PROP_POS_MSEC)) / 1000.0, 0.0) or index / rate
            done, pixels = video.retrieve()
            if not done or pixels is None or pixels.ndim != 3:
                raise unreadable()
            check_size(pixels.shape[1], pixels.shape[0], max_pixels)
            index, before = index + 1, max(at, before)
            smaller = max(1, pixels.shape[1] // CELL), max(1, pixels.shape[0] // CELL)
            small = np.asarray(cv2.resize(pixels, smaller, interpolation=cv2.INTER_AREA), np.uint8)
            yield Decoded(before, small, partial(np.ascontiguousarray, pixels))
    if index == 0:
        raise unreadable()
    # Frame counts in headers are estimates; a video that stops before half of it was cut off.
    if math.isfinite(promised) and index < promised / 2:
        raise cut_off()


@contextlib.contextmanager
def _opened(path: Path, cv2: Any) -> Iterator[Any]:
    """The video through FFmpeg alone, its name kept from stderr; other backends read ``%d`` in a name as a pattern."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        video = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG)
    except cv2.error:
        raise unreadable() from None
    finally:
        cv2.utils.logging.setLogLevel(level)
    try:
        if not video.isOpened():
            raise unreadable()
        yield video
    finally:
        video.release()
