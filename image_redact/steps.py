"""The steps of this package as the policy language sees them. Nothing heavy is imported before `build`."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator

from image_redact._lettering import check_fonts
from image_redact._private import home, purge
from image_redact.allowed import allow
from image_redact.cover import REFUSED, Style
from image_redact.decode import import_cv2
from image_redact.engines.choose import Name, engine
from image_redact.ocr import Tesseract
from image_redact.readers import Coverer, ScreenReader, ScreenRereader
from policies.contract import BuildContext, Options, Phase, StepSpec

Language = Annotated[str, Field(pattern=r"^[A-Za-z]+(_[A-Za-z]+)*$", max_length=32)]
Label = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=40)]
Psm = Literal[3, 4, 6, 11, 12]

_MODULES = ("cv2", "pytesseract")
_PROGRAMS = ("tesseract",)


class ScreenTextOptions(Options):
    """Options of ``screen.text``."""

    engines: tuple[Name, ...] = Field(
        default=("auto",),
        min_length=1,
        description="Who reads; with several, all that any of them reads counts. auto is Tesseract, in process where "
        "tesserocr is installed; rapidocr misses least and takes some five times as long.",
    )
    languages: tuple[Language, ...] = Field(
        default=("eng",), min_length=1, description="Tesseract language data, the most likely first."
    )
    cover: Literal["findings", "all_text", "all_but_allowed"] = Field(
        default="findings",
        description="Cover what detectors find, every line of text whatever it says, or every line that has a word "
        "which is not on the allow list (`allow`, `interface_words`), with what cannot be read.",
    )
    allow: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        default=(),
        max_length=10_000,
        description="Words and phrases that are nobody's: a line with such words alone is not taken for a name. "
        "Values of the session and what a pattern finds are covered all the same.",
    )
    interface_words: bool = Field(
        default=True, description="The shipped words of menus, buttons and heads of tables are on the allow list."
    )
    cover_unread: bool = Field(
        default=False, description="Cover regions that look like text and cannot be read with confidence."
    )
    second_pass: bool = Field(
        default=False,
        description="Tesseract reads twice with different settings; about twice the time, fewer misses.",
    )
    timeout_s: float = Field(
        default=60.0, gt=0, le=3600, description="Seconds for one reading; beyond it the frame is withheld."
    )
    max_pixels: int = Field(default=50_000_000, ge=1, le=500_000_000, description="Most pixels of a frame.")


class CoverOptions(Options):
    """Options of ``cover``."""

    style: Style = Field(
        default="fill",
        description="`fill` one colour; `blur` a soft bar on the colour around the box; `noise` greys of its own; "
        "`surrogate` the stand-in that the value has in keys and texts. None holds anything of what it covers.",
    )
    labels: dict[Label, Style] = Field(
        default_factory=dict, max_length=100, description="Styles of findings with a certain label, instead of `style`."
    )
    colour: str = Field(
        default="#000000", pattern=r"^#[0-9A-Fa-f]{6}$", description="Red, green and blue of `fill`, in hexadecimal."
    )
    text: Literal["none", "label"] = Field(
        default="none", description="Write the label, such as [EMAIL_ADDRESS], on `fill` and `blur`."
    )
    grid: int = Field(
        default=1,
        ge=1,
        le=256,
        description="Left and right edges of every box lie on multiples of this many pixels, words beside it or not: "
        "the larger, the less the width tells of the length, and the more is covered. Without it, boxes of values lie "
        "on coarse multiples where no word is beside them.",
    )
    block: Literal[1, 8, 16, 32] = Field(
        default=1,
        description="Boxes grow to blocks of this many pixels even in lossless files: 16 for PNG files that were made "
        "from JPEG or video. For JPEG and video it is done in any case.",
    )
    padding: int = Field(
        default=0,
        ge=0,
        le=64,
        description="Pixels added on every side, beyond the 2 or more that every box already has.",
    )

    @field_validator("style", mode="before")
    @classmethod
    def _refuse_reversible(cls, style: object) -> object:
        if isinstance(style, str) and style in REFUSED:
            raise ValueError(REFUSED[style])
        return style

    @field_validator("labels", mode="before")
    @classmethod
    def _refuse_reversible_for_a_label(cls, labels: object) -> object:
        for style in labels.values() if isinstance(labels, Mapping) else ():
            cls._refuse_reversible(style)
        return labels

    @property
    def by_label(self) -> tuple[tuple[str, Style], ...]:
        """The styles of labels as sorted pairs."""
        return tuple(sorted(self.labels.items()))


class ScreenRereadOptions(Options):
    """Options of ``screen.reread``."""

    engine: Name = Field(
        default="auto", description="Who reads the pieces of a covered frame; Tesseract has other settings here."
    )
    languages: tuple[Language, ...] = Field(
        default=("eng",), min_length=1, description="Tesseract language data, the most likely first."
    )
    whole: bool = Field(
        default=True,
        description="Read a frame that shows a new scene as a whole too, by Tesseract's own layout analysis.",
    )
    psm: Psm = Field(
        default=11, description="Page segmentation of whole frames: 6 rows, 11 scattered text, 3 or 4 pages, 12 as 11."
    )
    timeout_s: float = Field(
        default=60.0, gt=0, le=3600, description="Seconds for the reading; beyond it the frame is withheld."
    )
    max_pixels: int = Field(default=50_000_000, ge=1, le=500_000_000, description="Most pixels of a frame.")


def build_reader(options: ScreenTextOptions, _context: BuildContext) -> ScreenReader:
    """The reader of ``screen.text``; raises `MissingExtra` when an engine or a language is absent."""
    _prepare()
    made = [engine(name, languages=options.languages, timeout_s=options.timeout_s) for name in options.engines]
    if options.second_pass:
        made += [
            engine(name, languages=options.languages, other=True, timeout_s=options.timeout_s)
            for name in options.engines
        ]
    return ScreenReader(
        engines=tuple(dict.fromkeys(made)),
        all_text=options.cover == "all_text",
        all_but_allowed=options.cover == "all_but_allowed",
        allowed=allow(options.allow, interface=options.interface_words),
        cover_unread=options.cover_unread,
        max_pixels=options.max_pixels,
    )


def build_coverer(options: CoverOptions, context: BuildContext) -> Coverer:
    """The coverer of ``cover``; raises `MissingExtra` where text is to be written and OpenCV has no fonts."""
    red, green, blue = bytes.fromhex(options.colour[1:])
    styles = {options.style, *options.labels.values()}
    if options.text == "label" or "surrogate" in styles:
        check_fonts()
    return Coverer(
        style=options.style,
        colour=(blue, green, red),
        padding=options.padding,
        by_label=options.by_label,
        text=options.text == "label",
        grid=options.grid,
        block=options.block,
        seed=hmac.digest(context.key, b"image_redact.cover.noise", "sha256") if "noise" in styles else b"",
    )


def build_rereader(options: ScreenRereadOptions, _context: BuildContext) -> ScreenRereader:
    """The reader of ``screen.reread``; raises `MissingExtra` when an engine or a language is absent."""
    _prepare()
    pieces = engine(options.engine, languages=options.languages, other=True, timeout_s=options.timeout_s)
    whole = None
    if options.whole:
        whole = Tesseract(
            engine="pytesseract" if options.engine == "pytesseract" else "auto",
            languages=options.languages,
            psm=options.psm,
            timeout_s=options.timeout_s,
        )
        whole.check()
    return ScreenRereader(engines=(pieces,), whole=whole, max_pixels=options.max_pixels)


def _prepare() -> None:
    import_cv2()
    purge(home())


SCREEN_TEXT = StepSpec(
    name="screen.text",
    phase=Phase.FIND,
    summary="Reads the text on screenshots and gives its lines to the text detectors.",
    options=ScreenTextOptions,
    build=build_reader,
    needs=frozenset({"text"}),
    gives=frozenset({"screen"}),
    extra="image",
    modules=_MODULES,
    programs=_PROGRAMS,
    examples=(
        {},
        {"engines": ["auto", "rapidocr"], "second_pass": True, "cover_unread": True},
        {"engines": ["pytesseract"], "cover": "all_text"},
        {"cover": "all_but_allowed", "allow": ["Larkspur", "ticket queue"]},
    ),
)

COVER = StepSpec(
    name="cover",
    phase=Phase.CHANGE,
    summary="Paints over what was found on screenshots; the paint depends on the boxes alone.",
    options=CoverOptions,
    build=build_coverer,
    needs=frozenset({"screen"}),
    gives=frozenset({"screen.change"}),
    extra="image",
    modules=("cv2",),
    examples=(
        {},
        {"colour": "#336699", "text": "label", "padding": 4},
        {"style": "blur", "grid": 64, "block": 16},
        {"style": "noise", "labels": {"PERSON": "surrogate", "LOCATION": "blur"}},
    ),
)

SCREEN_REREAD = StepSpec(
    name="screen.reread",
    phase=Phase.VERIFY,
    summary="Reads covered screenshots again with other settings; whatever is still found withholds the recording.",
    options=ScreenRereadOptions,
    build=build_rereader,
    needs=frozenset({"screen.change"}),
    extra="image",
    modules=_MODULES,
    programs=_PROGRAMS,
    examples=({}, {"engine": "pytesseract", "psm": 3}, {"whole": False}),
)

STEPS = (SCREEN_TEXT, COVER, SCREEN_REREAD)
"""Every step of this package."""
