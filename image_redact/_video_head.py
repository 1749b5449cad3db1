"""What a video file is by its bytes, and whether it is there to its end. Runs before FFmpeg sees anything of it."""

from __future__ import annotations

from typing import BinaryIO

from recording.errors import InputError

_HEAD = 12
_UNKNOWN = (1 << 56) - 1
_SEGMENT = 0x18538067
_CLUSTER = 0x1F43B675
_MOST_BOXES = 2_000_000


def kind_of(file: BinaryIO) -> str:
    """``mov``, ``matroska`` or ``avi``, FFmpeg's names of the only readers that a video is given to.

    A playlist in disguise would make FFmpeg open other files and addresses: so no reader is guessed.

    Raises:
        InputError: ``video-empty``, ``video-not-a-video``, ``video-unreadable``, or ``video-truncated`` where the
            container says that it is longer than the file.
    """
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        raise InputError("the video file is empty", code="video-empty", hint="it has 0 bytes")
    if head[4:8] == b"ftyp":
        kind, whole = "mov", _mov_is_whole(file, size)
    elif head.startswith(b"\x1aE\xdf\xa3"):
        kind, whole = "matroska", _matroska_is_whole(file, size)
    elif head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        kind, whole = "avi", _avi_is_whole(file, size)
    else:
        raise InputError(
            "the file is not a video that is read here", code="video-not-a-video", hint="use MP4, WebM, MKV or AVI"
        )
    file.seek(0)
    if not whole:
        raise cut_off()
    return kind


def cut_off() -> InputError:
    """The error for a video of which a part is missing or damaged."""
    return InputError("the video is cut off or damaged", code="video-truncated", hint="copy the file again, whole")


def unreadable() -> InputError:
    """The error for a video that does not decode."""
    return InputError("the video cannot be read", code="video-unreadable", hint="check that it plays")


def _mov_is_whole(file: BinaryIO, size: int) -> bool:
    """Every box at the top ends within the file (ISO/IEC 14496-12, 4.2)."""
    at = 0
    for _ in range(_MOST_BOXES):
        if at + 8 > size:
            return at == size
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 0:  # to the end of the file
            return True
        least = 8
        if length == 1:
            length, least = int.from_bytes(head[8:16], "big"), 16
        if length < least:
            return False
        at += length
    return False


def _avi_is_whole(file: BinaryIO, size: int) -> bool:
    """Every RIFF chunk at the top, of which OpenDML files have several, ends within the file."""
    at = 0
    while at + 12 <= size:
        file.seek(at)
        head = file.read(8)
        if not head.startswith(b"RIFF"):
            return at > 0
        length = int.from_bytes(head[4:8], "little")
        if not length:  # never finished by its writer
            return False
        at += 8 + length + (length & 1)
        # The last byte of padding is left out by some writers.
        if at > size + 1:
            return False
    return True


def _matroska_is_whole(file: BinaryIO, size: int) -> bool:
    """Every element ends within the file; those of unknown length, as live recorders write them, are walked through.

    RFC 8794 (EBML): an element is an id, a length and that many bytes; a length of ones alone means unknown.
    """
    at = 0
    for _ in range(_MOST_BOXES):
        if at >= size:
            return at == size
        file.seek(at)
        head = file.read(_HEAD)
        name, first = _number(head, keep_marker=True)
        length, second = _number(head[first:], keep_marker=False)
        if not first or not second:
            if len(head) == _HEAD:  # no element at all, however much follows
                raise unreadable()
            return False
        at += first + second
        if length == _UNKNOWN:
            if name not in (_SEGMENT, _CLUSTER):
                return False
        elif name != _SEGMENT:
            at += length
        elif at + length > size:
            return False
    return False


def _number(data: bytes, *, keep_marker: bool) -> tuple[int, int]:
    """A variable-size integer and its length in bytes; length 0 where it is none."""
    if not data or not data[0]:
        return 0, 0
    length = 9 - data[0].bit_length()
    if len(data) < length:
        return 0, 0
    value = int.from_bytes(data[:length], "big")
    if keep_marker:
        return value, length
    ones = (1 << 7 * length) - 1
    value &= ones
    return (_UNKNOWN if value == ones else value), length
