"""Lines of words that any screen shows stay in sight, and nothing else does where that is asked for."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from layout import line, screen

from image_redact import ScreenReader, find_known
from image_redact.allowed import allow, interface_words
from image_redact.locate import padded
from image_redact.screen import Rect, Screen


@pytest.mark.parametrize(
    "text", ["File", "Save as…", "Einstellungen", "A B C", "Page 3 / 12", "EDIT VIEW", "Aujourd'hui"]
)
def test_words_of_interfaces_are_no_names(text):
    """Menus, buttons and heads in several languages, numbers and single letters among them."""
    assert allow().is_no_name(text)


@pytest.mark.parametrize("text", ["Orla", "File Orla", "Save_Orla", "Mark", "May", "Bill"])
def test_a_word_that_is_not_listed_may_be_a_name(text):
    """Also beside listed words, and where people have the name of a thing."""
    assert not allow().is_no_name(text)


def test_a_policy_adds_words_and_phrases():
    """Phrases count as a whole: none of their words is allowed alone."""
    allowed = allow(["Larkspur", "Blue  Kettle"])
    assert allowed.is_no_name("Larkspur settings")
    assert allowed.is_no_name("Open blue kettle")
    assert not allowed.is_no_name("Kettle")
    assert not allow(["Larkspur"], interface=False).is_no_name("Settings")


def test_shipped_words_are_in_lower_case_and_normal_form():
    """A word that is written otherwise would never match."""
    assert all(word == unicodedata.normalize("NFC", word.casefold()) or "ß" in word for word in interface_words())
    assert len(interface_words()) > 1000


def test_all_but_allowed_covers_every_other_line():
    """Numbers, unsure words and what cannot be read are covered with the rest."""
    lines = [line("File", 10, 10), line("Orla", 10, 40), line("40", 10, 70), line("Edit", 10, 100, confidence=30.0)]
    shown = Screen(400, 300, tuple(lines), (Rect(10, 200, 50, 10),))
    reader = ScreenReader(engines=(), all_but_allowed=True, allowed=allow())
    assert reader.covers_unread
    assert set(reader.always(shown)) == {*(padded(each.box) for each in lines[1:]), padded(Rect(10, 200, 50, 10))}


@given(st.lists(st.text(alphabet="abcOrla1 ", min_size=1, max_size=12).map(str.strip).filter(bool), max_size=8))
def test_what_is_shown_has_allowed_words_alone(texts):
    """Whatever is read, a line in sight consists of words of the list."""
    lines = [line(" ".join(text.split()), 10, 30 * number) for number, text in enumerate(texts)]
    allowed = allow(["orla"])
    hidden = set(ScreenReader(engines=(), all_but_allowed=True, allowed=allowed).always(screen(lines)))
    for each in lines:
        if padded(each.box) not in hidden:
            assert set(each.text.casefold().split()) <= allowed.words


def test_known_values_are_found_in_allowed_words():
    """A list of harmless words never shields what is known to be sensitive."""
    assert find_known("Settings", ["Settings"])
    assert find_known(line("Settings", 10, 10), ["Settings"])


@pytest.mark.parametrize("text", ["versicn", "Tille", "baoks", "Quoles"])
def test_one_misread_letter_leaves_a_word_of_menus_one(text: str) -> None:
    """OCR makes c of o and l of t; no name is in what it has made of an interface word."""
    assert allow(["version", "title", "books", "quotes"], interface=False).resembles(text)


@pytest.mark.parametrize("text", ["title", "Tile", "Marie", "Titus", "5itle", "title bar"])
def test_other_words_are_other_words(text: str) -> None:
    """The word itself, a letter lost, several wrong ones and short words say nothing."""
    assert not allow(["title", "mail"], interface=False).resembles(text)
