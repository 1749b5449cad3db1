"""Small videos for tests, made with PyAV."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

av = pytest.importorskip("av", reason="PyAV (extra video) makes the videos of these tests")

CODECS = {"mp4": "libx264", "mov": "libx264", "matroska": "libx264", "webm": "libvpx", "avi": "mpeg4"}
"""A usual codec for each container."""


def film(
    pictures: Iterable[Any],
    *,
    kind: str = "mp4",
    codec: str = "",
    times: Sequence[float] = (),
    rate: int = 10,
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
    sound: float = 0.0,
) -> bytes:
    """A video of pictures (rows x columns x 3, BGR, even sides), a frame each, at ``times`` (seconds) or ``rate``.

    ``sound`` is how many seconds of noise go with it.
    """
    out = io.BytesIO()
    with av.open(out, "w", format=kind, options=container or {}) as made:
        stream = made.add_stream(codec or CODECS[kind], rate=rate, options=options or {})
        voice = made.add_stream("aac" if kind != "webm" else "libvorbis", rate=48_000) if sound else None
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000) if times else Fraction(1, rate)
        if not codec and kind in ("webm", "avi"):
            stream.bit_rate = 3_000_000
        for index, picture in enumerate(pictures):
            if not index:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")
            frame.pts = round(times[index] * 1000) if times else index
            frame.time_base = stream.codec_context.time_base
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
        if voice is not None:
            noise = np.random.default_rng(1).normal(0, 0.2, (1, round(48_000 * sound))).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(noise, "fltp", "mono")
            frame.sample_rate, frame.pts = 48_000, 0
            made.mux(voice.encode(frame))
            made.mux(voice.encode(None))
    return out.getvalue()


def frames_of(data: bytes) -> list[tuple[float, Any]]:
    """Seconds and pixels (BGR) of every frame."""
    with av.open(io.BytesIO(data)) as made:
        return [(frame.time, frame.to_ndarray(format="bgr24")) for frame in made.decode(video=0)]


def loudness(data: bytes) -> list[tuple[float, float]]:
    """Seconds and loudness (mean square, full scale is 1) of every piece of sound; empty without a sound stream."""
    with av.open(io.BytesIO(data)) as made:
        if not made.streams.audio:
            return []
        return [(frame.time, float((frame.to_ndarray() ** 2).mean())) for frame in made.decode(audio=0)]
