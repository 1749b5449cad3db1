"""WebP, BMP, GIF and TIFF files seen as bytes, as `image_redact._containers` sees PNG and JPEG. None is written.

Formats: WebP container specification (RFC 9649, section 2); GIF89a (CompuServe, 1990), section 19 on; BITMAPINFOHEADER
and its successors (Windows GDI); TIFF 6.0 (Adobe, 1992), section 2.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from image_redact._container_errors import broken, check_size, several_frames, truncated
from image_redact._exif import exif_orientation

if TYPE_CHECKING:
    from collections.abc import Iterator

Seen = tuple[int, int, int, int, bytes]
"""Width, height, Exif orientation, pixels that lossy coding smears over (1 for none), and the bytes to decode."""

_LOSSY_BLOCK = 16
_WEBP_PIXELS = (b"VP8 ", b"VP8L", b"ALPH", b"VP8X")
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_TIFF_JPEG = (6, 7)


def webp(data: bytes, max_pixels: int) -> Seen:
    """A still WebP, metadata and colour profile left out of the bytes."""
    if len(data) < 12 or struct.unpack_from("<I", data, 4)[0] + 8 > len(data):
        raise truncated()
    kept, size, orientation, block = [], (0, 0), 1, 1
    for name, whole in _riff(data[12 : struct.unpack_from("<I", data, 4)[0] + 8]):
        body = whole
        if name in (b"ANIM", b"ANMF"):
            raise several_frames()
        if name == b"EXIF":
            orientation = exif_orientation(body.removeprefix(b"Exif\0\0"))
        if name not in _WEBP_PIXELS:
            continue
        if name == b"VP8X" and len(body) >= 10:
            size = (1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little"))
            # Alpha stays announced; profile, Exif, XMP and animation do not.
            body = bytes([body[0] & 0x10]) + body[1:]
        elif name == b"VP8 " and len(body) >= 10:
            block = _LOSSY_BLOCK
            across, down = struct.unpack_from("<HH", body, 6)
            size = size if size != (0, 0) else (across & 0x3FFF, down & 0x3FFF)
        elif name == b"VP8L" and len(body) >= 5:
            bits = int.from_bytes(body[1:5], "little")
            size = size if size != (0, 0) else (1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        kept.append(name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1))
    check_size(*size, max_pixels)
    joined = b"WEBP" + b"".join(kept)
    return *size, orientation, block, b"RIFF" + struct.pack("<I", len(joined)) + joined


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        if at + 8 + length > len(data):
            raise truncated()
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + (length & 1)


def bmp(data: bytes, max_pixels: int) -> Seen:
    """A Windows bitmap. Uncompressed pixels must all be there."""
    if len(data) < 26:
        raise truncated()
    start, header = struct.unpack_from("<II", data, 10)
    if header not in _BMP_HEADERS:
        raise broken("the header is not one that BMP knows")
    if header == 12:
        width, height, _, depth = struct.unpack_from("<HHHH", data, 18)
        packing = 0
    else:
        if len(data) < 14 + header:
            raise truncated()
        width, height, _, depth, packing = struct.unpack_from("<iiHHI", data, 18)
    check_size(width, abs(height), max_pixels)
    if packing in (0, 3, 6) and start + (width * depth + 31) // 32 * 4 * abs(height) > len(data):
        raise truncated()
    return width, abs(height), 1, 1, data


def gif(data: bytes, max_pixels: int) -> Seen:
    """A GIF of one frame, comments and application extensions left out of the bytes."""
    if len(data) < 13:
        raise truncated()
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    check_size(width, height, max_pixels)
    at = 13 + _table(flags)
    kept, images = [data[:at]], 0
    while True:
        mark = data[at : at + 1]
        if mark == b"\x3b":
            break
        if mark == b"\x21":
            end = _blocks(data, at + 2)
            # 0xF9 says which palette entry is transparent; the others are no pixels.
            kept += [data[at:end]] if data[at + 1 : at + 2] == b"\xf9" else []
        elif mark == b"\x2c" and at + 10 <= len(data):
            images += 1
            end = _blocks(data, at + 10 + _table(data[at + 9]) + 1)
            kept.append(data[at:end])
        elif mark:
            raise broken("a block is of no known kind")
        else:
            raise truncated()
        at = end
    if images != 1:
        raise several_frames() if images else broken("it has no pixels")
    return width, height, 1, 1, b"".join([*kept, b"\x3b"])


def _table(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> int:
    """Where a run of sub-blocks ends."""
    while at < len(data):
        length = data[at]
        at += 1 + length
        if not length:
            return at
    raise truncated()


def tiff(data: bytes, max_pixels: int) -> Seen:
    """A TIFF of one page. The decoder turns it upright itself, so orientation 1 is given."""
    order = "<" if data.startswith(b"II") else ">"
    if len(data) < 8:
        raise truncated()
    (at,) = struct.unpack_from(order + "I", data, 4)
    if at + 2 > len(data):
        raise truncated()
    (count,) = struct.unpack_from(order + "H", data, at)
    end = at + 2 + 12 * count
    if end + 4 > len(data):
        raise truncated()
    if struct.unpack_from(order + "I", data, end)[0]:
        raise several_frames()
    tags = {}
    for place in range(at + 2, end, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", data, place)
        if kind in (3, 4) and number == 1:
            (tags[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, place + 8)
    width, height = tags.get(256, 0), tags.get(257, 0)
    check_size(width, height, max_pixels)
    if tags.get(274, 1) >= 5:
        width, height = height, width
    return width, height, 1, _LOSSY_BLOCK if tags.get(259, 1) in _TIFF_JPEG else 1, data
