"""Tesseract as a program, through pytesseract: all pieces of a call in one run, as pages of a picture in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from image_redact._tesseract import read_pages
from image_redact.decode import import_cv2
from image_redact.engines.contract import Placed
from image_redact.engines.pieces import LETTERS, Prepared, prepare
from recording.errors import StepFailed

if TYPE_CHECKING:
    from image_redact.decode import Pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Pytesseract:
    """Tesseract through pytesseract; the attributes are those of `image_redact.engines.inprocess.Tesserocr`."""

    languages: tuple[str, ...] = ("eng",)
    letters: int = LETTERS
    normalised: bool = True
    timeout_s: float = 60.0

    def read(self, pieces: Sequence[Pixels]) -> Sequence[Sequence[Placed]]:
        """The words of each piece; raises `StepFailed` when Tesseract fails or time is up."""
        ready = [prepare(piece, letters=self.letters, normalised=self.normalised) for piece in pieces]
        out: list[list[Placed]] = [[] for _ in ready]
        for psm in sorted({one.psm for one in ready}):
            numbers = [number for number, one in enumerate(ready) if one.psm == psm]
            self._read([ready[number] for number in numbers], numbers, out, psm)
        return out

    def _read(self, ready: Sequence[Prepared], numbers: Sequence[int], out: list[list[Placed]], psm: int) -> None:
        made, tiff = import_cv2().imencodemulti(".tiff", [one.picture for one in ready], [_TIFF_COMPRESSION, _NONE])
        if not made:
            raise StepFailed("the screen could not be handed to Tesseract", code="ocr-failed")
        words = read_pages(
            tiff.tobytes(), "screen.tif", languages="+".join(self.languages), psm=psm, timeout_s=self.timeout_s
        )
        for page, word in words:
            if not 1 <= page <= len(ready):
                raise StepFailed("Tesseract wrote a table that cannot be read", code="ocr-output")
            box = word.left, word.top, word.left + word.width, word.top + word.height
            out[numbers[page - 1]].append(ready[page - 1].placed(word.line, box, word.confidence, word.text))


_TIFF_COMPRESSION, _NONE = 259, 1
"""cv2.IMWRITE_TIFF_COMPRESSION and TIFF's own number for no compression."""
