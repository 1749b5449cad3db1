"""The JSON Schema of the policy language, made from the models and installed steps: editors complete and check by it.

``python -m policies.json_schema`` writes the one that is shipped. Editors with yaml-language-server follow the line
``# yaml-language-server: $schema=policy.schema.json`` at the head of a policy, a path relative to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema

from policies.contract import Phase, StepSpec
from policies.registry import steps
from policies.schema import LABEL_PATTERN, PolicyModel

FILE = Path(__file__).with_name("policy.schema.json")
"""The schema that is shipped."""
DIALECT = "http://json-schema.org/draft-07/schema#"
"""The newest that editors check in full."""

_PLACES = {"screen": "screen.change", "timing": "timing.change", "mouse": "mouse.change"}


def policy_schema() -> dict[str, Any]:
    """The schema as JSON data (draft 7): every section, and of every installed step its options."""
    specs = [spec for _, spec in sorted(steps().items())]
    wanted: list[tuple[Any, Any]] = [(PolicyModel, "validation"), *((spec.options, "validation") for spec in specs)]
    refs, made = models_json_schema(
        list(dict.fromkeys(wanted)),
        by_alias=True,
        ref_template="#/definitions/{model}",
        schema_generator=_Generator,
    )
    definitions = {name: _tidy(schema) for name, schema in made["$defs"].items()}

    def options(spec: StepSpec) -> dict[str, Any]:
        found: dict[str, Any] = definitions[refs[spec.options, "validation"]["$ref"].rpartition("/")[2]]
        return found

    root: dict[str, Any] = definitions.pop(refs[PolicyModel, "validation"]["$ref"].rpartition("/")[2])
    properties = root["properties"]
    find = {"type": "array", "items": _used(specs, options, phase=Phase.FIND)}
    text = _used(specs, options, gives="text.change")
    change = {
        "type": "object",
        "properties": {
            "default": text,
            **{name: _used(specs, options, gives=gives) for name, gives in _PLACES.items()},
        },
        "patternProperties": {LABEL_PATTERN: text},
        "additionalProperties": False,
    }
    admit = {
        spec.name.removeprefix("admit."): {**options(spec), "description": spec.summary}
        for spec in specs
        if spec.phase is Phase.ADMIT
    }
    _put(properties, "find", find)
    _put(properties, "change", change)
    _put(properties, "admit", {"type": "object", "properties": admit, "additionalProperties": False})
    (link,) = (spec for spec in specs if spec.phase is Phase.LINK)
    _put(properties, "link", {"anyOf": [options(link), {"type": "null"}]})
    override = definitions["Override"]["properties"]
    _put(override, "find", find)
    _put(override, "change", change)
    verify, release = definitions["Verify"]["properties"], definitions["Release"]["properties"]
    _put(verify, "steps", {"type": "array", "items": _used(specs, options, phase=Phase.VERIFY)})
    _put(release, "aggregates", {"type": "array", "items": _used(specs, options, phase=Phase.RELEASE)})
    used = {name: schema for name, schema in definitions.items() if name in _referred([root, definitions])}
    return {"$schema": DIALECT, "title": "Policy of boundary", **root, "definitions": used}


class _Generator(GenerateJsonSchema):
    """Decimals are plain numbers in a policy: other notations are for computers."""

    def decimal_schema(self, schema: Any) -> JsonSchemaValue:
        return {"type": "number", **{f"{'exclusiveM' if k in 'gtlt' else 'm'}{_END[k]}": float(schema[k])
                                     for k in _END if k in schema}}  # fmt: skip


_END = {"gt": "inimum", "ge": "inimum", "lt": "aximum", "le": "aximum"}


def _used(specs: Iterable[StepSpec], options: Any, *, phase: Phase | None = None, gives: str = "") -> dict[str, Any]:
    """Any of the steps that fit, written ``use: NAME`` with its options beside it."""
    fitting = [spec for spec in specs if spec.phase is phase or (gives and gives in spec.gives)]
    return {
        "type": "object",
        "required": ["use"],
        "anyOf": [
            {
                "title": spec.name,
                "description": spec.summary,
                "type": "object",
                "properties": {"use": {"const": spec.name, "description": spec.summary}, **_properties(options(spec))},
                # What is required of a step may be inherited, so only 'check' can tell that it is missing.
                "required": ["use"],
                "additionalProperties": False,
            }
            for spec in fitting
        ],
    }


def _properties(schema: Mapping[str, Any]) -> dict[str, Any]:
    return dict(schema.get("properties", {}))


def _put(properties: dict[str, Any], name: str, schema: Mapping[str, Any]) -> None:
    properties[name] = {**schema, "description": properties[name].get("description", "")}


def _tidy(schema: Any) -> Any:
    """Without titles that only repeat names, without our own marks, with patterns as JavaScript reads them."""
    if isinstance(schema, list):
        return [_tidy(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    named = {"properties", "patternProperties"}
    return {
        key: {name: _tidy(entry) for name, entry in value.items()} if key in named else _tidy(value)
        for key, value in schema.items()
        if key not in {"title", "policy_file", "$defs"} and not (key == "default" and value in (None, [], {}))
    }


def _referred(trees: Iterable[Any]) -> set[str]:
    """Names of the definitions that something points to."""
    text = json.dumps(list(trees))
    return {part.partition('"')[0] for part in text.split('"#/definitions/')[1:]}


def rendered() -> str:
    """The schema as a file."""
    return json.dumps(policy_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(rendered(), encoding="utf-8")
