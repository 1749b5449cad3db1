"""What stands on a contact sheet: figures, and a tile for each frame that is shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, Self

from boundary.trace import Mark
from recording.errors import StepFailed

WIDTHS = (1440, 1200, 960, 720, 540, 400, 280, 160)
"""Widths in pixels that are tried, from the sharpest, until a picture has room."""
QUALITY = 72


@dataclass(frozen=True, slots=True)
class Tile:
    """One frame on the sheet.

    Attributes:
        recording: Number of the recording, from 1.
        frame: Number of the frame in it, from 1.
        code: Why it was withheld; then it has no picture.
        name: Its own name, where the release bears it too.
        width: In pixels, of the frame; the picture may be smaller.
        share: Share of its pixels that is covered, 0 to 1.
        picture: JPEG of the covered frame.
        before: JPEG of the frame as captured, only where the sheet reveals.
    """

    recording: int
    frame: int
    code: str = ""
    name: str = field(default="", repr=False)
    width: int = 0
    height: int = 0
    marks: tuple[Mark, ...] = ()
    share: float = 0.0
    picture: bytes | None = field(default=None, repr=False)
    before: bytes | None = field(default=None, repr=False)

    def titled(self, frame: int, name: str) -> Self:
        """The same with its number and name."""
        return replace(self, frame=frame, name=name)


@dataclass(slots=True)
class Sheet:
    """Figures over all frames, and the tiles that are shown.

    Attributes:
        frames: Frames of all recordings; each is either released or counted in ``codes``.
        codes: Frames withheld, by code.
        refused: Recordings withheld as a whole, by code.
        labels: Covered regions of released frames, by label; ``rules`` by rule.
        shares: Covered share of every released frame, 0 to 1.
        withheld: Tiles without pictures, in order.
        chosen: Rank, recording, order and tile of the sample among the released.
    """

    policy: str
    digest: str
    limit: int
    seed: int
    reveal: bool
    recordings: int = 0
    frames: int = 0
    released: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    shares: list[float] = field(default_factory=list, repr=False)
    withheld: list[Tile] = field(default_factory=list, repr=False)
    chosen: list[tuple[int, int, int, Tile]] = field(default_factory=list, repr=False)

    def tiles(self) -> list[Tile]:
        """What is shown: withheld frames first, then released ones while there is room, both in order."""
        room = max(0, self.limit - len(self.withheld))
        shown = [tile for *_, tile in self.chosen[:room]]
        return [*self.withheld, *sorted(shown, key=_place)]


def _place(tile: Tile) -> tuple[int, int]:
    return tile.recording, tile.frame


def picture(pixels: Any, room: int) -> bytes:
    """A JPEG of a frame of at most ``room`` bytes; what has detail beyond that is made smaller.

    Raises:
        StepFailed: Nothing would be small enough, or it could not be encoded.
    """
    from image_redact.decode import import_cv2

    cv2 = import_cv2()
    height, width = pixels.shape[:2]
    for wanted in dict.fromkeys(min(width, step) for step in WIDTHS):
        scaled = pixels
        # A strip of a thousand screens is as long as it is; both sides count.
        factor = min(1.0, wanted / width, 2 * wanted / height)
        if factor < 1:
            size = max(1, round(width * factor)), max(1, round(height * factor))
            scaled = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        fine, data = cv2.imencode(".jpg", scaled, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if fine and len(data) <= room:
            return bytes(data)
    raise StepFailed("no picture of the frame is small enough", code="sheet-picture", hint="choose a smaller --limit")
