"""Generated sessions of typing, in the shape of OpenCUA's ``events.jsonl``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

_STROKE_S = 0.06
_SHIFTED = frozenset('~!@#$%^&*()_+{}|:"<>?')


def typed_events(sentences: Iterable[str]) -> Iterator[str]:
    """Press and release lines that type each sentence and then Enter; times in seconds, evenly spaced.

    A sentence is printable ASCII.
    """
    number = 0
    for sentence in sentences:
        for action, name in _strokes(sentence):
            yield json.dumps(
                {
                    "time_stamp": round(1000 + number * _STROKE_S, 6),
                    "action": action,
                    "name": name,
                    "pynput_key": repr(name) if len(name) == 1 else f"Key.{name}",
                    "event_idx": number,
                }
            )
            number += 1


def _strokes(sentence: str) -> Iterator[tuple[str, str]]:
    for char in sentence:
        shift = char.isupper() or char in _SHIFTED
        if shift:
            yield "press", "shift"
        key = "space" if char == " " else char
        yield "press", key
        yield "release", key
        if shift:
            yield "release", "shift"
    yield "press", "enter"
    yield "release", "enter"
