"""A value with a slip in it is found by its shape, in typed text alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.model import Passage
from text_redact.detectors.mistyped import LABELS, Mistyped

FIND = Mistyped(frozenset(LABELS))


def found(text: str, kind: str = "typed") -> list[str]:
    """Distinct texts that are found."""
    return list(dict.fromkeys(text[hit.start : hit.end] for hit in FIND(Passage(text, kind))))


@pytest.mark.parametrize(
    "value",
    ["4111 1111 1111 1112", "4111111111111112", "411 1111 1111 1111", "5555-5555-5555-44444", "4111/1111/1111/1112",
     "DE89 3704 0044 0532 0130 01", "DE8937040044053201300", "(212) 555-014", "+44 20 7946 00910", "212-555-01433",
     "123-45-678", "536-220-7777", "jane2example.com", "jane@example,com", "jane@examplecom", "jane.doe@example.ogr",
     "192.168.1.300", "192,168,1,10", "00:1a:2b:3c:4d:5g", "0000.5e000.538b", "2001:db8:6bd9:32q1:aa06:10a4",
     "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN", "5555 5562 0880k5639", "782 820623 72477", "4111g114\u20132207\u20136248",
     "+1-312-r55-0192", "71=08-0924", "37828266758925"],
)  # fmt: skip
def test_one_wrong_character_hides_nothing(value):
    """A card that fails its check digit, a phone with a digit too many and an address with a comma are still told."""
    assert any(value in text or (text in value and len(text) >= len(value) - 1) for text in found(f"it is {value} ok"))


@pytest.mark.parametrize(
    ("text", "value"),
    [("passorwd: hunter2", "hunter2"), ("the passwordxis hunter2", "hunter2"), ("my pasword greenhat", "greenhat"),
     ("b irthday is 05/06/95", "05/06/95"), ("birrhday 5.1.1942 ok", "5.1.1942"), ("passwrot was Blue#Moo", "Blue#Moo"),
     ("seer00-00-5e-00-53-62.", "00-00-5e-00-53-62"), ("0000.5E00.5321005E.5E00.5321", "0000.5E00.5321"),
     ("its4111 1111 1111 1112", "4111 1111 1111 1112")],
)  # fmt: skip
def test_a_slip_in_the_word_before_it_hides_no_value(text, value):
    """Neither a misspelt announcing word nor a forgotten space does."""
    assert any(value in one for one in found(text))


@pytest.mark.parametrize(
    "text",
    ["on 2024-01-12 at 10:30:45", "from 01-02-2024 to 03.04.2025", "version 10.2.3.4 of it", "1700000000000",
     "call me @ 5", "it costs 1,200.50 or 3.500,00", "1234 5678", "see rfc 2822 and iso 8601", "x = y2z",
     "20 x 30 x 40", "12:30:45", "ok thanks, see you", "the passport is 05/06/95", "a birthplace of tea",
     "passwordless login", "2024-01-12 10:30:45", "order 4471 of 2024", "100, 200, 300, 400", "3f2a9b1c7d"],
)  # fmt: skip
def test_ordinary_numbers_are_none(text):
    """Dates, times, versions, prices and short numbers have other shapes."""
    assert found(text) == []


def test_other_texts_are_not_typed():
    """On screens and in titles nobody slips: there the checks hold."""
    assert found("4111 1111 1111 1112", kind="field") == []


@given(st.text(st.sampled_from("0123456789 -./@:ab"), max_size=60))
def test_hits_lie_in_the_text(text):
    """Whatever is typed, a hit is a part of it and ends where a character does."""
    assert all(0 <= hit.start < hit.end <= len(text) for hit in FIND(Passage(text, "typed")))
