"""RapidOCR's recognition model (PP-OCR, inside its wheel) on pieces that are found here: fewest misses, slowest."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from image_redact.decode import import_cv2
from image_redact.engines.contract import Placed
from image_redact.screen import Rect
from policies.offline import import_onnxruntime
from recording.errors import MissingExtra, StepFailed, not_installed

if TYPE_CHECKING:
    from image_redact.decode import Pixels

_MODEL = "PP-OCRv6_rec_small.onnx"
_BATCH = 16
_HALF = 0.6
"""Half of the width of a letter, in heights: a little more than any letter has, since only centres are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rapid:
    """RapidOCR, recognition alone.

    Attributes:
        timeout_s: Seconds for all pieces of one call.
    """

    timeout_s: float = 120.0

    def read(self, pieces: Sequence[Pixels]) -> Sequence[Sequence[Placed]]:
        """The words of each piece; raises `StepFailed` when it fails or time is up.

        A piece of several lines is cut between them first.
        """
        rows = [(number, row) for number, piece in enumerate(pieces) for row in _rows(piece)]
        out: list[list[Placed]] = [[] for _ in pieces]
        until = time.monotonic() + self.timeout_s
        for start in range(0, len(rows), _BATCH):
            if time.monotonic() > until:
                raise StepFailed("RapidOCR did not finish in time", code="ocr-timeout", hint="raise timeout_s")
            batch = rows[start : start + _BATCH]
            for (number, row), words in zip(batch, _recognise([row.pixels for _, row in batch]), strict=True):
                out[number] += _placed(row, words, len(out[number]))
        return out


@dataclass(frozen=True, slots=True)
class _Row:
    pixels: Any
    top: int


def _rows(piece: Pixels) -> Iterator[_Row]:
    from image_redact._prepare import grey, normalise
    from image_redact.engines.pieces import bands

    found = bands(normalise(grey(piece)))
    for top, bottom in found or [(0, piece.shape[0])]:
        yield _Row(np.ascontiguousarray(piece[top:bottom]), top)


def check() -> None:
    """Raise `MissingExtra` unless RapidOCR and its model are here."""
    _recogniser()


def is_installed() -> bool:
    """Whether RapidOCR and its model are here."""
    try:
        check()
    except MissingExtra:
        return False
    return True


@functools.cache
def _recogniser() -> Any:
    """The model, loaded once a process, from the wheel: a path is given, so that nothing is ever fetched."""
    try:
        import_onnxruntime()
        import rapidocr
    except ImportError:
        raise not_installed("RapidOCR", "ocr") from None
    model = Path(rapidocr.__file__).parent / "models" / _MODEL
    if not model.is_file():
        raise MissingExtra(f"RapidOCR's wheel has no {_MODEL}", code="ocr-model-missing", hint="install rapidocr 3.10")
    import_cv2()
    settings = {
        "Global.use_det": False,
        "Global.use_cls": False,
        "Global.log_level": "critical",
        "Rec.model_path": str(model),
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    return rapidocr.RapidOCR(params=settings)


def _recognise(rows: Sequence[Pixels]) -> Iterator[Any]:
    """For each row its words: letters, their columns, confidence, and the number of columns."""
    engine = _recogniser()
    for row in rows:
        try:
            result = engine(row, use_det=False, use_cls=False, use_rec=True, return_word_box=True)
        except Exception:  # noqa: BLE001  whatever it raises may quote what it read
            raise StepFailed("RapidOCR could not read the screen", code="ocr-failed") from None
        found = result.word_results
        yield found[0] if found else None


def _placed(row: _Row, found: Any, line: int) -> Iterator[Placed]:
    if found is None or not found.line_txt_len:
        return
    height, width = row.pixels.shape[:2]
    column = width / found.line_txt_len
    at = 0
    for letters, columns in zip(found.words, found.word_cols, strict=True):
        sure = found.confs[at : at + len(letters)]
        at += len(letters)
        text = "".join(letters).strip()
        if not text:
            continue
        left = max(0, int((columns[0] + 0.5) * column - _HALF * height))
        right = min(width, int((columns[-1] + 0.5) * column + _HALF * height) + 1)
        confidence = 100.0 * float(min(sure, default=0.0))
        yield Placed((line,), Rect(min(left, width - 1), row.top, max(1, right - left), height), confidence, text)
