"""``text.names``: names, places, organisations and addresses, by the shipped model or one that the policy names."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from policies.contract import BuildContext, Options, Phase, StepSpec, TextDetector
from policies.schema import Label
from text_redact.names import LABELS, named


class NamesOptions(Options):
    """Options of ``text.names``."""

    labels: tuple[Label, ...] = Field(
        LABELS, min_length=1, description="What to find; a model named here may know more than the shipped one."
    )
    threshold: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None,
        description="Lowest score that counts, 0 to 1; by default the shipped model's own by label, else 0.3.",
    )
    model: Annotated[str, Field(pattern=named.MODEL_PATTERN)] = Field(
        "shipped",
        description="'shipped', or one from disk: 'spacy:NAME_OR_PATH', 'gliner:PATH', 'transformers:PATH'.",
    )
    unknown_script: Literal["hide", "withhold", "ignore"] = Field(
        "hide",
        description="Letters that the shipped model cannot read (not Latin): they count as UNREADABLE_SCRIPT, the"
        " record is withheld, or they are passed over.",
    )

    @field_validator("model")
    @classmethod
    def _library(cls, value: str) -> str:
        kind = value.partition(":")[0]
        if kind != "shipped" and not named.installed(kind):
            raise PydanticCustomError(
                "missing_library",
                "this kind of model needs a library that is not installed",
                {"hint": f"pip install {kind}"},
            )
        return value

    @model_validator(mode="after")
    def _known(self) -> NamesOptions:
        unknown = [label for label in self.labels if label not in LABELS]
        if self.model == "shipped" and unknown:
            raise PydanticCustomError(
                "no_such_entity", "the shipped model does not find this", {"hint": f"one of {', '.join(LABELS)}"}
            )
        return self


def _build(options: NamesOptions, context: BuildContext) -> TextDetector:
    if options.model == "shipped":
        from text_redact.names.detector import Names
        from text_redact.names.model import shipped

        shipped()  # a missing model refuses the policy here, not the first recording
        return Names(options.labels, options.threshold, options.unknown_script)
    kind, _, model = options.model.partition(":")
    return named.Named(kind, named.locate(kind, model, context.folder), options.labels, options.threshold or 0.3)


NAMES = StepSpec(
    name="text.names",
    phase=Phase.FIND,
    summary="Finds names of people, places and organisations, and postal addresses, by a model inside the package.",
    options=NamesOptions,
    build=_build,
    gives=frozenset({"text"}),
    extra="text",
    modules=("onnxruntime",),
    examples=({}, {"labels": ["PERSON"], "threshold": 0.2}, {"unknown_script": "withhold"}),
)
