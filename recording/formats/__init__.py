"""Formats, one file each, found by scanning this folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from recording.errors import InputError
from recording.formats._base import Format, Stroke
from recording.model import SourceFile

__all__ = ["FORMATS", "Format", "Stroke", "find_format", "format_named"]


def _scan() -> tuple[Format, ...]:
    names = [module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")]
    found: list[Format] = [importlib.import_module(f"{__name__}.{name}").FORMAT for name in names]
    return tuple(sorted(found, key=_rank))


def _rank(item: Format) -> tuple[int, str]:
    return -item.priority, item.name


FORMATS: tuple[Format, ...] = _scan()
"""Every format of this folder, in the order in which they are asked."""


def find_format(files: Mapping[str, SourceFile]) -> Format:
    """The format that claims these files.

    Raises:
        InputError: ``unknown-format`` when none does.
    """
    for item in FORMATS:
        if item.claims(files):
            return item
    raise InputError(
        "no format reads these files", code="unknown-format",
        hint=f"known formats: {', '.join(item.name for item in FORMATS)}",
    )  # fmt: skip


def format_named(name: str) -> Format:
    """The format with this name, as `Recording.format` gives it.

    Raises:
        InputError: ``unknown-format`` when there is none.
    """
    for item in FORMATS:
        if item.name == name:
            return item
    raise InputError("no format of this name", code="unknown-format", hint="the recording was read by another version")
