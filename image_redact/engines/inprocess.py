"""Tesseract inside this process, through tesserocr: nothing is written anywhere, and a call costs next to nothing."""

from __future__ import annotations

import functools
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from image_redact._prepare import Grey
from image_redact._tesseract import RawWord, require
from image_redact.engines.contract import Placed
from image_redact.engines.pieces import LETTERS, SINGLE, Prepared, prepare
from recording.errors import MissingExtra, StepFailed, not_installed

if TYPE_CHECKING:
    from image_redact.decode import Pixels

_LOCAL = threading.local()
"""One engine a thread and language: they are not safe between threads, and loading one takes 50 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tesserocr:
    """Tesseract in process.

    Attributes:
        languages: Names of its language data, the most likely first.
        letters: Height in pixels that lower lines are enlarged to.
        normalised: Whether polarity and contrast are made even first; readings that differ here fail differently.
        timeout_s: Seconds for all pieces of one call.
    """

    languages: tuple[str, ...] = ("eng",)
    letters: int = LETTERS
    normalised: bool = True
    timeout_s: float = 60.0

    def read(self, pieces: Sequence[Pixels]) -> Sequence[Sequence[Placed]]:
        """The words of each piece; raises `StepFailed` when Tesseract fails or time is up."""
        api = _api("+".join(self.languages))
        until = time.monotonic() + self.timeout_s
        made = (prepare(piece, letters=self.letters, normalised=self.normalised) for piece in pieces)
        return [
            [one.placed((row,), box, sure, text) for row, box, sure, text in _read(api, one, until)] for one in made
        ]


def read_page(grey: Grey, *, languages: str, psm: int, timeout_s: float) -> list[RawWord]:
    """`image_redact._tesseract.read_words` in process: the same arguments, words and errors."""
    api = _api(languages)
    rows, columns = grey.shape
    page = Prepared(grey, 1.0, psm, columns, rows)
    return [
        RawWord((0, 0, row), left, top, right - left, bottom - top, confidence, text)
        for row, (left, top, right, bottom), confidence, text in _read(api, page, time.monotonic() + timeout_s)
    ]


def check(languages: Sequence[str]) -> None:
    """Raise `MissingExtra` unless tesserocr is here and finds the data of every language."""
    _tesserocr()
    folder = tessdata()
    require(languages, _tesserocr().get_languages(folder)[1])


def is_installed() -> bool:
    """Whether tesserocr is here and finds data."""
    try:
        check(())
    except MissingExtra:
        return False
    return True


@functools.cache
def tessdata() -> str:
    """The folder of Tesseract's language data, as the installed program names it."""
    try:
        said = subprocess.run(
            ["tesseract", "--list-langs"],  # noqa: S607
            capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        raise MissingExtra(
            "the program tesseract was not found", code="ocr-missing", hint="apt-get install tesseract-ocr"
        ) from None
    found = re.search(r'"([^"]+)"', said.stdout + said.stderr)
    if found is None:
        raise MissingExtra("tesseract names no folder of language data", code="ocr-missing", hint="reinstall it")
    return found[1]


def _tesserocr() -> Any:
    try:
        import tesserocr
    except ImportError:
        raise not_installed("tesserocr", "ocr") from None
    return tesserocr


def _api(languages: str) -> Any:
    apis = _LOCAL.__dict__.setdefault("apis", {})
    if languages not in apis:
        try:
            apis[languages] = _tesserocr().PyTessBaseAPI(path=tessdata(), lang=languages, psm=SINGLE)
        except RuntimeError:
            raise StepFailed("Tesseract could not be started", code="ocr-failed", hint="run boundary doctor") from None
    return apis[languages]


Found = tuple[int, tuple[int, int, int, int], float, str]
"""A word: its row, box (left, top, right, bottom), confidence (0 to 100) and text."""


def _read(api: Any, one: Prepared, until: float) -> list[Found]:
    rows, columns = one.picture.shape
    left_ms = int((until - time.monotonic()) * 1000)
    try:
        api.SetPageSegMode(one.psm)
        api.SetImageBytes(one.picture.tobytes(), columns, rows, 1, columns)
        if left_ms <= 0 or not api.Recognize(left_ms):
            raise StepFailed("Tesseract did not finish in time", code="ocr-timeout", hint="raise timeout_s")
        return list(_words(api.GetIterator()))
    except RuntimeError:
        raise StepFailed("Tesseract could not read the screen", code="ocr-failed") from None
    finally:
        api.Clear()


def _words(iterator: Any) -> Iterator[Found]:
    level = _tesserocr().RIL
    row = -1
    while iterator is not None:
        if iterator.IsAtBeginningOf(level.TEXTLINE):
            row += 1
        box = iterator.BoundingBox(level.WORD)
        if box is not None and not iterator.Empty(level.WORD):
            text = (iterator.GetUTF8Text(level.WORD) or "").strip()
            if text:
                yield row, box, float(iterator.Confidence(level.WORD)), text
        if not iterator.Next(level.WORD):
            return
