"""Writes an MP4 of covered pictures: one video stream and nothing else, no word about where or when it was made."""

from __future__ import annotations

import io
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from image_redact.decode import Pixels
from recording.errors import StepFailed, not_installed

TICKS = 60_000
"""Units of time in a second: whole for every usual rate, and few enough for MPEG-4."""

SOUND_RATE = 48_000
"""Samples of sound a second."""

_X264 = {"preset": "veryfast", "crf": "20", "bf": "0", "forced-idr": "1"}
_SEI = 6


def require_av() -> Any:
    """PyAV, or the error that says how to get it."""
    try:
        import av
    except ImportError:
        raise not_installed("PyAV", "video") from None
    return av


def write_film(
    moments: Iterable[tuple[float, Pixels]], sound: Iterable[tuple[float, npt.NDArray[np.int16]]] = ()
) -> bytes:
    """An MP4 file (H.264 where PyAV has libx264, otherwise MPEG-4) that shows each picture from its time on.

    Sides that are odd get a black row or column, since colour is stored for every second pixel alone. The bytes depend
    on times, pixels and sound alone: no title, creation time, encoder's name or settings.

    Args:
        moments: Seconds, which never fall, and the picture (rows x columns x 3, BGR) shown from then on; one that is
            the same object as before costs next to nothing.
        sound: Pieces of sound in order, as `image_redact.sound.sound_of` gives them; without any, no sound stream.

    Raises:
        MissingExtra: PyAV is not installed.
        StepFailed: ``video-not-written``.
    """
    av = require_av()
    out = io.BytesIO()
    try:
        _write(av, out, moments, sound)
    except av.error.FFmpegError:
        raise StepFailed("the video could not be written", code="video-not-written", hint="report this") from None
    return out.getvalue()


def _write(av: Any, out: io.BytesIO, moments: Iterable[tuple[float, Pixels]], sound: Iterable[Any]) -> None:
    stream, clean, voice, last, frame, tick = None, None, None, None, None, -1
    pieces = iter(sound)
    heard = next(pieces, None)
    with av.open(out, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        for seconds, pixels in moments:
            if stream is None:
                stream = _stream(av, container, pixels)
                clean = _cleaner(av, stream)
                voice = None if heard is None else _Voice(av, container)
            if frame is None or pixels is not last:
                last, frame = pixels, _frame(av, pixels)
            tick = max(tick + 1, round(seconds * TICKS))
            frame.pts, frame.time_base = tick, Fraction(1, TICKS)
            _mux(container, stream.encode(frame), clean)
            while voice is not None and heard is not None and heard[0] <= seconds:
                voice.say(*heard)
                heard = next(pieces, None)
        if stream is not None:
            _mux(container, stream.encode(None), clean)
            if voice is not None:
                voice.end()


class _Voice:
    """The sound stream: AAC, stereo, at the rate of `image_redact.sound`."""

    def __init__(self, av: Any, container: Any) -> None:
        self._frame = av.AudioFrame
        self._container = container
        self._stream = container.add_stream("aac", rate=SOUND_RATE, layout="stereo")
        self._stream.bit_rate = 128_000
        self._stream.codec_context.flags |= int(av.codec.context.Flags.bitexact)
        self._next = 0

    def say(self, seconds: float, samples: npt.NDArray[np.int16]) -> None:
        """Samples that are heard from ``seconds`` on, or after those before them."""
        frame = self._frame.from_ndarray(np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.time_base = SOUND_RATE, Fraction(1, SOUND_RATE)
        frame.pts = max(self._next, round(seconds * SOUND_RATE))
        self._next = frame.pts + frame.samples
        self._container.mux(self._stream.encode(frame))

    def end(self) -> None:
        """Nothing more is heard."""
        self._container.mux(self._stream.encode(None))


def _stream(av: Any, container: Any, pixels: Pixels) -> Any:
    name = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    stream = container.add_stream(name, options=_X264 if name == "libx264" else {"qscale": "3"})
    stream.height, stream.width = (side + side % 2 for side in pixels.shape[:2])
    stream.pix_fmt = "yuv420p"
    stream.time_base = Fraction(1, TICKS)
    context = stream.codec_context
    context.time_base = Fraction(1, TICKS)
    context.framerate = Fraction(30)
    # One thread: the bytes must not depend on how many cores the machine has.
    context.thread_count = 1
    context.flags |= int(av.codec.context.Flags.bitexact)
    context.colorspace, context.color_primaries, context.color_trc, context.color_range = 1, 1, 1, 1
    return stream


def _frame(av: Any, pixels: Pixels) -> Any:
    rows, columns = (side % 2 for side in pixels.shape[:2])
    even = np.pad(pixels, ((0, rows), (0, columns), (0, 0))) if rows or columns else pixels
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), "bgr24")
    return frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")


def _cleaner(av: Any, stream: Any) -> Any:
    """Takes out the notes in which x264 tells its version and settings."""
    if stream.codec_context.name != "libx264":
        return None
    return av.bitstream.BitStreamFilterContext(f"filter_units=remove_types={_SEI}", in_stream=stream)


def _mux(container: Any, packets: Iterable[Any], clean: Any) -> None:
    for packet in packets:
        for kept in [packet] if clean is None else clean.filter(packet):
            container.mux(kept)
