"""Searches files for what a screenshot shows: its pixels in any plain or packed form, and its words."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from pages import Pixels

PICTURE = re.compile(
    rb"\x89PNG\r\n|\xff\xd8\xff|\A(?:II\*\0|MM\0\*|BM|GIF8|RIFF....WEBP|P[1-7][ \n]|\x93NUMPY)", re.DOTALL
)
"""How files of pictures and arrays begin; PNG and JPEG are also looked for inside other files."""
SCALES = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0)
ALIKE = 0.8
"""Correlation from which a patch counts as shown; patches of other text stay below 0.6."""
LARGEST = 200 * 2**20


@dataclass(frozen=True, slots=True)
class Sought:
    """What must be nowhere.

    Attributes:
        texts: Words of the screen.
        patches: Parts of it, rows x columns x 3, BGR, each with something on it that nothing else shows.
    """

    texts: tuple[str, ...] = field(repr=False)
    patches: tuple[Pixels, ...] = field(repr=False)

    def needles(self) -> dict[bytes, str]:
        """Bytes of which a file has none: texts in the usual encodings, rows of pixels in the usual orders."""
        out = {text.encode(code): "text" for text in self.texts for code in ("utf-8", "utf-16-le", "utf-32-le")}
        for patch in self.patches:
            grey = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY)
            opaque = np.dstack([patch, np.full(patch.shape[:2], 255, np.uint8)])
            forms = (patch, patch[:, :, ::-1], opaque, opaque[:, :, [2, 1, 0, 3]], grey, 255 - grey)
            # A row of paper says nothing: the one with the most edges is that of the patch.
            row = int(np.abs(np.diff(grey.astype(int), axis=1)).sum(axis=1).argmax())
            out |= {np.ascontiguousarray(form[row]).tobytes(): "pixels" for form in forms}
        return out


def found(
    sought: Sought,
    roots: Iterable[Path],
    *,
    beside: Collection[Path] = (),
    since: float = 0.0,
    pictures: bool = False,
    scales: Sequence[float] = SCALES,
) -> list[str]:
    """Where something of ``sought`` is, as ``what in path``.

    Args:
        sought: What to look for.
        roots: Folders, searched whole.
        beside: Folders inside them that are not searched.
        since: Files that were changed before are passed over, in seconds as `time.time` has them.
        pictures: Whether a picture is found whatever it shows.
        scales: Sizes at which pictures may show it.
    """
    needles = sought.needles()
    out = []
    for path in _files(roots, {folder.resolve() for folder in beside}, since):
        out += [f"{what} in name of {path}" for text in sought.texts if text in path.name for what in ("text",)]
        try:
            data = path.read_bytes()
        except OSError:
            continue  # a link into the memory of a process that is gone, or another user's
        kinds = {what for needle, what in needles.items() if needle in data}
        for match in PICTURE.finditer(data):
            if pictures:
                kinds.add("picture")
            picture = cv2.imdecode(np.frombuffer(data[match.start() :], np.uint8), cv2.IMREAD_GRAYSCALE)
            if picture is not None and shows(picture, sought.patches, scales):
                kinds.add("pixels")
        out += [f"{kind} in {path}" for kind in sorted(kinds)]
    return out


def shows(picture: Pixels, patches: Iterable[Pixels], scales: Sequence[float]) -> bool:
    """Whether a grey picture shows one of the patches, light or dark, at any of the sizes that OCR is given."""
    for patch in patches:
        for scale in scales:
            wanted = cv2.resize(cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY), None, fx=scale, fy=scale)
            if wanted.shape[0] <= picture.shape[0] and wanted.shape[1] <= picture.shape[1]:
                alike = cv2.matchTemplate(picture, wanted, cv2.TM_CCOEFF_NORMED)
                if np.abs(np.nan_to_num(alike, posinf=0, neginf=0)).max() > ALIKE:
                    return True
    return False


def _files(roots: Iterable[Path], beside: set[Path], since: float) -> Iterator[Path]:
    for root in dict.fromkeys(root.resolve() for root in roots):
        for folder, names, files in os.walk(root):
            names[:] = [name for name in names if (Path(folder) / name).resolve() not in beside]
            for name in files:
                path = Path(folder) / name
                try:
                    about = path.stat()
                except OSError:
                    continue
                if path.is_file() and about.st_ctime >= since and about.st_size <= LARGEST:
                    yield path
