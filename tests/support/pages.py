"""Draws screens with known text: every piece knows where its glyphs are. All people are invented."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

Pixels = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]
FONTS = Path("/usr/share/fonts/truetype")


@dataclass(frozen=True, slots=True)
class Piece:
    """One run of text at a place, in RGB colours; ``back`` fills a rectangle behind it first."""

    x: int
    y: int
    text: str
    size: int = 15
    colour: Colour = (25, 25, 25)
    back: Colour | None = None
    font: str = "dejavu/DejaVuSans.ttf"


@lru_cache(maxsize=64)
def _font(name: str, size: int) -> Any:
    return ImageFont.truetype(str(FONTS / name), size)


def draw(pieces: Sequence[Piece], *, width: int = 900, height: int = 420, paper: Colour = (255, 255, 255)) -> Pixels:
    """A BGR screen of ``height`` x ``width`` with the pieces drawn in order."""
    image = Image.new("RGB", (width, height), paper)
    pen = ImageDraw.Draw(image)
    for piece in pieces:
        font = _font(piece.font, piece.size)
        if piece.back is not None:
            box = pen.textbbox((piece.x, piece.y), piece.text, font=font)
            pen.rectangle((box[0] - 10, box[1] - 6, box[2] + 10, box[3] + 6), fill=piece.back)
        pen.text((piece.x, piece.y), piece.text, font=font, fill=piece.colour)
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def ink(piece: Piece, *, width: int = 900, height: int = 420) -> npt.NDArray[np.bool_]:
    """Where the glyphs of one piece are: True for every pixel that is at least a quarter ink."""
    image = Image.new("L", (width, height), 0)
    ImageDraw.Draw(image).text((piece.x, piece.y), piece.text, font=_font(piece.font, piece.size), fill=255)
    return np.asarray(image) >= 64


def png(pixels: Pixels) -> bytes:
    """The pixels as a PNG file."""
    done, data = cv2.imencode(".png", pixels)
    assert done
    return bytes(data)
