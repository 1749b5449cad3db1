"""The shipped model works inside spaCy and Presidio, and without any network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from plug_in import deafen, environment
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine

from text_redact.names.presidio_recognizer import BoundaryNamesRecognizer

TEXT = "Please ask Rosalind Okafor in Lisbon about it."


class TestSpacy:
    def test_the_component_sets_the_entities_of_a_document(self):
        """The factory is found by its name, and names become entities beside those already there."""
        pipeline = spacy.blank("en")
        pipeline.add_pipe("entity_ruler").add_patterns([{"label": "WORD", "pattern": "Please"}])
        pipeline.add_pipe("boundary_names")
        entities = {(entity.text, entity.label_) for entity in pipeline(TEXT).ents}
        assert {("Rosalind Okafor", "PERSON"), ("Lisbon", "LOCATION"), ("Please", "WORD")} <= entities

    def test_its_options_are_those_of_the_step(self):
        """Labels and threshold can be set in the pipeline's config."""
        pipeline = spacy.blank("en")
        pipeline.add_pipe("boundary_names", config={"labels": ["LOCATION"], "threshold": 0.3})
        assert {entity.label_ for entity in pipeline(TEXT).ents} == {"LOCATION"}

    def test_a_stored_pipeline_loads_again(self, tmp_path: Path):
        """The settings travel with the pipeline, the model with the package."""
        pipeline = spacy.blank("en")
        pipeline.add_pipe("boundary_names", config={"labels": ["PERSON"]})
        pipeline.to_disk(tmp_path)
        again = spacy.load(tmp_path)
        assert [entity.text for entity in again(TEXT).ents] == ["Rosalind Okafor"]


class TestPresidio:
    def test_the_recognizer_finds_names_in_an_analyzer(self):
        """Presidio's engine uses it beside its own recognizers, here with a pipeline that knows no names."""
        engine = SpacyNlpEngine()
        engine.nlp = {"en": spacy.blank("en")}
        registry = RecognizerRegistry(recognizers=[BoundaryNamesRecognizer()])
        analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
        results = analyzer.analyze(TEXT, language="en", entities=["PERSON"])
        assert [TEXT[result.start : result.end] for result in results] == ["Rosalind Okafor"]
        assert results[0].recognition_metadata["recognizer_name"] == "BoundaryNamesRecognizer"

    def test_it_reports_only_what_is_asked_for(self):
        """Entities that the caller does not want are left out."""
        recognizer = BoundaryNamesRecognizer()
        recognizer.load()
        assert {result.entity_type for result in recognizer.analyze(TEXT, ["LOCATION"])} == {"LOCATION"}


@pytest.mark.parametrize("module", ["text_redact.names.detector"])
def test_the_model_loads_and_runs_without_sockets(module: str, tmp_path: Path):
    """Everything it needs is in the package: a process that may open no socket finds a name."""
    code = f"from {module} import Names; print([h.label for h in Names()({TEXT!r})])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(tmp_path, deafen(tmp_path / "site")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "PERSON" in done.stdout


def test_importing_the_step_loads_nothing_heavy(tmp_path: Path):
    """A policy is checked without onnxruntime or spaCy being imported."""
    code = (
        "import sys, text_redact.names.step, text_redact.names;"
        "print([m for m in ('onnxruntime', 'spacy', 'presidio_analyzer') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
