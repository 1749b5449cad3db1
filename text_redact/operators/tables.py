"""The resource files of this package."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any


@functools.cache
def table(name: str) -> Any:
    """The content of ``data/NAME.json``."""
    return json.loads(resources.files("text_redact.operators").joinpath("data", f"{name}.json").read_text("utf-8"))


def listed(name: str, word: str) -> bool:
    """Whether a word, in lower case, is on one of the lists of ``data/words.json``."""
    return word in _list(name)


@functools.cache
def _list(name: str) -> frozenset[str]:
    return frozenset(table("words")[name])
