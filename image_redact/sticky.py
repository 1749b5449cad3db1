"""What was covered stays covered wherever the same pixels appear, whatever stands beside them there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from image_redact._finder import overlap
from image_redact.locate import GRID
from image_redact.screen import Rect, Screen

MOST = 100_000
"""Lines that are remembered; the oldest go first."""


class Sticky:
    """Boxes by the pixels of the line that they lie on.

    A line is known by `image_redact.Line.source`, so one that scrolls, or comes back in another window, is the same.
    """

    def __init__(self) -> None:
        self._boxes: dict[bytes, set[Rect]] = {}

    def learn(self, screen: Screen, boxes: Iterable[Rect]) -> None:
        """Remember the boxes of a frame."""
        wanted = list(boxes)
        for line in screen.lines if wanted else ():
            if line.source:
                on_it = {
                    Rect(b.x - line.box.x, b.y - line.box.y, b.width, b.height) for b in wanted if overlap(b, line.box)
                }
                if on_it:
                    self._boxes.setdefault(line.source, set()).update(on_it)
        while len(self._boxes) > MOST:
            del self._boxes[next(iter(self._boxes))]

    def apply(self, screen: Screen, boxes: Sequence[Rect]) -> list[Rect]:
        """The boxes of a frame, and those that its lines had on other frames."""
        out = dict.fromkeys(boxes)
        for line in screen.lines:
            for box in self._boxes.get(line.source, ()):
                out.setdefault(_on_grid(Rect(box.x + line.box.x, box.y + line.box.y, box.width, box.height)))
        return list(out)

    def extend(self, screen: Screen, boxes: Sequence[Rect]) -> list[Rect]:
        """`learn`, then `apply`, for frames that come one after the other."""
        self.learn(screen, boxes)
        return self.apply(screen, boxes)


def _on_grid(box: Rect) -> Rect:
    left = max(0, box.x) // GRID * GRID
    right = -(-box.right // GRID) * GRID
    top = max(0, box.y)
    return Rect(left, top, right - left, box.bottom - top)
