"""Listed values are found as whole words, however they are written."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.errors import InputError
from text_redact.detectors import lists

NAMES = lists.build("PERSON", ["Ada Example", "José Núñez", "O'Brien", "Zoë"])


def values(text: str) -> list[str]:
    """What was found."""
    return [text[hit.start : hit.end] for hit in NAMES(text)]


class TestFinding:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("call ADA EXAMPLE now", "ADA EXAMPLE"),
            ("ada_example_contract.pdf", "ada_example"),
            ("Ada   Example", "Ada   Example"),
            ("Ada\u00a0Example", "Ada\u00a0Example"),
            ("AdaExample.docx", "AdaExample"),
            ("jose nunez", "jose nunez"),
            ("Jose\u0301 Nun\u0303ez", "Jose\u0301 Nun\u0303ez"),
            ("mr o'brien", "o'brien"),
            ("Ａｄａ Ｅｘａｍｐｌｅ", "Ａｄａ Ｅｘａｍｐｌｅ"),
            ("\U0001f469 zoe", "zoe"),
        ],
    )
    def test_case_spacing_accents_and_joints_do_not_matter(self, text, value):
        """A name is found in capitals, in names of files, without its accents, in full width and in one word."""
        assert values(text) == [value]

    @pytest.mark.parametrize("text", ["Adam Examples", "Ada", "Example", "zoetrope", "adaexamples", "Example Ada"])
    def test_longer_words_and_parts_are_none(self, text):
        """Neither a longer word nor half of a name is the name."""
        assert values(text) == []

    @given(st.text(st.sampled_from("ada example_-."), max_size=40))
    def test_a_hit_holds_the_words_of_a_value(self, text):
        """Whatever stands around and between, a hit is the listed words in their order."""
        for value in values(text):
            assert "".join(char for char in value.lower() if char.isalpha()) == "adaexample"


class TestTypos:
    @pytest.mark.parametrize(
        "text", ["ada exmaple", "Ada Exampel", "ada examle", "ada examplle", "jose nunes", "ada  wxample"]
    )
    def test_one_wrong_letter_in_a_word_hides_nothing(self, text):
        """A letter swapped, lost, doubled or mistyped leaves a listed name what it is."""
        assert values(f"ask {text} now") == [text]

    @pytest.mark.parametrize("text", ["ada sample", "add example", "the zoo", "brine", "ada exxmmple"])
    def test_ordinary_words_and_two_wrong_letters_are_no_typos(self, text):
        """What is an English word is meant as it stands, and two wrong letters make another word."""
        assert values(text) == []

    def test_a_single_word_needs_more_letters_in_a_longer_list(self):
        """In a long list anything is one letter from something, so short words must be spelt right there."""
        few = lists.build("PERSON", ["Solberg"])
        many = lists.build("PERSON", ["Solberg", *(f"q{number:x}zz" for number in range(0x20000))])
        assert few("mr sollberg and solbreg")
        assert not many("mr solbreg")
        assert many("mr solberg")

    def test_typos_can_be_left_out(self):
        """A policy may ask for the spelling of the list and no other."""
        assert not lists.build("PERSON", ["Ada Example"], fuzzy=False)("ada exmaple")

    def test_a_pickled_detector_finds_the_same(self):
        """A detector sent to another process is built again there."""
        again = pickle.loads(pickle.dumps(NAMES))
        assert again == NAMES
        assert again("ada exmaple, zoe") == NAMES("ada exmaple, zoe") != []


class TestFiles:
    def test_one_value_a_line_with_comments(self, tmp_path):
        """Blank lines and comments are no values; a byte order mark is none either."""
        path = tmp_path / "people.txt"
        path.write_bytes("\ufeff# customers\nAda Example  # since 2020\n\n  Zoë  \n".encode())
        assert lists.read(path) == ["Ada Example", "Zoë"]

    def test_what_cannot_be_read_is_an_input_error(self, tmp_path):
        """A missing list, a folder, and bytes that are no text are refused, each with its code."""
        (tmp_path / "latin").write_bytes("Zoë".encode("latin-1"))
        for name, code in (("nowhere", "no-such-list"), (".", "no-such-list"), ("latin", "not-utf-8")):
            with pytest.raises(InputError) as caught:
                lists.read(tmp_path / name)
            assert caught.value.code == code

    def test_an_empty_list_finds_nothing(self):
        """No values, or values without a letter, match no text."""
        assert list(lists.build("X", ["", "--"])("-- any text")) == []
