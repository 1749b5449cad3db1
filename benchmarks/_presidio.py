"""The peer of text benchmarks: Presidio's AnalyzerEngine as its manual sets it up, over a blank spaCy pipeline."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = "Presidio AnalyzerEngine, blank spaCy"
THRESHOLD = 0.4
"""The score from which a result counts, on both sides (the default of ``text.pii``)."""
_LEMMA = "benchmark_lower_lemma"


@dataclass(frozen=True, slots=True)
class Analyzer:
    """Presidio ready to run; ``entities`` are those of our list that it knows."""

    entities: tuple[str, ...]
    engine: Any = field(repr=False)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Code points ``start, end`` of every result."""
        results = self.engine.analyze(text, language="en", entities=list(self.entities), score_threshold=THRESHOLD)
        return [(result.start, result.end) for result in results]


def build(entities: Iterable[str]) -> Analyzer:
    """Make the engine; needs no model and no network."""
    import spacy
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from spacy.language import Language
    from spacy.tokens import Doc

    from text_redact.detectors.presidio import no_suffix_download

    no_suffix_download()

    def lower_lemma(doc: Doc) -> Doc:
        # Presidio compares context words with lemmas, and a blank pipeline has none: without this the peer would be
        # blind to context.
        for token in doc:
            token.lemma_ = token.lower_
        return doc

    Language.component(_LEMMA, func=lower_lemma)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "blank"
        pipeline = spacy.blank("en")
        pipeline.add_pipe(_LEMMA)
        pipeline.to_disk(model)
        provider = NlpEngineProvider(
            nlp_configuration={"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": str(model)}]}
        )
        engine = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
    known = set(engine.get_supported_entities("en"))
    return Analyzer(tuple(sorted(known & set(entities))), engine)
