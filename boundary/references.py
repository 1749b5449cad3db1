"""Texts that name a file: they follow its new name, and are null where it does not pass."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from recording.model import Recording, TextField
from recording.stores import INSIDE

_COLON = re.compile(rb"[ \t\r\n]*:")


def references(
    recording: Recording, removed: Collection[int], names: Mapping[str, str], gone: Collection[str]
) -> Iterator[tuple[TextField, str]]:
    """The fields that name a file, each with its new text.

    A field of codec ``reference`` with an empty text becomes null: a step without a screenshot, a row without a
    picture. That is for strings of JSON; code and plain text name a file that is not there, and columns of databases
    keep their texts, since a column has rules of its own.

    Args:
        recording: What was read.
        removed: Rows (``seq``) that do not pass.
        names: Output names of files by their source names.
        gone: Source names of files that do not pass.
    """
    targets: dict[str, _Targets] = {}
    known = {*names, *recording.files}
    for field in recording.fields:
        if field.role != "file_ref" or field.row in removed:
            continue
        store = recording.files[field.file].store
        if store not in targets:
            targets[store] = _Targets.of(one for one in known if not store or one.startswith(store + INSIDE))
        target = targets[store].file(field.text)
        if target is None and store and field.codec == "reference":
            # A database names pictures that lie beside it.
            if "" not in targets:
                targets[""] = _Targets.of(known)
            target = targets[""].file(field.text)
        lost = target in gone if target is not None else field.codec == "reference"
        if lost and _may_be_null(field, recording):
            yield replace(field, codec="reference"), ""
        elif target is not None and target in names:
            new = names[target]
            yield field, new if "/" in _path(field.text) else PurePosixPath(new).name


@dataclass(frozen=True, slots=True)
class _Targets:
    """Files by their whole names, and by their bare ones where one file alone has it."""

    whole: frozenset[str]
    bare: Mapping[str, str | None]

    @classmethod
    def of(cls, files: Iterable[str]) -> _Targets:
        whole = frozenset(files)
        bare: dict[str, str | None] = {}
        for name in whole:
            last = PurePosixPath(name).name
            bare[last] = None if last in bare else name
        return cls(whole, bare)

    def file(self, text: str) -> str | None:
        """The file that a text refers to by path or bare name, ``None`` where it refers to none."""
        path = _path(text)
        return path if path in self.whole else self.bare.get(PurePosixPath(path).name)


def _may_be_null(field: TextField, recording: Recording) -> bool:
    """Whether a field stands for a value of JSON, and is no name of a member."""
    source = recording.files[field.file]
    if field.codec == "reference" or field.codec != "json" or source.store:
        return field.codec == "reference"
    data = source.read()
    return data.startswith(b'"', field.start) and _COLON.match(data, field.end) is None


def _path(text: str) -> str:
    return text.replace("\\", "/").removeprefix("./")
