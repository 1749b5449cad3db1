"""What an editor can offer in a policy: sections, steps and their options, from the models that check it."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from policies.contract import Phase
from policies.load import shipped
from policies.registry import steps
from policies.schema import PolicyModel


def completions() -> dict[str, Any]:
    """Sections, keys of sections, steps by phase with their options, labels, and shipped policies; for JSON."""
    return {
        "sections": _keys(PolicyModel),
        "keys": {
            **_sections(PolicyModel),
            "change": [
                {"name": "default", "told": "what has no operator of its own"},
                {"name": "screen", "told": "frames"},
                {"name": "timing", "told": "times of events"},
                {"name": "mouse", "told": "paths of the mouse"},
                *({"name": label, "told": "label"} for label in _labels()),
            ],
        },
        "steps": {
            phase.value: [
                {"name": spec.name, "told": spec.summary, "options": _keys(spec.options)}
                for _, spec in sorted(steps().items())
                if spec.phase is phase
            ]
            for phase in Phase
        },
        "labels": _labels(),
        "shipped": shipped(),
    }


def _labels() -> list[str]:
    from text_redact.entities import OWN, PRESIDIO

    return sorted({*PRESIDIO, *OWN})


def _sections(model: type[BaseModel]) -> dict[str, list[dict[str, Any]]]:
    """The keys of every section that is a model of its own, and of those inside it, by name."""
    out: dict[str, list[dict[str, Any]]] = {}
    for name, info in model.model_fields.items():
        for inner in _models(info.annotation):
            out[info.alias or name] = _keys(inner)
            out.update(_sections(inner))
    return out


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models(part)]


def _keys(model: type[BaseModel]) -> list[dict[str, Any]]:
    return [
        {
            "name": info.alias or name,
            "told": info.description or "",
            "default": "" if info.is_required() else _plain(info),
            "values": [str(value) for value in _choices(info.annotation)],
        }
        for name, info in model.model_fields.items()
    ]


def _plain(info: FieldInfo) -> str:
    value = info.default
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""


def _choices(annotation: Any) -> list[Any]:
    """The words that a field takes, where it takes only some."""
    if annotation is bool:
        return ["true", "false"]
    found: list[Any] = []
    for part in get_args(annotation):
        found += [part] if isinstance(part, str) else _choices(part)
    return found
