"""The passages of text fields: each by itself, and those that are read as one text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from recording.model import Passage, TextField
from recording.series import echoes, edit_between


def field_passages(fields: Sequence[tuple[int, TextField]], blocks: Iterable[Sequence[int]]) -> Iterator[Passage]:
    """Passages of kind ``field``.

    Args:
        fields: The text fields that were admitted, with their indices.
        blocks: Indices of fields whose texts, one behind the other, are one text to a reader; their passage has the
            role ``block``.
    """
    repeated = _repeated(fields)
    for index, item in fields:
        if item.text:
            echo = index in repeated
            yield Passage(item.text, "field", item.role, field=index, label=item.label, secure=item.secure, echo=echo)
    texts = {index: item.text for index, item in fields}
    for block in blocks:
        if all(index in texts for index in block):
            yield Passage("".join(texts[index] for index in block), "field", "block", joined=tuple(block))


def _repeated(fields: Sequence[tuple[int, TextField]]) -> frozenset[int]:
    out: set[int] = set()
    for members in in_series(fields).values():
        values = [item.text for _, item in members]
        edits = [edit_between(before, after) for before, after in pairwise(values)]
        out.update(index for (index, _), echo in zip(members, echoes(values, edits), strict=True) if echo)
    return frozenset(out)


def in_series(fields: Iterable[tuple[int, TextField]]) -> Mapping[str, list[tuple[int, TextField]]]:
    """The members of each series, in the order of time."""
    out: dict[str, list[tuple[int, TextField]]] = {}
    for index, item in fields:
        if item.series:
            out.setdefault(item.series, []).append((index, item))
    return out
