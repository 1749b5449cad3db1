"""Detectors of pixels inside the pipeline: what they raise withholds the frame, and what they find must lie on it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from boundary.regions import find_regions, open_regions
from policies.contract import Area, Region, ScreenView
from recording.errors import StepFailed

PIXELS = np.full((60, 90, 3), 255, np.uint8)
SCREEN = SimpleNamespace(lines=())
USE = SimpleNamespace(spec=SimpleNamespace(name="screen.test", summary="Finds."))


def on_one(made):
    """What the detectors of a plan find on a frame that comes alone."""
    return find_regions("f.png", PIXELS, SCREEN, ScreenView(), made, open_regions(made))


def plan(detect):
    """A plan with one detector of pixels."""
    return SimpleNamespace(regions=((USE, detect),), keyed=lambda text: "k")


def test_a_region_becomes_a_finding_inside_the_frame():
    """The box gets a margin and is cut at the edges of the frame."""
    found = on_one(plan(lambda *_: [Region("CODE", Area(0, 10, 500, 20), 1.0, "r")]))
    box = found[0].span
    assert (box.x, box.y, box.width, box.height) == (0, 8, 90, 24)
    assert found[0].label == "CODE"


@pytest.mark.parametrize("box", [Area(200, 0, 5, 5), Area(0, 0, 0, 5), Area(5, 5, -3, 2)])
def test_a_region_that_cannot_be_covered_fails_the_frame(box):
    """Something was found and would stay: the frame does not pass."""
    with pytest.raises(StepFailed, match="detector-failed"):
        on_one(plan(lambda *_: [Region("CODE", box, 1.0, "r")]))


def test_what_a_detector_raises_is_not_repeated():
    """Its text may quote the screen."""

    def breaks(*_):
        raise ValueError("hunter2")

    with pytest.raises(StepFailed) as caught:
        on_one(plan(breaks))
    assert caught.value.code == "detector-failed"
    assert "hunter2" not in str(caught.value)
