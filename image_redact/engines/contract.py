"""What an engine is: something that reads pieces of a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from image_redact.screen import Rect

if TYPE_CHECKING:
    from image_redact.decode import Pixels


@dataclass(frozen=True, slots=True)
class Placed:
    """A word where an engine saw it.

    Attributes:
        line: Words with the same value stand on one line.
        box: Its pixels, in those of the picture that was read.
        confidence: 0 to 100.
        text: The word.
    """

    line: tuple[int, ...]
    box: Rect
    confidence: float
    text: str = field(repr=False)


class OcrEngine(Protocol):
    """**Protocol:** reads pieces of a screen.

    Engines are frozen dataclasses, picklable and hashable: equal ones read alike, so what one has read is never asked
    of another that is equal to it. They keep no picture and no text.
    """

    def read(self, pieces: Sequence[Pixels]) -> Sequence[Sequence[Placed]]:
        """The words of each piece (rows x columns x 3, BGR: a line of text, or a few), none dropped as unsure.

        Raises:
            StepFailed: ``ocr-failed``, ``ocr-timeout`` or ``ocr-output``: never a guess.
        """
        ...
