"""Screenshots: read them, cover what must not be seen, and prove that it cannot be read.

`redact_image` and `redact_session` work alone. OpenCV and OCR are imported when the first picture is looked at.
`image_redact.decode`, `image_redact.cover` and `image_redact.video` are modules of their own.
"""

from __future__ import annotations

from image_redact.cover import Region
from image_redact.engines.contract import OcrEngine
from image_redact.known import Known, find_known, index_known
from image_redact.locate import boxes
from image_redact.ocr import Tesseract
from image_redact.readers import Coverer, ScreenReader, ScreenRereader
from image_redact.redact import Redacted, SessionRedactor, redact_image, redact_session
from image_redact.screen import Line, Rect, Screen, Word

__all__ = [
    "Coverer",
    "Known",
    "Line",
    "OcrEngine",
    "Rect",
    "Redacted",
    "Region",
    "Screen",
    "ScreenReader",
    "ScreenRereader",
    "SessionRedactor",
    "Tesseract",
    "Word",
    "boxes",
    "find_known",
    "index_known",
    "redact_image",
    "redact_session",
]
