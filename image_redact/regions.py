"""Detectors of pixels on the frames of a session: what has not changed is not searched again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policies.contract import SessionScreenDetector

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from image_redact.decode import Pixels
    from policies.contract import Region, ScreenDetector, ScreenView


class RegionSession:
    """Runs detectors on frames in order; one thread at a time.

    A frame equal to the one before, shown under the same names, costs a comparison. Of other frames each detector that
    is a `SessionScreenDetector` looks only at what is new to it; the others look at all of it.

    Args:
        detectors: What looks for regions, in the order of their numbers.
    """

    def __init__(self, detectors: Iterable[ScreenDetector]) -> None:
        self._detectors = [
            made.session() if isinstance(made, SessionScreenDetector) else made for made in detectors
        ]  # fmt: skip
        self._pixels: Pixels | None = None
        self._found: dict[int, tuple[ScreenView, tuple[Region, ...]]] = {}

    def show(self, pixels: Pixels) -> None:
        """The frame that `find` is asked about from now on: rows x columns x 3, BGR."""
        if self._pixels is None or not np.array_equal(self._pixels, pixels):
            self._found.clear()
            # A copy: a caller may draw his next frame into the same memory.
            self._pixels = pixels.copy()

    def find(self, number: int, view: ScreenView) -> Sequence[Region]:
        """What a detector finds on the frame. What it raises is passed on, and nothing is remembered then."""
        known = self._found.get(number)
        if known is None or known[0] != view:
            if self._pixels is None:
                raise RuntimeError("no frame is shown")
            known = self._found[number] = view, tuple(self._detectors[number](self._pixels, view))
        return known[1]
