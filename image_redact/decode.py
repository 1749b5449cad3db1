"""Files to pixels and back: whatever is not a visible pixel stays behind."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from image_redact._container_errors import broken
from image_redact._containers import PNG_MAGIC, Container, jpeg_segments, png_chunks, probe
from recording.errors import InputError, StepFailed, not_installed

if TYPE_CHECKING:
    from collections.abc import Iterator

Pixels = npt.NDArray[np.uint8]
"""A picture: rows x columns x 3, blue, green, red, 0 to 255."""

MAX_PIXELS = 50_000_000
"""Default limit; an 8K screen has 33 million."""

FAINT = 32
"""Alpha (0 to 255) below which a pixel counts as fully transparent: text that faint would pass under the detectors."""

SUFFIXES = (".png", ".jpg", ".jpeg")


def decode(data: bytes, *, max_pixels: int = MAX_PIXELS) -> Pixels:
    """The visible pixels of a PNG, JPEG, WebP, BMP, GIF or TIFF file, upright, on white.

    Size, completeness and number of frames are checked on the bytes, before the decoder runs. Transparent pixels are
    composited, so that what nobody can see is not carried on; Exif orientation is applied.

    Raises:
        InputError: ``image-empty``, ``image-not-an-image``, ``image-too-large``, ``image-truncated``,
            ``image-animated`` or ``image-broken``.
        MissingExtra: OpenCV is not installed.
    """
    container = probe(data, max_pixels=max_pixels)
    raw = _unpack(container)
    if raw.dtype == np.uint16:
        raw = (raw >> 8).astype(np.uint8)
    if raw.dtype != np.uint8 or raw.shape[:2] != (container.height, container.width):
        raise broken("the decoder disagrees with the header")
    return _upright(_opaque(raw), container.orientation)


def block_of(data: bytes) -> int:
    """Side in pixels of the blocks over which a file's coding smeared what it shows, 1 for lossless files.

    Boxes must grow to whole blocks, or the smear around them tells what they cover; see `image_redact.cover.cover`.

    Raises:
        InputError: As `decode`.
    """
    # Of PNG nothing more need be known; looking would unpack it once more.
    return 1 if data.startswith(PNG_MAGIC) else probe(data, max_pixels=1 << 40).block


def written_suffix(name: str) -> str:
    """The suffix under which a picture of this name is written: ``.jpg`` for JPEG, ``.png`` for all others."""
    return ".jpg" if name.lower().endswith((".jpg", ".jpeg")) else ".png"


def encode(pixels: Pixels, suffix: str) -> bytes:
    """A file with pixels and nothing else: PNG of IHDR, IDAT, IEND; JPEG with JFIF as its only application segment.

    Args:
        pixels: Rows x columns x 3, BGR, uint8.
        suffix: ``.png``, ``.jpg`` or ``.jpeg``, in any case.
    """
    cv2 = import_cv2()
    ending = suffix.lower()
    if ending not in SUFFIXES:
        raise InputError("this kind of picture is not written", code="image-suffix", hint=f"use {', '.join(SUFFIXES)}")
    settings = _png_settings(cv2) if ending == ".png" else [cv2.IMWRITE_JPEG_QUALITY, 92]
    done, packed = cv2.imencode(ending, np.ascontiguousarray(pixels), settings)
    data = packed.tobytes() if done else b""
    # What was packed just now need not be unpacked to be sure that it is pixels.
    if not (_has_pixels_alone(data) if data.startswith(PNG_MAGIC) else clean(data)):
        raise StepFailed("the encoder added something to the pixels", code="image-not-clean", hint="report this")
    return data


def _png_settings(cv2: Any) -> list[int]:
    """Rows as they are, which suits screens: with filters files are a sixth larger and take three times as long."""
    settings = [cv2.IMWRITE_PNG_COMPRESSION, 1]
    if hasattr(cv2, "IMWRITE_PNG_FILTER"):  # since OpenCV 4.12
        settings += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]
    return settings


def clean(data: bytes) -> bool:
    """Whether a file holds pixels only: no metadata, no palette leftovers, nothing after its end."""
    try:
        kind = probe(data, max_pixels=1 << 40).kind
    except InputError:
        return False
    if kind == "png":
        return _has_pixels_alone(data)
    if kind != "jpeg":
        return False
    segments = list(jpeg_segments(data))
    extra = [(mark, body) for mark, body in segments if 0xE0 <= mark <= 0xEF or mark == 0xFE]
    jfif = all(mark == 0xE0 and body.startswith(b"JFIF\0") and len(body) == 14 for mark, body in extra)
    # One scan, and what ends it is the end of the file: in coded data every FF is followed by 00 or a restart marker.
    ends = _MARKER.search(data, 2 + sum(4 + len(body) for _, body in segments))
    return jfif and len(extra) <= 1 and ends is not None and data[ends.start() :] == b"\xff\xd9"


def _has_pixels_alone(png: bytes) -> bool:
    try:
        chunks = list(png_chunks(png))
    except InputError:
        return False
    whole = len(PNG_MAGIC) + sum(12 + len(body) for _, body in chunks) == len(png)
    return whole and {name for name, _ in chunks} <= {b"IHDR", b"IDAT", b"IEND"}


_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]")


def import_cv2() -> Any:
    """OpenCV, or the error that says how to get it."""
    try:
        import cv2
    except ImportError:
        raise not_installed("OpenCV", "image") from None
    return cv2


def _unpack(container: Container) -> npt.NDArray[Any]:
    cv2 = import_cv2()
    # JPEG in colour mode so that CMYK becomes BGR, BMP so that its unused fourth byte is not taken for alpha; the
    # others unchanged, so that alpha is seen rather than dropped.
    colour = container.kind in ("jpeg", "bmp")
    mode = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION if colour else cv2.IMREAD_UNCHANGED
    with _quiet(cv2):
        try:
            raw = cv2.imdecode(np.frombuffer(container.data, np.uint8), mode)
        except cv2.error:
            raw = None
    if raw is None:
        raise broken("its pixels do not decode")
    return np.asarray(raw)


@contextlib.contextmanager
def _quiet(cv2: Any) -> Iterator[None]:
    """Without what decoders print about damaged files: paths, and parts of what they choke on."""
    logging = cv2.utils.logging
    before = logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        # Another thread may have been here in between; silence is never taken for what was there before.
        if before != logging.LOG_LEVEL_SILENT:
            logging.setLogLevel(before)


def _opaque(raw: npt.NDArray[np.uint8]) -> Pixels:
    """Three channels, composited on white where there is alpha."""
    if raw.ndim == 2:
        return np.repeat(raw[:, :, None], 3, axis=2)
    if raw.shape[2] == 3:
        return raw
    if raw.shape[2] != 4:
        raise broken("it has an unknown number of channels")
    alpha = raw[:, :, 3:].astype(np.uint16)
    alpha[alpha < FAINT] = 0
    mixed = (raw[:, :, :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return np.asarray(mixed, np.uint8)


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """Turn and mirror as Exif orientation 1 to 8 asks (Exif 2.32, tag 0x0112)."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    rows = -1 if orientation in (3, 4, 7, 8) else 1
    columns = -1 if orientation in (2, 3, 6, 7) else 1
    return np.ascontiguousarray(pixels[::rows, ::columns])
