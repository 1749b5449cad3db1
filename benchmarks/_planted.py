"""A bounded sum in plain Python, and faults of released libraries to plant in it, for the audit of sensitivity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dp.contract import Column, Part

FAULTS = (
    "bounds each piece",
    "bounds each record",
    "no limit of groups",
    "keys chosen over all people",
    "replace-one sensitivity",
    "mean with a public n",
    "keys of the data",
    "raises on NaN",
    "float sums",
)
"""What `Planted.fault` may be."""


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A sum per key in plain Python, right but for one fault. ``app`` groups, ``v`` is clipped to 0..9, 2 keys."""

    fault: str = ""
    id: str = "planted"

    def parts(self) -> tuple[Part, ...]:
        """What it declares."""
        keys = ("a", "b", "other")
        # Replacing a value moves a sum by high - low, adding one by high: the fault of tools.sum.
        per_group = 3 if self.fault == "replace-one sensitivity" else 10
        return (Part(name="sum", unit="x", keys=keys, groups=2, per_group=per_group),)

    def columns(self) -> tuple[Column, ...]:
        """What it reads."""
        return (Column(name="app", kind="text", samples=("a", "b")), Column(name="v", kind="number", samples=(7, 9)))

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """The rows as they are."""
        return events

    def vectors(self, partials: Iterable[pa.Table], *, threads: int | None = None) -> Mapping[str, Any]:
        """Bounds in a loop."""
        rows: list[tuple[str, str, float]] = []
        for number, piece in enumerate(partials):
            for row in piece.to_pylist():
                who = row["person"].strip().casefold()
                # Two devices of one person become two persons.
                who += str(number) if self.fault == "bounds each piece" else ""
                app = row["app"] if row["app"] in {"a", "b"} else "other"
                rows.append((who, app, self._clipped(row["v"])))
        people: dict[str, dict[str, float]] = {}
        for who, app, value in rows:
            mine = people.setdefault(who, {})
            mine[app] = mine.get(app, 0) + value
        popular = Counter(app for _, app, _ in rows)
        sums: dict[str, float] = {} if self.fault == "keys of the data" else dict.fromkeys(("a", "b", "other"), 0)
        for mine in people.values():
            order = sorted(mine, key=lambda app: (-mine[app], app))
            if self.fault == "keys chosen over all people":
                order = sorted(mine, key=lambda app: (-popular[app], app))
            kept = order if self.fault == "no limit of groups" else order[:2]
            for app in kept:
                cap = 10**9 if self.fault == "bounds each record" else 10
                sums[app] = sums.get(app, 0) + min(mine[app], cap)
        if self.fault == "mean with a public n":
            sums = {key: value * 10 // max(1, len(people)) for key, value in sums.items()}
        keys = tuple(sorted(sums))
        kind = np.float64 if self.fault == "float sums" else np.int64
        return {"sum": (keys, np.array([sums[key] for key in keys], dtype=kind))}

    def _clipped(self, value: float | None) -> float:
        if value is None or (value != value and self.fault != "raises on NaN"):  # noqa: PLR0124  NaN
            return 0
        clipped = min(max(value, 7 if self.fault == "replace-one sensitivity" else 0), 9)
        return clipped / 3 if self.fault == "float sums" else int(clipped) if value == value else int(value)  # noqa: PLR0124

    def finish(self, noisy: Any) -> Mapping[str, object]:
        """Nothing."""
        return {}
