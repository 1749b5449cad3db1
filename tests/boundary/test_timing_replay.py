"""Sessions of every way of editing read the same after their times and mouse paths changed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from boundary.outcome import Release
from boundary.pipeline import process
from boundary.plan import Plan
from recording import Recording, SourceFile, parse_files
from recording.simulate import draw_typist, ducktrack_files, logger_file, say, type_text
from recording.simulate.session import draw_script, draw_setup
from text_redact.transcript import transcribe

TEXTS = ("Please send the Report by Friday", "ask Tern & Plover (they know)", "notes on room 42, 3rd floor")


def _typed(recording: Recording) -> list[tuple[str, str, str]]:
    found = transcribe(recording.events).passages
    return sorted((passage.role, passage.app, passage.text) for passage in found if passage.kind == "typed")


@pytest.mark.parametrize("seed", range(16))
def test_every_text_that_was_ever_typed_reads_as_before(seed: int, planned: Callable[[str], Plan]) -> None:
    """Releases change places with presses, and nothing that anybody typed or deleted does."""
    rng = np.random.default_rng(seed)
    script = draw_script([say(text) for text in TEXTS], rng)
    stream = type_text(script, draw_typist(rng), rng, setup=draw_setup(rng))
    files = (logger_file if seed % 4 == 3 else ducktrack_files)(stream)
    source = parse_files("session", {name: SourceFile(name, data) for name, data in files.items()})
    outcome = process(lambda: source, planned("change:\n  timing: {use: resample}\n  mouse: {use: smooth}"))
    assert isinstance(outcome, Release), outcome
    result = parse_files("session", {name: SourceFile(name, data) for name, data in outcome.files.items()})
    assert len(result.events) == len(source.events)
    assert _typed(result) == _typed(source)
