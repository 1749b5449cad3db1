"""The sound of a video, decoded: for policies that let it pass."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from image_redact import _video_av
from image_redact._video_head import cut_off, kind_of, unreadable
from image_redact.film import SOUND_RATE, require_av
from image_redact.video import opened

Samples = npt.NDArray[np.int16]
"""Left and right by turns: 2 x the number of samples."""

_CODECS = frozenset(
    ["aac", "ac3", "alac", "flac", "libopus", "libvorbis", "mp2", "mp3", "mp3float", "opus", "vorbis", "wmav2"]
)


def sound_of(source: Path | bytes) -> Iterator[tuple[float, Samples]]:
    """The first sound stream in pieces of some 20 ms: seconds from the start of the file, and samples in stereo.

    Nothing where a video has no sound.

    Raises:
        InputError: ``video-unreadable`` for a codec that is not decoded here, ``video-truncated``.
        MissingExtra: PyAV is not installed.
    """
    av = require_av()
    with opened(source) as file, _video_av.opened(file, kind_of(file)) as container:
        stream = next(iter(container.streams.audio), None)
        if stream is None:
            return
        name = stream.codec_context.codec.name
        if name not in _CODECS and not name.startswith("pcm_"):
            raise unreadable()
        resampler = av.AudioResampler("s16", "stereo", SOUND_RATE)
        begin = _video_av.began(container)
        try:
            for frame in container.decode(stream):
                yield from _pieces(resampler.resample(frame), begin)
            yield from _pieces(resampler.resample(None), begin)
        except (av.error.FFmpegError, ValueError):
            raise cut_off() from None


def _pieces(frames: Any, begin: float) -> Iterator[tuple[float, Samples]]:
    for frame in frames:
        yield max(0.0, float(frame.time or 0.0) - begin), np.asarray(frame.to_ndarray(), np.int16).reshape(-1)
