"""Whatever plain Presidio finds, we find: on generated texts, with the same entities and threshold."""

from __future__ import annotations

import random

import pytest
import spacy
from fake_data import account, bitcoin, card, dea, email, iban, ip, itin, license_number, mac, nhs, passport, phone, ssn
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpEngineProvider
from spacy.language import Language
from spacy.tokens import Doc

from text_redact import entities
from text_redact.detectors import pii
from text_redact.detectors.presidio import _NO_PHONE, LEAST_DIGITS, no_suffix_download

TEXTS = 2000
MAKERS = [account, bitcoin, card, dea, email, iban, ip, itin, license_number, mac, nhs, passport, phone, ssn]
TEMPLATES = [
    "please note that my {word} is {value}, thanks",
    "{word}: {value}",
    "{word} number {value} was used on monday",
    "for the {word}, which they gave to us in the office, see {value}.",
    "{value}",
    "row;{value};{other};end",
    "first {value} and then {other} (old {word})",
    "Hello,\nthe {word} of the customer:\n{value}\nRegards",
]
WORDS = [
    *("account", "bank", "card", "credit", "passport", "license", "driver", "ssn", "social security", "itin", "tax"),
    *("phone", "mobile", "iban", "ip", "mac", "nhs", "dea", "bitcoin", "wallet", "order", "invoice", "the"),
]


@Language.component("lower_case_lemma")
def _lemma(doc: Doc) -> Doc:
    """Stands in for a model's lemmatizer, without which Presidio sees no context word at all."""
    for token in doc:
        token.lemma_ = token.lower_
    return doc


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> AnalyzerEngine:
    """Presidio as it comes, over a pipeline without a trained model."""
    no_suffix_download()
    folder = str(tmp_path_factory.mktemp("blank") / "model")
    pipeline = spacy.blank("en")
    pipeline.add_pipe("lower_case_lemma")
    pipeline.to_disk(folder)
    models = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": folder}]}
    engine = NlpEngineProvider(nlp_configuration=models).create_engine()
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    # As substrings, context words are found in other words: "us" in "customer".
    enhancer = LemmaContextAwareEnhancer(context_matching_mode="whole_word")
    return AnalyzerEngine(nlp_engine=engine, registry=registry, context_aware_enhancer=enhancer)


def texts(count: int = TEXTS, seed: int = 7) -> list[str]:
    """Sentences with numbers of every kind, beside words that announce them and words that do not."""
    rng = random.Random(seed)
    return [
        rng.choice(TEMPLATES).format(
            word=rng.choice(WORDS), value=rng.choice(MAKERS)(rng), other=rng.choice(MAKERS)(rng)
        )
        for _ in range(count)
    ]


def varied(count: int, seed: int) -> list[str]:
    """The same, run together: several in a text, over lines, in brackets, glued to letters, with digits changed."""
    rng = random.Random(seed)
    joints = ["\n", " ", ", ", ") ", ":", "\t", "-", "/"]
    out = []
    for first in texts(count, seed + 1):
        more = [rng.choice(joints) + rng.choice(MAKERS)(rng) for _ in range(rng.randrange(4))]
        text = "".join([first, *more])
        at = rng.randrange(len(text))
        out.append(rng.choice([text, text.upper(), text[:at] + rng.choice("0123456789 .-x") + text[at:], text[:at]]))
    return out


class TestCoverage:
    def test_every_span_of_plain_presidio_is_covered(self, plain):
        """No character that Presidio reports stays uncovered, context words included."""
        spans, missed = compared(plain, texts())
        assert spans > TEXTS / 2
        assert missed == []

    @pytest.mark.slow
    @pytest.mark.timeout(1200)
    def test_twenty_thousand_varied_texts_hide_nothing_from_us_alone(self, plain):
        """Values run together, over lines and with a character changed: what Presidio finds in them we find."""
        spans, missed = compared(plain, varied(20_000, 11))
        assert spans > 10_000
        assert missed == []


def compared(plain: AnalyzerEngine, read: list[str]) -> tuple[int, list[tuple[str, str]]]:
    """How many spans Presidio finds in texts, and those that ours do not cover.

    Left out, as documented: telephone numbers of fewer than six digits, and those that are sizes such as 1680 x 1050,
    decimal numbers, or times in seconds since 1970.
    """
    wanted = sorted(set(entities.DEFAULT) & set(entities.PRESIDIO))
    detect = pii.build(wanted, 0.4)
    missed, spans = [], 0
    for text in read:
        ours = {index for hit in detect(text) for index in range(hit.start, hit.end)}
        for result in plain.analyze(text, "en", entities=wanted, score_threshold=0.4):
            value = text[result.start : result.end]
            if result.entity_type == "PHONE_NUMBER" and (
                sum(map(str.isdecimal, value)) < LEAST_DIGITS or _NO_PHONE.fullmatch(value)
            ):
                continue
            spans += 1
            if not {at for at in range(result.start, result.end) if text[at].isalnum()} <= ours:
                missed.append((result.entity_type, text))
    return spans, missed
