"""Screenshots: read them, cover what must not be seen, and prove that it cannot be read.

`redact_image` works alone. OpenCV and pytesseract are imported when the first picture is looked at, not before.
`image_redact.decode`, `image_redact.cover` and `image_redact.video` are modules of their own.
"""

from __future__ import annotations

from image_redact.cover import Region
from image_redact.known import Known, find_known, index_known
from image_redact.locate import boxes
from image_redact.ocr import OcrEngine, Tesseract
from image_redact.readers import Coverer, ScreenReader, ScreenRereader
from image_redact.redact import redact_image
from image_redact.screen import Line, Rect, Screen, Word

__all__ = [
    "Coverer",
    "Known",
    "Line",
    "OcrEngine",
    "Rect",
    "Region",
    "Screen",
    "ScreenReader",
    "ScreenRereader",
    "Tesseract",
    "Word",
    "boxes",
    "find_known",
    "index_known",
    "redact_image",
]
