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
from text_redact.detectors.presidio import no_suffix_download

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


def texts() -> list[str]:
    """Sentences with numbers of every kind, beside words that announce them and words that do not."""
    rng = random.Random(7)
    return [
        rng.choice(TEMPLATES).format(
            word=rng.choice(WORDS), value=rng.choice(MAKERS)(rng), other=rng.choice(MAKERS)(rng)
        )
        for _ in range(TEXTS)
    ]


class TestCoverage:
    def test_every_span_of_plain_presidio_is_covered(self, plain):
        """No character that Presidio reports stays uncovered, context words included."""
        wanted = sorted(set(entities.DEFAULT) & set(entities.PRESIDIO))
        detect = pii.build(wanted, 0.4)
        missed, spans = [], 0
        for text in texts():
            ours = {index for hit in detect(text) for index in range(hit.start, hit.end)}
            for result in plain.analyze(text, "en", entities=wanted, score_threshold=0.4):
                spans += 1
                if not set(range(result.start, result.end)) <= ours:
                    missed.append((result.entity_type, text))
        assert spans > TEXTS / 2
        assert missed == []
