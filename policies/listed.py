"""Files that a policy names: whether they are there, and what they hold, so that the digest covers it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel
from pydantic.config import JsonDict

FileKind = Literal["list", "register"]
"""``list``: decides what is found or kept, so its content is part of the policy. ``register``: changes every day."""

_KEY = "policy_file"


def names_file(kind: FileKind) -> JsonDict:
    """For ``json_schema_extra`` of an option that names a file beside the policy."""
    return {_KEY: kind}


def files_of(options: BaseModel) -> Iterator[tuple[str, str, FileKind]]:
    """Key in the policy, path and kind of every file that the options name."""
    for name, key, kind in _marked(type(options)):
        value = getattr(options, name)
        if isinstance(value, str):
            yield key, value, kind


def file_keys(model: type[BaseModel]) -> frozenset[str]:
    """The keys of a model that name files."""
    return frozenset(key for _, key, _ in _marked(model))


def _marked(model: type[BaseModel]) -> Iterator[tuple[str, str, FileKind]]:
    """Name, key in the policy and kind of every field that names a file."""
    for name, info in model.model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and _KEY in extra:
            yield name, info.alias or name, "list" if extra[_KEY] == "list" else "register"


def content_digest(path: Path) -> str | None:
    """SHA-256 (hex) of a file; ``None`` where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):  # a name with a NUL is a ValueError
        return None
