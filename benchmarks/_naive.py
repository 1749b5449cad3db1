"""The peer of ``typed``: keys joined the way public recorders do it, with backspace as the only edit."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

NAME = "keys joined per window, backspace as the only edit"


def join(events: pa.Table) -> list[str]:
    """One text for each application, window and field, in order of first use."""
    lines: dict[tuple[object, ...], list[str]] = {}
    for row in _rows(events):
        if row["kind"] not in {"key_down", "key_pair", "text"}:
            continue
        line = lines.setdefault((row["app"], row["window"], row["field"]), [])
        if row["key"] == "backspace":
            del line[-1:]
        elif row["key"] in {"enter", "tab"}:
            line.append("\n")
        elif row["text"]:
            line.append(row["text"])
    return ["".join(line) for line in lines.values()]


def _rows(events: pa.Table) -> Iterable[dict[str, str]]:
    columns = ["kind", "key", "text", "app", "window", "field"]
    rows: list[dict[str, str]] = events.select(columns).to_pylist()
    return rows
