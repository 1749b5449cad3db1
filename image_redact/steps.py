"""The steps of this package as the policy language sees them. Nothing heavy is imported before `build`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from image_redact._private import home, purge
from image_redact._tesseract import check_languages
from image_redact.cover import REFUSED
from image_redact.decode import import_cv2
from image_redact.ocr import Tesseract
from image_redact.readers import Coverer, ScreenReader, ScreenRereader
from policies.contract import BuildContext, Options, Phase, StepSpec

Language = Annotated[str, Field(pattern=r"^[A-Za-z]+(_[A-Za-z]+)*$", max_length=32)]
Psm = Literal[3, 4, 6, 11, 12]
Scale = Literal["auto"] | Annotated[float, Field(ge=1, le=3)]

_MODULES = ("cv2", "pytesseract")
_PROGRAMS = ("tesseract",)


class ScreenTextOptions(Options):
    """Options of ``screen.text``."""

    languages: tuple[Language, ...] = Field(
        default=("eng",), min_length=1, description="Tesseract language data, the most likely first."
    )
    psm: Psm = Field(
        default=6, description="Page segmentation: 6 rows of a screen, 11 scattered text, 3 or 4 pages, 12 as 11."
    )
    scale: Scale = Field(default="auto", description="Enlargement before reading, 1 to 3; auto doubles small text.")
    cover: Literal["findings", "all_text"] = Field(
        default="findings", description="Cover what detectors find, or every line of text whatever it says."
    )
    cover_unread: bool = Field(
        default=False, description="Cover regions that look like text and cannot be read with confidence."
    )
    second_pass: bool = Field(
        default=False,
        description="Read twice with different settings and take both; about twice the time, fewer misses.",
    )
    timeout_s: float = Field(
        default=60.0, gt=0, le=3600, description="Seconds for one reading; beyond it the frame is withheld."
    )
    max_pixels: int = Field(default=50_000_000, ge=1, le=500_000_000, description="Most pixels of a frame.")


class CoverOptions(Options):
    """Options of ``cover``."""

    style: Literal["fill", "blur"] = Field(
        default="fill", description="One colour, or the same with a soft rim; neither holds anything of what it covers."
    )
    colour: str = Field(
        default="#000000", pattern=r"^#[0-9A-Fa-f]{6}$", description="Red, green and blue in hexadecimal."
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


class ScreenRereadOptions(Options):
    """Options of ``screen.reread``."""

    languages: tuple[Language, ...] = Field(
        default=("eng",), min_length=1, description="Tesseract language data, the most likely first."
    )
    psm: Psm = Field(default=11, description="Page segmentation; choose another than the reading step has.")
    scale: Scale = Field(default="auto", description="Enlargement before reading, 1 to 3; auto doubles small text.")
    timeout_s: float = Field(
        default=60.0, gt=0, le=3600, description="Seconds for the reading; beyond it the frame is withheld."
    )
    max_pixels: int = Field(default=50_000_000, ge=1, le=500_000_000, description="Most pixels of a frame.")


def build_reader(options: ScreenTextOptions, _context: BuildContext) -> ScreenReader:
    """The reader of ``screen.text``; raises `MissingExtra` when OCR or a language is absent."""
    _check(options.languages)
    first = Tesseract(languages=options.languages, psm=options.psm, scale=options.scale, timeout_s=options.timeout_s)
    # The second reading differs in layout analysis and scale, so that it fails in other places.
    second = Tesseract(
        languages=options.languages,
        psm=6 if options.psm == 11 else 11,
        scale=3.0 if options.scale in ("auto", 2.0) else 2.0,
        timeout_s=options.timeout_s,
    )
    return ScreenReader(
        engines=(first, second) if options.second_pass else (first,),
        all_text=options.cover == "all_text",
        cover_unread=options.cover_unread,
        max_pixels=options.max_pixels,
    )


def build_coverer(options: CoverOptions, _context: BuildContext) -> Coverer:
    """The coverer of ``cover``."""
    red, green, blue = bytes.fromhex(options.colour[1:])
    return Coverer(style=options.style, colour=(blue, green, red), padding=options.padding)


def build_rereader(options: ScreenRereadOptions, _context: BuildContext) -> ScreenRereader:
    """The reader of ``screen.reread``; raises `MissingExtra` when OCR or a language is absent."""
    _check(options.languages)
    engine = Tesseract(languages=options.languages, psm=options.psm, scale=options.scale, timeout_s=options.timeout_s)
    return ScreenRereader(engine=engine, max_pixels=options.max_pixels)


def _check(languages: tuple[str, ...]) -> None:
    import_cv2()
    check_languages(languages)
    purge(home())


SCREEN_TEXT = StepSpec(
    name="screen.text",
    phase=Phase.FIND,
    summary="Reads the text on screenshots with Tesseract and gives its lines to the text detectors.",
    options=ScreenTextOptions,
    build=build_reader,
    needs=frozenset({"text"}),
    gives=frozenset({"screen"}),
    extra="image",
    modules=_MODULES,
    programs=_PROGRAMS,
    examples=({}, {"psm": 11, "second_pass": True, "cover_unread": True}, {"cover": "all_text", "scale": 1.5}),
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
    examples=({}, {"style": "blur", "colour": "#336699", "padding": 4}),
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
    examples=({}, {"psm": 3, "scale": 2}),
)

STEPS = (SCREEN_TEXT, COVER, SCREEN_REREAD)
"""Every step of this package."""
