"""The passages of text fields, each by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from recording.model import Passage, TextField
from recording.series import echoes, edit_between
from recording.stores import bare_name


def field_passages(events: pa.Table, fields: Sequence[tuple[int, TextField]]) -> Iterator[Passage]:
    """Passages of kind ``field``.

    Args:
        events: The rows that were admitted; what was typed at once is from where its row was typed.
        fields: The text fields that were admitted, with their indices.
    """
    repeated, places = _repeated(fields), _places(events, fields)
    for index, item in fields:
        if item.text:
            place = places.get(item.row, {}) if item.role == "typed" else {}
            yield Passage(
                bare_name(item.text) if item.role == "file_name" else item.text,
                "field",
                item.role,
                item.secure or bool(place.get("secure")),
                item.label or place.get("field") or "",
                field=index,
                app=place.get("app") or "",
                windows=(place["window"],) if place.get("window") else (),
                url=place.get("url") or "",
                echo=index in repeated,
            )


def _places(events: pa.Table, fields: Iterable[tuple[int, TextField]]) -> Mapping[int | None, Mapping[str, Any]]:
    rows = sorted({item.row for _, item in fields if item.role == "typed" and item.row is not None})
    if not rows:
        return {}
    wanted = events.filter(pc.is_in(events["seq"], value_set=pa.array(rows, pa.int64())))
    return {row["seq"]: row for row in wanted.select(["seq", "secure", "field", "app", "window", "url"]).to_pylist()}


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
