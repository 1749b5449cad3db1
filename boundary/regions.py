"""Runs the detectors of pixels on a frame, and says which window it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundary.plan import Pixels, Plan
from policies.contract import Area, Region, ScreenView
from policies.policy import StepUse
from recording.errors import BoundaryError, StepFailed
from recording.model import Box, Finding, Frame, Recording

if TYPE_CHECKING:
    from image_redact.regions import RegionSession

MARGIN = 2
"""Pixels added on every side of a region, for soft edges."""


def open_regions(plan: Plan) -> RegionSession:
    """The detectors of pixels of a plan, for the frames of one recording in order."""
    from image_redact.regions import RegionSession

    return RegionSession(detect for _, detect in plan.regions)


def find_regions(
    name: str, pixels: Pixels, screen: Any, view: ScreenView, plan: Plan, session: RegionSession
) -> tuple[Finding, ...]:
    """Everything that the detectors of pixels find on one frame, as findings with a box inside it.

    Args:
        name: The frame.
        pixels: Rows x columns x 3, BGR.
        screen: What was read on it, an `image_redact.Screen`.
        view: Which window it shows; its lines are filled in here.
        plan: The detectors.
        session: They on the frames so far, from `open_regions`.

    Raises:
        StepFailed: ``detector-failed``: a detector raised, or gave a region that cannot be covered.
    """
    if not plan.regions:
        return ()
    lines = tuple((line.text, Area(*line.box)) for line in screen.lines)
    view = ScreenView(apps=view.apps, windows=view.windows, urls=view.urls, lines=lines)
    out = []
    session.show(pixels)
    for number, (use, _) in enumerate(plan.regions):
        try:
            regions = session.find(number, view)
            out += [_finding(name, region, use, pixels.shape[:2], plan) for region in regions]
        except BoundaryError:
            raise
        except Exception:  # noqa: BLE001  detectors are anybody's code; what they raise may quote the screen
            raise StepFailed(f"{use.spec.name} raised an error", code="detector-failed") from None
    return tuple(out)


def _finding(name: str, region: Region, use: StepUse, shape: tuple[int, ...], plan: Plan) -> Finding:
    x, y, width, height = (int(value) for value in region.box)
    left, top = max(0, x - MARGIN), max(0, y - MARGIN)
    right, bottom = min(shape[1], x + width + MARGIN), min(shape[0], y + height + MARGIN)
    if width <= 0 or height <= 0 or left >= right or top >= bottom:
        raise StepFailed(f"{use.spec.name} found a region outside the frame", code="detector-failed")
    return Finding(
        label=region.label,
        span=Box(name, left, top, right - left, bottom - top),
        score=region.score,
        rule=region.rule,
        why=use.spec.summary,
        link=plan.keyed(f"{region.rule} {name} {left} {top}"),
    )


_COLUMNS = ("app", "window", "url")


def frame_views(recording: Recording, frames: Sequence[Frame]) -> Mapping[str, ScreenView]:
    """By frame, the names that the recorder gives to what was active.

    A frame's own names count, those of its row, and those of the last event before and the first after its time that
    has any.
    """
    events = recording.events
    named = pc.or_(pc.or_(*(pc.is_valid(events[name]) for name in _COLUMNS[:2])), pc.is_valid(events["url"]))
    rows = events.filter(named).select(["seq", "t_ns", *_COLUMNS])
    by_row = {row["seq"]: row for row in _wanted(rows, frames)}
    timed = rows.filter(pc.is_valid(rows["t_ns"])).sort_by("t_ns")
    times = timed["t_ns"].to_numpy()
    out = {}
    for frame in frames:
        near = [by_row[frame.row]] if frame.row in by_row else []
        if frame.t_ns is not None and len(times):
            first = int(np.searchsorted(times, frame.t_ns, side="left"))
            last = int(np.searchsorted(times, frame.t_ns, side="right"))
            # Everything recorded at that very time, the event before it and the one after it.
            near += timed.slice(max(0, first - 1), last + 1 - max(0, first - 1)).to_pylist()
        apps, windows, urls = (_distinct(row[column] for row in near) for column in _COLUMNS)
        out[frame.file] = ScreenView(
            apps=_distinct((frame.app, *apps)), windows=_distinct((frame.window, *windows)), urls=urls
        )
    return out


def _wanted(rows: pa.Table, frames: Iterable[Frame]) -> list[dict[str, Any]]:
    wanted = pa.array(sorted({frame.row for frame in frames if frame.row is not None}), pa.int64())
    return list(rows.filter(pc.is_in(rows["seq"], value_set=wanted)).to_pylist())


def _distinct(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
