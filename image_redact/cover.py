"""Covers pixels. What is drawn depends on the boxes, on what was said of them, and on pixels outside all of them.

No style reads a pixel under a box. `blur` and `surrogate` take one colour from the pixels around a box, which leave
with the picture anyway; see `image_redact._surround.colour_around`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

import numpy as np
import numpy.typing as npt

from image_redact._containers import JPEG_BLOCK
from image_redact._lettering import fits, letter
from image_redact._paint import Colour, contrast, flat, noise, smudge
from image_redact._surround import colour_around
from image_redact.decode import Pixels
from image_redact.screen import Rect
from recording.errors import StepFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "BLACK",
    "FRINGE",
    "JPEG_BLOCK",
    "REFUSED",
    "Colour",
    "Region",
    "Spot",
    "Style",
    "cover",
    "inscribe",
    "spots",
]

Scalar = TypeVar("Scalar", bound=np.generic)
Style = Literal["fill", "blur", "noise", "surrogate"]

BLACK: Colour = (0, 0, 0)

REFUSED = {
    style: f"{style} keeps the covered text: a known font brings up to 98 % of the digits back; use fill or blur"
    for style in ("mosaic", "pixelate", "gaussian", "median")
}
"""Styles that are functions of the covered pixels, with the reason why they are refused (measured: 4 px mosaic .983,
Gaussian sigma 3 .956 of digits recovered; Hill, Zhou, Saul, Shacham, PETS 2016(4):403)."""

FRINGE = 4
"""Pixels covered beyond whole blocks: decoders interpolate colour over one pixel of the next block (libjpeg's "fancy
upsampling"), and the loop filter of VP8 and H.264 changes three."""


_LABEL = re.compile(r"[A-Z][A-Z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Region:
    """A box to cover, and what may be written into it.

    Attributes:
        box: Pixels of the picture.
        label: What was found there, such as ``EMAIL_ADDRESS``; never the value.
        text: The stand-in that the value has elsewhere in the recording, for the style ``surrogate``.
    """

    box: Rect
    label: str = ""
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A region as it is painted: grown, cut at the edges of the picture, with its style."""

    box: Rect
    style: str
    label: str
    text: str = field(repr=False)


def cover(
    pixels: Pixels,
    boxes: Iterable[Rect | Region],
    *,
    style: Style = "fill",
    by_label: Sequence[tuple[str, Style]] = (),
    colour: Colour = BLACK,
    padding: int = 0,
    block: int = 1,
    grid: int = 1,
    seed: bytes = b"",
) -> Pixels:
    """A copy of the picture with every box painted over. Nothing is written; see `inscribe`.

    Args:
        pixels: Rows x columns x 3, BGR; not changed.
        boxes: In pixels, parts outside the picture are ignored; they may overlap, in any order.
        style: ``fill`` paints one colour. ``blur`` paints the commonest colour around the box and a soft bar on it,
            which looks like blurred text and holds nothing. ``noise`` paints greys drawn from ``seed`` and the box, the
            same on every frame, since noise drawn anew can be averaged. ``surrogate`` paints the colour around the box.
        by_label: Styles of regions with a certain label, instead of ``style``.
        colour: Blue, green, red, of ``fill``.
        padding: Pixels added on every side of each box.
        block: Boxes grow to multiples of this and by `FRINGE`; `image_redact.decode.block_of` tells it for a file.
        grid: Left and right edges move out to multiples of this.
        seed: Secret bytes for ``noise``.

    Raises:
        StepFailed: ``cover-style`` for a style that keeps what it covers.
    """
    placed = spots(pixels, boxes, style=style, by_label=by_label, padding=padding, block=block, grid=grid)
    outside = _outside(pixels, placed)
    patches = []
    for spot in placed:
        height, width = spot.box.height, spot.box.width
        if spot.style == "fill":
            patches.append(flat(height, width, colour))
        elif spot.style == "noise":
            patches.append(noise(spot.box, seed))
        elif spot.style == "blur":
            patches.append(smudge(height, width, colour_around(pixels, outside, spot.box)))
        else:
            patches.append(flat(height, width, colour_around(pixels, outside, spot.box)))
    done = pixels.copy()
    # The largest last, and lettered first: where readings of one place differ in size or style it decides the look.
    for spot, patch in sorted(zip(placed, patches, strict=True), key=_size_of_first, reverse=True):
        _window(done, spot.box)[:] = patch
    return done


def inscribe(
    pixels: Pixels,
    boxes: Iterable[Rect | Region],
    *,
    style: Style = "fill",
    by_label: Sequence[tuple[str, Style]] = (),
    colour: Colour = BLACK,
    padding: int = 0,
    block: int = 1,
    grid: int = 1,
    text: bool = False,
) -> Pixels:
    """A copy of a covered picture with labels and stand-ins written inside the boxes.

    Verification reads the picture before this, while nothing of ours can be mistaken for a residue; what is added after
    it is a function of the covered picture and of texts that the boundary made up.

    Args:
        pixels: What `cover` gave for the same boxes and options.
        boxes: As for `cover`. With ``surrogate`` the region's ``text`` is written, or its label where it has none.
        style: As for `cover`, like all that follow.
        by_label: Styles of regions with a certain label.
        colour: Colour of ``fill``.
        padding: Pixels added on every side of each box.
        block: Multiples that boxes grow to.
        grid: Multiples that left and right edges move out to.
        text: Write the label, such as ``[EMAIL_ADDRESS]``, on ``fill`` and ``blur``. Nothing is written on ``noise``.
    """
    placed = spots(pixels, boxes, style=style, by_label=by_label, padding=padding, block=block, grid=grid)
    done = pixels.copy()
    if not text and all(spot.style != "surrogate" for spot in placed):
        return done
    outside = _outside(pixels, placed)
    taken: list[Rect] = []
    # Of several readings of one place, one is written.
    for spot in sorted(placed, key=_size):
        said = _said(spot, text)
        free = _free(spot.box, taken) if said else None
        if free is None or not fits(free):
            continue
        taken.append(spot.box)
        paper = colour if spot.style == "fill" else colour_around(pixels, outside, spot.box)
        window = _window(done, free)
        window[:] = letter(window, said, contrast(paper), centred=spot.style != "surrogate")
    return done


def spots(
    pixels: Pixels,
    boxes: Iterable[Rect | Region],
    *,
    style: Style,
    by_label: Sequence[tuple[str, Style]] = (),
    padding: int = 0,
    block: int = 1,
    grid: int = 1,
) -> list[Spot]:
    """Where paint goes: distinct, in an order that does not tell which detector ran first, inside the picture."""
    styles = dict(by_label)
    for name in (style, *styles.values()):
        if name not in get_args(Style):
            raise StepFailed(
                REFUSED.get(name, "this style is not known"),
                code="cover-style",
                hint=f"use {', '.join(get_args(Style))}",
            )
    height, width = pixels.shape[:2]
    out = set()
    for given in boxes:
        region = given if isinstance(given, Region) else Region(given)
        box = _grown(region.box, padding=padding, block=block, grid=grid)
        left, top, right, bottom = max(0, box.x), max(0, box.y), min(width, box.right), min(height, box.bottom)
        if left < right and top < bottom:
            inside = Rect(left, top, right - left, bottom - top)
            out.add(Spot(inside, styles.get(region.label, style), region.label, region.text))
    return sorted(out)


def _grown(box: Rect, *, padding: int, block: int, grid: int) -> Rect:
    """The grid first, so that what is added to its multiples adds nothing to what they tell."""
    fringe = FRINGE if block > 1 else 0
    left = (box.x // grid * grid - padding) // block * block - fringe
    right = -(-(-(-box.right // grid) * grid + padding) // block) * block + fringe
    top = (box.y - padding) // block * block - fringe
    bottom = -(-(box.bottom + padding) // block) * block + fringe
    return Rect(left, top, right - left, bottom - top)


def _outside(pixels: Pixels, placed: Sequence[Spot]) -> npt.NDArray[np.bool_]:
    """Pixels that no box takes, rows x columns."""
    out = np.ones(pixels.shape[:2], np.bool_)
    for spot in placed:
        _window(out, spot.box)[:] = False
    return out


def _window(picture: npt.NDArray[Scalar], box: Rect) -> npt.NDArray[Scalar]:
    """A view of the pixels of a box."""
    return picture[box.y : box.bottom, box.x : box.right]


def _size(spot: Spot) -> tuple[int, Spot]:
    return -spot.box.width * spot.box.height, spot


def _size_of_first(pair: tuple[Spot, Pixels]) -> tuple[int, Spot]:
    return _size(pair[0])


def _said(spot: Spot, text: bool) -> str:
    """What is written into a spot."""
    # Labels are names of kinds; a detector that puts anything else there is not taken at its word.
    label = f"[{spot.label}]" if _LABEL.fullmatch(spot.label) else ""
    if spot.style == "surrogate":
        return spot.text or label
    return label if text and spot.style != "noise" else ""


def _free(box: Rect, taken: Sequence[Rect]) -> Rect | None:
    """The part of a box left or right of what is written already, ``None`` where more than half of it is taken."""
    left, right = box.x, box.right
    for other in taken:
        if other.x >= right or other.right <= left or other.y >= box.bottom or other.bottom <= box.y:
            continue
        if other.x - left > right - other.right:
            right = other.x
        else:
            left = other.right
    return Rect(left, box.y, right - left, box.height) if 2 * (right - left) > box.width else None
