"""QR codes and bar codes, by zxing-cpp: the whole symbol with its quiet zone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from pydantic import Field

from image_redact.decode import Pixels, import_cv2
from image_redact.memory import PartMemory
from policies.contract import Area, BuildContext, Options, Phase, Region, ScreenView, StepSpec
from recording.errors import not_installed

if TYPE_CHECKING:
    from collections.abc import Callable

Grey = npt.NDArray[np.uint8]
Kind = Literal["qr", "aztec", "datamatrix", "pdf417", "linear"]

_FORMATS: dict[str, tuple[str, ...]] = {
    "qr": ("QRCode", "MicroQRCode", "RMQRCode"),
    "aztec": ("Aztec",),
    "datamatrix": ("DataMatrix", "MaxiCode"),
    "pdf417": ("PDF417", "MicroPDF417"),
    "linear": ("EANUPC", "Code128", "Code93", "Code39", "ITF", "Codabar", "DataBar", "DataBarExp", "DataBarLtd"),
}

QUIET = 4
"""Modules of quiet zone around a QR code (ISO/IEC 18004, 5.3.8), the widest of the matrix codes."""

_FEWEST = 21
"""Modules along the side of the smallest QR code, which gives the widest module a symbol of a size can have."""

_TALLEST = 8
"""Bars lower than this many pixels are no bar code: underlined text and rows of letters read as one now and then."""


class CodesOptions(Options):
    """Options of ``screen.codes``."""

    kinds: tuple[Kind, ...] = Field(
        default=get_args(Kind), min_length=1, description="Kinds of codes: matrix codes, and linear ones such as EAN."
    )
    thorough: bool = Field(
        default=True, description="Look at the frame enlarged as well, which finds codes with modules of 1 to 2 pixels."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Finds machine-readable codes in any direction, light on dark too; what they say is not looked at."""

    kinds: tuple[str, ...] = get_args(Kind)
    thorough: bool = True

    def __call__(self, pixels: Pixels, view: ScreenView) -> Sequence[Region]:
        """One region for each symbol and size at which it was read; they overlap."""
        return self.search(pixels, _search)

    def session(self) -> CodesSession:
        """The same for the frames of a session, which remembers what dense places held."""
        return CodesSession(self)

    def search(
        self, pixels: Pixels, look: Callable[[Grey, float, Sequence[str]], Sequence[Region]]
    ) -> Sequence[Region]:
        """Read the frame as it is, and where it is dense enough for small modules enlarged; ``look`` reads."""
        cv2 = import_cv2()
        grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
        # zxing looks for no code whose quiet zone the frame cuts off.
        grey = cv2.copyMakeBorder(grey, _RIM, _RIM, _RIM, _RIM, cv2.BORDER_REPLICATE)
        found = [_moved(region, -_RIM, -_RIM) for region in _search(grey, 1.0, self.kinds)]
        if self.thorough and grey.size <= _LARGEST:
            for box in dense_places(grey):
                part = np.ascontiguousarray(grey[box.y : box.y + box.height, box.x : box.x + box.width])
                found += [_moved(region, box.x - _RIM, box.y - _RIM) for region in look(part, 2.0, self.kinds)]
        return tuple(_clipped(region) for region in found)


