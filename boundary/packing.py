"""Puts what was taken out of stores back, and reads the result again: it must hold what was cleared, nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from boundary.change import Changed
from boundary.verify import search_bytes
from recording.errors import StepFailed
from recording.model import Recording, SourceFile
from recording.stores import INSIDE, pack, settle, unpack
from text_redact.known import KnownValues


def packed(changed: Changed, source: Recording, known: KnownValues) -> Mapping[str, bytes]:
    """The files that leave: those of ``changed``, with the stores whole again.

    Args:
        changed: What verification cleared.
        source: The recording as it was read.
        known: What is sensitive anywhere in the session; its raw bytes are searched in the stores.

    Raises:
        StepFailed: ``store-differs``: unpacking the result does not give what was packed; ``text-residue``.
        InputError: The store cannot hold it.
    """
    out = {name: data for name, data in changed.files.items() if not _is_inside(name, changed)}
    for name, old in changed.stores.items():
        head = name + INSIDE
        files = {inner.removeprefix(head): data for inner, data in changed.files.items() if inner.startswith(head)}
        files = dict(settle(old, source.packed, files))
        data = pack(old, source.packed, files)
        again = unpack({name: SourceFile(name, data)}, max_bytes=len(data) + sum(map(len, files.values())) + 1)
        if {inner: found.read() for inner, found in again.items()} != {
            head + inner: text for inner, text in files.items()
        }:
            raise StepFailed("the store does not hold what was put into it", code="store-differs", hint="report this")
        search_bytes({name: data}, changed.added, (), known)
        out[name] = data
    return out


def _is_inside(name: str, changed: Changed) -> bool:
    return any(name.startswith(store + INSIDE) for store in changed.stores)
