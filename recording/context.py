"""Which window and field an event went to: as-of joins on the recorder's clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Window:
    """From ``t_ns`` on, this application, title and address had the focus."""

    t_ns: int
    app: str | None = field(default=None, repr=False)
    title: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Element:
    """From ``t_ns`` on, this field had the focus; ``secure`` when it hides what is typed."""

    t_ns: int
    name: str | None = field(default=None, repr=False)
    secure: bool = False


def fill_context(events: pa.Table, windows: Sequence[Window], elements: Sequence[Element]) -> pa.Table:
    """``events`` with app, window, url, field and secure from the last window and element at or before each time.

    What a row says itself stays. A row without a time, or before the first window, stays without context. An element
    holds until the next element or the next change of window.
    """
    if not windows and not elements:
        return events
    times = pc.fill_null(events["t_ns"], int(_NEVER)).to_numpy()
    windows = sorted(windows, key=_time)
    elements = sorted(elements, key=_time)
    window_at = _as_of(times, [w.t_ns for w in windows])
    element_at = _as_of(times, [e.t_ns for e in elements])
    if windows and elements:
        window_start = np.array([w.t_ns for w in windows])[window_at]
        element_start = np.array([e.t_ns for e in elements])[element_at]
        element_at[(element_at >= 0) & (window_at >= 0) & (window_start > element_start)] = -1
    secure = np.array([e.secure for e in elements] or [False])[element_at] & (element_at >= 0)
    joined = {
        "app": _take([w.app for w in windows], window_at),
        "window": _take([w.title for w in windows], window_at),
        "url": _take([w.url for w in windows], window_at),
        "field": _take([e.name for e in elements], element_at),
    }
    for name, column in joined.items():
        index = events.schema.get_field_index(name)
        events = events.set_column(index, events.schema.field(name), pc.coalesce(events[name], column))
    index = events.schema.get_field_index("secure")
    return events.set_column(index, events.schema.field("secure"), pc.or_(events["secure"], pa.array(secure)))


def _time(item: Window | Element) -> int:
    return item.t_ns


def _as_of(times: npt.NDArray[np.int64], starts: Sequence[int]) -> npt.NDArray[np.int64]:
    """Index of the last start at or before each time, -1 for none."""
    return np.searchsorted(np.array(starts, np.int64), times, side="right").astype(np.int64) - 1


def _take(values: Sequence[str | None], at: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(at, mask=at < 0))
