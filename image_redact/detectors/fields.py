"""Password fields: rows of dots, and whatever stands in the field that a label announces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from pydantic import Field

from image_redact.decode import Pixels, import_cv2
from image_redact.detectors.areas import boxes_with_edges
from image_redact.memory import PartMemory
from policies.contract import Area, BuildContext, Options, Phase, Region, ScreenView, StepSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Lines = Sequence[tuple[str, Area]]
    Look = Callable[["Grey"], "Dots"]

Grey = npt.NDArray[np.uint8]
Blobs = npt.NDArray[np.int32]
"""A row for each blob: left, top, width, height."""
Dots = tuple[Blobs, Blobs]
"""Blobs darker than their ground, and lighter."""

_NOUN = (
    r"pass ?words?|pass ?phrase|pass ?code|master password|pin(?: ?code)?|cvv2?|cvc2?|cv2|security code|card code"
    r"|secret|client secret|api key|secret key|access token|recovery (?:code|key)|one[- ]time (?:code|password)|otp"
    r"|(?:login-?)?passwort|kennwort|geheimzahl|pr[üu]fnummer|kartenpr[üu]fnummer|sicherheitscode"
    r"|mot de passe|code secret|code de s[ée]curit[ée]|cryptogramme(?: visuel)?"
    r"|contrase[ñn]a|clave(?: secreta)?|c[óo]digo de seguridad|senha|palavra-passe"
    r"|codice (?:segreto|di sicurezza)|parola d'ordine|wachtwoord|beveiligingscode|pincode"
    r"|has[łl]o|l[öo]senord|adgangskode|passord|salasana|[şs]ifre|heslo|пароль|パスワード|密码|密碼"
)
_AROUND = r"(?:[^\W\d]+['’]?\s+){0,2}"
_LABEL = re.compile(
    rf"^\W{{0,3}}{_AROUND}(?:{_NOUN})(?:\s+(?:again|confirmation|wiederholen|best[äa]tigen|\([^)]{{0,30}}\)))?\s*[*:：]{{0,2}}\W{{0,3}}$",
    re.IGNORECASE,
)
_INLINE = re.compile(rf"^\W{{0,3}}{_AROUND}(?:{_NOUN})\s*[:：=]\s*(?=\S)", re.IGNORECASE)
_NO_LABEL = re.compile(
    r"\b(?:forgot(?:ten)?|reset|change|show|hide|remember|manager|generate|save|lost|no|without|vergessen|[äa]ndern|anzeigen"
    r"|zur[üu]cksetzen|oubli[ée]|olvid[óo]|olvidaste|esqueceu|dimenticata|vergeten)\b",
    re.IGNORECASE,
)
"""Links beside password fields and sentences about passwords, which no field follows."""

_STARS = re.compile(r"[*•●∙·⬤◦]{4,}")

_FEWEST_DOTS = 5
_DOT = (5, 22)
_GROUND = 31
"""Window in pixels whose median is the ground of the pixel in its middle."""
_TILE = (160, 384)
_RIM = _GROUND // 2 + _DOT[1] + 3
"""Pixels around a tile: a blob that begins in the tile and reaches beyond them is no dot."""
_REACH_RIGHT, _REACH_DOWN = 14, 2.6


class FieldsOptions(Options):
    """Options of ``screen.fields``."""

    labels: bool = Field(
        default=True,
        description="Cover fields right of or below a label such as Password, PIN or CVV, shown in clear too.",
    )
    dots: bool = Field(default=True, description="Cover rows of dots or asterisks, with the field that holds them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Finds password fields by what hides their content and by their labels in ten languages."""

    labels: bool = True
    dots: bool = True

    def __call__(self, pixels: Pixels, view: ScreenView) -> Sequence[Region]:
        """One region for each field: the inside of its box where it has one."""
        return self.search(pixels, view, _look)

    def session(self) -> FieldsSession:
        """The same for the frames of a session, which remembers the dots in tiles of the frame."""
        return FieldsSession(self)

    def search(self, pixels: Pixels, view: ScreenView, look: Look) -> Sequence[Region]:
        """The fields of a frame; ``look`` gives the dots in a tile of it."""
        boxes = [box for box in boxes_with_edges(pixels) if 14 <= box.height <= 120]
        out = []
        if self.dots:
            rows = [*dot_rows(pixels, look), *(box for text, box in view.lines if _STARS.search("".join(text.split())))]
            out += [Region("PASSWORD", _field(row, boxes), 0.9, "dots") for row in rows]
        if self.labels:
            out += [Region("PASSWORD", area, 0.8, "label") for area in _labelled(view.lines, boxes)]
        return tuple(out)


