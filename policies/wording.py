"""Words for mistakes: what a kind of value is called, which keys there are, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from types import MappingProxyType
from typing import get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

WORDS = MappingProxyType(
    {
        "dict": "a mapping",
        "model": "a mapping",
        "list": "a list",
        "tuple": "a list",
        "set": "a list",
        "string": "text",
        "int": "a whole number",
        "int_from_float": "a whole number",
        "float": "a number",
        "decimal": "a number",
        "bool": "true or false",
        "none_required": "null",
    }
)
"""What pydantic's kinds are called."""


REMEDIES = MappingProxyType(
    {
        **dict.fromkeys(("dict", "model"), "write 'key: value', each on its line"),
        **dict.fromkeys(("list", "tuple", "set"), "write [a, b], or each on a line after '- '"),
        "string": "put it in quotes",
        **dict.fromkeys(("int", "int_from_float"), "write digits alone, such as 4"),
        **dict.fromkeys(("float", "decimal"), "write digits alone, such as 0.5"),
        "bool": "write true or false, without quotes",
        "none_required": "leave it empty",
    }
)
"""What to do about a value of another kind."""


def wrong(item: ErrorDetails) -> tuple[str, str, str]:
    """Code, message and hint for a value of another kind, or outside of what is allowed; neither quotes it."""
    kind = item["type"]
    if kind.endswith(("_type", "_parsing")):
        wanted = kind.removesuffix("_type").removesuffix("_parsing")
        return "wrong-type", f"this should be {WORDS.get(wanted, wanted.replace('_', ' '))}", REMEDIES.get(wanted, "")
    message = item["msg"].removeprefix("Value error, ")
    return "wrong-value", message[:1].lower() + message[1:], str(item.get("ctx", {}).get("hint", ""))


def fields_of(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Names of the keys allowed at ``loc`` of ``model``."""
    for part in loc:
        info = model.model_fields.get(str(part))
        inner = [kind for kind in _classes(info.annotation) if issubclass(kind, BaseModel)] if info else []
        if inner:
            model = inner[0]
        elif not isinstance(part, int):
            return []
    return [info.alias or name for name, info in model.model_fields.items()]


def _classes(annotation: object) -> list[type]:
    """The classes in an annotation such as ``tuple[Rule, ...] | None``."""
    inner = [kind for part in get_args(annotation) for kind in _classes(part)]
    return inner or ([annotation] if isinstance(annotation, type) and not get_args(annotation) else [])


def suggest(word: str, choices: Sequence[str]) -> str:
    """A hint that names the closest choice, or all of them."""
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"one of {', '.join(choices)}" if choices else ""
