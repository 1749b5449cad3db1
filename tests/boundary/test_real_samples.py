"""Recordings of real people through the strictest policy: what they typed and where they sat stays inside."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

import pytest
from recording_help import sample

from boundary.outcome import Release
from boundary.pipeline import process
from boundary.plan import build_plan
from policies import load_policy
from recording import Recording, SourceFile, open_recording, parse_files
from recording.model import KEY_KINDS
from text_redact.transcript import transcribe

pytestmark = pytest.mark.slow


def _kinds(recording: Recording) -> Counter[tuple[str, str]]:
    """Events that are no keys and no typed text, by file and kind."""
    rows = recording.events.select(["file", "kind"]).to_pylist()
    return Counter((row["file"], row["kind"]) for row in rows if row["kind"] not in {*KEY_KINDS, "text"})


def _typed(recording: Recording) -> set[str]:
    """Words of more than three characters that were ever typed."""
    return {
        word.casefold()
        for passage in transcribe(recording.events).passages
        for word in passage.text.split()
        if len(word) > 3 and any(row >= 0 for row in passage.rows)
    }


def _bytes_of(files: Mapping[str, bytes]) -> str:
    return "\n".join(f"{name}\n{data.decode('utf-8', 'replace')}" for name, data in files.items()).casefold()


@pytest.mark.parametrize("name", ["ducktrack", "opencua"])
def test_strict_leaves_no_host_no_hardware_address_and_no_typed_text(name: str) -> None:
    """Names of machines and everything typed are in no file of the output; what is not typed keeps its count."""
    folder = sample(name)
    before = open_recording(folder)
    release = process(lambda: open_recording(folder), build_plan(load_policy("strict"), key=b"k" * 32))
    assert isinstance(release, Release), release
    metadata = json.loads((folder / "metadata.json").read_bytes())
    output = _bytes_of(release.files)
    for key in ("node", "id", "user_id", "username"):
        value = str(metadata.get(key) or "")
        assert len(value) < 4 or value.casefold() not in output, key
    after = parse_files("after", {file: SourceFile(file, data) for file, data in release.files.items()})
    assert _kinds(after) == _kinds(before)
    left = _typed(after) - {"[typed_text]", "typed_text"}
    assert not {word for word in _typed(before) if word in " ".join(left)}
    assert not {word for word in _typed(before) if len(word) > 7 and word in output}
