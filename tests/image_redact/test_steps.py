"""The steps: examples validate and build, options refuse what leaks."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from image_redact import Coverer, Rect
from image_redact.steps import COVER, SCREEN_REREAD, SCREEN_TEXT, STEPS
from policies.contract import BuildContext, StepSpec
from recording.errors import MissingExtra

CONTEXT = BuildContext(folder=Path(), key=b"k")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_example_builds_something_picklable(step: StepSpec) -> None:
    """Examples in a spec are valid options, and what they build survives pickling."""
    for example in step.examples:
        built = step.build(step.options.model_validate(example), CONTEXT)
        assert pickle.loads(pickle.dumps(built)) == built


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_option_is_described(step: StepSpec) -> None:
    """The reference is made of these descriptions."""
    assert step.summary
    assert all(field.description for field in step.options.model_fields.values())


@pytest.mark.parametrize("style", ["mosaic", "pixelate", "gaussian"])
def test_a_reversible_style_is_refused_with_the_reason(style: str) -> None:
    """A policy that asks for mosaic learns why it does not get it."""
    with pytest.raises(ValidationError, match="digits back"):
        COVER.options.model_validate({"style": style})


@pytest.mark.parametrize(
    "options",
    [
        {"psm": 0},
        {"engine": "x"},
        {"engines": []},
        {"languages": []},
        {"languages": ["eng --psm 0"]},
        {"timeout_s": 0},
        {"x": 1},
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, object]) -> None:
    """Nothing that is not a setting reaches Tesseract."""
    for step in (SCREEN_TEXT, SCREEN_REREAD):
        with pytest.raises(ValidationError):
            step.options.model_validate(options)


@pytest.mark.parametrize(
    "options",
    [
        {"labels": {"PERSON": "mosaic"}},
        {"labels": {"jane.doe": "fill"}},
        {"text": "value"},
        {"grid": 0},
        {"block": 5},
        {"colour": "red"},
    ],
)
def test_options_of_cover_out_of_range_are_refused(options: dict[str, object]) -> None:
    """No label gets a reversible style, and a label is a label."""
    with pytest.raises(ValidationError):
        COVER.options.model_validate(options)


def test_noise_is_seeded_by_the_project_and_by_nothing_else() -> None:
    """One project, one noise; another project, another; the key itself is not what is kept."""
    options = COVER.options.model_validate({"style": "noise"})
    seeds = [COVER.build(options, BuildContext(folder=Path(), key=key)).seed for key in (b"k", b"k", b"l")]
    assert seeds[0] == seeds[1] != seeds[2]
    assert seeds[0] != b"k"
    assert len(seeds[0]) == 32
    assert repr(seeds[0]) not in repr(Coverer(seed=seeds[0]))


def test_lossless_files_can_be_covered_by_blocks_too() -> None:
    """``block`` is the least; what the file says may be more."""
    page = np.full((96, 96, 3), 255, np.uint8)
    rect = Rect(40, 40, 8, 8)
    coverer = COVER.build(COVER.options.model_validate({"block": 16, "grid": 1}), CONTEXT)
    wide = {block: int((coverer(page, [rect], block=block) == 0).all(axis=2).sum()) for block in (1, 16, 32)}
    assert wide == {1: 24 * 24, 16: 24 * 24, 32: 40 * 40}


def test_without_fonts_a_policy_that_writes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenCV before version 5 cannot write; a policy that does not ask for it still builds."""
    import cv2

    monkeypatch.delattr(cv2, "FontFace")
    COVER.build(COVER.options(), CONTEXT)
    for options in ({"text": "label"}, {"labels": {"PERSON": "surrogate"}}):
        with pytest.raises(MissingExtra, match="opencv-python-headless>=5"):
            COVER.build(COVER.options.model_validate(options), CONTEXT)


def test_a_colour_is_red_green_blue_outside_and_bgr_inside() -> None:
    """The policy's #RRGGBB becomes OpenCV's order."""
    assert COVER.build(COVER.options.model_validate({"colour": "#112233"}), CONTEXT) == Coverer(
        colour=(0x33, 0x22, 0x11)
    )


def test_a_language_that_is_not_installed_is_named_with_its_package() -> None:
    """The hint is the command that adds it."""
    with pytest.raises(MissingExtra, match="apt-get install tesseract-ocr-tlh"):
        SCREEN_TEXT.build(SCREEN_TEXT.options.model_validate({"languages": ["tlh"]}), CONTEXT)


def test_without_tesseract_the_hint_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing program is found when the policy is built, and again when a frame is read."""
    from pytesseract import pytesseract

    from image_redact import Tesseract

    monkeypatch.setattr(pytesseract, "tesseract_cmd", "/nowhere/tesseract")
    with pytest.raises(MissingExtra, match="apt-get install tesseract-ocr"):
        SCREEN_TEXT.build(SCREEN_TEXT.options(engines=("pytesseract",)), CONTEXT)
    with pytest.raises(MissingExtra, match="apt-get install tesseract-ocr"):
        Tesseract(engine="pytesseract").read(np.full((40, 40, 3), 255, np.uint8))