class CodesSession:
    """`Codes` for the frames of one session: a place that looks as one did before holds what that held."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        self._held = PartMemory[Sequence[Region]]()

    def __call__(self, pixels: Pixels, view: ScreenView) -> Sequence[Region]:
        """What `Codes` finds on the frame."""
        return self._codes.search(pixels, self._look)

    def _look(self, grey: Grey, scale: float, kinds: Sequence[str]) -> Sequence[Region]:
        return self._held.get(grey, partial(_search, scale=scale, kinds=kinds))


def dense_places(grey: Grey) -> list[Area]:
    """Rectangles around everything with edges as dense as codes of small modules have: less than a frame.

    They depend on the pixels around them alone, wherever they are on a frame.
    """
    cv2 = import_cv2()
    gradient = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    _, edges = cv2.threshold(gradient, _CONTRAST, 255, cv2.THRESH_BINARY)
    shares = cv2.boxFilter(edges, -1, (_DENSE, _DENSE), borderType=cv2.BORDER_CONSTANT)
    _, dense = cv2.threshold(shares, _SHARE, 255, cv2.THRESH_BINARY)
    joined = cv2.dilate(dense, np.ones((_DENSE, _DENSE), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    height, width = grey.shape
    out = []
    for x, y, wide, high, _ in stats[1:].tolist():
        if min(wide, high) >= _DENSE + _SMALLEST:
            left, top = max(0, x - _ROOM), max(0, y - _ROOM)
            right, bottom = min(width, x + wide + _ROOM), min(height, y + high + _ROOM)
            out.append(Area(left, top, right - left, bottom - top))
    return out


_CONTRAST = 12
_SHARE = 64
"""Edges in the window of density, of 255: modules of 4 pixels leave half of their own inside without. Of 140 codes
drawn on pages at least as many of each kind are found as in the whole frame enlarged; with 127 three fewer."""
_DENSE = 9
_SMALLEST = 5
"""What is left in pixels of the lowest code, `_TALLEST` bars of which half the outermost window of density sees."""
_ROOM = 10


def _search(grey: Grey, scale: float, kinds: Sequence[str]) -> Sequence[Region]:
    """Codes in one picture, enlarged before by ``scale``, in its own pixels; they may lie over its edges."""
    cv2 = import_cv2()
    if scale != 1.0:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    # zxing turns only matrix codes from light on dark by itself, so the negative is read as well.
    return tuple(
        region
        for polarity in (grey, cv2.bitwise_not(grey))
        for code in _read(polarity, kinds)
        for region in _region(code, scale)
    )


def _moved(region: Region, right: int, down: int) -> Region:
    box = region.box
    return replace(region, box=Area(box.x + right, box.y + down, box.width, box.height))


def _clipped(region: Region) -> Region:
    """Nothing left of the frame or above it."""
    x, y, width, height = region.box
    left, top = max(0, x), max(0, y)
    return replace(region, box=Area(left, top, x + width - left, y + height - top))


_RIM = 8
_LARGEST = 12_000_000


def _read(grey: Any, kinds: Sequence[str]) -> Sequence[Any]:
    zxing = _zxing()
    formats = [getattr(zxing.BarcodeFormat, name) for kind in kinds for name in _FORMATS[kind]]
    return zxing.read_barcodes(  # type: ignore[no-any-return]  # the library is not typed
        grey,
        formats=zxing.BarcodeFormats(formats),
        try_invert=False,
    )


def _region(code: Any, scale: float) -> Iterator[Region]:
    where = code.position
    corners = [(p.x, p.y) for p in (where.top_left, where.top_right, where.bottom_right, where.bottom_left)]
    name = str(code.format).rpartition(".")[2]
    name = "".join(char for char in name if char.isalnum())
    linear = not any(name in formats for kind, formats in _FORMATS.items() if kind != "linear")
    across = math.dist(corners[0], corners[1]) / scale
    along = math.dist(corners[0], corners[3]) / scale
    if linear and along < _TALLEST:
        return
    # Slanted bars are seen as the rows that cross all of them, which leaves a wedge at both ends.
    dx, dy = abs(corners[1][0] - corners[0][0]), abs(corners[1][1] - corners[0][1])
    slant = min(dx, dy) / scale if linear else 0.0
    module = min(across, along) / _FEWEST
    pad = math.ceil(max(QUIET * module, slant, 4.0))
    left = math.floor(min(x for x, _ in corners) / scale) - pad
    top = math.floor(min(y for _, y in corners) / scale) - pad
    right = math.ceil(max(x for x, _ in corners) / scale) + pad + 1
    bottom = math.ceil(max(y for _, y in corners) / scale) + pad + 1
    yield Region("CODE", Area(left, top, right - left, bottom - top), 1.0, f"code:{name}")


def _zxing() -> Any:
    try:
        import zxingcpp
    except ImportError:
        raise not_installed("zxing-cpp", "image") from None
    return zxingcpp


def _build(options: CodesOptions, _context: BuildContext) -> Codes:
    import_cv2()
    _zxing()
    return Codes(kinds=options.kinds, thorough=options.thorough)


CODES = StepSpec(
    name="screen.codes",
    phase=Phase.FIND,
    summary="Finds QR, Aztec, Data Matrix and PDF417 codes and bar codes on screenshots and covers them whole.",
    options=CodesOptions,
    build=_build,
    needs=frozenset({"screen"}),
    gives=frozenset({"region"}),
    extra="image",
    modules=("cv2", "zxingcpp"),
    examples=({}, {"kinds": ["qr"], "thorough": False}),
)
