"""Which engines read, by name: ``auto`` is Tesseract in process where that is installed, otherwise as a program."""

from __future__ import annotations

from typing import Literal

from image_redact._tesseract import check_languages
from image_redact.engines import inprocess, rapid
from image_redact.engines.contract import OcrEngine
from image_redact.engines.inprocess import Tesserocr
from image_redact.engines.pieces import LETTERS
from image_redact.engines.program import Pytesseract
from image_redact.engines.rapid import Rapid

Name = Literal["auto", "pytesseract", "tesserocr", "rapidocr"]
_OTHER_LETTERS = 24
"""Height of a line in a second reading, unlike that of a first one, so that it fails in other places."""


def engine(
    name: Name = "auto", *, languages: tuple[str, ...] = ("eng",), other: bool = False, timeout_s: float = 60.0
) -> OcrEngine:
    """An engine that can read here.

    Args:
        name: Which.
        languages: Tesseract's names of languages; RapidOCR's model reads Latin and Chinese script.
        other: With settings unlike those of a first reading: another size, contrast as it is.
        timeout_s: Seconds for one call.

    Raises:
        MissingExtra: It, its program or its data are absent.
    """
    if name == "rapidocr":
        rapid.check()
        return Rapid(timeout_s=timeout_s)
    letters, normalised = (_OTHER_LETTERS, False) if other else (LETTERS, True)
    if name == "tesserocr" or (name == "auto" and inprocess.is_installed()):
        inprocess.check(languages)
        return Tesserocr(languages=languages, letters=letters, normalised=normalised, timeout_s=timeout_s)
    check_languages(languages)
    return Pytesseract(languages=languages, letters=letters, normalised=normalised, timeout_s=timeout_s)


def default_engines() -> tuple[OcrEngine, ...]:
    """One reading by the best Tesseract that is installed."""
    return (engine(),)


def other_engines() -> tuple[OcrEngine, ...]:
    """The same with other settings, for reading again."""
    return (engine(other=True),)
