"""The steps ``text.labels`` and ``text.clipped`` as policies see them."""

from __future__ import annotations

from pydantic import Field, field_validator

from policies.contract import BuildContext, Options, PassageDetector, Phase, StepSpec


class LabelsOptions(Options):
    """Options of ``text.labels``."""

    entities: tuple[str, ...] = Field((), description="What to look for; everything that a label can say by default.")

    @field_validator("entities")
    @classmethod
    def _known(cls, entities: tuple[str, ...]) -> tuple[str, ...]:
        from text_redact.labels.values import ENTITIES

        unknown = set(entities) - set(ENTITIES)
        if unknown:
            raise ValueError(f"no label introduces this; one of {', '.join(ENTITIES)}")
        return entities


class ClippedOptions(Options):
    """Options of ``text.clipped``: it has none."""


def _labels(options: LabelsOptions, _context: BuildContext) -> PassageDetector:
    from text_redact.labels.values import ENTITIES, Labelled

    return Labelled(frozenset(options.entities or ENTITIES))


def _clipped(_options: ClippedOptions, _context: BuildContext) -> PassageDetector:
    from text_redact.labels.clipped import Clipped

    return Clipped()


LABELS = StepSpec(
    name="text.labels",
    phase=Phase.FIND,
    summary="Finds bare values on screens by the label beside, above or at the head of them: Patient, Telefon, Nom.",
    options=LabelsOptions,
    build=_labels,
    gives=frozenset({"passage"}),
    examples=({}, {"entities": ["PERSON", "ADDRESS"]}),
)
CLIPPED = StepSpec(
    name="text.clipped",
    phase=Phase.FIND,
    summary="Finds e-mail addresses, cards, bank accounts and phones of which a screen shows only the beginning.",
    options=ClippedOptions,
    build=_clipped,
    gives=frozenset({"passage"}),
)
