"""The peer for names: Presidio over a spaCy pipeline with a named-entity recognizer of the size of en_core_web_sm.

Its weights are random, which is enough for its speed: no model can be fetched here, and what it finds is not compared.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

NAME = "Presidio AnalyzerEngine, spaCy tok2vec NER"
# As the published config of en_core_web_sm 3.8: width 96, depth 4, six hashed attributes.
_TOK2VEC = {
    "@architectures": "spacy.Tok2Vec.v2",
    "embed": {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": 96,
        "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"],
        "rows": [5000, 1000, 2500, 2500, 50, 50],
        "include_static_vectors": False,
    },
    "encode": {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": 96,
        "depth": 4,
        "window_size": 1,
        "maxout_pieces": 3,
    },
}
_NER = {
    "@architectures": "spacy.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 64,
    "maxout_pieces": 2,
    "use_upper": True,
    "nO": None,
    "tok2vec": _TOK2VEC,
}
_LABELS = (
    *("PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE"),
    *("DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL"),
)


def build() -> Any:
    """Presidio's ``AnalyzerEngine`` for English; needs no network."""
    import spacy
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    from text_redact.detectors.presidio import no_suffix_download

    no_suffix_download()
    pipeline = spacy.blank("en")
    recognizer = pipeline.add_pipe("ner", config={"model": _NER})
    for label in _LABELS:
        recognizer.add_label(label)  # type: ignore[attr-defined]
    pipeline.initialize()
    with tempfile.TemporaryDirectory() as folder:
        pipeline.to_disk(Path(folder) / "ner")
        configuration = {
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": "en", "model_name": str(Path(folder) / "ner")}],
        }
        provider = NlpEngineProvider(nlp_configuration=configuration)
        return AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
