"""One picture in, one picture out, proved by reading it again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from image_redact._containers import JPEG_MAGIC
from image_redact.cover import JPEG_BLOCK
from image_redact.decode import Pixels, decode, encode
from image_redact.known import Known, KnownValues, find_known, index_known
from image_redact.locate import PADDING, boxes
from image_redact.ocr import Tesseract
from image_redact.readers import Coverer, ScreenReader, ScreenRereader
from image_redact.screen import Rect
from policies.contract import Area, ScreenDetector, ScreenView
from recording.errors import BoundaryError, StepFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from image_redact.screen import Line, Screen
    from policies.contract import TextDetector
    from recording.model import Hit

READER = ScreenReader(engines=(Tesseract(psm=6), Tesseract(psm=11, scale=3.0)))
"""Two readings that fail in different places; their union is what detectors see."""

REREADER = ScreenRereader()
COVERER = Coverer()


def redact_image(
    data: bytes,
    detect: TextDetector,
    known: Iterable[Known | str] = (),
    *,
    regions: Iterable[ScreenDetector] = (),
    view: ScreenView = ScreenView(),  # noqa: B008  frozen, so that one default serves all calls
    reader: ScreenReader = READER,
    rereader: ScreenRereader = REREADER,
    coverer: Coverer = COVERER,
) -> bytes:
    """Cover everything sensitive in one PNG or JPEG file and prove that it cannot be read any more.

    Args:
        data: The file's bytes.
        detect: Finds sensitive spans in one line of text.
        known: Values that are sensitive wherever they appear, such as what was typed in the session.
        regions: Detectors of pixels, such as `image_redact.detectors.codes.Codes`.
        view: Which window the picture shows, for them; its lines are filled in here.
        reader: How the screen is read, and what is covered whatever is found.
        rereader: How the covered screen is read.
        coverer: How boxes are painted.

    Returns:
        A new file of the same kind with pixels and nothing else.

    Raises:
        InputError: The file cannot be read.
        StepFailed: OCR or the detector failed, or ``screen-residue``: something sensitive can still be read.
    """
    pixels = decode(data, max_pixels=reader.max_pixels)
    values = index_known(known)
    screen = reader.read(pixels)
    hidden = list(reader.always(screen))
    for line, hit in hits(screen, detect, values):
        hidden.extend(boxes(line, hit.start, hit.end))
    hidden.extend(_regions(pixels, screen, regions, view))
    from_jpeg = data.startswith(JPEG_MAGIC)
    covered = coverer(pixels, hidden, block=JPEG_BLOCK if from_jpeg else 1)
    labels = sorted({hit.label for _, hit in hits(rereader.read(covered), detect, values)})
    if labels:
        raise StepFailed(
            f"after covering, {', '.join(labels)} can still be read",
            code="screen-residue",
            hint="withhold the picture, or read it with all_text or cover_unread",
        )
    return encode(covered, ".jpg" if from_jpeg else ".png")


def _regions(pixels: Pixels, screen: Screen, detectors: Iterable[ScreenDetector], view: ScreenView) -> Iterator[Rect]:
    """The boxes of every detector of pixels, with a margin for soft edges."""
    seen = replace(view, lines=tuple((line.text, Area(*line.box)) for line in screen.lines))
    for detector in detectors:
        try:
            found = tuple(detector(pixels, seen))
        except BoundaryError:
            raise
        except Exception:  # noqa: BLE001 - as above
            raise StepFailed("a detector of pixels raised an error", code="detector-failed") from None
        for x, y, width, height in (region.box for region in found):
            left, top = max(0, x - PADDING), max(0, y - PADDING)
            yield Rect(left, top, x + width + PADDING - left, y + height + PADDING - top)


def hits(screen: Screen, detect: TextDetector, known: KnownValues) -> Iterator[tuple[Line, Hit]]:
    """Every hit of the detector and of the known values, with the line that it lies in."""
    for line in screen.lines:
        try:
            found = tuple(detect(line.text))
        except BoundaryError:
            raise
        except Exception:  # noqa: BLE001 - detectors are anybody's code, and all of it fails closed
            # Its text may quote the line.
            raise StepFailed("the text detector raised an error", code="detector-failed") from None
        for hit in (*found, *find_known(line, known)):
            yield line, hit
