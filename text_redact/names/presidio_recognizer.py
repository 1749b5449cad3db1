"""The shipped model as a Presidio recognizer: ``analyzer.registry.add_recognizer(BoundaryNamesRecognizer())``."""

from __future__ import annotations

from typing import Any

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult

from text_redact.names import LABELS
from text_redact.names.detector import Names


class BoundaryNamesRecognizer(EntityRecognizer):
    """Finds names, places, organisations and addresses whatever the analyzer's NLP engine is.

    Args:
        supported_entities: Which of PERSON, LOCATION, ORGANIZATION, ADDRESS.
        threshold: Lowest score that counts, 0 to 1; ``None`` for the model's own by label.
        supported_language: Presidio asks a recognizer only for texts of its language; the model reads Latin letters.
    """

    def __init__(
        self,
        supported_entities: list[str] | None = None,
        threshold: float | None = None,
        supported_language: str = "en",
        name: str = "BoundaryNamesRecognizer",
    ) -> None:
        self.names = Names(tuple(supported_entities or LABELS), threshold)
        self.name: str  # set by the base class, which is not typed
        super().__init__(
            supported_entities=list(supported_entities or LABELS), name=name, supported_language=supported_language
        )

    def load(self) -> None:
        """Load the model now rather than at the first text."""
        from text_redact.names.model import shipped

        shipped()

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """All results whose entity is among ``entities``."""
        return [
            RecognizerResult(
                entity_type=hit.label,
                start=hit.start,
                end=hit.end,
                score=hit.score,
                analysis_explanation=AnalysisExplanation(recognizer=self.name, original_score=hit.score),
                recognition_metadata={
                    RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                },
            )
            for hit in self.names(text)
            if hit.label in entities
        ]
