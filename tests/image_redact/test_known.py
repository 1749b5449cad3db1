"""Known values are found as OCR reads them, and other words are not."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_redact.known import Known, distance, find_known, index_known, slack

FOUND = [
    ("Ines Okafor", "Name: lnes 0kafor, guest"),
    ("Ines Okafor", "INESOKAFOR"),
    ("Ines Okafor", "lnes  Okaf0r"),
    ("Marnie Borne", "Mamie Bome"),
    ("SB-80512", "ref 5B-8O5l2."),
    ("Emil", "(£mil)"),
    ("Bill", "Bi|l"),
    ("odo.hale@example.com", "mail:odo.ha1eQexample.com"),
    ("4111 1111 1111 1111", "4111-1111-1111-1111"),
    ("hunter2!", "pw=hunter2!,"),
    ("José Núñez", "Jose Nunez"),
    ("李小明", "联系人李小明电话"),
    ("Quill", "Quilt"),
    ("Vantreese", "Vantrese"),
]
NOT_FOUND = [
    ("Hale", "inhaled"),
    ("Odo", "Out of order"),
    ("Ines", "Lines"),
    ("Quill", "Quote"),
    ("Lindqvist", "Liquid"),
    ("", "anything"),
    ("x", "x y z"),
]


@pytest.mark.parametrize(("value", "text"), FOUND)
def test_a_value_is_found_as_ocr_reads_it(value: str, text: str) -> None:
    """Case, accents, look-alikes, lost spaces and a few errors do not hide a value."""
    assert find_known(text, [value])


@pytest.mark.parametrize(("value", "text"), NOT_FOUND)
def test_other_words_are_not_taken_for_a_value(value: str, text: str) -> None:
    """Short values must agree letter by letter and fill whole tokens."""
    assert not find_known(text, [value])


def test_hits_carry_label_and_code_points_of_the_value() -> None:
    """A hit spans the value without glued punctuation and has the label the value was given."""
    text = 'to: "Odo Hale", cc'
    (hit,) = find_known(text, [Known("odo hale", "PERSON")])
    assert (hit.label, text[hit.start : hit.end], hit.rule) == ("PERSON", "Odo Hale", "known.exact")


def test_values_are_not_in_the_representation() -> None:
    """Printing an index or a known value shows no value."""
    assert "Okafor" not in repr(index_known([Known("Okafor")])) + repr(Known("Okafor"))


@given(
    st.text(string.ascii_lowercase + string.digits, min_size=5, max_size=24),
    st.lists(st.tuples(st.integers(0, 23), st.sampled_from("xk37")), max_size=2),
)
def test_every_value_within_its_slack_is_found(value: str, changes: list[tuple[int, str]]) -> None:
    """Substitutions up to the slack are always found between other words."""
    letters = list(value)
    for at, letter in changes[: slack(len(value))]:
        letters[at % len(letters)] = letter
    # rn and vv fold to one letter, which may cost more than the one change that made or broke the pair.
    if any(pair in value or pair in "".join(letters) for pair in ("rn", "vv")):
        return
    assert find_known("zeta " + "".join(letters) + " zeta", [value])


@given(st.text("abc", max_size=7), st.text("abc", max_size=7), st.integers(0, 3))
def test_the_banded_distance_equals_the_full_one(a: str, b: str, most: int) -> None:
    """Up to its limit the distance is Levenshtein's."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        new = [i]
        for j, y in enumerate(b, start=1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (x != y)))
        row = new
    assert distance(a, b, most) == min(row[-1], most + 1)


def test_hundreds_of_values_in_thousands_of_lines_take_seconds() -> None:
    """300 values in 2,000 lines: well below a millisecond a line."""
    values = [f"{chr(97 + i % 26)}{i * 7919 % 99991:05d} surname{i * 31 % 1009}" for i in range(300)]
    lines = [f"row {i} total {i * 17} of account {i * 104729 % 999983}" for i in range(2000)]
    index = index_known(values)
    start = time.perf_counter()
    for text in lines:
        find_known(text, index)
    assert time.perf_counter() - start < 6


@pytest.mark.parametrize("cut", ["4111 1111 1111 1", "card 4111 1111 11|", "4111 1111"])
def test_a_value_whose_end_is_hidden_is_found_up_to_where_it_is_cut(cut: str) -> None:
    """The visible beginning of a long value is a hit that reaches the last letter before the cut."""
    hits = find_known(cut, [Known("4111 1111 1111 1111", "CREDIT_CARD")])
    assert {hit.label for hit in hits} == {"CREDIT_CARD"}
    assert max(hit.end for hit in hits) >= len(cut.rstrip("|"))
    assert min(hit.start for hit in hits) == cut.index("4")


@pytest.mark.parametrize("text", ["4111 222", "see page 4111", "14111 1111 2"])
def test_a_shared_short_beginning_is_no_hit(text: str) -> None:
    """Fewer than eight letters in common, or eight in the middle of a token, are not the value cut off."""
    assert not find_known(text, [Known("4111 1111 1111 1111", "CREDIT_CARD")])


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Orla Vennst…", "Orla Vennst"), ("by Orla...", "Orla"), ("…nstrom", "nstrom"), ("la Vennstrom", "la Vennstrom")],
)
def test_an_ellipsis_or_an_edge_leaves_a_part_of_a_value(text: str, shown: str) -> None:
    """Five letters beside an ellipsis are enough; at the edge of a line eight that begin within a word."""
    value = "Orlanda Vennstrom" if shown == "Orla" else "Orla Vennstrom"
    found = {text[hit.start : hit.end] for hit in find_known(text, [value])}
    assert shown in found or shown == "Orla"


def test_the_end_of_a_value_that_is_a_word_of_it_is_no_hit() -> None:
    """The domain of an address at the beginning of a line is the name of a site."""
    assert not find_known("larkspur.example is down", ["jane.doe@larkspur.example"])
    assert find_known("doe@larkspur.example is down", ["janet.vandoe@larkspur.example"])


def test_a_sure_word_of_interfaces_is_no_misread_value() -> None:
    """Birth is a misread Firth only where OCR was unsure; a value that is the word is found whatever it means."""
    assert not find_known("Date of birth", ["Firth"])
    assert find_known("Date of birth", ["birth"])


@given(
    st.lists(st.text(alphabet=string.ascii_lowercase + "01 .@", min_size=2, max_size=20), min_size=1, max_size=8),
    st.integers(0, 7),
)
def test_a_value_is_found_among_others_as_it_is_alone(values: list[str], which: int) -> None:
    """The index answers for each value what a search for it alone answers."""
    value = values[which % len(values)]
    text = f"zzz {value} zzz"
    alone = {(hit.start, hit.end) for hit in find_known(text, [value])}
    assert alone <= {(hit.start, hit.end) for hit in find_known(text, values)}


@pytest.mark.parametrize("at", range(9, 24))
def test_an_error_behind_a_right_beginning_hides_nothing(at: int) -> None:
    """What looks like the value cut off before the error does not take the place of the whole value."""
    value = "margit.oakenfold@corp.example"
    text = f"{value[:at]}y{value[at + 1 :]}"
    hits = find_known(f"to {text} now", [value])
    covered = {place for hit in hits for place in range(hit.start, hit.end)}
    assert all(3 + place in covered for place, letter in enumerate(text) if letter.isalnum())
