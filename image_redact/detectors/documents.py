"""Pictures of cards and identity documents: the whole card, and machine-readable zones wherever they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from image_redact.decode import Pixels
from image_redact.detectors.areas import boxes_with_edges
from policies.contract import Area, BuildContext, Options, Phase, Region, ScreenView, StepSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    Lines = Sequence[tuple[str, Area]]

ID_1, ID_3 = 85.60 / 53.98, 125.0 / 88.0
"""Width by height of a card and of a passport page (ISO/IEC 7810); the first also stands for its half-page ID-2."""

_SLACK = 0.07
_LEAST_CARD = 140
_MOST_LINES = 24
"""Lines on a card, both readings of each counted; a table of the same shape has more."""

_DIGITS = re.compile(
    r"(?<!\d)\d{4}[ .-]?\d{4}[ .-]?\d{4}(?:[ .-]?\d{1,7})?(?!\d)|(?<!\d)\d{4}[ .-]?\d{6}[ .-]?\d{5}(?!\d)"
)
_WORDS = re.compile(
    r"\b(?:driv(?:er|ing)\W{0,2}s?\W?\s?licen[cs]e|identity|identit[éy]|identidad|ident[ie]t[àaä]|personalausweis|ausweis"
    r"|f[üu]hrerschein|permis de conduire|carte nationale|tessera sanitaria|passport|passeport|reisepass|pasaporte"
    r"|national id|social security|insurance|membership|member id|versicherten|date of birth|geburtsdatum|dob|sex"
    r"|nationality|staatsangeh[öo]rigkeit|nationalit[éà]|valid (?:thru|until|from)|expir(?:y|es|ation)|g[üu]ltig bis"
    r"|card ?holder|issued|visa|mastercard|maestro|american express)\b",
    re.IGNORECASE,
)


class DocumentsOptions(Options):
    """Options of ``screen.documents``."""

    cards: bool = Field(default=True, description="Cover rectangles of the shape of a card that read like one.")
    mrz: bool = Field(default=True, description="Cover machine-readable zones, the rows of < in passports and ids.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Finds cards by shape and words together, and machine-readable zones by their letters (ICAO Doc 9303)."""

    cards: bool = True
    mrz: bool = True

    def __call__(self, pixels: Pixels, view: ScreenView) -> Sequence[Region]:
        """Whole cards and whole zones."""
        zones = mrz_boxes(view.lines)
        out = [Region("ID_DOCUMENT", _grown(box), 0.95, "mrz") for box in zones] if self.mrz else []
        if self.cards and len(view.lines) > 1:
            for box in boxes_with_edges(pixels):
                held = [(text, line) for text, line in view.lines if _inside(line, box)]
                if _LEAST_CARD <= box.width <= 0.7 * pixels.shape[1] and looks_like_card(
                    box, held, zoned=any(_inside(z, box) for z in zones)
                ):
                    out.append(Region("ID_DOCUMENT", box, 0.8, "card"))
        return tuple(out)


def mrz_boxes(lines: Lines) -> tuple[Area, ...]:
    """Boxes of the rows of machine-readable zones.

    A row is 30 to 44 signs of A-Z, 0-9 and <, some of them read otherwise or not at all. A row beside one that is sure,
    of its letters and about its width, belongs to it whatever fillers it has.
    """
    signs = [(_signs(text), box) for text, box in lines]
    sure = [box for text, box in signs if _is_mrz(text)]
    beside = [
        box
        for text, box in signs
        if len(text) >= 20 and _share(text) > 0.85 and any(_beside(box, other) for other in sure)
    ]
    return tuple(dict.fromkeys((*sure, *beside)))


def _signs(text: str) -> str:
    return "".join(text.replace("«", "<<").replace("‹", "<").replace("＜", "<").split())


def _is_mrz(text: str) -> bool:
    fillers = text.count("<")
    if len(text) < 20 or _share(text) < 0.85:
        return False
    return fillers >= 5 or (fillers >= 2 and re.match(r"[PIACV][A-Z<][A-Z]{3}", text) is not None) or "<<<" in text


def _share(text: str) -> float:
    """How much of a text are signs of a machine-readable zone; OCR takes some fillers for small letters c and k."""
    return sum(char in "<ck" or (char.isascii() and (char.isupper() or char.isdigit())) for char in text) / len(text)


def _beside(box: Area, other: Area) -> bool:
    gap = max(box.y - other.y - other.height, other.y - box.y - box.height)
    return box != other and gap <= 2 * other.height and abs(box.width - other.width) < 0.35 * other.width


def _grown(box: Area) -> Area:
    """The row with a sign on both ends that OCR may have lost."""
    pad = max(4, box.height // 2)
    left, top = max(0, box.x - 2 * pad), max(0, box.y - pad)
    return Area(left, top, box.x + box.width + 2 * pad - left, box.y + box.height + pad - top)


def looks_like_card(box: Area, lines: Lines, *, zoned: bool) -> bool:
    """Whether a rectangle has the shape of a card and holds what cards hold: a number and a word of cards, or two."""
    ratio = box.width / box.height
    card, page = abs(ratio / ID_1 - 1) <= _SLACK, abs(ratio / ID_3 - 1) <= _SLACK
    if not (card or page) or not 2 <= len(lines) <= _MOST_LINES:
        return False
    if zoned:
        return True
    numbered = any(_DIGITS.search(text) for text, _ in lines)
    words = {match.casefold() for text, _ in lines for match in _WORDS.findall(text)}
    return card and (len(words) >= 2 or (numbered and len(words) >= 1) or (numbered and len(lines) <= 6))


def _inside(line: Area, box: Area) -> bool:
    x, y = line.x + line.width // 2, line.y + line.height // 2
    return box.x <= x < box.x + box.width and box.y <= y < box.y + box.height


def _build(options: DocumentsOptions, _context: BuildContext) -> Documents:
    return Documents(cards=options.cards, mrz=options.mrz)


DOCUMENTS = StepSpec(
    name="screen.documents",
    phase=Phase.FIND,
    summary="Finds cards and identity documents in pictures, and machine-readable zones, and covers them whole.",
    options=DocumentsOptions,
    build=_build,
    needs=frozenset({"screen"}),
    gives=frozenset({"region"}),
    extra="image",
    modules=("cv2",),
    examples=({}, {"cards": False}),
)
