"""What is painted and written: a function of boxes, labels, seed and pixels outside, for every style."""

from __future__ import annotations

import io
from typing import get_args

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import Piece, draw
from PIL import Image

from image_redact import Coverer
from image_redact._paint import contrast
from image_redact._surround import GREY, colour_around
from image_redact.cover import Region, Style, cover, inscribe, spots
from image_redact.decode import Pixels, block_of, decode, encode
from image_redact.screen import Rect

SHAPE = (80, 120)
RECTS = st.builds(Rect, st.integers(-9, 110), st.integers(-9, 70), st.integers(1, 70), st.integers(1, 40))
LABELS = st.sampled_from(("", "PERSON", "EMAIL_ADDRESS", "US_SSN"))
TEXTS = st.sampled_from(("", "Tobias Wren", "t.w@quill.example", "a\nb\tc", "Łódź 李明"))
REGIONS = st.lists(st.builds(Region, RECTS, LABELS, TEXTS), min_size=1, max_size=5)
STYLES: tuple[Style, ...] = get_args(Style)
COVERERS = st.builds(
    Coverer,
    style=st.sampled_from(STYLES),
    colour=st.sampled_from(((0, 0, 0), (200, 220, 90))),
    padding=st.integers(0, 6),
    by_label=st.sampled_from(((), (("PERSON", "surrogate"),), (("US_SSN", "noise"), ("PERSON", "blur")))),
    text=st.booleans(),
    grid=st.sampled_from((1, 16, 48)),
    seed=st.sampled_from((b"", b"key")),
)


def finished(coverer: Coverer, pixels: Pixels, regions: list[Region], block: int) -> Pixels:
    """Covered and written on, as both front doors do."""
    return coverer.inscribe(coverer(pixels, regions, block=block), regions, block=block)


def under(coverer: Coverer, pixels: Pixels, regions: list[Region], block: int) -> npt.NDArray[np.bool_]:
    """Where the boxes lie, as painted."""
    mask = np.zeros(SHAPE, bool)
    for spot in spots(pixels, regions, style=coverer.style, padding=coverer.padding, block=block, grid=coverer.grid):
        mask[spot.box.y : spot.box.bottom, spot.box.x : spot.box.right] = True
    return mask


@settings(max_examples=150, deadline=None)
@given(REGIONS, COVERERS, st.sampled_from((".png", ".jpg")), st.sampled_from((1, 16, 32)), st.integers(0, 2**32 - 1))
def test_files_that_differ_only_under_the_boxes_become_identical(
    regions: list[Region], coverer: Coverer, suffix: str, block: int, seed: int
) -> None:
    """T2: byte-identical output for every style, text, format, padding, grid and block size."""
    random = np.random.default_rng(seed)
    one = random.integers(0, 256, (*SHAPE, 3), np.uint8)
    other = one.copy()
    mask = under(coverer, one, regions, block)
    other[mask] = random.integers(0, 256, (int(mask.sum()), 3), np.uint8)
    done = [finished(coverer, pixels, regions, block) for pixels in (one, other)]
    assert encode(done[0], suffix) == encode(done[1], suffix)
    assert np.array_equal(done[0][~mask], one[~mask])


@settings(max_examples=60, deadline=None)
@given(REGIONS, COVERERS, st.randoms())
def test_the_order_of_findings_does_not_show(regions: list[Region], coverer: Coverer, random: object) -> None:
    """Boxes that overlap give one picture, whichever detector ran first and however often it found a place."""
    page = np.full((*SHAPE, 3), 240, np.uint8)
    page[::3, ::5] = 30
    again = [*regions, regions[0]]
    random.shuffle(again)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert np.array_equal(finished(coverer, page, regions, 1), finished(coverer, page, again, 1))


