"""Every token format of the data files: its made-up examples are found, and its file says what it means."""

from __future__ import annotations

import random
import re

import pytest

from text_redact.secrets import checks, forms, rules, seeds
from text_redact.secrets.engine import Secrets
from text_redact.secrets.randomness import looks_random

KINDS = rules.kinds()
SHORT = 12
"""Formats below this length need more than a name near by."""


def covered(text: str, value: str) -> bool:
    """Whether every letter and digit of ``value`` lies in a finding."""
    start = text.index(value)
    spots = {at for hit in Secrets()(text) for at in range(hit.start, hit.end)}
    return all(at in spots for at in range(start, start + len(value)) if text[at].isalnum())


class TestFiles:
    def test_250_services_and_key_types_are_known(self):
        """The number that was asked for, counted by service."""
        assert len({kind.service for kind in KINDS}) >= 250

    def test_every_rule_has_one_name(self):
        """A finding's rule names one line of one file."""
        names = [kind.rule for kind in KINDS] + [shape.rule for shape in rules.shapes()]
        assert sorted(names) == sorted(set(names))

    def test_every_form_that_says_nothing_names_the_words_it_needs(self):
        """A format without any literal would find every identifier."""
        bare = [kind.rule for kind in KINDS if not kind.near for form in kind.forms if not form.literal]
        assert set(bare) <= {"strapi", "solana-private"}

    def test_a_notation_with_an_unknown_alphabet_is_refused(self):
        """A mistake in a data file shows when it is read."""
        with pytest.raises(ValueError, match="alphabet"):
            forms.parse("x_<nope:4>")

    @pytest.mark.parametrize("notation", ["sk_{live,test}_<a:24>", "<x:8>-<uuid>", "{,b}<d:3-5>.<b:10+>"])
    def test_an_example_matches_its_own_form(self, notation):
        """What the notation draws is what it matches."""
        rng = random.Random(1)
        for form in forms.parse(notation):
            assert re.fullmatch(form.pattern, form.example(rng))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.rule)
def test_examples_of_a_format_are_found(kind):
    """Of twelve made-up tokens at most two look ordinary, and none where the prefix says what it is."""
    rng = random.Random(kind.rule)
    missed = 0
    for number in range(12):
        form = kind.forms[number % len(kind.forms)]
        if form.shortest < SHORT:
            continue
        value = form.example(rng)
        name = kind.near[0] if kind.near else ""
        text = f"{name} token: {value} ok" if kind.near else f"use {value} now"
        missed += not covered(text, value)
    distinctive = all(form.distinctive for form in kind.forms) and not kind.near
    assert missed <= (0 if distinctive else 2)


class TestChecks:
    def test_the_checksum_of_a_github_token_is_that_of_its_random_part(self):
        """Six Base62 digits of the CRC-32 end the token; another ending does not prove it."""
        body = "a1B2" * 7 + "xy"
        import binascii

        good = "gh" + "p_" + body + checks.base62(binascii.crc32(body.encode())).rjust(6, "0")
        assert checks.crc32(good)
        assert not checks.crc32(good[:-1] + ("0" if good[-1] != "0" else "1"))
        assert [hit.score for hit in Secrets()(good)] == [1.0]

    def test_base58check_proves_a_private_key_in_wallet_format(self):
        """The checksum of a key that belongs to nobody holds, and one changed letter breaks it."""
        import hashlib

        data = b"\x80" + bytes(range(32)) + b"\x01"
        number = int.from_bytes(data + hashlib.sha256(hashlib.sha256(data).digest()).digest()[:4], "big")
        value = ""
        while number:
            number, rest = divmod(number, 58)
            value = forms.ALPHABETS["58"][rest] + value
        assert checks.base58(value)
        assert not checks.base58(value[:-1] + ("2" if value[-1] != "2" else "3"))
        assert covered(f"import {value} please", value)

    @pytest.mark.parametrize("language", checks.LANGUAGES)
    def test_each_list_of_words_has_2048_different_ones(self, language):
        """BIP-39 numbers them with eleven bits."""
        assert len(set(checks.wordlists()[language])) == 2048

    @pytest.mark.parametrize("language", checks.LANGUAGES)
    @pytest.mark.parametrize("count", [12, 18, 24])
    def test_a_seed_phrase_is_found_whatever_stands_between_its_words(self, language, count):
        """Spaces, commas, numbers and lines: twelve or more words of a list in a row are a phrase."""
        words = random.Random(count).sample(checks.wordlists()[language], count)
        for text in (" ".join(words), ", ".join(words), "\n".join(f"{n}. {word}" for n, word in enumerate(words, 1))):
            shown = f"my wallet seed phrase: {text}"
            start = shown.index(words[0], 23)
            assert any(hit.start <= start and hit.end >= len(shown) for hit in Secrets()(shown))

    def test_a_phrase_with_the_right_checksum_is_sure(self):
        """The published example of eleven "abandon" and "about" passes its checksum."""
        words = ["legal", "winner", "thank", "year", "wave", "sausage", "worth", "useful", "legal", "winner", "thank"]
        assert checks.seed_phrase([*words, "yellow"], "english")
        assert not checks.seed_phrase([*words, "zoo"], "english")
        assert [hit.score for hit in Secrets()(" ".join([*words, "yellow"]))] == [0.95]

    def test_eleven_words_of_the_list_are_prose(self):
        """Ordinary sentences have runs of its words."""
        words = list(checks.wordlists()["english"])[: seeds.LEAST - 1]
        assert not Secrets()(" ".join(words))


class TestRandomness:
    @pytest.mark.parametrize("length", [16, 20, 32, 64])
    def test_drawn_letters_and_digits_look_random(self, length):
        """Nineteen in twenty strings of letters and digits are seen to be drawn."""
        rng = random.Random(length)
        drawn = ["".join(rng.choices(forms.ALPHABETS["a"], k=length)) for _ in range(200)]
        assert sum(map(looks_random, drawn)) >= 190

    @pytest.mark.parametrize(
        "name",
        [
            "someVariableName2",
            "getElementById2",
            "test_user_account_0001",
            "org.example.app2.Service",
            "aaaaaaaaaaaaaaaa1",
        ],
    )
    def test_identifiers_do_not(self, name):
        """Words joined together have the letters of words."""
        assert not looks_random(name)
