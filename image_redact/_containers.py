"""Picture files seen as bytes: sizes, frames and orientation, all known before a decoder touches a pixel.

Formats: PNG specification, third edition (W3C 2023), sections 5 and 11; ITU-T T.81 (JPEG), annex B; Exif 2.32, 4.5.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from image_redact._container_errors import broken, check_size, several_frames, truncated
from image_redact._exif import exif_orientation
from image_redact._more_containers import bmp, gif, tiff, webp
from recording.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
JPEG_MAGIC = b"\xff\xd8\xff"
JPEG_BLOCK = 16
"""Blocks of the usual chroma subsampling, in pixels; `Container.block` is larger where a file says so."""
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_FRAMES = (b"acTL", b"fcTL", b"fdAT")
_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True, slots=True)
class Container:
    """A whole and sound picture file.

    Attributes:
        kind: ``png``, ``jpeg``, ``webp``, ``bmp``, ``gif`` or ``tiff``.
        width: Pixels per row as stored.
        height: Rows as stored.
        orientation: Exif orientation, 1 to 8.
        block: Side in pixels of the blocks that lossy coding smears over; 1 where none does.
        data: The bytes to decode; but for JPEG, BMP and TIFF only the parts that make pixels, so that no other reaches
            a decoder.
    """

    kind: str
    width: int
    height: int
    orientation: int
    block: int
    data: bytes = field(repr=False)


def probe(data: bytes, *, max_pixels: int) -> Container:
    """Check a file from its first byte to its last and say what it holds; raises `InputError`, never decodes pixels."""
    if not data:
        raise InputError("the picture file is empty", code="image-empty", hint="it has 0 bytes")
    if data.startswith(PNG_MAGIC):
        return _png(data, max_pixels)
    if data.startswith(JPEG_MAGIC):
        return _jpeg(data, max_pixels)
    for kind, is_one, look in _OTHERS:
        if is_one(data):
            width, height, orientation, block, pixels = look(data, max_pixels)
            return Container(kind, width, height, orientation, block, pixels)
    if len(data) < len(PNG_MAGIC) and (PNG_MAGIC.startswith(data) or JPEG_MAGIC.startswith(data)):
        raise truncated()
    raise InputError(
        "the file is no picture that is read here",
        code="image-not-an-image",
        hint="PNG, JPEG, WebP, BMP, GIF and TIFF are read",
    )


def _is_webp(data: bytes) -> bool:
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def _is_bmp(data: bytes) -> bool:
    # Two letters begin many a text; the reserved field behind the size is zero in bitmaps.
    return data.startswith(b"BM") and data[6:10] == bytes(4)


def _is_gif(data: bytes) -> bool:
    return data.startswith((b"GIF87a", b"GIF89a"))


def _is_tiff(data: bytes) -> bool:
    return data.startswith((b"II*\0", b"MM\0*"))


_OTHERS = (("webp", _is_webp, webp), ("bmp", _is_bmp, bmp), ("gif", _is_gif, gif), ("tiff", _is_tiff, tiff))


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and payload of every chunk up to IEND, checksums verified; bytes after IEND are not looked at."""
    at = len(PNG_MAGIC)
    while True:
        if at + 12 > len(data):
            # The header alone must come out, so that its size is judged before anything else.
            raise truncated()
        (length,) = struct.unpack_from(">I", data, at)
        name = data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            raise truncated()
        body = data[at + 8 : end - 4]
        if name in _PIXELS and zlib.crc32(body, zlib.crc32(name)) != struct.unpack_from(">I", data, end - 4)[0]:
            raise broken("a checksum is wrong")
        yield name, body
        if name == b"IEND":
            return
        at = end


def jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and payload of every segment up to and including start of scan (0xDA)."""
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if at + 4 > len(data):
            raise truncated()
        if data[at] != 0xFF:
            raise broken("a marker is missing")
        marker = data[at + 1]
        if marker in _BARE:
            at += 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if length < 2:
            raise broken("a segment has no length")
        if at + 2 + length > len(data):
            raise truncated()
        yield marker, data[at + 4 : at + 2 + length]
        if marker == 0xDA:
            return
        at += 2 + length


def _png(data: bytes, max_pixels: int) -> Container:
    kept: list[tuple[bytes, bytes]] = []
    orientation = 1
    header: tuple[int, ...] = ()
    for name, body in png_chunks(data):
        if not header:
            if name != b"IHDR" or len(body) != 13:
                raise broken("the header is not first")
            header = struct.unpack(">IIBBBBB", body)
            check_size(header[0], header[1], max_pixels)
            if header[2] not in _DEPTHS.get(header[3], ()) or header[4] or header[5] or header[6] > 1:
                raise broken("the header is not one that PNG knows")
        elif name == b"IHDR":
            raise broken("it has two headers")
        if name in _FRAMES:
            raise several_frames()
        if name == b"eXIf":
            orientation = exif_orientation(body)
        if name in _PIXELS:
            kept.append((name, body))
    _check_inflated(b"".join(body for name, body in kept if name == b"IDAT"), header)
    return Container("png", header[0], header[1], orientation, 1, _join(kept))


def _join(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = [PNG_MAGIC]
    for name, body in chunks:
        parts += [struct.pack(">I", len(body)), name, body, struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))]
    return b"".join(parts)


def _check_inflated(packed: bytes, header: tuple[int, ...]) -> None:
    """Refuse pixel data that are short, long or no zlib stream: a decoder would fill the gap or print about it."""
    width, height, depth, colour, _, _, interlaced = header
    bits = depth * _CHANNELS[colour]
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    expected = 0
    for x, y, dx, dy in passes:
        columns, rows = -(-(width - x) // dx), -(-(height - y) // dy)
        if columns > 0 and rows > 0:
            expected += rows * (1 + (columns * bits + 7) // 8)
    stream = zlib.decompressobj()
    try:
        size = len(stream.decompress(packed, expected + 1))
    except zlib.error:
        raise broken("its pixel data do not unpack") from None
    if size > expected:
        raise broken("it holds more pixel data than its header says")
    if size < expected or not stream.eof:
        raise truncated()


def _jpeg(data: bytes, max_pixels: int) -> Container:
    orientation, size, block = 1, (0, 0), 8
    at_scan = False
    for marker, body in jpeg_segments(data):
        if marker in _START_OF_FRAME:
            if len(body) < 6 or len(body) < 6 + 3 * body[5]:
                raise broken("the frame header is short")
            height, width = struct.unpack_from(">HH", body, 1)
            check_size(width, height, max_pixels)
            size = (width, height)
            # Sampling factors, T.81 B.2.2: a block of the coarsest component spans up to 4 x 8 pixels.
            factors = body[7 : 6 + 3 * body[5] : 3]
            block = 8 * max((max(pair >> 4, pair & 15) for pair in factors), default=1)
        elif marker == 0xE1 and body.startswith(b"Exif\0\0"):
            orientation = exif_orientation(body[6:])
        at_scan = marker == 0xDA
    if not at_scan or size == (0, 0):
        raise broken("it has no frame header")
    # In entropy-coded data FF is always stuffed, so FF D9 after the last scan header can only be the end marker.
    if data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda"):
        raise truncated()
    return Container("jpeg", size[0], size[1], orientation, max(JPEG_BLOCK, block), data)