class FieldsSession:
    """`Fields` for the frames of one session: a tile that looks as one did before has the same dots."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._dots = PartMemory[Dots]()

    def __call__(self, pixels: Pixels, view: ScreenView) -> Sequence[Region]:
        """What `Fields` finds on the frame."""
        return self._fields.search(pixels, view, self._look)

    def _look(self, tile: Grey) -> Dots:
        return self._dots.get(tile, _look)


def is_label(text: str) -> bool:
    """Whether a line is the label of a field for a secret, in one of ten languages, and nothing else."""
    return len(text) <= 48 and _LABEL.match(text) is not None and _NO_LABEL.search(text) is None


def _labelled(lines: Lines, boxes: Sequence[Area]) -> Iterator[Area]:
    for text, label in lines:
        inline = _INLINE.match(text)
        if inline and not _NO_LABEL.search(inline.group()):
            # From a sign before the value on, since glyphs have no equal widths.
            start = label.x + int(label.width * max(0, inline.end() - 2) / len(text))
            yield Area(start, label.y - 2, label.x + label.width - start + label.height, label.height + 4)
        if is_label(text):
            yield from _beside(label, lines, boxes)


def _beside(label: Area, lines: Lines, boxes: Sequence[Area]) -> Iterator[Area]:
    """The field of a label: the box around it, to its right or below it; without boxes, the text there."""
    held = [box for box in boxes if _holds(box, label) and box.height <= 3.5 * label.height]
    if held:
        yield min(held, key=_area)
        return
    right = [box for box in boxes if _right_of(label, box)]
    below = [box for box in boxes if _below(label, box) and box.width >= label.height]
    if right:
        yield min(right, key=_left)
    if below and not right:
        yield min(below, key=_top)
    if not right and not below:
        texts = [box for text, box in lines if not is_label(text)]
        near = [box for box in texts if _right_of(label, box)]
        under = [box for box in texts if _below(label, box)]
        for box in (min(near, key=_left),) if near else (min(under, key=_top),) if under else ():
            yield Area(max(0, box.x - 4), max(0, box.y - 4), box.width + box.height + 4, box.height + 8)


def _right_of(label: Area, box: Area) -> bool:
    middle = label.y + label.height / 2
    gap = box.x - label.x - label.width
    return box.y <= middle < box.y + box.height and -2 <= gap <= _REACH_RIGHT * label.height


def _below(label: Area, box: Area) -> bool:
    gap = box.y - label.y - label.height
    aligned = abs(box.x - label.x) <= 1.6 * label.height or box.x <= label.x < box.x + box.width
    return -3 <= gap <= _REACH_DOWN * label.height and aligned


def _holds(box: Area, inner: Area) -> bool:
    x, y = inner.x + inner.width // 2, inner.y + inner.height // 2
    return box.x <= x < box.x + box.width and box.y <= y < box.y + box.height and box.width >= inner.width


def _field(row: Area, boxes: Sequence[Area]) -> Area:
    """The box that holds a row of dots, or the row with the caret behind it."""
    held = [box for box in boxes if _holds(box, row) and box.height <= max(60, 6 * row.height)]
    if held:
        return min(held, key=_area)
    pad = max(4, row.height)
    left, top = max(0, row.x - pad), max(0, row.y - pad)
    return Area(left, top, row.x + row.width + 3 * pad - left, row.y + row.height + pad - top)


def _area(box: Area) -> int:
    return box.width * box.height


def _left(box: Area) -> int:
    return box.x


def _top(box: Area) -> int:
    return box.y


def dot_rows(pixels: Pixels, look: Look) -> Iterator[Area]:
    """Rows of at least five solid blobs of one shape and one pitch, dark on light or light on dark."""
    grey = import_cv2().cvtColor(pixels, import_cv2().COLOR_BGR2GRAY)
    height, width = grey.shape
    dots: tuple[list[Blobs], list[Blobs]] = ([], [])
    for top, left in product(range(0, height, _TILE[0]), range(0, width, _TILE[1])):
        bottom, right = top + _TILE[0], left + _TILE[1]
        # What begins in the tile is seen whole, and with all of the ground that its pixels are compared with.
        first, start = max(0, top - _RIM), max(0, left - _RIM)
        tile = np.ascontiguousarray(grey[first : bottom + _RIM, start : right + _RIM])
        for found, of_polarity in zip(look(tile), dots, strict=True):
            moved = found + np.array([start, first, 0, 0], np.int32)
            x, y = moved[:, 0], moved[:, 1]
            of_polarity.append(moved[(y >= top) & (y < bottom) & (x >= left) & (x < right)])
    for of_polarity in dots:
        yield from _rows(np.concatenate(of_polarity) if of_polarity else np.empty((0, 4), np.int32))


def _look(tile: Grey) -> Dots:
    """Blobs of the size and shape of a dot in one tile, darker and lighter than their ground."""
    cv2 = import_cv2()
    ground = cv2.medianBlur(tile, _GROUND) if min(tile.shape) > _GROUND else np.full_like(tile, int(np.median(tile)))
    darker, lighter = (
        _solid(cv2.connectedComponentsWithStats((far > 40).astype(np.uint8), connectivity=8)[2][1:])
        for far in (cv2.subtract(ground, tile), cv2.subtract(tile, ground))
    )
    return darker, lighter


def _solid(stats: Blobs) -> Blobs:
    _, _, wide, high, area = stats.T
    solid = (
        (wide >= _DOT[0]) & (high >= _DOT[0]) & (wide <= _DOT[1]) & (high <= _DOT[1])
        & (np.abs(wide - high) <= 1) & (area >= 0.6 * wide * high)
    )  # fmt: skip
    return stats[solid, :4]


def _rows(found: Blobs) -> Iterator[Area]:
    dots = [Area(*(int(v) for v in row)) for row in found]
    by_height: dict[int, list[Area]] = {}
    for dot in dots:
        # Twice the middle, so that dots that differ by a pixel at one end still share a row of two.
        for middle in {(2 * dot.y + dot.height) // 2, (2 * dot.y + dot.height + 1) // 2}:
            by_height.setdefault(middle, []).append(dot)
    seen: set[Area] = set()
    for row in by_height.values():
        for run in _runs(sorted(row)):
            box = Area(
                run[0].x,
                min(dot.y for dot in run),
                run[-1].x + run[-1].width - run[0].x,
                max(dot.y + dot.height for dot in run) - min(dot.y for dot in run),
            )
            if box not in seen:
                seen.add(box)
                yield box


def _runs(row: Sequence[Area]) -> Iterator[list[Area]]:
    """Runs of dots of one size at one pitch of at most three widths."""
    run: list[Area] = row[:1]  # type: ignore[assignment]  # a slice of a sorted list
    for before, dot in pairwise(row):
        pitch = dot.x - before.x
        same = dot.height == before.height and abs(dot.width - before.width) <= 1 and pitch <= 3 * max(4, dot.width)
        if same and (len(run) < 2 or abs(pitch - (run[1].x - run[0].x)) <= 1):
            run.append(dot)
            continue
        if len(run) >= _FEWEST_DOTS:
            yield run
        run = [before, dot] if same else [dot]
    if len(run) >= _FEWEST_DOTS:
        yield run


def _build(options: FieldsOptions, _context: BuildContext) -> Fields:
    import_cv2()
    return Fields(labels=options.labels, dots=options.dots)


FIELDS = StepSpec(
    name="screen.fields",
    phase=Phase.FIND,
    summary="Finds password fields by rows of dots and by labels in ten languages, and covers what is in them.",
    options=FieldsOptions,
    build=_build,
    needs=frozenset({"screen"}),
    gives=frozenset({"region"}),
    extra="image",
    modules=("cv2",),
    examples=({}, {"labels": False}),
)
