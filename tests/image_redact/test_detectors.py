"""Detectors of pixels: what they find on drawn pictures, and what they leave alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import Piece, draw
from pydantic import ValidationError

from image_redact.detectors.areas import AREAS, AreaRule, Areas, applies, rectangle
from image_redact.detectors.codes import Codes
from image_redact.detectors.documents import Documents, mrz_boxes
from image_redact.detectors.faces import Faces, suppress
from image_redact.detectors.fields import Fields, is_label
from policies.contract import Area, ScreenView

PAGE = [Piece(40, 40 + 30 * row, "The quarterly figures for the north are in, see page 12 of it.") for row in range(12)]


def covers(regions, x, y, width, height) -> bool:
    """Whether one region holds the whole rectangle."""
    return any(
        r.box.x <= x and r.box.y <= y and x + width <= r.box.x + r.box.width and y + height <= r.box.y + r.box.height
        for r in regions
    )


class TestCodes:
    @pytest.mark.parametrize("size", [60, 100, 180, 400])
    @pytest.mark.parametrize("inverted", [False, True])
    def test_a_qr_code_is_covered_whole(self, size, inverted):
        """Every generated QR code from 60 to 400 pixels is inside one region, dark on light and light on dark."""
        zxing = pytest.importorskip("zxingcpp")
        code = zxing.create_barcode("otpauth://totp/ACME:ada?secret=JBSWY3DPEHPK3PXP", zxing.BarcodeFormat.QRCode)
        symbol = np.array(zxing.write_barcode_to_image(code, scale=1, add_quiet_zones=False))
        symbol = cv2.resize(symbol, (size, size), interpolation=cv2.INTER_AREA)
        symbol = cv2.copyMakeBorder(symbol, 16, 16, 16, 16, cv2.BORDER_CONSTANT, value=255)
        page = np.full((600, 800), 230, np.uint8)
        page[50 : 50 + size + 32, 90 : 90 + size + 32] = 255 - symbol if inverted else symbol
        found = Codes()(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR), ScreenView())
        assert covers(found, 106, 66, size, size)

    def test_text_holds_no_code(self):
        """A page of text gives no region."""
        assert Codes()(draw(PAGE), ScreenView()) == ()


class TestFields:
    @pytest.mark.parametrize(
        "label", ["Password", "Passwort:", "Mot de passe", "Contraseña *", "PIN", "CVV", "Your password"]
    )
    def test_a_label_is_known(self, label):
        """Labels of fields for secrets are known in several languages."""
        assert is_label(label)

    @pytest.mark.parametrize(
        "text", ["Forgot password?", "Password manager", "Show password", "The password was changed"]
    )
    def test_links_and_sentences_are_no_labels(self, text):
        """What speaks about passwords announces no field."""
        assert not is_label(text)

    def test_the_field_below_a_label_is_covered_even_when_empty(self):
        """The whole box of the field goes, whatever it holds."""
        pixels = draw([Piece(100, 80, "Password")])
        cv2.rectangle(pixels, (98, 106), (400, 142), (150, 150, 150), 1)
        found = Fields()(pixels, ScreenView(lines=(("Password", Area(100, 82, 70, 14)),)))
        assert covers(found, 102, 110, 290, 28)

    @pytest.mark.parametrize("dark", [False, True])
    def test_a_row_of_dots_is_covered_with_its_field(self, dark):
        """Dots of one shape and pitch are a password, without any text that was read."""
        pixels = np.full((200, 500, 3), 255, np.uint8)
        cv2.rectangle(pixels, (40, 60), (400, 96), (150, 150, 150), 1)
        for dot in range(8):
            cv2.circle(pixels, (60 + 12 * dot, 78), 4, (30, 30, 30), -1)
        found = Fields()(255 - pixels if dark else pixels, ScreenView())
        assert covers(found, 44, 64, 350, 28)

    def test_text_holds_no_password(self):
        """A page of text gives no region."""
        assert Fields()(draw(PAGE), ScreenView()) == ()


class TestAreas:
    def test_a_window_is_covered_by_its_name_in_any_case(self):
        """A rule for a window covers the whole frame that may show it, and no other frame."""
        step = Areas(rules=(AreaRule(window="*payroll*"),))
        pixels = np.full((50, 80, 3), 255, np.uint8)
        assert covers(step(pixels, ScreenView(windows=("Notes", "PAYROLL 2024"))), 0, 0, 80, 50)
        assert step(pixels, ScreenView(windows=("Notes",))) == ()

    def test_a_frame_of_which_nothing_is_known_is_covered_unless_the_policy_says_otherwise(self):
        """In doubt, cover."""
        assert applies(AreaRule(app="Slack"), ScreenView())
        assert not applies(AreaRule(app="Slack", unknown="pass"), ScreenView())

    @given(
        rect=st.tuples(*[st.floats(0, 1, allow_nan=False)] * 2, *[st.floats(0.001, 1)] * 2),
        width=st.integers(1, 4000),
        height=st.integers(1, 3000),
    )
    @settings(deadline=None)
    def test_a_rectangle_lies_in_the_frame_and_holds_what_was_asked(self, rect, width, height):
        """Shares become whole pixels outwards, cut at the frame."""
        area = rectangle(AreaRule(rect=rect, unit="share"), width, height)
        if area is not None:
            assert area.x >= 0
            assert area.y >= 0
            assert 0 < area.width <= width - area.x
            assert 0 < area.height <= height - area.y
            assert area.x <= rect[0] * width

    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"rules": [{}]},
            {"rules": [{"rect": [0, 0, 0, 5]}]},
            {"rules": [{"rect": [0, 0, 2, 1], "unit": "share"}]},
        ],
    )
    def test_options_that_cover_nothing_or_by_mistake_everything_are_refused(self, options):
        """A rule names what it covers."""
        with pytest.raises(ValidationError):
            AREAS.options.model_validate(options)

    def test_the_address_goes_and_the_text_below_stays(self):
        """Only lines that look like an address, in the top part, are an address bar."""
        lines = (
            ("intra.corp.example/people/42", Area(200, 40, 300, 16)),
            ("intra.corp.example", Area(200, 700, 200, 16)),
        )
        found = Areas(url_bar=True)(np.full((1000, 1600, 3), 255, np.uint8), ScreenView(lines=lines))
        assert covers(found, 200, 40, 300, 16)
        assert not covers(found, 200, 700, 200, 16)

    def test_a_notification_is_a_box_with_text_near_a_corner(self):
        """A toast goes, the page stays."""
        pixels = np.full((1080, 1920, 3), 240, np.uint8)
        cv2.rectangle(pixels, (1540, 940), (1890, 1040), (60, 60, 60), -1)
        found = Areas(toasts=True)(pixels, ScreenView(lines=(("Ada: are you there", Area(1560, 960, 200, 16)),)))
        assert covers(found, 1542, 942, 344, 94)


class TestDocuments:
    ZONE = (
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", Area(100, 300, 440, 16)),
        ("L898902C36UTO7408122F1204159ZE184226B<<<<<10", Area(100, 324, 440, 16)),
    )

    def test_both_rows_of_a_machine_readable_zone_are_found(self):
        """A zone goes wherever it is (specimen of ICAO Doc 9303, part 4)."""
        assert len(mrz_boxes(self.ZONE)) == 2

    @pytest.mark.parametrize(
        "text", ["if (a << 2 && b < c) return std::vector<int>", "QUARTERLY FIGURES FOR THE NORTH", "<<<<"]
    )
    def test_code_and_headings_are_no_zone(self, text):
        """Signs alone make no zone."""
        assert mrz_boxes(((text, Area(0, 0, 400, 16)),)) == ()

    def test_a_card_is_covered_whole_and_a_panel_of_its_shape_is_not(self):
        """Shape and words together make a card."""
        pixels = np.full((600, 800, 3), 255, np.uint8)
        cv2.rectangle(pixels, (100, 100), (417, 299), (190, 150, 120), -1)
        card = (("NATIONAL ID", Area(120, 110, 100, 14)), ("Date of birth 12.08.1974", Area(120, 200, 180, 14)))
        panel = (("Settings", Area(120, 110, 100, 14)), ("Save changes", Area(120, 200, 180, 14)))
        assert covers(Documents()(pixels, ScreenView(lines=card)), 104, 104, 308, 190)
        assert Documents()(pixels, ScreenView(lines=panel)) == ()


class TestFaces:
    def test_an_empty_screen_and_a_page_of_text_hold_no_face(self):
        """The model runs on whatever size comes, and finds nothing where nothing is."""
        assert Faces()(np.full((70, 90, 3), 200, np.uint8), ScreenView()) == ()
        assert Faces(avatars=False)(draw(PAGE), ScreenView()) == ()

    def test_the_surest_of_overlapping_faces_stays(self):
        """Non-maximum suppression keeps one of two and a third that stands apart."""
        faces = np.array([[0, 0, 10, 10, 0.5], [1, 1, 11, 11, 0.9], [50, 50, 60, 60, 0.4]], np.float32)
        assert suppress(faces)[:, 4].tolist() == pytest.approx([0.9, 0.4])
