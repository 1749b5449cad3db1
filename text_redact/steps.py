"""The steps of this package as policies see them. Importing this module loads nothing heavy."""

from __future__ import annotations

import difflib
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from policies.contract import BuildContext, Options, PassageDetector, Phase, StepSpec, TextDetector
from policies.listed import names_file
from policies.schema import Label
from text_redact import entities as known
from text_redact.detectors import lists
from text_redact.detectors.misread import ENTITIES, Misread
from text_redact.detectors.mistyped import LABELS as MISTYPED
from text_redact.detectors.mistyped import Mistyped, Shape
from text_redact.detectors.roles import EveryText, Roles
from text_redact.reread import LABELS, Reread

_MODULES = ("presidio_analyzer", "spacy")


def _known_entity(value: str) -> str:
    if value in known.NEEDS_MODEL:
        raise PydanticCustomError(
            "needs_model",
            "nationalities, religions and the like need a model of your own",
            {"hint": "name it in text.names with 'model' and 'labels'"},
        )
    everything = (*known.PRESIDIO, *known.OWN, *known.NAMES)
    if value not in everything:
        close = difflib.get_close_matches(value.upper(), everything, n=1)
        hint = f"did you mean '{close[0]}'?" if close else "'boundary doctor --entities' lists them"
        raise PydanticCustomError("no_such_entity", "no such entity", {"hint": hint})
    return value


class PiiOptions(Options):
    """Options of ``text.pii``."""

    entities: tuple[Annotated[str, AfterValidator(_known_entity)], ...] = Field(
        known.DEFAULT, min_length=1, description="What to look for, by entity name."
    )
    threshold: Annotated[float, Field(gt=0, le=1)] = Field(
        0.4, description="Lowest score of a pattern that counts, 0 to 1; names have the model's own thresholds."
    )


class SecretsOptions(Options):
    """Options of ``text.secrets``: none."""


class ListOptions(Options):
    """Options of ``text.list``."""

    label: Label = Field("LISTED", description="What the listed values are.")
    file: str | None = Field(
        None,
        description="List file beside the policy: one value a line, # for comments.",
        json_schema_extra=names_file("list"),
    )
    values: tuple[str, ...] = Field((), description="Values written into the policy itself.")
    fuzzy: bool = Field(True, description="Find them with one letter of a word wrong, missing, added or swapped.")

    @model_validator(mode="after")
    def _something(self) -> ListOptions:
        if self.file is None and not self.values:
            raise PydanticCustomError("empty_list", "this list is empty", {"hint": "give 'file' or 'values'"})
        return self


class MistypedOptions(Options):
    """Options of ``text.mistyped``."""

    entities: tuple[Shape, ...] = Field(MISTYPED, min_length=1, description="Which shapes to look for, by entity name.")


class MisreadOptions(Options):
    """Options of ``text.misread``: none."""


class RolesOptions(Options):
    """Options of ``text.roles``: none."""


class AllOptions(Options):
    """Options of ``text.all``."""

    typed: bool = Field(True, description="Everything typed is sensitive.")
    fields: bool = Field(True, description="Every text outside the keys is sensitive: titles, addresses, metadata.")
    keep: tuple[str, ...] = Field(("app",), description="Roles of texts that are not.")


class RereadOptions(Options):
    """Options of ``text.reread``: none."""


def _pii(options: PiiOptions, context: BuildContext) -> TextDetector:
    from text_redact import names
    from text_redact.detectors import pii

    wanted = set(options.entities)
    patterns = pii.build(wanted - known.NAMES, options.threshold)
    # Scores of patterns and of the model are no common scale: names have the model's own thresholds.
    return names.together(patterns, names.build(wanted & known.NAMES)) if wanted & known.NAMES else patterns


def _secrets(options: SecretsOptions, context: BuildContext) -> TextDetector:
    from text_redact.secrets.engine import build

    return build()


def _list(options: ListOptions, context: BuildContext) -> TextDetector:
    values = [*options.values, *(lists.read(context.folder / options.file) if options.file else ())]
    return lists.build(options.label, values, options.fuzzy)


def _mistyped(options: MistypedOptions, context: BuildContext) -> PassageDetector:
    return Mistyped(frozenset(options.entities))


def _misread(options: MisreadOptions, context: BuildContext) -> PassageDetector:
    from text_redact.detectors import pii

    return Misread(pii.build(ENTITIES, PiiOptions().threshold))


def _roles(options: RolesOptions, context: BuildContext) -> PassageDetector:
    return Roles()


def _all(options: AllOptions, context: BuildContext) -> PassageDetector:
    return EveryText(options.typed, options.fields, frozenset(options.keep))


def _reread(options: RereadOptions, context: BuildContext) -> TextDetector:
    return Reread(LABELS)


PII = StepSpec(
    name="text.pii",
    phase=Phase.FIND,
    summary="Finds personal data that has a pattern: cards, phones, e-mail, national ids, addresses of machines.",
    options=PiiOptions,
    build=_pii,
    gives=frozenset({"text"}),
    extra="text",
    modules=_MODULES,
    examples=({}, {"entities": ["CREDIT_CARD", "US_SSN"], "threshold": 0.5}),
)
SECRETS = StepSpec(
    name="text.secrets",
    phase=Phase.FIND,
    summary="Finds vendor tokens, keys, credentials in many notations, and passwords and codes that words announce.",
    options=SecretsOptions,
    build=_secrets,
    gives=frozenset({"text"}),
    extra="text",
    modules=("ahocorasick",),
)
LIST = StepSpec(
    name="text.list",
    phase=Phase.FIND,
    summary="Finds values that somebody listed: customers, colleagues, project names.",
    options=ListOptions,
    build=_list,
    gives=frozenset({"text"}),
    examples=({"label": "PERSON", "values": ["Ada Example"]}, {"label": "PROJECT", "file": "projects.txt"}),
    repeatable=True,
)
MISTYPED_STEP = StepSpec(
    name="text.mistyped",
    phase=Phase.FIND,
    summary="Finds cards, numbers and addresses with a slip in them: shapes without check digits, in typed text alone.",
    options=MistypedOptions,
    build=_mistyped,
    gives=frozenset({"passage"}),
    examples=({}, {"entities": ["CREDIT_CARD"]}),
)
MISREAD_STEP = StepSpec(
    name="text.misread",
    phase=Phase.FIND,
    summary="Finds cards, accounts, dates and addresses that OCR has misread, in lines of screens alone.",
    options=MisreadOptions,
    build=_misread,
    gives=frozenset({"passage"}),
    extra="text",
    modules=_MODULES,
)
ROLES = StepSpec(
    name="text.roles",
    phase=Phase.FIND,
    summary="Finds what the recorder itself marks: secure fields, host names, device and person ids.",
    options=RolesOptions,
    build=_roles,
    gives=frozenset({"passage"}),
)
ALL = StepSpec(
    name="text.all",
    phase=Phase.FIND,
    summary="Finds everything typed and every text outside the keys.",
    options=AllOptions,
    build=_all,
    gives=frozenset({"passage"}),
    examples=({}, {"fields": False}, {"keep": ["app", "window_title"]}),
)
REREAD = StepSpec(
    name="text.reread",
    phase=Phase.VERIFY,
    summary="Reads the result with patterns of its own and with the finding steps once more.",
    options=RereadOptions,
    build=_reread,
    needs=frozenset({"text.change"}),
)
