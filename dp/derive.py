"""Columns worked out from a recording's events: site, key presses, shortcuts, time until the next event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recording.model import EVENTS

_MODIFIERS = {"ctrl": "ctrl", "alt": "alt", "shift": "shift", "cmd": "cmd"}
_ORDER = ("ctrl", "alt", "shift", "cmd")
_PRESSES = ("key_down", "key_pair")


def derived(events: pa.Table, name: str) -> pa.ChunkedArray | None:
    """A column that a recording's events do not have by themselves; ``None`` where it cannot be worked out.

    ``site`` is the host of the address, ``press`` the key that went down, ``shortcut`` the same with the modifiers held
    (``ctrl+shift+t``; null without ctrl, alt or cmd), ``dwell_ms`` the time until the next timed event, ``interval_ms``
    that between two presses, ``click_x`` and ``click_y`` where a button went down. Times that go back count as 0. Every
    row must be one person's.
    """
    make = DERIVED.get(name)
    # Between rows of two people nothing is worked out: one's value would depend on the other.
    if make is None or "person" in events.column_names or not set(EVENTS.names) <= set(events.column_names):
        return None
    return pa.chunked_array([make(events)])


def _site(events: pa.Table) -> pa.Array:
    coded = _one(events.column("url")).dictionary_encode()
    hosts = pa.array([host(url) for url in coded.dictionary.to_pylist()], pa.string())
    return hosts.take(coded.indices)


def host(url: str | None) -> str | None:
    """Host name of an address in lower case, without user, port and ``www.``; ``None`` where there is none."""
    try:
        name = urlsplit(url or "").hostname
    except ValueError:
        return None
    return (name.rstrip(".").removeprefix("www.") or None) if name else None


def _press(events: pa.Table) -> pa.Array:
    down = pc.is_in(events.column("kind"), value_set=pa.array(_PRESSES))
    return _one(pc.if_else(down, events.column("key"), pa.scalar(None, pa.string())))


def _shortcut(events: pa.Table) -> pa.Array:
    # Only rows of keys are looked at one by one: a hundredth of a recording.
    kinds = events.column("kind")
    rows = np.flatnonzero(pc.is_in(kinds, value_set=pa.array([*_PRESSES, "key_up"])).to_numpy())
    chosen = events.select(["kind", "key", "stream"]).take(pa.array(rows))
    out: list[str | None] = [None] * events.num_rows
    held: dict[int, set[str]] = {}
    columns = (chosen.column(name).to_pylist() for name in ("kind", "key", "stream"))
    for row, kind, key, stream in zip(rows.tolist(), *columns, strict=True):
        down = held.setdefault(stream, set())
        modifier = _MODIFIERS.get((key or "").partition("_")[0])
        if modifier is not None:
            down.add(modifier) if kind == "key_down" else down.discard(modifier)
        elif kind != "key_up" and key and down - {"shift"}:
            out[row] = "+".join([*(name for name in _ORDER if name in down), key])
    return pa.array(out, pa.string())


def _dwell(events: pa.Table) -> pa.Array:
    return _gaps(events, np.ones(events.num_rows, dtype=bool), ahead=True)


def _interval(events: pa.Table) -> pa.Array:
    down = pc.is_in(events.column("kind"), value_set=pa.array(_PRESSES)).to_numpy().astype(bool)
    return _gaps(events, down, ahead=False)


def _gaps(events: pa.Table, chosen: np.ndarray, *, ahead: bool) -> pa.Array:
    """Milliseconds between neighbours among the chosen timed rows, at the earlier or the later of the two."""
    times = events.column("t_ns")
    timed = pc.is_valid(times).to_numpy().astype(bool)
    rows = np.flatnonzero(chosen & timed)
    out = np.zeros(events.num_rows, dtype=np.int64)
    known = np.zeros(events.num_rows, dtype=bool)
    if len(rows) > 1:
        # Halves cannot overflow, whatever the clock says.
        half = pc.fill_null(times, 0).to_numpy()[rows] // 2
        gaps = np.maximum(half[1:] // 2 - half[:-1] // 2, 0) // (10**6 // 4)
        places = rows[:-1] if ahead else rows[1:]
        out[places], known[places] = gaps, True
    return pa.array(out, mask=~known)


def _click(axis: str) -> Callable[[pa.Table], pa.Array]:
    def place(events: pa.Table) -> pa.Array:
        down = pc.equal(events.column("kind"), "button_down")
        return _one(pc.if_else(down, events.column(axis), pa.scalar(None, pa.float64())))

    return place


def _one(values: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)


DERIVED: Mapping[str, Callable[[pa.Table], pa.Array]] = MappingProxyType(
    {
        "site": _site,
        "press": _press,
        "shortcut": _shortcut,
        "dwell_ms": _dwell,
        "interval_ms": _interval,
        "click_x": _click("x"),
        "click_y": _click("y"),
    }
)
"""Columns that `derived` knows."""
