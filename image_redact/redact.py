"""Pictures in, covered pictures out, each proved by reading it again: one alone, or the frames of a session."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from image_redact._closing import Closing
from image_redact._containers import JPEG_MAGIC
from image_redact.cover import Region
from image_redact.decode import Pixels, block_of, decode, encode
from image_redact.engines.choose import default_engines, other_engines
from image_redact.known import Known, KnownValues, find_known, index_known, seen_as
from image_redact.locate import PADDING, boxes, places_of
from image_redact.memory import Memory
from image_redact.readers import Coverer, ScreenReader, ScreenRereader
from image_redact.regions import RegionSession
from image_redact.screen import Line, Rect, Screen
from image_redact.sticky import Sticky
from policies.contract import Area, ScreenDetector, ScreenView
from recording.errors import BoundaryError, InputError, StepFailed

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from image_redact.screen import Line
    from policies.contract import TextDetector
    from recording.model import Hit

COVERER = Coverer()


@dataclass(frozen=True, slots=True)
class Redacted:
    """What became of one frame of a session.

    Attributes:
        data: The covered file; ``None`` where it does not pass.
        code: Why it does not; empty where it does.
    """

    data: bytes | None = field(repr=False)
    code: str = ""


def redact_image(
    data: bytes,
    detect: TextDetector,
    known: Iterable[Known | str] = (),
    *,
    regions: Iterable[ScreenDetector] = (),
    view: ScreenView = ScreenView(),  # noqa: B008  frozen, so that one default serves all calls
    reader: ScreenReader | None = None,
    rereader: ScreenRereader | None = None,
    coverer: Coverer = COVERER,
) -> bytes:
    """Cover everything sensitive in one picture file and prove that it cannot be read any more.

    Args:
        data: The file's bytes: PNG, JPEG, WebP, BMP, GIF or TIFF, one frame.
        detect: Finds sensitive spans in one line of text.
        known: Values that are sensitive wherever they appear, such as what was typed in the session.
        regions: Detectors of pixels, such as `image_redact.detectors.codes.Codes`.
        view: Which window the picture shows, for them; its lines are filled in here.
        reader: How the screen is read, and what is covered whatever is found; by default twice, with all that either
            reading sees.
        rereader: How the covered screen is read; by default with other settings.
        coverer: How boxes are painted.

    Returns:
        A new file with pixels and nothing else: JPEG for JPEG, PNG for all other kinds.

    Raises:
        InputError: The file cannot be read.
        StepFailed: OCR or the detector failed, or ``screen-residue``: something sensitive can still be read.
    """
    with SessionRedactor(detect, known, regions=regions, reader=reader, rereader=rereader, coverer=coverer) as redactor:
        return redactor.file(data, view=view)


def redact_session(
    frames: Iterable[bytes],
    detect: TextDetector,
    known: Iterable[Known | str] = (),
    *,
    regions: Iterable[ScreenDetector] = (),
    reader: ScreenReader | None = None,
    rereader: ScreenRereader | None = None,
    coverer: Coverer = COVERER,
    tolerance: int = 0,
) -> Iterator[Redacted]:
    """`redact_image` for every frame of a session, in order, at the cost of what changes between them.

    A frame that cannot be read, or on which something can still be read, is withheld; the others go on. What was
    covered in one frame is covered wherever the same pixels appear in a later one. The arguments are those of
    `redact_image`; ``tolerance`` (0 to 255) is how far pixels may flicker, for frames of a video.
    """
    with SessionRedactor(
        detect, known, regions=regions, reader=reader, rereader=rereader, coverer=coverer, tolerance=tolerance
    ) as made:
        for data in frames:
            try:
                yield Redacted(made.file(data))
            except (InputError, StepFailed) as error:
                yield Redacted(None, error.code)


class SessionRedactor(Closing):
    """Redacts frames one after the other; use it in a ``with`` block. The arguments are those of `redact_session`."""

    def __init__(
        self,
        detect: TextDetector,
        known: Iterable[Known | str] = (),
        *,
        regions: Iterable[ScreenDetector] = (),
        reader: ScreenReader | None = None,
        rereader: ScreenRereader | None = None,
        coverer: Coverer = COVERER,
        tolerance: int = 0,
    ) -> None:
        self._detectors = tuple(regions)
        self._regions = RegionSession(self._detectors)
        self._reader = reader if reader is not None else ScreenReader(engines=(*default_engines(), *other_engines()))
        self._detect = detect
        self._known = index_known(known)
        self._coverer = coverer
        memory = Memory()
        self._before = self._reader.session(tolerance=tolerance, memory=memory)
        after = rereader if rereader is not None else ScreenRereader()
        self._after = after.session(tolerance=tolerance, memory=memory)
        self._sticky = Sticky()
        self._hits: dict[Hashable, tuple[Hit, ...]] = {}
        self._last: tuple[tuple[str, int, ScreenView], Pixels, bytes] | None = None

    def close(self) -> None:
        """Let go of threads and of everything read."""
        self._before.close()
        self._after.close()

    def file(self, data: bytes, *, view: ScreenView = ScreenView()) -> bytes:  # noqa: B008  frozen
        """One file, as `redact_image` gives it."""
        suffix, block = ".jpg" if data.startswith(JPEG_MAGIC) else ".png", block_of(data)
        pixels = decode(data, max_pixels=self._reader.max_pixels)
        last = self._last
        if last is not None and last[0] == (suffix, block, view) and np.array_equal(last[1], pixels):
            return last[2]
        out = encode(self.frame(pixels, block=block, view=view), suffix)
        self._last = (suffix, block, view), pixels, out
        return out

    def frame(self, pixels: Pixels, *, block: int = 1, view: ScreenView = ScreenView()) -> Pixels:  # noqa: B008  frozen
        """One frame, rows x columns x 3, BGR; ``block`` as `image_redact.cover.cover` has it."""
        screen = self._before.read(pixels)
        hidden = [Region(box) for box in self._reader.always(screen)]
        places = places_of(screen.lines)
        for line in screen.lines:
            for hit in self._in_line(line):
                found = boxes(line, hit.start, hit.end, among=places)
                # In rows put together only what goes over their ends counts; the rest is the rows' own.
                if line.source or len(found) > 1:
                    hidden += [Region(box, hit.label) for box in found]
        hidden = self._sticky.extend(screen, hidden)
        hidden += self._in_regions(pixels, screen, view)
        covered, left = self._cover(pixels, hidden, block)
        # What another reading finds is covered too, and the result read again: only what stays is withheld.
        for _ in range(REPAIRS):
            if not left:
                break
            hidden += left
            covered, left = self._cover(pixels, hidden, block)
        if left:
            labels = sorted({region.label for region in left})
            raise StepFailed(
                f"after covering, {', '.join(labels)} can still be read",
                code="screen-residue",
                hint="withhold the picture, or read it with all_text or cover_unread",
            )
        # Written only now: verification must not take what is written for what was left.
        return self._coverer.inscribe(covered, hidden, block=block)

    def _in_regions(self, pixels: Pixels, screen: Screen, view: ScreenView) -> Iterator[Region]:
        """The boxes of every detector of pixels, with a margin for soft edges."""
        seen = replace(view, lines=tuple((line.text, Area(*line.box)) for line in screen.lines))
        self._regions.show(pixels)
        for number in range(len(self._detectors)):
            try:
                found = self._regions.find(number, seen)
            except BoundaryError:
                raise
            except Exception:  # noqa: BLE001  detectors are anybody's code
                raise StepFailed("a detector of pixels raised an error", code="detector-failed") from None
            for region in found:
                x, y, width, height = region.box
                left, top = max(0, x - PADDING), max(0, y - PADDING)
                box = Rect(left, top, x + width + PADDING - left, y + height + PADDING - top)
                yield Region(box, region.label)

    def _cover(self, pixels: Pixels, hidden: Sequence[Region], block: int) -> tuple[Pixels, list[Region]]:
        """The frame covered, and what can still be read on it."""
        covered = self._coverer(pixels, hidden, block=block)
        lines = self._after.read(covered, beside=self._before.screens).lines
        left = [(line, hit) for line in lines for hit in self._in_line(line)]
        places = places_of(lines)
        return covered, [
            Region(box, hit.label) for line, hit in left for box in boxes(line, hit.start, hit.end, among=places)
        ]

    def _in_line(self, line: Line) -> tuple[Hit, ...]:
        """Hits in a line; most lines of a session were on a frame before."""
        key = seen_as(line)
        known = self._hits.get(key)
        if known is None:
            if len(self._hits) >= _MOST_TEXTS:
                self._hits.clear()
            known = self._hits[key] = tuple(hits(line, self._detect, self._known))
        return known


_MOST_TEXTS = 20_000
REPAIRS = 2
"""How often what a covered frame still shows is covered in addition, before the frame is withheld."""


def hits(line: Line, detect: TextDetector, known: KnownValues) -> Iterator[Hit]:
    """Every hit of the detector and of the known values in a line; they depend on its words alone."""
    try:
        yield from tuple(detect(line.text))
    except BoundaryError:
        raise
    except Exception:  # noqa: BLE001 - detectors are anybody's code, and all of it fails closed
        # Its text may quote the line.
        raise StepFailed("the text detector raised an error", code="detector-failed") from None
    yield from find_known(line, known)
