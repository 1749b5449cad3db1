"""Rules of the drawn screens and of how they are judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import _pixels
from benchmarks._harness import Skip
from benchmarks.pages import chromium, draw, sequences, truth, windows
from benchmarks.pages.judge import Tally, is_covered, is_hit, judge


@pytest.fixture(scope="module")
def page() -> Iterator[chromium.Browser]:
    """A running Chromium."""
    try:
        chromium.binary()
    except Skip as reason:
        pytest.skip(str(reason))
    with chromium.browser() as running:
        yield running


ALL = [(split, kind) for split in draw.SPLITS for kind in draw.SPLITS[split]]


@pytest.mark.parametrize(("split", "kind"), ALL)
def test_equal_seeds_give_an_equal_page_and_others_another(split: str, kind: str) -> None:
    """What a page shows is a function of split, kind and seed."""
    assert draw.make_html(split, kind, 3) == draw.make_html(split, kind, 3) != draw.make_html(split, kind, 4)


@pytest.mark.slow
def test_equal_pages_are_drawn_alike(page: chromium.Browser) -> None:
    """Picture and truth can be made again to the byte, whatever was drawn between."""
    one = draw.draw(page, "report", "chat", 5, 1.5)
    draw.draw(page, "tune", "sheet", 5, 2.0)
    assert draw.draw(page, "report", "chat", 5, 1.5) == one


def test_splits_share_neither_kinds_nor_seeds() -> None:
    """Nothing that figures are reported on is seen in development."""
    assert len(draw.SPLITS["tune"]) + len(draw.SPLITS["report"]) >= 12
    assert not set(draw.SPLITS["tune"]) & set(draw.SPLITS["report"])
    assert sequences.make_sequence("tune", "tabs", 0) != sequences.make_sequence("report", "tabs", 0)


@pytest.mark.parametrize("kind", sequences.SEQUENCES)
def test_equal_seeds_give_an_equal_sequence_of_sixty_frames(kind: str) -> None:
    """A sequence can be drawn again."""
    one = sequences.make_sequence("tune", kind, 1)
    assert one == sequences.make_sequence("tune", kind, 1)
    assert len(one.steps) == sequences.FRAMES == 60


@pytest.mark.slow
@pytest.mark.parametrize(("split", "kind"), ALL)
@pytest.mark.parametrize("scale", draw.SCREENS)
def test_truth_boxes_hold_ink_and_lie_on_the_screen(
    page: chromium.Browser, split: str, kind: str, scale: float
) -> None:
    """A box without ink would be covered by anybody."""
    drawn = draw.draw(page, split, kind, 7, scale)
    picture = _pixels.load(drawn.png)
    assert picture.shape == (drawn.truth.height, drawn.truth.width, 3)
    assert drawn.truth.values
    assert drawn.truth.words
    for word in (word for value in drawn.truth.values for word in value.words):
        left, top, width, height = word.box
        assert min(left, top) >= 0
        assert left + width <= drawn.truth.width
        assert top + height <= drawn.truth.height
        part = picture[top : top + height, left : left + width]
        assert _pixels.glyphs(part, (0, 0, width, height)).any()


@pytest.mark.slow
@pytest.mark.parametrize(("split", "kind"), ALL)
def test_doing_nothing_covers_nothing_and_painting_all_covers_all(
    page: chromium.Browser, split: str, kind: str
) -> None:
    """A redactor that changes no pixel scores 0, with the thickest strokes too; a black screen scores all."""
    drawn = draw.draw(page, split, kind, 7, 2.0)
    picture = _pixels.load(drawn.png)
    nothing, everything = Tally(), Tally()
    judge(picture, picture, drawn.truth, kind, nothing)
    judge(picture, np.zeros_like(picture), drawn.truth, kind, everything)
    assert nothing.of == everything.of
    assert nothing.covered.total() == nothing.words_hit == 0
    assert everything.covered == everything.of
    assert everything.words_hit == everything.words


@pytest.mark.slow
def test_truth_of_a_typed_value_grows_with_what_is_typed(page: chromium.Browser) -> None:
    """The last frame shows every field whole; no frame shows more than has been typed."""
    frames = list(sequences.draw_sequence(page, "tune", "typing", 2))
    shown = [sum(len(v.text) for v in f.truth.values) for f in frames]
    assert len(frames) == sequences.FRAMES
    assert shown == sorted(shown)
    assert shown[0] < shown[-1]
    assert not [value for value in frames[-1].truth.values if value.layout == "typing"]


def test_value_is_covered_only_when_every_word_of_it_is() -> None:
    """One readable word of a telephone number is a leak."""
    before = np.full((40, 200, 3), 255, np.uint8)
    before[12:24, 10:60:3] = before[12:24, 100:150:3] = 0
    words = (truth.Word("(813)", (8, 8, 56, 20)), truth.Word("314-4097", (98, 8, 56, 20)))
    value = truth.Value("(813) 314-4097", "PHONE", "plain", words)
    half = before.copy()
    half[8:28, 98:154] = 0
    assert not is_covered(before, before, value)
    assert not is_covered(before, half, value)
    assert is_covered(before, half, replace(value, words=words[1:]))
    assert is_hit(before, half, words[1])
    assert not is_hit(before, half, words[0])


def test_truth_survives_its_file() -> None:
    """What is written can be read again."""
    word = truth.Word("a", (1, 2, 3, 4), glued=True)
    one = truth.Truth(10, 20, (truth.Value("a", "EMAIL", "plain", (word,)),), (word,))
    assert truth.from_json(truth.to_json(one, kind="mail")) == one


def test_without_chromium_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing fails where the browser is missing."""
    monkeypatch.setattr("benchmarks.pages.chromium.shutil.which", lambda name: None)
    with pytest.raises(Skip, match="chromium is not installed"):
        chromium.binary()


@pytest.mark.slow
@pytest.mark.parametrize("split", windows.WINDOWS)
def test_window_of_another_program_has_ink_in_the_box_of_every_word(split: str) -> None:
    """Values, labels and boxes come from the script; nothing is left out, and doing nothing covers nothing."""
    try:
        drawn = windows.draw_window(split, 1)
    except Skip as reason:
        pytest.skip(str(reason))
    picture = _pixels.load(drawn.png)
    lines = windows.make_lines(split, 1)
    assert [(value.label, value.text) for value in drawn.truth.values] == [(line.label, line.value) for line in lines]
    for value in drawn.truth.values:
        assert [word.text for word in value.words] == value.text.split(" ")
        assert not is_covered(picture, picture, value)
        assert is_covered(picture, np.zeros_like(picture), value)
