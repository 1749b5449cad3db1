"""Stores, one file each, found by scanning this folder: databases and tables, unpacked into text and packed again."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from recording.errors import InputError
from recording.model import SourceFile
from recording.stores._base import Settling, Store

__all__ = ["INSIDE", "STORES", "SUFFIXES", "Store", "bare_name", "pack", "settle", "unpack"]

INSIDE = "!/"
"""Stands between the name of a store and the name of what is in it: ``recording.db!/action_event.jsonl``."""


def _scan() -> tuple[Store, ...]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return tuple(importlib.import_module(f"{__name__}.{name}").STORE for name in names)


STORES: tuple[Store, ...] = _scan()
"""Every store of this folder."""

SUFFIXES: frozenset[str] = frozenset().union(*(store.suffixes for store in STORES))
"""Suffixes of files that may be stores."""


def bare_name(name: str) -> str:
    """A file's name without the suffix of a store, which says nothing of a person; ``parquet`` reads like a surname."""
    suffix = PurePosixPath(name).suffix
    return name[: len(name) - len(suffix)] if suffix.lower() in SUFFIXES else name


def unpack(files: Mapping[str, SourceFile], *, max_bytes: int) -> Mapping[str, SourceFile]:
    """The same files, each store replaced by what is in it; ``files`` itself where none is a store.

    Raises:
        InputError: See `Store.unpack`.
    """
    out, changed = dict(files), False
    for name, source in files.items():
        store = _store_of(source)
        if store is None:
            continue
        parts = {part: files[part] for part in store.parts(name, files)}
        for inner, found in store.unpack(source, parts, max_bytes=max_bytes).items():
            whole = name + INSIDE + inner
            if whole in files:
                raise InputError("two files of one name", code="file-name", hint="rename the folder beside the store")
            out[whole] = replace(found, name=whole, store=name)
        for gone in (name, *parts):
            out.pop(gone, None)
        changed = True
    return out if changed else files


def pack(name: str, handed_in: Mapping[str, SourceFile], files: Mapping[str, bytes]) -> bytes:
    """One store anew.

    Args:
        name: Its name among ``handed_in``.
        handed_in: The files as they were handed in.
        files: Its whole content, by the names inside it.

    Raises:
        InputError: See `Store.pack`.
    """
    store = _store_of(handed_in[name])
    if store is None:
        raise ValueError("this file is no store")
    return store.pack(handed_in[name], {part: handed_in[part] for part in store.parts(name, handed_in)}, files)


def settle(name: str, handed_in: Mapping[str, SourceFile], files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """What `pack` is to put into a store: ``files`` as they are, but for stores that number their rows anew.

    Raises:
        InputError: See `Settling.settle`.
    """
    store = _store_of(handed_in[name])
    if not isinstance(store, Settling):
        return files
    return store.settle(handed_in[name], {part: handed_in[part] for part in store.parts(name, handed_in)}, files)


def _store_of(source: SourceFile) -> Store | None:
    suffix = PurePosixPath(source.name).suffix.lower()
    if suffix not in SUFFIXES or source.store:
        return None
    return next((store for store in STORES if suffix in store.suffixes and store.claims(source)), None)
