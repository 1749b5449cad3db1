"""QR codes and bar codes, by zxing-cpp: the whole symbol with its quiet zone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import Field

from image_redact.decode import Pixels, import_cv2
from policies.contract import Area, BuildContext, Options, Phase, Region, ScreenView, StepSpec
from recording.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        cv2 = import_cv2()
        grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
        # zxing looks for no code whose quiet zone the frame cuts off.
        grey = cv2.copyMakeBorder(grey, _RIM, _RIM, _RIM, _RIM, cv2.BORDER_REPLICATE)
        scales = (1.0, 2.0) if self.thorough and grey.size <= _LARGEST else (1.0,)
        return tuple(region for scale in scales for region in self._at(grey, scale))

    def _at(self, grey: Any, scale: float) -> Iterator[Region]:
        cv2 = import_cv2()
        if scale != 1.0:
            grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        # zxing turns only matrix codes from light on dark by itself, so the negative is read as well.
        for polarity in (grey, cv2.bitwise_not(grey)):
            for code in _read(polarity, self.kinds):
                yield from _region(code, scale)


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
    left = math.floor(min(x for x, _ in corners) / scale) - _RIM - pad
    top = math.floor(min(y for _, y in corners) / scale) - _RIM - pad
    right = math.ceil(max(x for x, _ in corners) / scale) - _RIM + pad + 1
    bottom = math.ceil(max(y for _, y in corners) / scale) - _RIM + pad + 1
    left, top = max(0, left), max(0, top)
    yield Region("CODE", Area(left, top, right - left, bottom - top), 1.0, f"code:{name}")


def _zxing() -> Any:
    try:
        import zxingcpp
    except ImportError:
        raise MissingExtra(
            "zxing-cpp is not installed", code="missing-extra", hint="pip install 'boundary-redaction[image]'"
        ) from None
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
