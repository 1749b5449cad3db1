"""T1: no style that a policy accepts gives a digit back to who knows the font; the attack works on those it refuses."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import get_args

import pytest
from rich.console import Console

from benchmarks import __main__ as program
from benchmarks import _widths
from benchmarks._harness import Skip
from benchmarks._template import Target, attack, render, targets
from benchmarks._treatments import accepted, covering, refused, reversible
from image_redact.cover import Style

SEED = 44


def numbers(count: int) -> list[Target]:
    """Random numbers, or a skip where the fonts are not installed."""
    try:
        return targets(count, SEED)
    except Skip as reason:
        pytest.skip(str(reason))


def test_every_style_that_a_policy_accepts_is_attacked() -> None:
    """A style that is added to the option is in the benchmark without anybody thinking of it."""
    assert set(get_args(Style)) <= set(accepted())


@pytest.mark.parametrize("jpeg", [False, True], ids=["png", "jpeg"])
@pytest.mark.parametrize("name", accepted())
def test_pixels_of_an_accepted_style_prefer_no_digit(name: str, jpeg: bool) -> None:
    """Every candidate gives the same picture as the value: there is nothing to decide by."""
    for index, target in enumerate(numbers(4)):
        assert attack(target, covering(target, accepted()[name], jpeg=jpeg), f"{name} {index}").told == 0


@pytest.mark.parametrize("name", ["mosaic 4 px", "gaussian sigma 3"])
def test_the_attack_brings_numbers_back_from_a_refused_style(name: str) -> None:
    """What makes the figures of accepted styles mean something."""
    found = [attack(target, reversible(name), f"{name} {index}") for index, target in enumerate(numbers(4))]
    assert name in refused()
    assert sum(result.right for result in found) / sum(result.digits for result in found) > 0.7


def test_a_jpeg_covered_without_its_whole_blocks_gives_numbers_back() -> None:
    """The smear around a box is enough to read what is under it, which is why boxes grow to blocks."""
    found = [
        attack(target, covering(target, {}, jpeg=True, whole_blocks=False), str(index))
        for index, target in enumerate(numbers(4))
    ]
    assert sum(result.right for result in found) / sum(result.digits for result in found) > 0.7


@pytest.mark.slow
@pytest.mark.parametrize("jpeg", [False, True], ids=["png", "jpeg"])
@pytest.mark.parametrize("name", accepted())
def test_of_forty_numbers_no_more_than_chance_comes_back(name: str, jpeg: bool) -> None:
    """T1 in full: at most 0.15 of the digits where chance is 0.10, and no whole number."""
    found = [
        attack(target, covering(target, accepted()[name], jpeg=jpeg), f"{name} {jpeg} {index}")
        for index, target in enumerate(numbers(40))
    ]
    assert sum(result.right for result in found) / sum(result.digits for result in found) <= 0.15
    assert not any(result.whole for result in found)


@pytest.mark.slow
def test_a_quick_run_has_every_case_and_tells_nothing_of_values(tmp_path: Path) -> None:
    """The record has three figures for each treatment, none of accepted styles told by pixels, and no number."""
    drawn = numbers(1)
    assert program.main(["attack", "--quick", "--out", str(tmp_path)], Console(file=io.StringIO())) == 0
    text = (tmp_path / "attack.json").read_text("utf-8")
    told = [c for c in json.loads(text)["counts"] if c["figure"].endswith("decisions that pixels told")]
    assert len(told) == 2 * len(accepted()) + len(refused()) + 1
    assert not any(c["ours"] for c in told if c["figure"].startswith("accepted"))
    assert drawn[0].value not in text


def test_a_page_shows_its_value_and_nothing_of_another() -> None:
    """Two values differ in pixels only inside the ink of the first, so that a box around it takes all of it."""
    (target,) = numbers(1)
    left, top, width, height = target.ink
    changed = (render(target, target.value) != render(target, "000-00-0000")).any(axis=2)
    assert changed.any()
    changed[top - 1 : top + height + 1, left - 1 : left + width + 1] = False
    assert not changed.any()


def test_the_larger_the_grid_the_less_the_width_tells() -> None:
    """Lengths guessed from boxes: fewer with every coarser grid, more than without a look at any."""
    numbers(1)
    exact = {
        count.figure.partition(": ")[2]: count.ours for count in _widths.measure(400, SEED) if "exactly" in count.figure
    }
    blind = exact.pop("no look at the box")
    tight, *coarser = exact.values()
    assert tight > coarser[0] > max(coarser[1:])
    assert min(coarser) > blind