@settings(max_examples=60, deadline=None)
@given(REGIONS, COVERERS)
def test_writing_changes_nothing_outside_the_boxes(regions: list[Region], coverer: Coverer) -> None:
    """Labels and stand-ins are clipped: what verification saw outside is what leaves."""
    page = np.random.default_rng(7).integers(0, 256, (*SHAPE, 3), np.uint8)
    covered = coverer(page, regions)
    mask = under(coverer, page, regions, 1)
    assert np.array_equal(coverer.inscribe(covered, regions)[~mask], covered[~mask])


@pytest.mark.parametrize("style", ["fill", "noise"])
def test_fill_and_noise_take_nothing_from_around_the_box(style: Style) -> None:
    """The same box on a white and on a black screen holds the same paint."""
    rect = Rect(20, 20, 40, 20)
    patches = [cover(np.full((*SHAPE, 3), paper, np.uint8), [rect], style=style)[20:40, 20:60] for paper in (0, 255)]
    assert np.array_equal(patches[0], patches[1])


@pytest.mark.parametrize("style", ["blur", "surrogate"])
def test_blur_and_surrogate_take_one_colour_from_around_the_box(style: Style) -> None:
    """What is around the box enters as its commonest colour and in no other way."""
    rect = Rect(20, 20, 40, 20)
    plain = np.full((*SHAPE, 3), (180, 200, 220), np.uint8)
    busy = plain.copy()
    busy[17:20, 20:60:4] = 3
    patches = [cover(page, [rect], style=style)[20:40, 20:60] for page in (plain, busy)]
    assert np.array_equal(patches[0], patches[1])
    assert patches[0][0, 0].tolist() == [180, 200, 220]


def test_the_colour_is_that_of_the_row_where_another_bar_is_close() -> None:
    """A box that fills a title bar takes the colour of the bar, not of what is below it."""
    page = np.full((*SHAPE, 3), (90, 60, 20), np.uint8)
    page[:24] = (230, 220, 210)
    assert colour_around(page, np.ones(SHAPE, np.bool_), Rect(0, 0, 64, 24)) == (230, 220, 210)


def test_a_box_with_nothing_around_it_is_grey() -> None:
    """Where boxes take the whole screen there is no colour to take."""
    page = np.random.default_rng(1).integers(0, 256, (*SHAPE, 3), np.uint8)
    whole = Rect(0, 0, SHAPE[1], SHAPE[0])
    assert colour_around(page, np.zeros(SHAPE, np.bool_), whole) == GREY
    assert (cover(page, [whole], style="surrogate") == GREY).all()


def test_noise_is_constant_over_frames_and_differs_between_projects_and_places() -> None:
    """Noise drawn anew on each frame could be averaged away where something is left under it."""
    rect = Rect(16, 16, 64, 24)
    frames = [np.random.default_rng(n).integers(0, 256, (*SHAPE, 3), np.uint8) for n in range(3)]
    window = np.s_[16:40, 16:80]
    drawn = [cover(frame, [rect], style="noise", seed=b"key")[window] for frame in frames]
    assert all(np.array_equal(drawn[0], other) for other in drawn)
    assert not np.array_equal(drawn[0], cover(frames[0], [rect], style="noise", seed=b"other")[window])
    moved = cover(frames[0], [rect._replace(y=24)], style="noise", seed=b"key")[24:48, 16:80]
    assert not np.array_equal(drawn[0], moved)


def test_a_label_is_drawn_inside_its_box_in_a_size_that_the_box_decides() -> None:
    """The same label in the same box looks the same everywhere, and in a larger box it is larger."""
    page = np.full((200, 400, 3), 255, np.uint8)

    def ink(box: Rect) -> npt.NDArray[np.bool_]:
        regions = [Region(box, "EMAIL_ADDRESS")]
        covered = cover(page, regions)
        return np.asarray((inscribe(covered, regions, text=True) != covered).any(axis=2))

    small, large = ink(Rect(16, 16, 160, 16)), ink(Rect(16, 60, 320, 30))
    assert np.array_equal(small[16:32, 16:176], ink(Rect(32, 100, 160, 16))[100:116, 32:192])
    rows = [np.flatnonzero(mask.any(axis=1)) for mask in (small, large)]
    assert 8 <= np.ptp(rows[0]) < np.ptp(rows[1]) <= 30
    assert rows[0][0] >= 16
    assert rows[0][-1] < 32


