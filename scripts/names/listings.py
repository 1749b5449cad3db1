"""Real program text as examples without names: modules of the packages that training needs anyway.

They are under permissive licences (BSD, MIT, Apache-2.0); the standard library is left for measuring.
"""

from __future__ import annotations

import importlib.metadata
import random
import re
from collections.abc import Collection, Iterator

from corpora import IGNORE, Sentence

PACKAGES = ("torch", "sympy", "networkx", "numpy", "onnxruntime", "onnx", "faker", "jinja2", "fsspec", "mpmath", "pip")
"""Distributions that are read as far as they are installed."""
_CREDIT = re.compile(r"author|copyright|maintain|contribut|thank|written by|licen[cs]e|@|https?:", re.IGNORECASE)
_CAPITAL = re.compile(r"\b[A-Z][a-z]+\b")
_SUFFIXES = (".py", ".pyi", ".h", ".cpp", ".cuh", ".cmake", ".txt", ".toml", ".json", ".cfg")
_SKIPPED = re.compile(r"faker/providers/(?!__init__)|LICENSE|AUTHORS|NOTICE|RECORD|METADATA|locale", re.IGNORECASE)


def listings(count: int, seed: int, names: Collection[str]) -> Iterator[Sentence]:
    """``count`` runs of a few lines; capitalised words that are in ``names`` teach nothing, the rest is no name."""
    rng = random.Random(seed)
    shelves = []
    for package in PACKAGES:
        try:
            found = importlib.metadata.files(package) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        shelves.append([f for f in found if str(f).endswith(_SUFFIXES) and not _SKIPPED.search(str(f))])
    while count > 0:
        try:
            lines = rng.choice(rng.choice(shelves)).locate().read_text("utf-8").splitlines()  # type: ignore[attr-defined]
        except (OSError, UnicodeDecodeError):
            continue
        for _ in range(4):
            at = rng.randrange(max(1, len(lines)))
            text = "\n".join(line for line in lines[at : at + rng.randint(1, 9)] if not _CREDIT.search(line))[:420]
            if text.strip() and count > 0:
                count -= 1
                yield Sentence(
                    text, tuple((m.start(), m.end(), IGNORE) for m in _CAPITAL.finditer(text) if m.group() in names)
                )
