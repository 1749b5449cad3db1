"""What the steps build: picklable readers and coverers. The Plan hands them pixels and asks them for boxes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from image_redact.cover import BLACK, Colour, Region, Style, cover, inscribe
from image_redact.decode import MAX_PIXELS, Pixels
from image_redact.locate import GRID, padded
from image_redact.ocr import Tesseract, read_screen
from recording.errors import InputError, StepFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from image_redact.screen import Rect, Screen

_LEAST_TEXT = 20
"""Width in pixels from which an unread region may hold a word; a mouse pointer is narrower."""


def _rows() -> tuple[Tesseract, ...]:
    return (Tesseract(psm=6),)


def _scattered() -> Tesseract:
    return Tesseract(psm=11)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenReader:
    """Reads a frame before it is changed.

    Attributes:
        engines: Readings whose union is taken.
        all_text: Whether every text line is covered, found or not.
        cover_unread: Whether regions that look like text but cannot be read are covered.
        max_pixels: Most pixels of a frame.
    """

    engines: tuple[Tesseract, ...] = field(default_factory=_rows)
    all_text: bool = False
    cover_unread: bool = False
    max_pixels: int = MAX_PIXELS

    def read(self, pixels: Pixels) -> Screen:
        """Everything on the frame; raises `StepFailed` ``ocr-blind`` when it shows text of which nothing was read."""
        _check_size(pixels, self.max_pixels)
        screen = read_screen(pixels, self.engines)
        blind = not any(character.isalnum() for line in screen.lines for character in line.text)
        if blind and not self._covers_unread and any(region.width >= _LEAST_TEXT for region in screen.unread):
            raise StepFailed(
                "the frame shows text and OCR read none of it", code="ocr-blind", hint="set cover_unread to true"
            )
        return screen

    def always(self, screen: Screen) -> tuple[Rect, ...]:
        """Boxes that the options cover whatever the detectors find."""
        lines = tuple(padded(line.box) for line in screen.lines) if self.all_text else ()
        unread = tuple(padded(region) for region in screen.unread) if self._covers_unread else ()
        return lines + unread

    @property
    def _covers_unread(self) -> bool:
        return self.all_text or self.cover_unread


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenRereader:
    """Reads a frame after it was covered, with other settings than the reader had."""

    engine: Tesseract = field(default_factory=_scattered)
    max_pixels: int = MAX_PIXELS

    def read(self, pixels: Pixels) -> Screen:
        """Everything that can still be read; raises `StepFailed` when OCR fails, so that the frame is withheld."""
        _check_size(pixels, self.max_pixels)
        return self.engine.read(pixels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverer:
    """Paints boxes over; see `image_redact.cover.cover` and, for what is written on the paint, `inscribe` there.

    Attributes:
        by_label: Styles of regions with a certain label, as pairs.
        text: Whether the label is written on the paint.
        seed: Of the style ``noise``.
        block: Least ``block`` that boxes grow to, for lossless files that were made from lossy ones.
    """

    style: Style = "fill"
    colour: Colour = BLACK
    padding: int = 0
    by_label: tuple[tuple[str, Style], ...] = ()
    text: bool = False
    grid: int = GRID
    seed: bytes = field(default=b"", repr=False)
    block: int = 1

    @property
    def writes_stand_ins(self) -> bool:
        """Whether the texts of regions are written, so that they must be made."""
        return "surrogate" in (self.style, *(style for _, style in self.by_label))

    def __call__(self, pixels: Pixels, boxes: Iterable[Rect | Region], *, block: int = 1) -> Pixels:
        """A covered copy, nothing written. ``block`` is `image_redact.decode.block_of` of the file."""
        return cover(
            pixels, boxes, style=self.style, by_label=self.by_label, colour=self.colour, padding=self.padding,
            block=max(block, self.block), grid=self.grid, seed=self.seed,
        )  # fmt: skip

    def inscribe(self, pixels: Pixels, boxes: Iterable[Rect | Region], *, block: int = 1) -> Pixels:
        """A copy of a covered and verified picture with labels and stand-ins written inside the boxes."""
        return inscribe(
            pixels, boxes, style=self.style, by_label=self.by_label, colour=self.colour, padding=self.padding,
            block=max(block, self.block), grid=self.grid, text=self.text,
        )  # fmt: skip


def _check_size(pixels: Pixels, max_pixels: int) -> None:
    height, width = pixels.shape[:2]
    if height * width > max_pixels:
        raise InputError(
            f"the frame has {width} x {height} pixels, more than the {max_pixels} allowed",
            code="image-too-large",
            hint="raise max_pixels if this is a real capture",
        )