@pytest.mark.parametrize("box", [Rect(0, 0, 15, 30), Rect(0, 0, 90, 8), Rect(119, 79, 50, 50)])
def test_a_box_too_small_to_write_in_stays_bare(box: Rect) -> None:
    """Nothing is drawn that nobody can read."""
    regions = [Region(box, "PERSON", "Tobias Wren")]
    for style in STYLES:
        covered = cover(np.full((*SHAPE, 3), 255, np.uint8), regions, style=style)
        assert np.array_equal(inscribe(covered, regions, style=style, text=True), covered)


def test_a_text_that_does_not_fit_is_cut_and_one_without_letters_draws_nothing() -> None:
    """A long stand-in ends in an ellipsis inside the box; white space and control characters leave the paint bare."""
    page = np.full((60, 200, 3), 255, np.uint8)
    box = Rect(16, 16, 64, 18)
    for text, draws in (("a stand-in that is far longer than its box", True), ("\x00\n ", False)):
        regions = [Region(box, "", text)]
        covered = cover(page, regions, style="surrogate")
        written = inscribe(covered, regions, style="surrogate")
        changed = (written != covered).any(axis=2)
        assert changed.any() == draws
        changed[16:34, 16:80] = False
        assert not changed.any()


@pytest.mark.parametrize("label", ["jane.doe@corp.example", "Emeka Halloran", "219-09-9999", "A" * 41, ""])
def test_what_is_no_name_of_a_kind_is_not_written(label: str) -> None:
    """A detector that gives the value as its label draws nothing."""
    regions = [Region(Rect(8, 16, 100, 24), label)]
    for style in STYLES:
        covered = cover(np.full((*SHAPE, 3), 255, np.uint8), regions, style=style)
        assert np.array_equal(inscribe(covered, regions, style=style, text=True), covered)


def test_two_readings_of_one_place_are_written_once() -> None:
    """Of boxes that lie mostly on each other one is lettered; of neighbours that only touch, both."""
    page = np.full((60, 400, 3), 255, np.uint8)

    def written(*regions: Region) -> npt.NDArray[np.bool_]:
        covered = cover(page, regions, style="surrogate")
        return np.asarray((inscribe(covered, regions, style="surrogate") != covered).any(axis=2))

    first = Region(Rect(16, 16, 160, 20), "PERSON", "Tobias Wren")
    again = Region(Rect(32, 17, 128, 18), "PERSON", "Tobias Wrem")
    assert np.array_equal(written(first, again), written(first))
    beside = Region(Rect(160, 16, 160, 20), "PERSON", "Mara Quill")
    both = written(first, beside)
    assert both[:, 16:176].any()
    assert both[:, 176:320].any()


def test_ink_stands_out_from_its_paper() -> None:
    """Dark letters on light paper, light ones on dark."""
    assert sum(contrast((250, 250, 250))) < 100
    assert sum(contrast((30, 20, 10))) > 700


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("quality", [40, 90])
def test_the_smear_of_a_jpeg_is_covered_with_what_it_smears(subsampling: int, quality: int) -> None:
    """Two JPEGs of pages that differ in one coloured word become equal pixels: block and colour smear are covered."""
    covered, bare = [], []
    for word in ("219-09-9999", "480-77-1153"):
        page = draw([Piece(37, 43, word, 16, (220, 20, 40), back=(250, 240, 20))], width=240, height=120)
        file = io.BytesIO()
        Image.fromarray(page[:, :, ::-1]).save(file, "JPEG", quality=quality, subsampling=subsampling)
        data, boxes = file.getvalue(), [Rect(30, 40, 110, 24)]
        covered.append(cover(decode(data), boxes, style="blur", block=block_of(data)))
        bare.append(cover(decode(data), boxes, style="blur"))
    assert np.array_equal(*covered)
    assert not np.array_equal(*bare)
