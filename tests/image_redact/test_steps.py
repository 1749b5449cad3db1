"""The steps: examples validate and build, options refuse what leaks."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from image_redact import Coverer
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
    import numpy as np
    from pytesseract import pytesseract

    from image_redact import Tesseract

    monkeypatch.setattr(pytesseract, "tesseract_cmd", "/nowhere/tesseract")
    with pytest.raises(MissingExtra, match="apt-get install tesseract-ocr"):
        SCREEN_TEXT.build(SCREEN_TEXT.options(engines=("pytesseract",)), CONTEXT)
    with pytest.raises(MissingExtra, match="apt-get install tesseract-ocr"):
        Tesseract().read(np.full((40, 40, 3), 255, np.uint8))
