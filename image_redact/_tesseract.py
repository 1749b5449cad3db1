"""Runs Tesseract through pytesseract with memory at both ends, one thread, and a time limit.

`pytesseract.image_to_data` would write the screenshot and the words it reads to TMPDIR, where both stay after a kill;
`run_tesseract`, the layer below it, takes names, and the names given here lead to memory.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from image_redact._private import private_folder, read_all, slot
from recording.errors import MissingExtra, StepFailed, not_installed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    import numpy as np
    import numpy.typing as npt

_COLUMNS = 12
_INSTALL = "apt-get install tesseract-ocr"


@dataclass(frozen=True, slots=True)
class RawWord:
    """One word as Tesseract reports it; ``line`` is (block, paragraph, line), the box is in pixels of its input."""

    line: tuple[int, int, int]
    left: int
    top: int
    width: int
    height: int
    confidence: float
    text: str = field(repr=False)


def read_words(grey: npt.NDArray[np.uint8], *, languages: str, psm: int, timeout_s: float) -> list[RawWord]:
    """Every word of a grey picture, whatever its confidence: a threshold here would be a leak.

    Args:
        grey: Rows x columns, 0 to 255.
        languages: Tesseract names joined with ``+``.
        psm: Page segmentation mode, 3 to 13.
        timeout_s: Seconds after which Tesseract is stopped.

    Raises:
        MissingExtra: pytesseract or Tesseract is absent.
        StepFailed: ``ocr-timeout``, ``ocr-failed`` or ``ocr-output``.
    """
    rows, columns = grey.shape
    picture = b"P5\n%d %d\n255\n" % (columns, rows) + grey.tobytes()
    return [word for _, word in read_pages(picture, "screen.pgm", languages=languages, psm=psm, timeout_s=timeout_s)]


def read_pages(picture: bytes, name: str, *, languages: str, psm: int, timeout_s: float) -> list[tuple[int, RawWord]]:
    """Page, from 1 on, and word, for every word of a picture file that may have many pages.

    Args:
        picture: Its bytes.
        name: A file name with the suffix of its format.
        languages: Tesseract names joined with ``+``.
        psm: Page segmentation mode, 3 to 13.
        timeout_s: Seconds after which Tesseract is stopped.

    Raises:
        MissingExtra: pytesseract or Tesseract is absent.
        StepFailed: ``ocr-timeout``, ``ocr-failed`` or ``ocr-output``.
    """
    pytesseract = _pytesseract()
    with private_folder() as folder, slot(folder, name, picture), slot(folder, "words.tsv") as words:
        try:
            with _one_thread():
                pytesseract.run_tesseract(
                    str(folder / name),
                    str(folder / "words"),
                    "tsv",
                    languages,
                    f"--psm {psm} -c tessedit_create_tsv=1",
                    timeout=timeout_s,
                )
            table = read_all(words)
        except pytesseract.TesseractNotFoundError:
            raise _missing() from None
        except pytesseract.TesseractError:
            # Its message quotes the program's own words, which may quote the picture's.
            raise StepFailed("Tesseract could not read the screen", code="ocr-failed") from None
        except RuntimeError:
            raise StepFailed(
                f"Tesseract did not finish within {timeout_s:g} s", code="ocr-timeout", hint="raise timeout_s"
            ) from None
        except OSError:
            raise StepFailed("Tesseract could not be run", code="ocr-failed", hint="run boundary doctor") from None
    return _parse(table)


def check_languages(languages: tuple[str, ...]) -> None:
    """Raise `MissingExtra` unless Tesseract runs here and has every language."""
    pytesseract = _pytesseract()
    try:
        present = set(pytesseract.get_languages(config=""))
    except (pytesseract.TesseractNotFoundError, OSError):
        raise _missing() from None
    require(languages, present)


def require(languages: Iterable[str], present: Collection[str]) -> None:
    """Raise `MissingExtra` unless every language is among those that are present."""
    for language in languages:
        if language not in present:
            raise MissingExtra(
                f"Tesseract has no data for language {language}",
                code="ocr-language-missing",
                hint=f"apt-get install tesseract-ocr-{language.replace('_', '-')}",
            )


def _pytesseract() -> Any:
    try:
        from pytesseract import pytesseract
    except ImportError:
        raise not_installed("pytesseract", "image") from None
    return pytesseract


def _missing() -> MissingExtra:
    return MissingExtra("the program tesseract was not found", code="ocr-missing", hint=_INSTALL)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """OMP_THREAD_LIMIT=1 for the child: unset, Tesseract's threads fight and it takes 5 to 10 times as long.

    pytesseract gives the child this process's environment and no other. Should two threads cross here, the worst is a
    slow reading.
    """
    name = "OMP_THREAD_LIMIT"
    ours = name not in os.environ
    os.environ.setdefault(name, "1")
    try:
        yield
    finally:
        if ours:
            os.environ.pop(name, None)


def _parse(table: bytes) -> list[tuple[int, RawWord]]:
    """Words of Tesseract's TSV: level 5 rows of level, page, block, par, line, word, box, confidence, text."""
    lines = table.decode("utf-8", "replace").split("\n")
    if not lines[0].startswith("level\t"):
        raise StepFailed("Tesseract wrote no table", code="ocr-output")
    words = []
    for line in lines[1:]:
        if not line:
            continue
        cells = line.split("\t")
        try:
            if int(cells[0]) != 5:
                continue
            page, block, paragraph, row = (int(cell) for cell in cells[1:5])
            left, top, width, height = (int(cell) for cell in cells[6:10])
            word = RawWord(
                (block, paragraph, row), left, top, width, height, float(cells[10]), cells[_COLUMNS - 1].strip()
            )
        except (ValueError, IndexError):
            raise StepFailed("Tesseract wrote a table that cannot be read", code="ocr-output") from None
        if word.text:
            words.append((page, word))
    return words
