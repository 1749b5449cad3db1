"""The shipped model as a spaCy component: ``nlp.add_pipe("boundary_names")`` sets ``doc.ents``.

Registered through the entry-point group ``spacy_factories``, so that spaCy finds it by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans

from text_redact.names import LABELS
from text_redact.names.detector import Names, UnknownScript

FACTORY = "boundary_names"


@dataclass(frozen=True, slots=True)
class NamesComponent:
    """Adds the names in a document to its entities; where one overlaps an entity already there, the longer stays.

    A name that ends inside a token covers the token.
    """

    names: Names

    def __call__(self, doc: Doc) -> Doc:
        """The same document with ``doc.ents`` set."""
        found = [
            doc.char_span(hit.start, hit.end, label=hit.label, alignment_mode="expand") for hit in self.names(doc.text)
        ]
        doc.ents = tuple(filter_spans([*doc.ents, *(span for span in found if span is not None)]))
        return doc

    def to_disk(self, path: Any, *, exclude: Any = ()) -> None:
        """Nothing to store: the settings are in the pipeline's config, the model in the package."""

    def from_disk(self, path: Any, *, exclude: Any = ()) -> NamesComponent:
        """Nothing to read."""
        return self

    def to_bytes(self, *, exclude: Any = ()) -> bytes:
        """Nothing to store."""
        return b""

    def from_bytes(self, data: bytes, *, exclude: Any = ()) -> NamesComponent:
        """Nothing to read."""
        return self


@Language.factory(
    FACTORY,
    assigns=["doc.ents"],
    default_config={"labels": list(LABELS), "threshold": None, "unknown_script": "hide"},
)
def make_names(
    nlp: Language, name: str, labels: list[str], threshold: float | None, unknown_script: UnknownScript
) -> NamesComponent:
    """The factory behind ``boundary_names``; options as those of the policy step ``text.names``."""
    return NamesComponent(Names(tuple(labels), threshold, unknown_script))
