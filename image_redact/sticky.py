"""What was covered stays covered wherever the same pixels appear, whatever stands beside them there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from image_redact.cover import Region
from image_redact.screen import Rect, Screen

MOST = 100_000
"""Lines that are remembered; the oldest go first."""


class Sticky:
    """Boxes by the pixels of the line that they lie on.

    A line is known by `image_redact.Line.source`, so one that scrolls, or comes back in another window, is the same.
    """

    def __init__(self) -> None:
        self._regions: dict[bytes, set[Region]] = {}

    def learn(self, screen: Screen, regions: Iterable[Region]) -> None:
        """Remember the regions of a frame."""
        wanted = list(regions)
        # Hundreds of lines by hundreds of regions on every frame: too many pairs to look at one by one.
        left, top, width, height = np.array([one.box for one in wanted], np.int64).reshape(-1, 4).T
        right, bottom = left + width, top + height
        for line in screen.lines if wanted else ():
            if line.source:
                box = line.box
                on_it = (left < box.right) & (right > box.x) & (top < box.bottom) & (bottom > box.y)
                if on_it.any():
                    known = self._regions.setdefault(line.source, set())
                    known.update(_moved(wanted[at], -box.x, -box.y) for at in np.flatnonzero(on_it))
        while len(self._regions) > MOST:
            del self._regions[next(iter(self._regions))]

    def apply(self, screen: Screen, regions: Sequence[Region]) -> list[Region]:
        """The regions of a frame, and those that its lines had on other frames."""
        out = {region.box: region for region in regions}
        for line in screen.lines:
            known = self._regions.get(line.source)
            if known:
                box = line.box
                for region in known:
                    again = _moved(region, box.x, box.y)
                    out.setdefault(again.box, again)
        return list(out.values())

    def extend(self, screen: Screen, regions: Sequence[Region]) -> list[Region]:
        """`learn`, then `apply`, for frames that come one after the other."""
        self.learn(screen, regions)
        return self.apply(screen, regions)


def _moved(region: Region, right: int, down: int) -> Region:
    box = region.box
    return replace(region, box=Rect(box.x + right, box.y + down, box.width, box.height))
