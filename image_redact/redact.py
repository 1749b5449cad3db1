"""One picture in, one picture out, proved by reading it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from image_redact._containers import JPEG_MAGIC
from image_redact.cover import Region
from image_redact.decode import block_of, decode, encode
from image_redact.known import Known, KnownValues, find_known, index_known
from image_redact.locate import boxes, roomy
from image_redact.ocr import Tesseract
from image_redact.readers import Coverer, ScreenReader, ScreenRereader
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
    reader: ScreenReader = READER,
    rereader: ScreenRereader = REREADER,
    coverer: Coverer = COVERER,
) -> bytes:
    """Cover everything sensitive in one picture file and prove that it cannot be read any more.

    Args:
        data: The file's bytes: PNG, JPEG, WebP, BMP, GIF or TIFF, one frame.
        detect: Finds sensitive spans in one line of text.
        known: Values that are sensitive wherever they appear, such as what was typed in the session.
        reader: How the screen is read, and what is covered whatever is found.
        rereader: How the covered screen is read.
        coverer: How boxes are painted.

    Returns:
        A new file with pixels and nothing else: JPEG for JPEG, PNG for all other kinds.

    Raises:
        InputError: The file cannot be read.
        StepFailed: OCR or the detector failed, or ``screen-residue``: something sensitive can still be read.
    """
    pixels = decode(data, max_pixels=reader.max_pixels)
    values = index_known(known)
    screen = reader.read(pixels)
    hidden = [Region(box) for box in reader.always(screen)]
    for line, hit in hits(screen, detect, values):
        hidden += [Region(roomy(box, screen.lines), hit.label) for box in boxes(line, hit.start, hit.end)]
    block = block_of(data)
    covered = coverer(pixels, hidden, block=block)
    labels = sorted({hit.label for _, hit in hits(rereader.read(covered), detect, values)})
    if labels:
        raise StepFailed(
            f"after covering, {', '.join(labels)} can still be read",
            code="screen-residue",
            hint="withhold the picture, or read it with all_text or cover_unread",
        )
    # Written only now: verification must not take what is written for what was left.
    return encode(coverer.inscribe(covered, hidden, block=block), ".jpg" if data.startswith(JPEG_MAGIC) else ".png")


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
