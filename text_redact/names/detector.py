"""The detector that policies use: texts in, names, places, organisations and addresses out."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from recording.errors import StepFailed
from recording.model import Hit
from text_redact.names import LABELS, spans, writing
from text_redact.names.memory import Memory
from text_redact.names.model import shipped
from text_redact.normalise import Normalised, normalise

REMEMBERED = 40_000_000
"""Bytes of answers by whole text, about."""

UnknownScript = Literal["hide", "withhold", "ignore"]


@dataclass(frozen=True, slots=True)
class Names:
    """Finds names with the shipped model. Picklable; the model is loaded where it is first used, once a process.

    Attributes:
        labels: Which of `LABELS` to find.
        threshold: Lowest score that counts, 0 to 1; ``None`` for the model's own by label.
        unknown_script: What happens with letters that are not Latin: ``hide`` makes them findings labelled
            ``UNREADABLE_SCRIPT``, ``withhold`` raises, ``ignore`` passes over them.
    """

    labels: tuple[str, ...] = LABELS
    threshold: float | None = None
    unknown_script: UnknownScript = "hide"

    def steady(self) -> None:
        """What a name is depends on the words around it."""

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits in one text.

        Raises:
            MissingExtra: The model or onnxruntime is not installed.
            StepFailed: ``unknown-script``, where the policy withholds it.
        """
        return self.many((text,))[0]

    def many(self, texts: Sequence[str]) -> list[Sequence[Hit]]:
        """The same for many texts at once, which is faster; equal texts are read once."""
        memory = _memory()
        # Answers depend on the options; a digest of the text keeps no text in memory.
        mark = _digest(repr((self.labels, self.threshold, self.unknown_script)))
        keys = [_digest(text, mark) for text in texts]
        out: dict[bytes, Sequence[Hit]] = {}
        todo: dict[bytes, str] = {}
        for key, text in zip(keys, texts, strict=True):
            if key not in out and key not in todo:
                held = memory.get(key)
                if held is None:
                    todo[key] = text
                else:
                    out[key] = held
        for key, found in zip(todo, self._find(list(todo.values())), strict=True):
            out[key] = found
            memory.put(key, found, 350 + 170 * len(found))
        return [out[key] for key in keys]

    def _find(self, texts: Sequence[str]) -> list[Sequence[Hit]]:
        foreign = [self._foreign(text) for text in texts]
        plain = [normalise(text) for text in texts]
        model = shipped()
        bounds = {label: model.thresholds[label] if self.threshold is None else self.threshold for label in self.labels}
        # What holds no letter holds no name: times, prices, page numbers.
        readings = model.read([item.text if any(map(str.isalpha, item.text)) else "" for item in plain])
        return [
            (*_back(item, spans.hits(item.text, reading, model.labels, bounds)), *script)
            for item, reading, script in zip(plain, readings, foreign, strict=True)
        ]

    def _foreign(self, text: str) -> tuple[Hit, ...]:
        if self.unknown_script == "ignore":
            return ()
        found = tuple(writing.unreadable(text))
        if found and self.unknown_script == "withhold":
            raise StepFailed(
                "a text is in a script that the names model cannot read",
                code="unknown-script",
                hint="name a model that reads it, or set 'unknown_script: hide'",
            )
        return found


def forget() -> None:
    """Drop what this process remembers of texts, for measuring; what is found is the same."""
    _memory.cache_clear()
    shipped().forget()


def _digest(text: str, key: bytes = b"") -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=key).digest()


def _back(plain: Normalised, found: Sequence[Hit]) -> list[Hit]:
    return [plain.back(hit) for hit in found]


@functools.cache
def _memory() -> Memory[Sequence[Hit]]:
    return Memory(REMEMBERED)
