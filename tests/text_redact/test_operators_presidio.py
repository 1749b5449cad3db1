"""The operators run inside presidio-anonymizer's engines."""

from __future__ import annotations

import pytest
from presidio_anonymizer import AnonymizerEngine, DeanonymizeEngine
from presidio_anonymizer.entities import InvalidParamError, OperatorConfig, OperatorResult, RecognizerResult

from text_redact.operators.encrypt import Encrypt
from text_redact.operators.presidio import BoundaryDecrypt, BoundaryOperator
from text_redact.operators.surrogate import surrogate

KEY = bytes(range(32))
TEXT = "call Jane Doe today"
FOUND = [RecognizerResult("PERSON", 5, 13, 0.9)]


def anonymised(operator) -> str:
    """What Presidio's engine makes of the text."""
    engine = AnonymizerEngine()
    engine.add_anonymizer(BoundaryOperator)
    return engine.anonymize(TEXT, FOUND, {"PERSON": OperatorConfig("boundary", {"operator": operator})}).text


def test_any_operator_runs_in_the_anonymizer() -> None:
    """The engine hands over label and value and puts in what the operator gives."""
    made = surrogate(KEY)
    assert anonymised(made) == f"call {made('PERSON', 'Jane Doe')} today"


def test_what_was_encrypted_is_given_back_by_the_deanonymizer() -> None:
    """Round trip through both of Presidio's engines."""
    text = anonymised(Encrypt(KEY))
    engine = DeanonymizeEngine()
    engine.add_deanonymizer(BoundaryDecrypt)
    place = [OperatorResult(5, len(text) - 6, "PERSON")]
    assert engine.deanonymize(text, place, {"PERSON": OperatorConfig("boundary_decrypt", {"key": KEY})}).text == TEXT


def test_wrong_parameters_are_refused() -> None:
    """Presidio's own error says so before any text is read."""
    for operator, params in ((BoundaryOperator(), {}), (BoundaryDecrypt(), {"key": "short"})):
        with pytest.raises(InvalidParamError):
            operator.validate(params)
