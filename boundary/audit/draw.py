"""Draws canaries into screenshots of a copy, the way applications show text: antialiased, in the colours around."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from boundary.audit.canaries import Canary
from boundary.audit.plant import Planted
from recording import with_files
from recording.errors import BoundaryError, MissingExtra
from recording.model import Recording

Pixels = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]

SIZES = (13, 14, 15, 16, 18, 22)
"""Font sizes in pixels, as screens of 96 dots an inch have them."""
WEIGHTS = (400, 400, 400, 700)
TRIES = 40
"""Places that are looked at for each canary; the flattest free one is taken."""
INK = 40
"""A pixel that differs by so much from its ground, in one channel, is ink."""
_SUFFIXES = {".png": ".png", ".jpg": ".jpg", ".jpeg": ".jpg"}


def plant_screens(recording: Recording, canaries: Sequence[Canary], *, seed: int) -> tuple[Recording, list[Planted]]:
    """A copy of a recording with canaries drawn into its PNG and JPEG frames, spread evenly over them.

    What finds no place is left out: compare the lengths.
    """
    from image_redact.decode import decode, encode

    rng = np.random.default_rng(seed)
    frames = [frame for frame in recording.frames if PurePosixPath(frame.file).suffix.lower() in _SUFFIXES]
    names = list(dict.fromkeys(frame.file for frame in frames))
    apps = {frame.file: frame.app or "" for frame in frames}
    files: dict[str, bytes] = {}
    planted: list[Planted] = []
    for number, name in enumerate(names):
        share = canaries[number :: len(names)]
        if not share:
            continue
        try:
            pixels = decode(recording.files[name].read())
        except BoundaryError:
            continue  # what cannot be read is withheld, whatever stands on it
        pixels, boxes = draw(pixels, share, rng)
        files[name] = encode(pixels, _SUFFIXES[PurePosixPath(name).suffix.lower()])
        planted += [
            Planted(canary, apps[name], (canary.value,), name, box)
            for canary, box in zip(share, boxes, strict=True)
            if box is not None
        ]
    return with_files(recording, files), planted


def draw(pixels: Pixels, canaries: Sequence[Canary], rng: np.random.Generator) -> tuple[Pixels, list[Box | None]]:
    """A copy of a frame with canaries on it, and the box of each one's value; ``None`` where there is no room."""
    done = pixels.copy()
    taken: list[Box] = []
    out: list[Box | None] = []
    for canary in canaries:
        face, size = _face(), int(rng.choice(SIZES))
        weight = int(rng.choice(WEIGHTS))
        text, lead = canary.text, canary.before
        width, height = _width(face, text, size, weight) + 2 * size, round(size * 1.9)
        place = _place(done, width, height, taken, rng)
        if place is None:
            out.append(None)
            continue
        taken.append(place)
        left, top = place[0] + size, place[1]
        ground, ink = _colours(done, place, rng)
        x, y, wide, high = place
        done[y : y + high, x : x + wide] = ground
        _write(done, text, (left, top + (2 * height + size) // 4), ink, face, size, weight)
        start = left + _width(face, lead, size, weight) if lead else left
        end = left + _width(face, lead + canary.value, size, weight)
        out.append((start, top, max(1, end - start), height))
    return done, out


def visible(before: Pixels, after: Pixels, box: Box) -> float:
    """Share of the ink in a box, 0 to 1, that is still there, whatever OCR makes of it."""
    left, top, width, height = box
    old = before[top : top + height, left : left + width].astype(np.int16)
    new = after[top : top + height, left : left + width].astype(np.int16)
    ground = np.median(old.reshape(-1, 3), axis=0)
    ink = (np.abs(old - ground) >= INK).any(axis=2)
    same = (np.abs(old - new) < INK).all(axis=2)
    # Dark ink under dark paint has not changed much, and is not seen: its ground has to be there too.
    ground_left = np.count_nonzero(same & ~ink, axis=0) * 2 > np.count_nonzero(~ink, axis=0)
    return int(np.count_nonzero(ink & same & ground_left)) / max(1, int(np.count_nonzero(ink)))


def _place(pixels: Pixels, width: int, height: int, taken: Sequence[Box], rng: np.random.Generator) -> Box | None:
    """The flattest of some places that are free: text stands on flat ground."""
    rows, columns = pixels.shape[:2]
    if width >= columns or height >= rows:
        return None
    best: tuple[float, Box] | None = None
    for _ in range(TRIES):
        box = int(rng.integers(columns - width)), int(rng.integers(rows - height)), width, height
        if any(_touch(box, other) for other in taken):
            continue
        x, y, *_ = box
        rough = float(pixels[y : y + height, x : x + width].std(axis=(0, 1)).max())
        if best is None or rough < best[0]:
            best = rough, box
        if rough < 1:
            break
    return best[1] if best else None


def _touch(one: Box, other: Box) -> bool:
    gap = 12
    return (
        one[0] < other[0] + other[2] + gap
        and other[0] < one[0] + one[2] + gap
        and one[1] < other[1] + other[3] + gap
        and other[1] < one[1] + one[3] + gap
    )


def _colours(pixels: Pixels, box: Box, rng: np.random.Generator) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Ground as it is there, ink that can be read on it: grey or a dark blue, or nearly white."""
    x, y, width, height = box
    ground = np.median(pixels[y : y + height, x : x + width].reshape(-1, 3), axis=0)
    light = float(ground @ np.array([0.114, 0.587, 0.299])) > 127
    inks = ((32, 32, 32), (70, 60, 50), (110, 50, 20)) if light else ((240, 240, 240), (255, 255, 255), (210, 220, 230))
    return tuple(map(int, ground)), inks[int(rng.integers(len(inks)))]


def _write(
    pixels: Pixels, text: str, at: tuple[int, int], ink: tuple[int, ...], face: Any, size: int, weight: int
) -> None:
    from image_redact.decode import import_cv2

    import_cv2().putText(pixels, text, at, ink, face, size, weight)


def _face() -> Any:
    from image_redact.decode import import_cv2

    cv2 = import_cv2()
    if not hasattr(cv2, "FontFace"):
        raise MissingExtra(
            "this OpenCV has no fonts of its own", code="missing-extra", hint="pip install 'opencv-python-headless>=5'"
        )
    return cv2.FontFace("uni")


def _width(face: Any, text: str, size: int, weight: int) -> int:
    from image_redact.decode import import_cv2

    x, _, width, _ = import_cv2().getTextSize((0, 0), text, (0, 0), face, size, weight)
    return int(x + width)
