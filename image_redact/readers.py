"""What the steps build: picklable readers and coverers. The Plan hands them pixels and asks them for boxes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from image_redact._closing import Closing
from image_redact.allowed import Allowed
from image_redact.cover import BLACK, Colour, Region, Style, cover, inscribe
from image_redact.decode import MAX_PIXELS, Pixels
from image_redact.engines.choose import default_engines, other_engines
from image_redact.locate import padded
from image_redact.memory import Memory
from image_redact.ocr import Tesseract
from image_redact.session import ScreenSession
from recording.errors import InputError, StepFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from image_redact.engines.contract import OcrEngine
    from image_redact.screen import Line, Rect, Screen

_LEAST_TEXT = 20
"""Width in pixels from which an unread region may hold a word; a mouse pointer is narrower."""


def _scattered() -> Tesseract:
    return Tesseract(psm=11)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenReader:
    """Reads frames before they are changed.

    Attributes:
        engines: Readings whose union is taken; none stands for the best engine that is installed.
        all_text: Whether every text line is covered, found or not.
        all_but_allowed: Whether every text line is covered that has words which are not on the allow list.
        allowed: The allow list: what is guessed to be a name and has such words alone stays in sight.
        cover_unread: Whether regions that look like text but cannot be read are covered.
        max_pixels: Most pixels of a frame.
    """

    engines: tuple[OcrEngine, ...] = field(default_factory=default_engines)
    all_text: bool = False
    all_but_allowed: bool = False
    allowed: Allowed = field(default_factory=Allowed)
    cover_unread: bool = False
    max_pixels: int = MAX_PIXELS

    def read(self, pixels: Pixels) -> Screen:
        """Everything on one frame; raises `StepFailed` ``ocr-blind`` when it shows text of which nothing was read."""
        with self.session() as session:
            return session.read(pixels)

    def session(self, *, tolerance: int = 0, memory: Memory | None = None) -> ReaderSession:
        """Reads many frames in order, each at the cost of what changed; the arguments as `ScreenSession` has them."""
        return ReaderSession(self, ScreenSession(self.engines, tolerance=tolerance, memory=memory))

    def always(self, screen: Screen) -> tuple[Rect, ...]:
        """Boxes covered whatever the detectors find: what the options say, and unread lines that the edge cuts."""
        lines = tuple(padded(line.box) for line in screen.lines if self._hides(line))
        unread = tuple(padded(region) for region in screen.unread if self.covers_unread or _is_cut(region, screen))
        return lines + unread

    def _hides(self, line: Line) -> bool:
        if self.all_text:
            return True
        # The unspaced reading of a line has the words of the line, which are looked at by themselves.
        return self.all_but_allowed and not line.closed and not self.allowed.shows(line)

    def is_no_name(self, text: str) -> bool:
        """Whether a line has allowed words alone: what detectors guess there is wrong."""
        return self.allowed.is_no_name(text)

    def may_be_no_name(self, text: str) -> bool:
        """Whether a text is an allowed word as far as OCR can tell."""
        return self.allowed.resembles(text)

    @property
    def covers_unread(self) -> bool:
        """Whether what cannot be read is covered."""
        return self.all_text or self.all_but_allowed or self.cover_unread


def _is_cut(region: Rect, screen: Screen) -> bool:
    """Whether the upper or lower edge of the frame cuts it: half a line, which people read and OCR does not."""
    return region.width >= _LEAST_TEXT and (region.y <= 1 or region.bottom >= screen.height - 1)


@dataclass(frozen=True, slots=True)
class ReaderSession(Closing):
    """A `ScreenReader` on the frames of one session; use it in a ``with`` block, or call `close`."""

    reader: ScreenReader
    screens: ScreenSession

    def close(self) -> None:
        """Let go of everything read."""
        self.screens.close()

    def read(self, pixels: Pixels) -> Screen:
        """Everything on the next frame; raises what `ScreenReader.read` raises."""
        check_size(pixels, self.reader.max_pixels)
        screen = self.screens.read(pixels)
        blind = not any(character.isalnum() for line in screen.lines for character in line.text)
        if blind and not self.reader.covers_unread and any(region.width >= _LEAST_TEXT for region in screen.unread):
            raise StepFailed(
                "the frame shows text and OCR read none of it", code="ocr-blind", hint="set cover_unread to true"
            )
        return screen


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenRereader:
    """Reads frames after they were covered, with other settings than the reader had.

    Attributes:
        engines: Read pieces, remembered from frame to frame like the reader's.
        whole: Reads a whole frame at once, where much of it is new: its layout analysis shares nothing with pieces.
        max_pixels: Most pixels of a frame.
    """

    engines: tuple[OcrEngine, ...] = field(default_factory=other_engines)
    whole: Tesseract | None = field(default_factory=_scattered)
    max_pixels: int = MAX_PIXELS

    def read(self, pixels: Pixels) -> Screen:
        """Everything that can still be read; raises `StepFailed` when OCR fails, so that the frame is withheld."""
        with self.session() as session:
            return session.read(pixels)

    def session(self, *, tolerance: int = 0, memory: Memory | None = None) -> RereaderSession:
        """Reads many covered frames in order; a reading that the reader made too is taken from its memory."""
        return RereaderSession(self, ScreenSession(self.engines, tolerance=tolerance, memory=memory))


@dataclass(slots=True)
class RereaderSession(Closing):
    """A `ScreenRereader` on the frames of one session; use it in a ``with`` block, or call `close`."""

    rereader: ScreenRereader
    screens: ScreenSession
    _sources: frozenset[bytes] = frozenset()

    def close(self) -> None:
        """Let go of everything read."""
        self.screens.close()

    def read(self, pixels: Pixels, *, beside: ScreenSession | None = None) -> Screen:
        """Everything that can still be read on the next frame; raises what `ScreenRereader.read` raises.

        ``beside`` as `ScreenSession.read` has it.
        """
        check_size(pixels, self.rereader.max_pixels)
        screen = self.screens.read(pixels, beside=beside)
        sources = frozenset(line.source for line in screen.lines)
        new = len(sources - self._sources)
        whole = self.rereader.whole
        if whole is None or new <= NEW_SCENE * len(sources):
            return screen
        self._sources = sources | self._sources if len(self._sources) < MOST_SOURCES else sources
        return replace(screen, lines=screen.lines + whole.read(pixels, spread=self.screens.spread).lines)


NEW_SCENE = 0.3
"""Share of the lines of a frame, not seen since the last whole reading, from which it is read as a whole again."""

MOST_SOURCES = 20_000
"""Lines remembered as seen by a whole reading; beyond it they are forgotten, and frames are read as a whole again."""


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
    grid: int = 1
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


def check_size(pixels: Pixels, max_pixels: int) -> None:
    """Raise `InputError` ``image-too-large`` where a frame has more pixels than allowed."""
    height, width = pixels.shape[:2]
    if height * width > max_pixels:
        raise InputError(
            f"the frame has {width} x {height} pixels, more than the {max_pixels} allowed",
            code="image-too-large",
            hint="raise max_pixels if this is a real capture",
        )
