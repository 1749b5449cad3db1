"""Files to pixels: what is broken is refused with a code, what is hidden stays behind."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import Piece, draw, png
from PIL import Image

from image_redact._containers import PNG_MAGIC, jpeg_segments, png_chunks
from image_redact.decode import clean, decode, encode
from recording.errors import InputError


def chunk(name: bytes, body: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def header(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG's magic and IHDR."""
    return PNG_MAGIC + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """A file written by PIL."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


PAGE = draw([Piece(20, 20, "Ticket 4471 is open")], width=260, height=60)
PNG = png(PAGE)
JPEG = saved(Image.fromarray(PAGE[:, :, ::-1]), "JPEG")
FRAMES = saved(Image.fromarray(PAGE), "PNG", save_all=True, append_images=[Image.fromarray(PAGE // 2)])

BROKEN = {
    "empty": (b"", "image-empty"),
    "text named png": (b"this is a text file\n" * 9, "image-not-an-image"),
    "gif of nothing": (b"GIF89a" + bytes(50), "image-broken"),
    "a kind that is not read": (b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(50), "image-not-an-image"),
    "header of 30,000 squared": (header(30_000, 30_000), "image-too-large"),
    "whole file of 30,000 squared": (
        header(30_000, 30_000) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""),
        "image-too-large",
    ),
    "png cut in half": (PNG[: len(PNG) // 2], "image-truncated"),
    "png without its end": (PNG[:-12], "image-truncated"),
    "first five bytes": (PNG[:5], "image-truncated"),
    "jpeg cut in half": (JPEG[: len(JPEG) // 2], "image-truncated"),
    "several frames": (FRAMES, "image-animated"),
    "too few rows": (
        header(10, 10) + chunk(b"IDAT", zlib.compress(bytes(31 * 4))) + chunk(b"IEND", b""),
        "image-truncated",
    ),
    "more rows than promised": (
        header(10, 10) + chunk(b"IDAT", zlib.compress(bytes(31 * 4000))) + chunk(b"IEND", b""),
        "image-broken",
    ),
    "no pixels": (header(0, 10) + chunk(b"IEND", b""), "image-broken"),
    "flipped bit": (PNG[:60] + bytes([PNG[60] ^ 1]) + PNG[61:], "image-broken"),
    "jpeg marker only": (b"\xff\xd8\xff\xd9", "image-truncated"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_its_code(name: str) -> None:
    """Every kind of bad input raises `InputError` with its own code."""
    data, code = BROKEN[name]
    with pytest.raises(InputError) as caught:
        decode(data, max_pixels=50_000_000)
    assert caught.value.code == code


def test_nothing_is_printed_about_broken_files() -> None:
    """No decoder writes to stderr, whatever it is given."""
    program = (
        "import sys; from image_redact.decode import decode\n"
        "for name in sys.stdin.read().split():\n"
        "    try: decode(bytes.fromhex(name), max_pixels=10**7)\n"
        "    except Exception as error: assert hasattr(error, 'code'), error\n"
    )
    noisy = PNG[:33] + chunk(b"iCCP", b"secret\0\0" + zlib.compress(b"x")) + chunk(b"tEXt", b"Host\0secret") + PNG[33:]
    files = " ".join(data.hex() for data in [noisy, *(data for data, _ in BROKEN.values())])
    done = subprocess.run(
        [sys.executable, "-c", program], input=files, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(PNG) - 1), st.integers(0, 255), st.sampled_from(("png", "jpeg")))
def test_a_damaged_byte_gives_pixels_or_an_input_error(at: int, value: int, kind: str) -> None:
    """Damage never gives another exception, and never a picture of another size."""
    source = bytearray(PNG if kind == "png" else JPEG)
    source[at % len(source)] = value
    try:
        pixels = decode(bytes(source), max_pixels=100_000)
    except InputError:
        return
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "I;16", "RGB"])
def test_every_png_mode_becomes_three_channels(mode: str) -> None:
    """Grey, bilevel, palette, alpha and 16 bit all decode to the same size of BGR."""
    if mode == "I;16":
        image = Image.fromarray(PAGE[:, :, 0].astype(np.uint16) << 8)
    else:
        image = Image.fromarray(PAGE[:, :, ::-1]).convert(mode)
    pixels = decode(saved(image, "PNG"), max_pixels=100_000)
    assert pixels.shape == PAGE.shape
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - PAGE).mean() < 12


def test_cmyk_jpeg_decodes_to_its_colours() -> None:
    """A CMYK JPEG becomes BGR close to what it shows."""
    pixels = decode(saved(Image.fromarray(PAGE[:, :, ::-1]).convert("CMYK"), "JPEG"), max_pixels=100_000)
    assert np.abs(pixels.astype(int) - PAGE).mean() < 12


@pytest.mark.parametrize("alpha", [0, 10, 31])
def test_pixels_hidden_under_alpha_do_not_pass(alpha: int) -> None:
    """Two pictures that differ only where they are transparent give the same pixels."""
    text = np.dstack([PAGE, np.full(PAGE.shape[:2], alpha, np.uint8)])
    blank = np.full_like(text, alpha)
    assert np.array_equal(decode(png(text), max_pixels=100_000), decode(png(blank), max_pixels=100_000))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_exif_orientation_is_applied_to_pixels(orientation: int, kind: str) -> None:
    """The eight orientations of Exif give what a viewer shows, since the tag itself does not pass."""
    from PIL import ImageOps

    image = Image.fromarray(PAGE[:, :, ::-1])
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(image, kind, exif=exif)
    shown = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))[:, :, ::-1]
    pixels = decode(data, max_pixels=100_000)
    assert pixels.shape == shown.shape
    assert np.abs(pixels.astype(int) - shown).mean() < 2


@pytest.mark.parametrize("suffix", [".png", ".JPG", ".jpeg"])
def test_written_files_hold_pixels_only(suffix: str) -> None:
    """PNG has IHDR, IDAT and IEND; JPEG has no application segment but JFIF, no comment; nothing follows the end."""
    data = encode(PAGE, suffix)
    assert clean(data)
    if suffix == ".png":
        assert {name for name, _ in png_chunks(data)} == {b"IHDR", b"IDAT", b"IEND"}
        assert np.array_equal(decode(data, max_pixels=100_000), PAGE)
    else:
        assert [mark for mark, _ in jpeg_segments(data) if 0xE0 <= mark <= 0xEF or mark == 0xFE] == [0xE0]


def test_metadata_and_trailing_bytes_are_seen_as_unclean() -> None:
    """The check behind every written file notices text chunks, comments and bytes after the end."""
    assert clean(PNG)
    assert not clean(PNG + b"tail")
    assert not clean(PNG[:33] + chunk(b"tEXt", b"a\0b") + PNG[33:])
    assert not clean(saved(Image.fromarray(PAGE), "JPEG", comment=b"made on host-17"))


def test_an_unknown_suffix_is_refused() -> None:
    """Only PNG and JPEG are written."""
    with pytest.raises(InputError, match="image-suffix"):
        encode(PAGE, ".webp")


def test_opencv_is_not_loaded_by_importing_the_package() -> None:
    """Importing the package and its steps loads neither OpenCV nor pytesseract nor PIL."""
    program = (
        "import sys, image_redact, image_redact.steps, image_redact.video\n"
        "assert not {'cv2', 'pytesseract', 'PIL'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0


def test_the_page_is_not_blank() -> None:
    """The picture these tests use has something on it."""
    assert cv2.cvtColor(PAGE, cv2.COLOR_BGR2GRAY).min() < 80
