"""T6: whatever a file holds besides the pixels that are seen stays behind, for every kind of file that is read."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import Piece, draw, png
from PIL import Image, PngImagePlugin, TiffImagePlugin

from image_redact._containers import PNG_MAGIC, probe
from image_redact.decode import block_of, clean, decode, encode, written_suffix
from recording.errors import InputError

SECRET = b"GREBE-4417-SHOAL"
PAGE = draw([Piece(20, 20, "Ticket 4471 is open")], width=260, height=60)
RGB = Image.fromarray(PAGE[:, :, ::-1])
PNG = png(PAGE)
THUMB = draw([Piece(4, 4, "219-09-9999", 12)], width=90, height=24)


def saved(kind: str, image: Image.Image = RGB, **options: object) -> bytes:
    """A file written by PIL."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def inside(*chunks: bytes) -> bytes:
    """A PNG with chunks behind its header."""
    return PNG[:33] + b"".join(chunks) + PNG[33:]


def exif() -> bytes:
    """Exif with a comment, and with a thumbnail that shows what the page no longer does."""
    made = Image.Exif()
    made[0x010E] = SECRET.decode()
    return made.tobytes() + saved("JPEG", Image.fromarray(THUMB)) + SECRET


def text_chunks() -> PngImagePlugin.PngInfo:
    """tEXt, zTXt and iTXt (XMP) as image programs write them."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_text("Source", SECRET.decode(), zip=True)
    info.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{SECRET.decode()}</x:xmpmeta>")
    return info


def gif_with_comment() -> bytes:
    """A GIF with a comment and an application extension."""
    data = saved("GIF", comment=SECRET)
    assert SECRET in data
    application = b"\x21\xff\x0bSCREENSHOT1" + bytes([len(SECRET)]) + SECRET + b"\0"
    at = 13 + 3 * (2 << (data[10] & 7))
    return data[:at] + application + data[at:]


TIFF_TAGS = TiffImagePlugin.ImageFileDirectory_v2()
TIFF_TAGS[270] = SECRET.decode()

LADEN = {
    "private chunk": inside(chunk(b"prVt", SECRET)),
    "text chunks": saved("PNG", pnginfo=text_chunks()),
    "eXIf": inside(chunk(b"eXIf", exif()[6:])),
    "iCCP": inside(chunk(b"iCCP", b"host\0\0" + zlib.compress(SECRET))),
    "tIME": inside(chunk(b"tIME", bytes([7, 0xEA, 1, 2, 3, 4, 5]))),
    "unused palette entries": saved("PNG", RGB.quantize(64)),
    "bytes after IEND": PNG + SECRET,
    "a second PNG after IEND": PNG + inside(chunk(b"tEXt", b"a\0" + SECRET)),
    "interlaced": inside(),
    "Exif with a thumbnail": saved("JPEG", exif=exif()),
    "COM": saved("JPEG", comment=SECRET),
    "JPEG profile": saved("JPEG", icc_profile=SECRET),
    "bytes after EOI": saved("JPEG") + SECRET,
    "a second JPEG after EOI": saved("JPEG") + saved("JPEG", comment=SECRET),
    "progressive": saved("JPEG", progressive=True, comment=SECRET),
    "WebP": saved("WEBP", exif=exif(), xmp=SECRET, icc_profile=SECRET),
    "WebP, lossless": saved("WEBP", lossless=True, exif=exif(), xmp=SECRET) + SECRET,
    "GIF": gif_with_comment() + SECRET,
    "BMP": saved("BMP") + SECRET,
    "TIFF": saved("TIFF", tiffinfo=TIFF_TAGS) + SECRET,
    "TIFF of JPEG": saved("TIFF", tiffinfo=TIFF_TAGS, compression="jpeg"),
}


@pytest.mark.parametrize("name", LADEN)
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_what_leaves_holds_pixels_and_nothing_that_came_with_them(name: str, suffix: str) -> None:
    """Chunks, segments, profiles, thumbnails, comments, palettes, times and bytes behind the end are gone."""
    pixels = decode(LADEN[name])
    assert pixels.shape == PAGE.shape
    assert np.abs(pixels.astype(int) - PAGE).mean() < 12
    data = encode(pixels, suffix)
    assert clean(data)
    assert SECRET not in data
    if suffix == ".png":
        again = encode(decode(data), suffix)
        assert again == data
        assert np.array_equal(decode(data), pixels)


@pytest.mark.parametrize("name", [name for name in LADEN if name != "interlaced"])
def test_a_laden_file_is_seen_as_unclean(name: str) -> None:
    """The check behind every written file notices each of them, so that none could leave as it is."""
    assert not clean(LADEN[name])


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "GIF"])
def test_what_alpha_hides_does_not_pass(kind: str) -> None:
    """Two pictures that differ only where they are transparent give the same pixels."""
    done = []
    for colour in ((0, 0, 0), (250, 40, 90)):
        image = RGB.convert("RGBA")
        image.paste((*colour, 0), (0, 0, 130, 60))
        done.append(decode(saved(kind, image, **({"lossless": True, "exact": True} if kind == "WEBP" else {}))))
    assert np.array_equal(done[0][:, :130], done[1][:, :130])
    assert done[0].shape == PAGE.shape


def test_a_bitmap_with_an_unused_fourth_byte_is_read_as_it_is_seen() -> None:
    """32-bit bitmaps of screen grabbers have zeros where alpha would be; that hides nothing."""
    rows, columns = PAGE.shape[:2]
    body = np.dstack([PAGE, np.zeros((rows, columns), np.uint8)])[::-1].tobytes()
    head = struct.pack("<IiiHHIIiiII", 40, columns, rows, 1, 32, 0, len(body), 0, 0, 0, 0)
    data = b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54) + head + body
    assert np.array_equal(decode(data), PAGE)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["TIFF", "WEBP"])
def test_orientation_is_applied_and_dropped(kind: str, orientation: int) -> None:
    """WebP and TIFF turn as a viewer turns them."""
    from PIL import ImageOps

    tag = Image.Exif()
    tag[0x0112] = orientation
    data = saved(kind, exif=tag, **({"lossless": True} if kind == "WEBP" else {}))
    shown = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))[:, :, ::-1]
    assert np.array_equal(decode(data), shown)


MOVING = {kind: saved(kind, save_all=True, append_images=[RGB.rotate(180)]) for kind in ("GIF", "WEBP", "TIFF", "PNG")}


@pytest.mark.parametrize("kind", MOVING)
def test_a_file_of_several_frames_is_refused(kind: str) -> None:
    """APNG, animated GIF and WebP, TIFF of many pages: no frame that nobody read passes, none is lost in silence."""
    with pytest.raises(InputError, match="image-animated"):
        decode(MOVING[kind])


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16", "CMYK", "RGB"])
@pytest.mark.parametrize("kind", ["TIFF", "BMP", "GIF", "WEBP"])
def test_every_mode_becomes_three_channels(kind: str, mode: str) -> None:
    """Bilevel, grey, palette, alpha, 16 bit and CMYK decode to what is seen, or are refused with a code."""
    image = Image.fromarray(PAGE[:, :, 0].astype(np.uint16) << 8) if mode == "I;16" else RGB.convert(mode)
    try:
        data = saved(kind, image)
    except (OSError, ValueError):
        pytest.skip(f"{kind} does not hold {mode}")
    pixels = decode(data)
    assert pixels.shape == PAGE.shape
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - PAGE).mean() < 12


KINDS = {kind: saved(kind) for kind in ("WEBP", "BMP", "GIF", "TIFF")}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_off_is_refused(kind: str) -> None:
    """No decoder fills the gap."""
    whole = KINDS[kind]
    for length in (len(whole) // 4, len(whole) // 2, len(whole) * 9 // 10):
        with pytest.raises(InputError) as caught:
            decode(whole[:length])
        assert caught.value.code in {"image-truncated", "image-broken"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_size_beyond_the_limit_is_refused_before_decoding(kind: str) -> None:
    """The limit is judged by the header."""
    with pytest.raises(InputError, match="image-too-large"):
        decode(KINDS[kind], max_pixels=260 * 60 - 1)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_byte_gives_pixels_or_an_input_error(kind: str, at: int, value: int) -> None:
    """Damage never gives another exception, whatever field it hits."""
    source = bytearray(KINDS[kind])
    source[at % min(len(source), 400)] = value
    try:
        pixels = decode(bytes(source), max_pixels=100_000)
    except InputError:
        return
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3


def test_decoders_print_nothing_about_damaged_files() -> None:
    """What a library says about a file may quote it: nothing reaches stderr."""
    program = (
        "import sys; from image_redact.decode import decode\n"
        "for name in sys.stdin.read().split():\n"
        "    for cut in (1, 2, 3):\n"
        "        data = bytes.fromhex(name)\n"
        "        data = data[:len(data) * cut // 3 - 20] + bytes(20)\n"
        "        try: decode(data, max_pixels=10**7)\n"
        "        except Exception as error: assert hasattr(error, 'code'), error\n"
    )
    files = " ".join(data.hex() for data in KINDS.values())
    done = subprocess.run(
        [sys.executable, "-c", program], input=files, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_blocks_are_those_of_the_coding() -> None:
    """Lossless files smear nothing; JPEG and lossy WebP do, JPEG as far as its sampling factors say."""
    assert [block_of(KINDS[kind]) for kind in ("BMP", "GIF", "TIFF", "WEBP")] == [1, 1, 1, 16]
    assert block_of(LADEN["WebP, lossless"]) == 1
    assert block_of(LADEN["TIFF of JPEG"]) == 16
    assert block_of(PNG) == 1
    assert block_of(saved("JPEG", subsampling=0)) == 16
    wide = bytearray(saved("JPEG", subsampling=2))
    at = wide.index(b"\xff\xc0")
    wide[at + 11] = 0x41  # luma sampled four times as densely across, as in 4:1:1
    assert block_of(bytes(wide)) == 32


def test_only_jpeg_keeps_its_kind() -> None:
    """Everything else is written as PNG."""
    assert [written_suffix(name) for name in ("a.JPG", "b.jpeg", "c.png", "d.webp", "e")] == [
        ".jpg", ".jpg", ".png", ".png", ".png",
    ]  # fmt: skip


def test_kinds_that_are_not_read_are_refused() -> None:
    """A file is taken for what its bytes say; what no reader here knows does not pass."""
    for data in (b"BMW is a car, and this is a text", b"RIFF\x10\0\0\0AVI fmt ", b"\0\0\0\x1cftypavif" + bytes(40)):
        with pytest.raises(InputError, match="image-not-an-image"):
            probe(data, max_pixels=10**6)
    assert PNG.startswith(PNG_MAGIC)
