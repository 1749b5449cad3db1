"""Takes frames out of a video. The video itself never passes; the frames, covered, take its place."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from image_redact._change import Decoded, Watch
from image_redact._video_head import kind_of, unreadable
from image_redact.decode import MAX_PIXELS, Pixels
from recording.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

MAX_SECONDS = 86_400.0
"""Longest video, a day."""

MAX_DECODED = 5_000_000
"""Most frames of a video, whatever they show; a day at 50 a second has 4.3 million."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a video, as it was looked at.

    Attributes:
        seconds: From the start of the file.
        pixels: What it shows (rows x columns x 3, BGR), where that is a sample; ``None`` where it is not.
        key: It is coded by itself: nothing of the frames before is in it. Not known without PyAV, then never said.
        between: It shows something else than the sample before it, and is no sample itself: what it shows was not read.
    """

    seconds: float
    pixels: Pixels | None = field(default=None, repr=False)
    between: bool = False
    key: bool = False


def watch(
    source: Path | bytes, *, every_s: float, max_pixels: int = MAX_PIXELS, tick: Callable[[], None] | None = None
) -> Iterator[Moment]:
    """Every frame of a video, in order of time; those that show something new are samples.

    Every frame is decoded and compared with the last sample. What appears in a part of the screen that was quiet for
    ``every_s`` is a sample at once, were it there for one frame alone. Where a part keeps changing, as moving pictures
    do, it is sampled once in ``every_s``, and as it is when the video ends; frames in between are marked.

    Args:
        source: An MP4, MOV, Matroska, WebM or AVI file, or its bytes (which need PyAV).
        every_s: Least seconds between two samples on account of the same part of the screen, more than 0.
        max_pixels: Most pixels of one frame.
        tick: Called for every frame; what it raises ends the reading.

    Raises:
        InputError: ``video-empty``, ``video-not-a-video``, ``video-unreadable``, ``video-truncated``,
            ``video-size-changes``, ``image-too-large`` or ``video-too-long``.
    """
    if not every_s > 0:
        raise ValueError("every_s must be positive")
    seen = Watch(every_s)
    for frame, last in _with_last(_bounded(_decoded(source, max_pixels), tick)):
        differs, given = seen.look(frame, last=last)
        yield Moment(frame.seconds, frame.pixels() if given else None, differs and not given, frame.key)


def sample(
    path: Path | bytes, *, every_s: float, max_frames: int, on_change: bool = True, max_pixels: int = MAX_PIXELS
) -> Iterator[tuple[float, Pixels]]:
    """Seconds from the start, and pixels, of the samples of a video; see `watch`.

    Args:
        path: The file, or its bytes.
        every_s: Least seconds between two samples on account of the same part of the screen, more than 0.
        max_frames: Most frames to give; a video that has more is refused rather than cut short in silence.
        on_change: Otherwise one frame in every ``every_s`` seconds, whatever it shows.
        max_pixels: Most pixels of one frame.

    Raises:
        InputError: As `watch`; ``video-too-long`` also for more than ``max_frames``.
    """
    if not every_s > 0 or max_frames < 1:
        raise ValueError("every_s and max_frames must be positive")
    given = 0
    for moment in (
        watch(path, every_s=every_s, max_pixels=max_pixels) if on_change else _timed(path, every_s, max_pixels)
    ):
        if moment.pixels is None:
            continue
        if given >= max_frames:
            raise too_long(f"the video has more than {max_frames} frames to look at", "raise max_frames or every_s")
        given += 1
        yield moment.seconds, moment.pixels


def too_long(message: str, hint: str) -> InputError:
    """The error for a video of which there is too much."""
    return InputError(message, code="video-too-long", hint=hint)


def _timed(source: Path | bytes, every_s: float, max_pixels: int) -> Iterator[Moment]:
    due = 0.0
    for frame in _bounded(_decoded(source, max_pixels), None):
        if frame.seconds + 1e-6 >= due:
            due = frame.seconds + every_s
            yield Moment(frame.seconds, frame.pixels())


def _decoded(source: Path | bytes, max_pixels: int) -> Iterator[Decoded]:
    from image_redact import _video_av, _video_cv

    with opened(source) as file:
        kind = kind_of(file)
        if _has_av():
            yield from _video_av.frames(file, kind, max_pixels=max_pixels)
            return
    if isinstance(source, bytes):
        raise unreadable()
    yield from _video_cv.frames(source, max_pixels=max_pixels)


def _has_av() -> bool:
    try:
        import av  # noqa: F401  whether it loads is the question
    except ImportError:
        return False
    return True


@contextlib.contextmanager
def opened(source: Path | bytes) -> Iterator[BinaryIO]:
    """The bytes of a video; raises `InputError` ``video-unreadable``."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    try:
        file = source.open("rb")
    except OSError:
        raise unreadable() from None
    with file:
        yield file


def _bounded(frames: Iterable[Decoded], tick: Callable[[], None] | None) -> Iterator[Decoded]:
    for count, frame in enumerate(frames):
        if tick is not None:
            tick()
        if count >= MAX_DECODED or frame.seconds > MAX_SECONDS:
            raise too_long("the video is longer than any that is read", "split it")
        yield frame


def _with_last(frames: Iterable[Decoded]) -> Iterator[tuple[Decoded, bool]]:
    """Each frame, and whether it is the last one."""
    before: Any = None
    for frame in frames:
        if before is not None:
            yield before, False
        before = frame
    if before is not None:
        yield before, True
