"""A rule is left out only where it could not have found anything."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_redact.detectors import pii
from text_redact.engine import rules as engine
from text_redact.engine.needs import Needs, count, longest, needs_of
from text_redact.engine.phones import find_phones
from text_redact.engine.rules import Rule, Rules
from text_redact.entities import OWN, PRESIDIO
from text_redact.normalise import normalise

REGIONS = ("US", "GB", "DE")
PATTERNS = [
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"(?:\d{2}([:-])(?:\d\d\1){2}\d\d)",
    r"[a-z]+@[a-z]+\.[a-z]{2,}",
    r"(?:\d\.){3}|::",
    r"(?<!\d)[1-9]\d{4,6}(?!\d)",
    r"[:-]{2}\d?",
    r"(?i)x(\d)?y",
]
TEXTS = st.text(st.sampled_from("0123456789abz@.:-\n xyé?"), max_size=60)


class TestNeeds:
    @given(st.sampled_from(PATTERNS), TEXTS)
    def test_a_text_without_what_a_pattern_needs_has_no_match(self, pattern, text):
        """Whatever matches meets the needs; the other way round nothing is claimed."""
        if re.search(pattern, text):
            assert needs_of(pattern).met_by(*count(text))

    @pytest.mark.parametrize(
        ("pattern", "digits"), [(r"\d{3}-\d{2}", 5), (r"(?:\d{4}|x)", 0), (r"(\d\d)+\1", 4), ("[0-9a]", 0)]
    )
    def test_digits_are_counted_over_groups_and_branches(self, pattern, digits):
        """The least of several branches counts, and a group as often as it must repeat."""
        assert needs_of(pattern).digits == digits

    def test_what_is_not_understood_needs_nothing(self):
        """A pattern of another engine's syntax is never left out."""
        assert needs_of(r"(?|a|b)(?R)") == Needs()

    def test_a_pattern_without_a_bound_says_so(self):
        """The longest match decides which engine runs a pattern."""
        assert longest(r"a{2,9}b?") == 10
        assert longest(r"a+") > 10**6


class TestGates:
    @pytest.mark.parametrize("entities", [None, sorted({*PRESIDIO, *OWN} - {"DATE_TIME", "URL", "UUID"})])
    def test_with_vectorscan_and_without_the_same_is_found(self, entities, monkeypatch):
        """Vectorscan makes it faster and changes nothing, on text of any script."""
        pytest.importorskip("hyperscan", reason="the extra 'fast' is not installed")
        from fake_data import card, email, iban, ip, mac, phone, ssn

        from text_redact.entities import DEFAULT

        rng = random.Random(3)
        frames = ["{}", "my ssn {}", "{}\n", "\u00e9{}\u00e9 ", "tel.{},", "license {} and "]
        texts = [
            rng.choice(frames).format(make(rng)) * rng.choice([1, 1, 5])
            for make in (card, email, iban, ip, mac, phone, ssn)
            for _ in range(40)
        ]  # fmt: skip
        texts += ["".join(rng.choice("ab9@.:- \nz?\u00e9") for _ in range(rng.randrange(60))) for _ in range(1500)]
        detect = pii.build(entities or DEFAULT, 0.4)
        plain = [normalise(text).text for text in texts]
        with_it = [set(detect.rules(text)) for text in plain]
        monkeypatch.setattr(engine, "_scanner", without)
        assert [set(detect.rules(text)) for text in plain] == with_it
        assert sum(map(len, with_it)) > 200

    def test_a_rule_of_lines_is_given_one_line_at_a_time(self):
        """In a long text each rule reads only the lines that meet its needs, at their offsets."""
        seen = []
        rule = Rule("probe", Needs(2), (), r"\d\d", None, lambda text, start, end: seen.append(text[start:end]) or ())
        Rules((rule,))("x" * 200 + "\nab 12\nnothing\n34")
        assert seen == ["ab 12", "34"]


def without(rules: Rules) -> None:
    """No scanner."""


class TestPhones:
    def test_two_numbers_of_different_countries_in_one_run_are_both_found(self):
        """What is a number in one country only stands before one of another and is not passed over."""
        text = "411127428459273 9 212-555-0102 4111728109386023/929 445 0945"
        found = [text[start:end] for start, end in find_phones(text, ("US", "BR"), 6, 0, len(text))]
        assert found == ["212-555-0102", "929 445 0945"]

    @given(st.text(st.sampled_from("0123456789 ()+-./x"), max_size=50))
    def test_numbers_lie_in_the_range_that_is_asked_for(self, text):
        """No number begins before the range or ends after it."""
        start, end = len(text) // 4, len(text) - len(text) // 4
        for first, last in find_phones(text, REGIONS, 6, start, end):
            assert start <= first < last <= end
