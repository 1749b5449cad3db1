"""Decodes videos with PyAV: exact times, variable rates, rotation; one stream, and nothing else of the file."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from image_redact._change import CELL, Decoded
from image_redact._video_head import cut_off, unreadable
from recording.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from image_redact.decode import Pixels

_CODECS = """
    av1 cinepak dnxhd dvvideo ffv1 ffvhuff flashsv flashsv2 fraps g2m h263 h264 hevc huffyuv libdav1d magicyuv mjpeg
    mpeg1video mpeg2video mpeg4 msmpeg4v1 msmpeg4v2 msmpeg4v3 msrle mss1 mss2 msvideo1 png prores qtrle rawvideo rpza
    theora tscc tscc2 utvideo vp8 vp9 wmv1 wmv2 wmv3 zmbv
"""
CODECS = frozenset(_CODECS.split())
"""What records screens. FFmpeg has hundreds of other decoders, which nobody needs here and everybody can aim at."""


@contextlib.contextmanager
def opened(file: BinaryIO, kind: str) -> Iterator[Any]:
    """The container, read without any name or protocol.

    Raises:
        InputError: ``video-unreadable``.
        ImportError: PyAV is not installed.
    """
    import av

    try:
        # FFmpeg is given open bytes and no name, and no protocol to open anything else with.
        container = av.open(
            file, format=kind, options={"protocol_whitelist": "none"}, metadata_errors="ignore", buffer_size=1 << 20
        )
    except (av.error.FFmpegError, ValueError):
        raise unreadable() from None
    with container:
        yield container


def frames(file: BinaryIO, kind: str, *, max_pixels: int) -> Iterator[Decoded]:
    """Every frame of the first video stream, in order of time.

    Raises:
        InputError: ``video-unreadable``, ``video-truncated``, ``image-too-large`` or ``video-size-changes``.
        ImportError: PyAV is not installed.
    """
    import av

    with opened(file, kind) as container:
        stream = next((s for s in container.streams.video if not _is_picture(s)), None)
        if stream is None or stream.codec_context is None:
            raise unreadable()
        context = stream.codec_context
        if context.codec.name not in CODECS:
            raise unreadable()
        check_size(context.width, context.height, max_pixels)
        # What a decoder would patch up is not what was recorded.
        context.options = {"err_detect": "explode", "max_pixels": str(max_pixels)}
        context.thread_type = "AUTO"
        try:
            yield from _decoded(container, stream, max_pixels)
        except (av.error.FFmpegError, ValueError):
            raise cut_off() from None


def began(container: Any) -> float:
    """Seconds at which the container's clock begins; times are told from there."""
    return (container.start_time or 0) / 1e6


def _decoded(container: Any, stream: Any, max_pixels: int) -> Iterator[Decoded]:
    rate = float(stream.average_rate or stream.guessed_rate or 30)
    begin = began(container)
    before, packets, count, size = -1.0, 0, 0, (0, 0)
    for packet in container.demux(stream):
        if packet.is_corrupt:
            raise cut_off()
        packets += packet.size > 0
        for frame in packet.decode():
            if frame.is_corrupt:
                raise cut_off()
            if frame.width * frame.height > max_pixels or not count:
                check_size(frame.width, frame.height, max_pixels)
                size = frame.width, frame.height
            if size != (frame.width, frame.height):
                raise InputError(
                    "the size of the video's picture changes", code="video-size-changes", hint="split the video there"
                )
            at = before + 1 / rate if frame.time is None else float(frame.time) - begin
            before, count = max(at, before, 0.0), count + 1
            yield Decoded(before, _small(frame), partial(_pixels, frame), bool(frame.key_frame))
    if not count:
        raise unreadable()
    promised = stream.frames or _length(container, stream) * rate
    # Cuts that the container's lengths show are refused before; a trimmed file keeps what it does not play.
    if packets < promised / 2 and before < _length(container, stream) / 2:
        raise cut_off()


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Refuse pictures that are none, or too large to decode.

    Raises:
        InputError: ``video-unreadable`` or ``image-too-large``.
    """
    if width < 1 or height < 1:
        raise unreadable()
    if width * height > max_pixels:
        raise InputError(
            f"the video has frames of {width} x {height} pixels", code="image-too-large", hint="raise max_pixels"
        )


def _is_picture(stream: Any) -> bool:
    """Whether a stream is the cover picture of a file."""
    return bool(stream.disposition & stream.disposition.attached_pic)


def _length(container: Any, stream: Any) -> float:
    """Seconds that the container says the video lasts."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / 1e6


def _small(frame: Any) -> Pixels:
    """The frame in cells, not turned: it is only compared with others of the same video."""
    width, height = max(1, frame.width // CELL), max(1, frame.height // CELL)
    return np.asarray(frame.reformat(width, height, "bgr24", interpolation="AREA").to_ndarray())


def _pixels(frame: Any) -> Pixels:
    """BGR as a player shows it: the display matrix turns counter-clockwise."""
    pixels = frame.to_ndarray(format="bgr24")
    return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90) % 4))
