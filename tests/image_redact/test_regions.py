"""Detectors of pixels over the frames of a session: never anything else than on the frame alone, and less work."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages import Piece, draw

from image_redact.detectors import faces, fields
from image_redact.detectors.codes import Codes, dense_places
from image_redact.detectors.faces import Faces
from image_redact.detectors.fields import Fields, dot_rows
from image_redact.memory import PartMemory
from image_redact.regions import RegionSession
from policies.contract import Area, Region, ScreenView

SIZE = (420, 640)
VIEW = ScreenView()


def symbol(text: str, scale: int) -> np.ndarray:
    """A QR code with its quiet zone, grey."""
    zxing = pytest.importorskip("zxingcpp")
    code = zxing.create_barcode(text, zxing.BarcodeFormat.QRCode)
    return np.array(zxing.write_barcode_to_image(code, scale=scale, add_quiet_zones=True)).squeeze()


def page(marks, dots, text) -> np.ndarray:
    """A page with codes, rows of dots and text at the places given."""
    out = draw([Piece(x, y, words) for x, y, words in text], width=SIZE[1], height=SIZE[0])
    for x, y, scale in marks:
        code = symbol(f"otpauth://totp/A?secret={x}{y}", scale)
        part = out[y : y + code.shape[0], x : x + code.shape[1]]
        part[:] = code[: part.shape[0], : part.shape[1], None]
    for x, y, radius in dots:
        for number in range(7):
            cv2.circle(out, (x + 3 * radius * number, y), radius, (20, 20, 20), -1)
    return out


places = st.tuples(st.integers(0, SIZE[1] - 60), st.integers(8, SIZE[0] - 40))
pages = st.builds(
    page,
    st.lists(st.tuples(st.integers(0, SIZE[1] - 60), st.integers(0, SIZE[0] - 60), st.integers(1, 4)), max_size=2),
    st.lists(st.tuples(st.integers(0, SIZE[1] - 60), st.integers(8, SIZE[0] - 8), st.integers(3, 9)), max_size=3),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, SIZE[0] - 20), st.sampled_from(["Password:", "see p. 4"]))),
)


@pytest.mark.parametrize("detector", [Codes(), Fields()], ids=["codes", "fields"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_session_finds_on_every_frame_what_is_found_on_it_alone(detector, data):
    """Frames in any order, with parts that change, move and come back: warm is exactly cold."""
    kinds = data.draw(st.lists(pages, min_size=1, max_size=3))
    session = detector.session()
    for number in data.draw(st.lists(st.integers(0, 2), min_size=2, max_size=4)):
        frame = np.roll(kinds[number % len(kinds)], data.draw(st.sampled_from([0, 24, 7])), axis=0)
        assert list(session(frame, VIEW)) == list(detector(frame, VIEW))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, SIZE[1] - 60), st.integers(0, SIZE[0] - 1), st.integers(3, 10)), max_size=6),
    st.sampled_from([40, 57, 160]),
)
def test_dots_found_in_bands_are_those_of_the_whole_frame(dots, height):
    """Where a band ends changes nothing, also for dots that lie across its edge."""
    frame = page([], dots, [])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "_TILE", SIZE)
        whole = sorted(dot_rows(frame, fields._look))
        patch.setattr(fields, "_TILE", (height, height))
        assert sorted(dot_rows(frame, fields._look)) == whole


def test_faces_of_a_tile_that_was_seen_before_cost_no_look(monkeypatch):
    """The network runs for what is new alone, and the answer is that of the frame alone."""
    rng = np.random.default_rng(3)
    first = rng.integers(0, 255, (96, 128, 3), np.uint8)
    second = first.copy()
    second[10:20, 10:20] = 0
    detector, looks = Faces(avatars=False, threshold=0.05), []
    alone = [detector(frame, VIEW) for frame in (first, second, first)]
    real = faces.look
    monkeypatch.setattr(faces, "look", lambda *a: looks.append(1) or real(*a))
    session = detector.session()
    assert [session(frame, VIEW) for frame in (first, second, first)] == alone
    assert len(looks) == 2


def test_a_small_code_lies_in_a_dense_place_and_edges_of_windows_in_none():
    """What is enlarged holds small codes whole; where one ground ends at another nothing is enlarged."""
    grey = np.full(SIZE, 240, np.uint8)
    grey[:, :100] = 40
    assert dense_places(grey) == []
    code = symbol("ada", 1)
    grey[200 : 200 + code.shape[0], 300 : 300 + code.shape[1]] = code
    (place,) = dense_places(grey)
    assert place.x <= 300
    assert place.y <= 200
    assert place.x + place.width >= 300 + code.shape[1]
    assert place.y + place.height >= 200 + code.shape[0]


class TestRegionSession:
    def test_an_equal_frame_is_not_searched_again_and_any_changed_pixel_is(self):
        """One pixel, another window title or another line of text: the detector is asked."""
        asked = []

        def detect(pixels, view):
            asked.append(int(pixels.sum()))
            return [Region("CODE", Area(1, 1, 2, 2), 1.0, "r")]

        session = RegionSession([detect])
        frame = np.zeros((20, 20, 3), np.uint8)
        views = [VIEW, VIEW, ScreenView(windows=("Bank",)), VIEW]
        for view in views[:3]:
            session.show(frame.copy())
            assert session.find(0, view)[0].label == "CODE"
        assert asked == [0, 0]
        # The same memory with another picture in it is another frame.
        frame[19, 19, 2] = 1
        session.show(frame)
        session.find(0, VIEW)
        frame[19, 19, 2] = 5
        session.show(frame)
        session.find(0, VIEW)
        assert asked == [0, 0, 1, 5]

    def test_what_a_detector_raised_on_is_tried_again(self):
        """A failure is no answer, and is not remembered as one."""

        def breaks(pixels, view):
            raise ValueError("hunter2")

        session = RegionSession([breaks])
        session.show(np.zeros((4, 4, 3), np.uint8))
        for _ in range(2):
            with pytest.raises(ValueError, match="hunter2"):
                session.find(0, VIEW)


def test_parts_of_another_shape_with_the_same_bytes_are_other_parts():
    """Two by eight zeros are not four by four zeros; and memory is bounded."""
    memory = PartMemory[int](most=2)
    seen = []

    def look(part):
        seen.append(part.shape)
        return part.size

    for shape in ((2, 8), (4, 4), (2, 8), (1, 16), (2, 8), (4, 4)):
        memory.get(np.zeros(shape, np.uint8), look)
    assert seen == [(2, 8), (4, 4), (1, 16), (4, 4)]
