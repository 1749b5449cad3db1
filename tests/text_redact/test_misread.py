"""Values as OCR misreads them, on screens alone, and dates that are births without anybody saying so."""

from __future__ import annotations

import pickle

import pytest

from recording.model import Passage
from text_redact.detectors import pii
from text_redact.detectors.misread import ENTITIES, Misread, with_digits
from text_redact.words import is_nearly_ordinary

MISREAD = Misread(pii.build(ENTITIES, 0.4))


def labels(text: str, label: str = "") -> set[tuple[str, str]]:
    """What is found in a line of a screen, and what it is."""
    passage = Passage(text, "screen", "line", label=label)
    return {(hit.label, text[hit.start : hit.end]) for hit in MISREAD(passage)}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("GBO6WEST67378959180186", "IBAN_CODE"),
        ("FRO? 5426 4507 3185 5440 1957 J93", "IBAN_CODE"),
        ("FR4176657282043769989448)35", "IBAN_CODE"),
        ("l92.O.2.4", "IP_ADDRESS"),
        ("5555 5555 5555 4445", "CREDIT_CARD"),
        ("jane\u00a9mail.example.com", "EMAIL_ADDRESS"),
        ("born 0/22/1973", "DATE_OF_BIRTH"),
        ("1O3-24-6789", "US_SSN"),
        ("lip address: 10,20,143,7", "IP_ADDRESS"),
        ("host 203.0,113,28 is up", "IP_ADDRESS"),
        ("ldate of birth: 25,3,1958", "DATE_OF_BIRTH"),
        ("|phone: 617,555,0191", "PHONE_NUMBER"),
    ],
)
def test_a_misread_character_hides_nothing(text: str, label: str) -> None:
    """Values whose digits, signs or check digits OCR has spoilt are found on screens."""
    assert label in {found for found, _ in labels(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Total 1.200,50 EUR",
        "version 1.2.3 of SOSO",
        "Invoice 2026-11-22",
        "SIZE 10 x 15",
        "DE TOUR 12 Ost 4 Berg 15",
        "in all 1,234,567 rows",
        "rect(10,20,143,7)",
        "[10,20,55,7]",
        "10, 20, 143, 7",
    ],
)
def test_ordinary_lines_stay(text: str) -> None:
    """Amounts, versions and recent dates are no values, whatever they look like with digits for letters."""
    assert labels(text) == set()


def test_the_caption_counts_as_words_before() -> None:
    """What stands in a column of births is one even when OCR leaves hardly a date of it."""
    assert labels("203/42", "Date of birth") == {("DATE_OF_BIRTH", "203/42")}
    assert labels("203/42", "Amount") == set()


def test_only_screens_are_read_so() -> None:
    """What was typed was not misread; typing has slips of its own."""
    assert MISREAD(Passage("GBO6WEST67378959180186", "typed", "final")) == []


def test_only_words_of_digits_change() -> None:
    """Letters become digits where half of a word is digits, one for one."""
    assert with_digits("Oslo l92.O.2.4 BOSS 55S-O123") == "Oslo 192.0.2.4 BOSS 555-0123"


def test_it_goes_to_other_processes() -> None:
    """Engines pickle detectors."""
    again = pickle.loads(pickle.dumps(MISREAD))
    assert again(Passage("l92.O.2.4", "screen", "line")) == MISREAD(Passage("l92.O.2.4", "screen", "line"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("moved 1949-08-28 again", "1949-08-28"),
        ("15:00 03/19/1996", "03/19/1996"),
        ("20 October 1972", "20 October 1972"),
        ("12:00 3 f\u00e9vrier 1981", "3 f\u00e9vrier 1981"),
        ("Fionnuala O'Callaghan 20 October 1972", "20 October 1972"),
        ("Ada Stahr 4 February 1935", "4 February 1935"),
        ("one line\nMarch 3, 2001\n", "March 3, 2001"),
    ],
)
def test_full_dates_long_past_are_births(text: str, found: str) -> None:
    """Nothing else on many screens says what a date in a cell is."""
    hits = pii.build(["DATE_OF_BIRTH"], 0.4)(text)
    assert [text[hit.start : hit.end] for hit in hits] == [found]


@pytest.mark.parametrize(
    "text",
    [
        "log 2009-01-01 12:33",
        "on 2010-05-01T10:00",
        "v1.2.2010",
        "26.11.2026",
        "45/13/1990",
        "in May 1985",
        "1999",
        "met on 4 March 1987",
    ],
)
def test_times_versions_and_recent_dates_are_not(text: str) -> None:
    """A time behind it makes it a log, a year alone or a recent one is no birth."""
    assert not pii.build(["DATE_OF_BIRTH"], 0.4)(text)


@pytest.mark.parametrize(("word", "nearly"), [("baoks", True), ("versicn", True), ("abcd", False), ("jovanka", False)])
def test_a_word_with_one_wrong_letter_is_nearly_ordinary(word: str, nearly: bool) -> None:
    """OCR makes one letter of another; short words are near to too many."""
    assert is_nearly_ordinary(word) is nearly
