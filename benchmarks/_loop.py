"""The peer of ``run``: what one writes in an afternoon, a loop over events that joins keys and asks Presidio."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks._presidio import Analyzer

NAME = "per-event loop with Presidio per window of text"
WINDOW = 200
"""Characters after which the loop asks, when neither Enter, Tab nor a click came before."""
_WORDS = {"space": " "}


def redact_folder(folder: Path, analyzer: Analyzer) -> int:
    """Redact every JSON-lines and JSON file of a recording in memory; returns the characters of the result.

    Keys whose text Presidio finds are dropped with their line, texts elsewhere are starred. It does not link, handles
    backspace as its only edit, and does not look at its own result.
    """
    size = 0
    for path in sorted(folder.iterdir()):
        if path.name == "events.jsonl":
            with path.open(encoding="utf-8") as lines:
                size += sum(len(line) for line in _events(lines, analyzer))
        elif path.suffix == ".jsonl":
            with path.open(encoding="utf-8") as lines:
                size += sum(len(json.dumps(_starred(json.loads(line), analyzer))) for line in lines)
        elif path.suffix == ".json":
            size += len(json.dumps(_starred(json.loads(path.read_text("utf-8")), analyzer)))
    return size


def _events(lines: Iterable[str], analyzer: Analyzer) -> list[str]:
    out: list[str] = []
    typed: list[tuple[str, int]] = []
    for line in lines:
        event = json.loads(line)
        if event["action"] == "press":
            name = event["name"] or ""
            if name == "backspace" and typed:
                typed.pop()
            elif name in ("enter", "tab"):
                _drop(out, typed, analyzer)
            elif len(name) == 1 or name in _WORDS:
                typed.append((_WORDS.get(name, name), len(out)))
                if len(typed) >= WINDOW:
                    _drop(out, typed, analyzer)
        elif event["action"] == "click":
            _drop(out, typed, analyzer)
        out.append(json.dumps(event))
    _drop(out, typed, analyzer)
    return [line for line in out if line]


def _drop(out: list[str], typed: list[tuple[str, int]], analyzer: Analyzer) -> None:
    if typed:
        for start, end in analyzer.spans("".join(char for char, _ in typed)):
            for _, at in typed[start:end]:
                out[at : at + 1] = [""]
        typed.clear()


def _starred(value: Any, analyzer: Analyzer) -> Any:
    if isinstance(value, dict):
        return {key: _starred(item, analyzer) for key, item in value.items()}
    if isinstance(value, list):
        return [_starred(item, analyzer) for item in value]
    if not isinstance(value, str) or not value:
        return value
    for start, end in analyzer.spans(value):
        value = value[:start] + "*" * (end - start) + value[end:]
    return value
