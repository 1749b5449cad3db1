"""What an editor can offer in a policy: sections, steps and their options, from the models that check it."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from policies.contract import Phase
from policies.load import shipped
from policies.registry import steps
from policies.schema import Budget, Limits, PolicyModel, Release, Verify


def completions() -> dict[str, Any]:
    """Sections, keys of sections, steps by phase with their options, labels, and shipped policies; for JSON."""
    return {
        "sections": _keys(PolicyModel),
        "keys": {
            "limits": _keys(Limits),
            "verify": _keys(Verify),
            "release": _keys(Release),
            "budget": _keys(Budget),
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
