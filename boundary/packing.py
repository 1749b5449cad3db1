"""Puts what was taken out of stores back, and reads the result again: it must hold what was cleared, nothing else."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from io import BytesIO
from itertools import zip_longest

from boundary.change import Changed
from boundary.verify import search_bytes
from recording.documents import file_type
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
    inside: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
    for name, file in changed.sources().items():
        inside[file.store][name[len(file.store + INSIDE) :] if file.store else name] = changed.files[name]
    out = inside[""]
    for name, old in changed.stores.items():
        head = name + INSIDE
        files = dict(settle(old, source.packed, inside[name]))
        data = pack(old, source.packed, files)
        again = unpack({name: SourceFile(name, data)}, max_bytes=len(data) + sum(map(len, files.values())) + 1)
        if not _says({inner.removeprefix(head): found.read() for inner, found in again.items()}, files):
            raise StepFailed("the store does not hold what was put into it", code="store-differs", hint="report this")
        del again
        search_bytes({name: data}, changed.added, (), known)
        out[name] = data
    return out


def _says(files: Mapping[str, bytes], meant: Mapping[str, bytes]) -> bool:
    """Whether files say what is meant, however it is written; compared line by line, since a table may be large."""
    return all(one == other for one, other in zip_longest(_settled(files), _settled(meant), fillvalue=()))


def _settled(files: Mapping[str, bytes]) -> Iterator[tuple[str, object]]:
    """What files say: JSON as values, and pictures wherever they are named by what they show."""
    media = {
        name: hashlib.sha256(data).hexdigest()
        for name, data in files.items()
        if file_type(name) not in ("jsonl", "json", "text")
    }
    yield from (("", digest) for digest in sorted(media.values()))
    for name, data in sorted(files.items()):
        if file_type(name) in ("jsonl", "json"):
            lines = BytesIO(data) if file_type(name) == "jsonl" else [data]
            yield from ((name, _named(json.loads(line, parse_constant=str), media)) for line in lines if line.strip())
        elif name not in media:
            yield name, data


def _named(value: object, media: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return media.get(value, value)
    if isinstance(value, list):
        return [_named(one, media) for one in value]
    return {key: _named(one, media) for key, one in value.items()} if isinstance(value, dict) else value
