"""The one thing of Exif that changes what is seen."""

from __future__ import annotations

import struct


def exif_orientation(tiff: bytes) -> int:
    """Orientation 1 to 8 from a TIFF block (tag 0x0112 of the first directory); 1 when absent or malformed."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    if start + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(order + "H", tiff, start)
    for index in range(count):
        at = start + 2 + 12 * index
        if at + 12 > len(tiff):
            return 1
        tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, at)
        if tag == 0x0112 and kind == 3:
            return int(value) if 1 <= value <= 8 else 1
    return 1
