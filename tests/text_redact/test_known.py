"""A value found once is found elsewhere in the session, however it is written there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_redact.known import KnownValue, find_known, index_known, known_value


def known(label: str, value: str) -> KnownValue:
    """A value that is long enough to be searched."""
    made = known_value(label, value)
    assert made is not None
    return made


def found(text: str, *values: KnownValue, pieces: bool = False) -> list[str]:
    """What was found."""
    return [text[hit.start : hit.end] for hit in find_known(text, values, pieces=pieces)]


class TestSpelling:
    def test_case_and_separators_do_not_matter(self):
        """A card, a phone or a name is the same with other spaces, dashes, case and script."""
        assert found("no 4111-1111 1111.1111!", known("CREDIT_CARD", "4111 1111 1111 1111")) == ["4111-1111 1111.1111"]
        assert found("JANE_DOE.pdf", known("PERSON", "Jane Doe")) == ["JANE_DOE"]
        assert found("(212) 555-0143", known("PHONE_NUMBER", "2125550143")) == ["212) 555-0143"]
        assert found("٤١١١ or ４１１１", known("US_BANK_NUMBER", "4111")) == ["٤١١١", "４１１１"]

    def test_ordinary_values_are_whole_words(self):
        """A name in a longer word is another word; a secret in a longer run is still the secret."""
        assert found("mariner and Marine", known("PERSON", "marine")) == ["Marine"]
        assert found("xx-hunter22", known("PASSWORD", "hunter2")) == ["hunter2"]
        assert found("141111", known("US_BANK_NUMBER", "4111")) == []

    def test_punctuation_is_part_of_a_password(self):
        """What tells a password from a word is compared too."""
        password = known("PASSWORD", "a!b#c")
        assert found("type A!B#C now", password) == ["A!B#C"]
        assert found("abc a-b-c", password) == []

    def test_short_values_are_not_searched(self):
        """Three letters are in half of all texts."""
        assert known_value("PERSON", "Al B") is None
        assert known_value("PASSWORD", "a b\tc") is None
        assert known_value("PASSWORD", "a!b#") is not None

    @given(st.text(min_size=4, max_size=12), st.text(max_size=8), st.text(max_size=8))
    def test_a_secret_is_found_wherever_it_stands(self, value, before, after):
        """No neighbouring text hides a password, and spans are inside the text."""
        made = known_value("PASSWORD", value)
        if made is not None:
            text = before + value + after
            hits = find_known(text, [made])
            assert hits
            assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)


class TestTypos:
    def test_a_long_value_is_found_with_a_typo(self):
        """A name or an address mistyped in another window is the same name or address."""
        assert found("mail ingird.solberg@example.org", known("EMAIL_ADDRESS", "ingrid.solberg@example.org")) == [
            "ingird.solberg@example.org"
        ]
        assert found("Inrgid Solbreg - Mail", known("PERSON", "Ingrid Solberg")) == ["Inrgid Solbreg"]
        assert found("mr sollberg", known("PERSON", "Solberg")) == ["sollberg"]

    def test_another_value_is_no_typo(self):
        """An ordinary word, the next number and a short name are what they are."""
        assert found("the marines and a martini", known("PERSON", "Marine"), known("PERSON", "Martin")) == []
        assert found("order 10000002", known("US_BANK_NUMBER", "10000001")) == []
        assert found("Anne", known("PERSON", "Anna")) == []

    def test_a_number_ends_where_its_digits_do(self):
        """Who misses the space bar puts letters beside it; more digits make it another number."""
        card = known("CREDIT_CARD", "2221-0094-8219-9353")
        assert found("fyi2221-0094-8219-9353fyi", card) == ["2221-0094-8219-9353"]
        assert found("fyi2221-0094-8219-935fyi", card) == ["2221-0094-8219-935"]
        assert found("a1222100948219935317b", card) == []
        assert found("ab12345678cd", known("US_BANK_NUMBER", "12345678")) == ["12345678"]
        assert found("ab1234567cd", known("US_BANK_NUMBER", "1234567")) == []

    def test_a_mistyped_password_is_found_in_a_longer_run(self):
        """What is but one character from a password tells the password."""
        assert found("xGrebe-4417-shoql!", known("PASSWORD", "Grebe-4417-shoal")) == ["Grebe-4417-shoql"]

    @given(st.integers(0, 11), st.sampled_from(["swap", "drop", "double"]), st.text(" .,-", max_size=4))
    def test_one_slip_anywhere_in_a_name_is_found(self, at, slip, around):
        """Wherever the finger slips once, the name is found."""
        name = "quorra vimbela"
        at += name[at] == " "
        typed = {
            "swap": name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :],
            "drop": name[:at] + name[at + 1 :],
            "double": name[: at + 1] + name[at:],
        }[slip]
        assert found(f"{around} {typed} {around}", known("PERSON", name))

    def test_many_values_are_searched_in_one_pass(self):
        """Thousands of values in a session are all found, each at its place."""
        values = [known("PERSON", f"person{number:05d} example") for number in range(5000)]
        index = index_known(values)
        assert [hit.rule for hit in find_known("from PERSON04711 example", index)][:1] == ["link:session"]


class TestPieces:
    def test_an_erased_piece_counts_as_the_value(self):
        """The beginning of a card that was typed and erased is the card's."""
        card = known("CREDIT_CARD", "4111 1111 1111 1111")
        assert found("4111 11", card, pieces=True) == ["4111 11"]
        assert found("4111 11", card) == []

    def test_a_short_piece_does_not(self):
        """A few characters are any word's."""
        assert found("4111", known("CREDIT_CARD", "4111 1111 1111 1111"), pieces=True) == []

    def test_a_value_inside_an_erased_run_is_found(self):
        """Erasing more than the value hides nothing."""
        assert found("to Jane Doe", known("PERSON", "Jane Doe"), pieces=True) == ["Jane Doe"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("for halloran48larkspurbthanks a lot", "halloran48larkspur"),
        ("dearxHalloran48Larkspur, thanks", "Halloran48Larkspur"),
        ("abchalloran48larkspurabc", None),
        ("Understandings of it", None),
        ("Jonesy went home", None),
    ],
)
def test_a_long_value_is_found_where_the_space_beside_it_was_missed(text: str, part: str | None) -> None:
    """At one end of a longer run a long value counts; short ones and ordinary words are parts of others anyway."""
    values = [("ID", "halloran48larkspur"), ("PERSON", "understanding"), ("PERSON", "jones")]
    known = index_known(value for value in (known_value(*told) for told in values) if value is not None)
    assert [text[hit.start : hit.end] for hit in find_known(text, known)] == ([part] if part else [])
