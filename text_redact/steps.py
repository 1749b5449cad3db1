"""The steps of this package as policies see them. Importing this module loads nothing heavy."""

from __future__ import annotations

import difflib
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from policies.contract import BuildContext, Operator, Options, PassageDetector, Phase, StepSpec, TextDetector
from policies.schema import Label
from text_redact import entities as known
from text_redact.detectors import lists
from text_redact.detectors.roles import EveryText, Roles
from text_redact.detectors.secrets import Secrets
from text_redact.operators import Mask, Redact, Replace
from text_redact.reread import LABELS, Reread

_MODULES = ("presidio_analyzer", "spacy")


def _known_entity(value: str) -> str:
    if value in known.NEEDS_MODEL:
        raise PydanticCustomError(
            "needs_model",
            "names, places and the like need a names model, which is not installed",
            {"hint": "give the names with text.list"},
        )
    if value not in known.PRESIDIO and value not in known.OWN:
        close = difflib.get_close_matches(value.upper(), [*known.PRESIDIO, *known.OWN], n=1)
        hint = f"did you mean '{close[0]}'?" if close else "'boundary doctor --entities' lists them"
        raise PydanticCustomError("no_such_entity", "no such entity", {"hint": hint})
    return value


class PiiOptions(Options):
    """Options of ``text.pii``."""

    entities: tuple[Annotated[str, AfterValidator(_known_entity)], ...] = Field(
        known.DEFAULT, min_length=1, description="What to look for, by entity name."
    )
    threshold: Annotated[float, Field(gt=0, le=1)] = Field(0.4, description="Lowest score that counts, 0 to 1.")


class SecretsOptions(Options):
    """Options of ``text.secrets``: none."""


class ListOptions(Options):
    """Options of ``text.list``."""

    label: Label = Field("LISTED", description="What the listed values are.")
    file: str | None = Field(None, description="List file beside the policy: one value a line, # for comments.")
    values: tuple[str, ...] = Field((), description="Values written into the policy itself.")
    fuzzy: bool = Field(True, description="Find them with one letter of a word wrong, missing, added or swapped.")

    @model_validator(mode="after")
    def _something(self) -> ListOptions:
        if self.file is None and not self.values:
            raise PydanticCustomError("empty_list", "this list is empty", {"hint": "give 'file' or 'values'"})
        return self


class RolesOptions(Options):
    """Options of ``text.roles``: none."""


class AllOptions(Options):
    """Options of ``text.all``."""

    typed: bool = Field(True, description="Everything typed is sensitive.")
    fields: bool = Field(True, description="Every text outside the keys is sensitive: titles, addresses, metadata.")
    keep: tuple[str, ...] = Field(("app",), description="Roles of texts that are not.")


class MaskOptions(Options):
    """Options of ``mask``."""

    keep_last: Annotated[int, Field(ge=0, le=4)] = Field(0, description="Letters or digits of the end that stay.")
    char: Annotated[str, Field(pattern=r"^[!-/:-~]$")] = Field(
        "*", description="What the mask is made of: one visible ASCII character, no digit."
    )


class ReplaceOptions(Options):
    """Options of ``replace``."""

    text: Annotated[str, Field(max_length=40, pattern=r"^[ -~]*$")] = Field(
        "", description="What to put instead; by default the label in brackets."
    )


class RedactOptions(Options):
    """Options of ``redact``: none."""


class RereadOptions(Options):
    """Options of ``text.reread``: none."""


def _pii(options: PiiOptions, context: BuildContext) -> TextDetector:
    from text_redact.detectors import pii

    return pii.build(options.entities, options.threshold)


def _secrets(options: SecretsOptions, context: BuildContext) -> TextDetector:
    return Secrets()


def _list(options: ListOptions, context: BuildContext) -> TextDetector:
    values = [*options.values, *(lists.read(context.folder / options.file) if options.file else ())]
    return lists.build(options.label, values, options.fuzzy)


def _roles(options: RolesOptions, context: BuildContext) -> PassageDetector:
    return Roles()


def _all(options: AllOptions, context: BuildContext) -> PassageDetector:
    return EveryText(options.typed, options.fields, frozenset(options.keep))


def _mask(options: MaskOptions, context: BuildContext) -> Operator:
    return Mask(options.keep_last, options.char)


def _replace(options: ReplaceOptions, context: BuildContext) -> Operator:
    return Replace(options.text)


def _redact(options: RedactOptions, context: BuildContext) -> Operator:
    return Redact()


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
    summary="Finds vendor tokens, private keys, and values that a word such as 'password:' announces.",
    options=SecretsOptions,
    build=_secrets,
    gives=frozenset({"text"}),
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
MASK = StepSpec(
    name="mask",
    phase=Phase.CHANGE,
    summary="Puts a mask of fixed length in the place of a value.",
    options=MaskOptions,
    build=_mask,
    gives=frozenset({"text.change"}),
    extra="text",
    modules=("presidio_anonymizer",),
    examples=({}, {"keep_last": 4}),
)
REPLACE = StepSpec(
    name="replace",
    phase=Phase.CHANGE,
    summary="Puts the label in the place of a value.",
    options=ReplaceOptions,
    build=_replace,
    gives=frozenset({"text.change"}),
    extra="text",
    modules=("presidio_anonymizer",),
    examples=({}, {"text": "[hidden]"}),
)
REDACT = StepSpec(
    name="redact",
    phase=Phase.CHANGE,
    summary="Takes a value out and puts nothing in its place.",
    options=RedactOptions,
    build=_redact,
    gives=frozenset({"text.change"}),
    extra="text",
    modules=("presidio_anonymizer",),
)
REREAD = StepSpec(
    name="text.reread",
    phase=Phase.VERIFY,
    summary="Reads the result with patterns of its own and with the finding steps once more.",
    options=RereadOptions,
    build=_reread,
    needs=frozenset({"text.change"}),
)
