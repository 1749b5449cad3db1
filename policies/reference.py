"""The reference of the policy language as Markdown, made from the models so that it cannot be out of date.

``python -m policies.reference docs/policies.md`` writes it between the marks of that file.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from policies.contract import Phase
from policies.reading import KindColumn, Read, TableSpec, TimeColumn
from policies.registry import steps
from policies.schema import Allow, Budget, Case, Data, Limits, Override, PolicyModel, Release, Verify, When

START, END = "<!-- reference: made by policies/reference.py -->", "<!-- end of reference -->"


def reference() -> str:
    """Tables of the sections and of every installed step."""
    return "\n".join([*_sections(), *_steps()]) + "\n"


def insert(text: str) -> str:
    """``text`` with a fresh reference between its marks."""
    before, _, rest = text.partition(START)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError("the file lacks the marks of the reference")
    return f"{before}{START}\n\n{reference()}\n{END}{after}"


_MODELS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "limits": Limits,
        "read": Read,
        "read: mappings": TableSpec,
        "read: mappings: time": TimeColumn,
        "read: mappings: kind": KindColumn,
        "allow": Allow,
        "overrides": Override,
        "overrides: when": When,
        "verify": Verify,
        "release": Release,
        "release.budget": Budget,
        "release.data": Data,
        "tests": Case,
    }
)


def _sections() -> Iterator[str]:
    yield "### Sections\n"
    yield from _table(PolicyModel)
    for name, model in _MODELS.items():
        yield f"\n#### `{name}`\n"
        yield from _table(model)


def _steps() -> Iterator[str]:
    for phase in Phase:
        specs = [spec for _, spec in sorted(steps().items()) if spec.phase is phase]
        yield f"\n### Steps of `{phase}`"
        for spec in specs:
            yield f"\n#### `{spec.name}`\n"
            needs = f" Needs {', '.join(sorted(spec.needs))}." if spec.needs else ""
            extra = f" Extra: `{spec.extra}`." if spec.extra else ""
            yield f"{spec.summary}{needs}{extra}\n"
            yield from _table(spec.options)


def _table(model: type[BaseModel]) -> Iterator[str]:
    if not model.model_fields:
        yield "No options."
        return
    yield "| Key | Default | Meaning |"
    yield "|---|---|---|"
    for name, info in model.model_fields.items():
        yield f"| `{info.alias or name}` | {_default(info)} | {info.description or ''} |"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.default
    if value is PydanticUndefined or value is None or value in ("", (), [], {}):
        return "none"
    if isinstance(value, BaseModel):
        return "see below"
    if isinstance(value, tuple | list):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{re.sub(r'^(True|False)$', lambda match: match.group().lower(), str(value))}`"


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        path.write_text(insert(path.read_text(encoding="utf-8")), encoding="utf-8")
