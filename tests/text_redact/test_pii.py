"""Personal data with a pattern is found as people write it, and what only resembles it is not."""

from __future__ import annotations

import random

import pytest
import regex
from fake_data import bitcoin, card, dea, iban, itin, mac, nhs, ssn

from recording.errors import StepFailed
from text_redact import entities
from text_redact.detectors import pii, presidio
from text_redact.detectors.pii import Pii

RNG = random.Random(1)
CARD = card(RNG)
POSITIVE = {
    "CREDIT_CARD": f"the card is {CARD} ok",
    "CRYPTO": f"send it to {bitcoin(RNG)} today",
    "DATE_OF_BIRTH": "she was born on 4 March 1987 in York",
    "EMAIL_ADDRESS": "write to jane.doe@example.org soon",
    "IBAN_CODE": f"pay to {iban(RNG)} please",
    "IP_ADDRESS": "the server is 192.0.2.17 now",
    "MAC_ADDRESS": f"adapter {mac(RNG)} found",
    "MEDICAL_LICENSE": f"DEA certificate {dea(RNG)}",
    "PHONE_NUMBER": "call (212) 555-0143 after six",
    "UK_NHS": f"NHS number {nhs(RNG)}",
    "US_BANK_NUMBER": "bank account 912345678901",
    "US_DRIVER_LICENSE": "driver license H1234567",
    "US_ITIN": f"itin {itin(RNG)}",
    "US_PASSPORT": "passport A12345678 expires soon",
    "US_SSN": f"ssn {ssn(RNG)}",
}
NEGATIVE = {
    "CREDIT_CARD": f"order {int(CARD) + 1} was shipped",
    "CRYPTO": "commit 1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b",
    "DATE_OF_BIRTH": "the meeting was on 4 March 1987",
    "EMAIL_ADDRESS": "npm install react@18.2.0 and @types/node@20.1.3-beta.2 for @jane",
    "IBAN_CODE": "part DE00123456789012345678 is out of stock",
    "IP_ADDRESS": "version 10.2.3 at 12:30:45",
    "MAC_ADDRESS": "at 12:34:56 the ratio was 16:9",
    "MEDICAL_LICENSE": "flight BA1234567 to gate C3",
    "PHONE_NUMBER": "pages 12-34 of 2024",
    "UK_NHS": "room 943 476 on floor 2",
    "US_BANK_NUMBER": "invoice 912345678901",
    "US_DRIVER_LICENSE": "INTRODUCTORY A1 for the public, duplicate H1234567",
    "US_ITIN": "part 123-45-67",
    "US_PASSPORT": "model A12345678",
    "US_SSN": "666-12-3456 and 000-12-3456 are none",
}


@pytest.fixture(scope="module")
def detect() -> Pii:
    """The detector as policies use it by default."""
    return pii.build(entities.DEFAULT, 0.4)


def found(detect: Pii, text: str, label: str) -> list[str]:
    """The values found under a label."""
    return [text[hit.start : hit.end] for hit in detect(text) if hit.label == label]


class TestDefaults:
    def test_every_default_entity_has_both_examples(self):
        """No entity is looked for by default without a positive and a negative case here."""
        assert set(POSITIVE) == set(NEGATIVE) == set(entities.DEFAULT)

    @pytest.mark.parametrize("label", sorted(POSITIVE))
    def test_each_is_found_where_it_is(self, detect, label):
        """Each default entity is found in a sentence."""
        assert found(detect, POSITIVE[label], label)

    @pytest.mark.parametrize("label", sorted(NEGATIVE))
    def test_each_is_not_found_in_what_resembles_it(self, detect, label):
        """Wrong check digits, versions and bare numbers without a word beside them are none of it."""
        assert not found(detect, NEGATIVE[label], label)

    def test_every_name_stands_for_a_recognizer_that_can_be_made(self):
        """No entity that a policy may name fails at build time, and each finds what its name says."""
        for entity in entities.PRESIDIO:
            assert presidio.rules([entity], 0.4), entity
            assert pii.build([entity], 0.4)("nothing to see here") == ()


class TestCards:
    @pytest.mark.parametrize(
        ("prefix", "length"), [("2221", 16), ("2720", 16), ("34", 15), ("4", 13), ("4", 19), ("51", 16), ("6304", 19)]
    )
    def test_every_length_and_issuer(self, detect, prefix, length):
        """Cards of the 2-series and of 13 to 19 digits are cards."""
        number = card(RNG, prefix, length)
        assert number in found(detect, f"card {number} ok", "CREDIT_CARD")

    @pytest.mark.parametrize("separator", [" ", "-", ".", "  ", "\u00a0", "\u2013", "/"])
    def test_every_separator(self, detect, separator):
        """Groups of four may stand apart in any way."""
        number = separator.join(CARD[i : i + 4] for i in range(0, 16, 4))
        assert number in found(detect, f"card {number} ok", "CREDIT_CARD")

    def test_numbers_beside_a_card_do_not_hide_it(self, detect):
        """A date or a check value after the number, or a count before it, leaves the card a card."""
        number = card(RNG, "2223")
        spaced = " ".join(number[i : i + 4] for i in range(0, 16, 4))
        for text in (f"{spaced} 12/27", f"{number} 12/27 123", f"1 {spaced}"):
            assert any(spaced in hit or number in hit for hit in found(detect, text, "CREDIT_CARD")), text

    def test_runs_of_one_digit_are_none(self, detect):
        """Zeros and fours pass the check digit and are no card."""
        assert not found(detect, "4444444444444444444 and 0000 0000 0000 0000", "CREDIT_CARD")


