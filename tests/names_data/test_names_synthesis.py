"""The generator of training texts for the names model."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("faker", reason="the name lists of Faker are not installed")
FOLDER = Path(__file__).resolve().parents[2] / "scripts" / "names"
COUNT = 1500


@pytest.fixture(autouse=True, scope="module")
def _importable() -> Iterator[None]:
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))


def test_spans_are_sorted_apart_and_without_outer_white_space() -> None:
    """Each span holds text of its own, in order, and starts and ends with something visible."""
    from synthesis import sentences

    for held_out in (False, True):
        for example in sentences(COUNT, 4, held_out=held_out):
            at = 0
            for start, end, label in example.spans:
                assert at <= start < end <= len(example.text)
                covered = example.text[start:end]
                assert covered == covered.strip()
                assert label in {"PERSON", "LOCATION", "ORGANIZATION", "ADDRESS"}
                at = end


def test_the_same_seed_gives_the_same_texts_and_another_seed_others() -> None:
    """What is made depends on the seed alone."""
    from synthesis import names, negatives, sentences

    for make in (sentences, negatives, names):
        assert list(make(60, 1)) == list(make(60, 1))
        assert list(make(60, 1)) != list(make(60, 2))


def test_every_label_and_texts_without_names_are_common() -> None:
    """No label is rarer than one span in twenty, and at least a tenth of the texts have none."""
    from synthesis import sentences

    made = list(sentences(COUNT, 2))
    labels = [label for example in made for _, _, label in example.spans]
    for label in ("PERSON", "LOCATION", "ORGANIZATION", "ADDRESS"):
        assert labels.count(label) > len(labels) / 20
    assert sum(not example.spans for example in made) > COUNT / 10


def test_no_slot_is_left_in_a_text() -> None:
    """Every slot of every template and rule is filled, in both shares."""
    from synthesis import negatives, sentences
    from synthesis.grammar import rules
    from synthesis.negative import _SLOT

    left = {f"{{{name}}}" for name in rules()} | {"{GF", "{P}", "{G}", "{F}", "{C}", "{O}", "{A}", "{AM}"}
    for held_out in (False, True):
        for example in sentences(COUNT, 5, held_out=held_out):
            assert not [slot for slot in left if slot in example.text]
        for example in negatives(300, 5, held_out=held_out):
            assert not _SLOT.search(example.text)
            assert example.spans == ()


def test_templates_and_lists_are_parted_without_overlap() -> None:
    """What measures shares no template, no listed name, place, organisation or street with what trains."""
    from synthesis import addresses, compose, lists, people

    for genre in compose.GENRES:
        seen, held = (set(compose.templates(genre, held_out=held)) for held in (False, True))
        assert held
        assert not seen & held
    for region, other in zip(people.regions(held_out=False), people.regions(held_out=True), strict=True):
        assert not set(region.given) & set(other.given)
        assert not set(region.family) & set(other.family)
    for country, other in zip(addresses.countries(held_out=False), addresses.countries(held_out=True), strict=True):
        assert not set(country.streets) & set(other.streets)
    assert lists.is_held_out("Łucja") == lists.is_held_out("LUCJA")


def test_there_are_enough_templates_and_regions() -> None:
    """At least 600 templates, forty regions with thirty names each way, and forty countries' addresses."""
    from synthesis import addresses, compose, people

    assert sum(len(compose.templates(genre, held_out=False)) for genre in compose.GENRES) >= 600
    regions = people.regions(held_out=False)
    assert len(regions) >= 40
    assert all(len(region.given) >= 30 and len(region.family) >= 30 for region in regions)
    assert len(addresses.countries(held_out=False)) >= 40


def test_regions_have_about_equal_weight() -> None:
    """No region gives a pool of people more than its share."""
    from synthesis import people

    every = people.regions(held_out=False)
    assert len({region.name for region in every}) == len(every)
    pool = people.People(3, held_out=False, size=2 * len(every)).pool
    assert len(pool) == 2 * len(every)


def test_given_and_family_name_of_one_person_are_one_span() -> None:
    """Both names side by side are one mention; names of two people stay two."""
    from synthesis.compose import Composer

    composer = Composer(1, held_out=False)
    pieces = [("Ana", "PERSON  G"), (" ", ""), ("Ruiz", "PERSON  F"), (" ", ""), ("Bo", "PERSON 2 G")]
    assert composer.merged(pieces) == [("Ana Ruiz", "PERSON"), (" ", ""), ("Bo", "PERSON")]
    pieces = [("Ruiz", "PERSON  F"), (", ", ""), ("Ana", "PERSON  G")]
    assert composer.merged(pieces) == [("Ruiz, Ana", "PERSON")]


def test_a_brace_that_opens_no_slot_stays() -> None:
    """Templates hold JSON and program text as they are."""
    from synthesis.grammar import Slot, parse

    assert parse('{"name": "{GF}"}') == ('{"name": "', Slot("GF", ""), '"}')
    assert parse("a {b") == ("a {b",)


def test_made_up_words_are_not_in_the_list_they_imitate() -> None:
    """The letter chain makes words that nobody wrote down, as a rule."""
    import random

    from synthesis.markov import Chain

    chain = Chain(
        ["marina", "martina", "carina", "katarina", "marta", "karin", "corina", "sabrina", "tamara", "tamina"]
    )
    rng = random.Random(1)
    made = [chain.make(rng).casefold() for _ in range(200)]
    assert sum(word in chain.known for word in made) < 60
