"""What the recorder itself tells, and the second reading of results."""

from __future__ import annotations

import random
import re

import pytest
from fake_data import card, iban, ssn
from hypothesis import given
from hypothesis import strategies as st

from recording.model import Passage
from text_redact.detectors.roles import LABELS, EveryText, Roles
from text_redact.reread import LABELS as REREAD
from text_redact.reread import Reread

RNG = random.Random(3)


class TestRoles:
    def test_what_goes_into_a_secure_field_is_a_password(self):
        """All of it, whatever it looks like."""
        (hit,) = Roles()(Passage("hunter2", "typed", "final", secure=True))
        assert (hit.label, hit.start, hit.end) == ("PASSWORD", 0, 7)

    @pytest.mark.parametrize("role", sorted(LABELS))
    def test_fields_that_name_a_person_or_a_machine_are_found_whole(self, role):
        """A host name is one wherever the recorder says so."""
        (hit,) = Roles()(Passage("larkspur-07", "field", role, field=0))
        assert (hit.label, hit.end) == (LABELS[role], 11)

    def test_other_texts_are_not_its_business(self):
        """A title, a screen line and blank texts are left to the other detectors."""
        for passage in (
            Passage("x", "field", "window_title"),
            Passage("x", "screen", "host_name"),
            Passage(" ", "field"),
        ):
            assert not Roles()(passage)


class TestEveryText:
    def test_it_finds_everything_but_the_roles_kept(self):
        """Typed text and fields are sensitive as a whole; kept roles, screens and blanks are not."""
        detect = EveryText(typed=True, fields=True, keep=frozenset({"app"}))
        assert [hit.label for hit in detect(Passage("x", "typed"))] == ["TYPED_TEXT"]
        assert [hit.label for hit in detect(Passage("x", "field", "url"))] == ["FREE_TEXT"]
        for passage in (Passage("x", "field", "app"), Passage("x", "screen", "line"), Passage(" \n", "typed")):
            assert not detect(passage)
        assert not EveryText(typed=False, fields=False, keep=frozenset())(Passage("x", "typed"))


class TestReread:
    @pytest.mark.parametrize(
        ("label", "value"),
        [
            ("CREDIT_CARD", card(RNG)),
            ("EMAIL_ADDRESS", "jane@mail.example.org"),
            ("IBAN_CODE", iban(RNG)),
            ("US_SSN", ssn(RNG)),
            ("SECRET", "-----BEGIN " + "PRIVATE KEY-----"),
        ],
    )
    def test_each_kind_is_found_by_patterns_of_its_own(self, label, value):
        """The second reading finds values without the detectors that found them, in original offsets."""
        text = f"\u200b\U0001f469 {value} ok"
        assert (label, value) in {(hit.label, text[hit.start : hit.end]) for hit in Reread(REREAD)(text)}

    def test_it_looks_only_for_its_labels_and_not_at_replacements(self):
        """What operators put in is no residue."""
        assert not Reread(frozenset({"US_SSN"}))(card(RNG))
        assert not Reread(REREAD)("[EMAIL_ADDRESS] ********1234 [IBAN_CODE] [PASSWORD] 12:30 v1.2.3")

    @given(st.text("ab@.<> ", max_size=14))
    def test_reading_a_word_once_finds_what_reading_it_from_each_letter_does(self, text):
        """An address is found wherever it stands, as by the plain pattern."""
        plain = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\W\d_]{2,}")
        found = [(hit.start, hit.end) for hit in Reread(frozenset({"EMAIL_ADDRESS"}))(text)]
        assert found == [match.span() for match in plain.finditer(text)]

    @pytest.mark.parametrize("piece", ["a", "1 ", "-", "eyJaaaaaaaaaa-", "A ", "a."])
    def test_a_text_as_long_as_detectors_read_is_read_to_its_end(self, piece):
        """200,000 characters of one word, or of pieces of one, take no more than a moment."""
        assert not Reread(REREAD)((piece * 200_000)[:200_000])