class TestDisguise:
    @pytest.mark.parametrize(
        "disguise",
        [
            str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"),
            str.maketrans("0123456789", "０１２３４５６７８９"),
            {ord("4"): "4\u200b", ord("1"): "1\u2066"},
        ],
        ids=["arabic", "full-width", "invisible"],
    )
    def test_digits_in_any_script_and_with_anything_unseen_between(self, detect, disguise):
        """What a reader reads as a card number is one, whatever its code points."""
        text = f"card {CARD.translate(disguise)} ok"
        assert any(hit.startswith(text[5]) and len(hit) >= 16 for hit in found(detect, text, "CREDIT_CARD"))

    def test_full_width_addresses(self, detect):
        """Full-width letters and signs make the same address."""
        text = "to ｊａｎｅ＠ｅｘａｍｐｌｅ．ｏｒｇ now"
        assert set(found(detect, text, "EMAIL_ADDRESS")) == {"ｊａｎｅ＠ｅｘａｍｐｌｅ．ｏｒｇ"}

    def test_offsets_count_code_points_of_the_original(self, detect):
        """Characters outside the basic plane, joined ones and dropped ones before a hit do not move it."""
        text = f"\U0001f469\u200d\U0001f4bb e\u0301 \ufeff {CARD} ok"
        assert CARD in found(detect, text, "CREDIT_CARD")

    def test_ibans_in_lower_case_and_groups(self, detect):
        """People type account numbers as they like."""
        number = iban(RNG)
        spaced = " ".join(number[i : i + 4] for i in range(0, 22, 4))
        for text in (number.lower(), spaced, spaced.lower()):
            assert set(found(detect, f"pay to {text} by monday", "IBAN_CODE")) == {text}


class TestHosts:
    @pytest.mark.parametrize("host", ["mail.corp", "srv1.internal", "host.local", "box.invalid", "192.0.2.7"])
    def test_addresses_on_internal_hosts(self, detect, host):
        """An address is one whatever its host: companies have domains of their own."""
        assert f"jane@{host}" in found(detect, f"mail jane@{host} now", "EMAIL_ADDRESS")


class TestContext:
    def test_context_words_count_as_whole_words(self, detect):
        """The "lic" in "public" is no licence."""
        assert not found(detect, "public H1234567", "US_DRIVER_LICENSE")
        assert found(detect, "lic H1234567", "US_DRIVER_LICENSE")

    def test_plurals_and_words_in_between_count(self, detect):
        """A context word may be a plural, and words that say nothing do not push it away."""
        assert found(detect, "their passports, which were given to me by the two of them, are A12345678", "US_PASSPORT")

    def test_a_context_word_far_away_does_not_count(self, detect):
        """Beyond five words that say something, a context word says nothing."""
        text = "passport office closed Monday morning because heating failed A12345678"
        assert not found(detect, text, "US_PASSPORT")


def slow_pattern(*_: object) -> tuple[object, bool]:
    """A pattern that never ends, as one without a bound."""
    return regex.compile(r"(?:a|aa)+$"), False


class TestFailing:
    def test_a_pattern_that_runs_out_of_time_fails_the_step(self, monkeypatch):
        """What could not be searched to the end was not searched: the record is withheld, nothing is quoted."""
        monkeypatch.setattr(presidio, "_compiled", slow_pattern)
        monkeypatch.setattr(presidio, "PATTERN_SECONDS", 0.01)
        detector = pii.build(["US_DRIVER_LICENSE"], 0.41)  # another threshold: detectors are kept by process
        with pytest.raises(StepFailed) as caught:
            detector("license 1234567 " + "a" * 200 + "!")
        assert caught.value.code == "pattern-timeout"
        assert "aaa" not in str(caught.value)

    def test_a_pattern_without_a_bound_has_a_time_limit(self):
        """What might take for ever on some text runs on the engine that can be stopped."""
        assert presidio._compiled("(?:a|aa)+$", 0)[1] is False
        assert presidio._compiled("a{1,9}", 0)[1] is True

    @pytest.mark.timeout(20)
    @pytest.mark.parametrize("text", ["1 " * 10_000, "x@" * 10_000, "4111-" * 4_000, "a." * 500 + "@"])
    def test_text_made_to_be_slow_is_done_in_time(self, detect, text):
        """Long runs of digits, separators and at signs do not multiply the work."""
        detect(text)


@pytest.mark.parametrize("text", ["set it to 1680 \u00d7 1050", "1280x1024 pixels", "page 1680 of 1700", "port 8080"])
def test_sizes_and_short_numbers_are_no_telephone_numbers(text: str) -> None:
    """The size of a screen and a number of four digits reach nobody."""
    assert not [hit for hit in pii.build(["PHONE_NUMBER"], 0.4)(text) if hit.label == "PHONE_NUMBER"]
