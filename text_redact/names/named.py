"""Models that a policy names instead of the shipped one: a spaCy pipeline, a GLiNER or a transformers tagger.

All are read from this machine's disk; nothing is fetched. Long texts are cut into windows here, because the libraries
cut off what is too long for them without a word.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from recording.errors import MissingExtra
from recording.model import Hit

LIBRARIES: Mapping[str, str] = MappingProxyType({"spacy": "spacy", "gliner": "gliner", "transformers": "transformers"})
"""Import name that each kind of model needs."""
MODEL_PATTERN = r"^(shipped|(spacy|gliner|transformers):\S.{0,300})$"

_WINDOW = 150
"""Words of a window; with the longest words still under the 384 and 512 pieces that such models read."""
_OVERLAP = 30
_WORD = re.compile(r"\S+")
_OURS = MappingProxyType(
    {
        "PER": "PERSON", "PERS": "PERSON", "NAME": "PERSON",
        "GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION", "PLACE": "LOCATION",
        "ORG": "ORGANIZATION", "ORGANISATION": "ORGANIZATION", "COMPANY": "ORGANIZATION",
        "NORP": "NRP", "STREET_ADDRESS": "ADDRESS",
    }
)  # fmt: skip
"""Names that other models have for our labels; any other label keeps its own, in capitals."""

Spans = Iterator[tuple[int, int, str, float]]


@dataclass(frozen=True, slots=True)
class Named:
    """Finds names with a model from this machine. Picklable; loaded where it is first used, once a process.

    Attributes:
        kind: Key of `LIBRARIES`.
        model: Folder of the model, or for spaCy the name of an installed package.
        labels: Labels to report.
        threshold: Lowest score that counts; spaCy gives none, so all its findings count as 1.
    """

    kind: str
    model: str
    labels: tuple[str, ...]
    threshold: float

    def steady(self) -> None:
        """What a name is depends on the words around it."""

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits in one text. Raises `MissingExtra` where the model cannot be loaded."""
        find = _loaded(self.kind, self.model, self.labels)
        rule = f"names:{self.kind}"
        return [
            Hit(label, start, end, score, rule)
            for start, end, name, score in find(text)
            if (label := ours(name)) in self.labels and score >= self.threshold and start < end
        ]

    def many(self, texts: Sequence[str]) -> list[Sequence[Hit]]:
        """The same for each text."""
        return [self(text) for text in texts]


def ours(name: str) -> str:
    """Our label for one of another model's: ``B-PER`` -> ``PERSON``."""
    plain = re.sub(r"^[BIESLU]-", "", name).upper().replace(" ", "_").replace("-", "_")
    return _OURS.get(plain, plain)


def installed(kind: str) -> bool:
    """Whether the library of a kind of model can be imported; imports nothing."""
    return importlib.util.find_spec(LIBRARIES[kind]) is not None


def locate(kind: str, model: str, folder: Path) -> str:
    """The model's folder, or the name of an installed spaCy package.

    Args:
        model: As the policy has it; a relative path starts at the policy's ``folder``.

    Raises:
        MissingExtra: There is no such model on this machine.
    """
    path = folder / model
    if path.is_dir():
        return str(path.resolve())
    if kind == "spacy" and model.isidentifier() and importlib.util.find_spec(model) is not None:
        return model
    raise MissingExtra(
        f"the {kind} model that the policy names is not on this machine",
        code="names-model",
        hint="put its folder beside the policy, or install its package; nothing is downloaded",
    )


@functools.cache
def _loaded(kind: str, model: str, labels: tuple[str, ...]) -> Callable[[str], Spans]:
    # Without these, loading looks for newer files in the hub even where all are on disk.
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"):
        os.environ[name] = "1"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        return _LOADERS[kind](model, labels)
    except MissingExtra:
        raise
    except Exception:  # noqa: BLE001 - their messages quote paths and settings
        raise MissingExtra(
            f"the {kind} model that the policy names cannot be loaded",
            code="names-model",
            hint="try it in Python: the library's own message says why",
        ) from None


def _spacy(model: str, labels: tuple[str, ...]) -> Callable[[str], Spans]:
    import spacy

    pipeline = spacy.load(model)

    def find(text: str) -> Spans:
        for entity in pipeline(text).ents:
            yield entity.start_char, entity.end_char, entity.label_, 1.0

    return find


def _gliner(model: str, labels: tuple[str, ...]) -> Callable[[str], Spans]:
    tagger: Any = importlib.import_module("gliner").GLiNER.from_pretrained(model, local_files_only=True)
    asked = [label.lower().replace("_", " ") for label in labels]

    def find(text: str) -> Spans:
        for at, part in _windows(text):
            for found in tagger.predict_entities(part, asked, threshold=0.05):
                yield at + found["start"], at + found["end"], found["label"], float(found["score"])

    return find


def _transformers(model: str, labels: tuple[str, ...]) -> Callable[[str], Spans]:
    library: Any = importlib.import_module("transformers")
    tagger = library.pipeline(
        "token-classification",
        model=library.AutoModelForTokenClassification.from_pretrained(model, local_files_only=True),
        tokenizer=library.AutoTokenizer.from_pretrained(model, local_files_only=True),
        aggregation_strategy="simple",
    )

    def find(text: str) -> Spans:
        for at, part in _windows(text):
            for found in tagger(part):
                yield at + found["start"], at + found["end"], found["entity_group"], float(found["score"])

    return find


_LOADERS: Mapping[str, Callable[[str, tuple[str, ...]], Callable[[str], Spans]]] = MappingProxyType(
    {"spacy": _spacy, "gliner": _gliner, "transformers": _transformers}
)


def _windows(text: str) -> Iterator[tuple[int, str]]:
    """Overlapping parts of a text with their offsets; a word longer than any window holds is cut."""
    words = [
        (at, min(at + 400, match.end()))
        for match in _WORD.finditer(text)
        for at in range(match.start(), match.end(), 400)
    ]
    for first in range(0, max(1, len(words) - _OVERLAP), _WINDOW - _OVERLAP):
        part = words[first : first + _WINDOW]
        if part:
            yield part[0][0], text[part[0][0] : part[-1][1]]
