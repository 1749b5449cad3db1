"""Plants canaries in a copy of a recording: types them into its keys, and adds them to its texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from boundary.audit.canaries import Canary
from recording import with_files
from recording.documents import file_type
from recording.edit import Patch, apply_patches, field_patch
from recording.errors import BoundaryError
from recording.formats import Stroke, format_named
from recording.model import KEY_KINDS, Recording
from recording.separators import separated
from recording.simulate import Action, Enter, Sensitive, Setup, draw_typist, say, type_text
from recording.timeline import Timeline, time_map

PAUSE_NS = 900_000_000
"""Nobody types for so long: here something else may be typed between."""
BREATH_NS = 700_000_000
"""Pause before and behind what is typed there."""
ROLES = ("window_title", "clipboard", "a11y_name", "description", "text", "url")
"""Texts beside the keys to which a canary is added."""
MOST_TIMES = 3
"""So many canaries are added to one text, at most."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A canary that is in a copy.

    Attributes:
        app: Application it was typed into or shown in; empty where the recorder does not say.
        forms: What stands there in the end, mistakes of typing included; the value first.
        frame: For screens, the frame.
        box: For screens, left, top, width and height of the value's pixels.
    """

    canary: Canary
    app: str
    forms: tuple[str, ...] = field(default=(), repr=False)
    frame: str = field(default="", repr=False)
    box: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Spot:
    """A row (``seq``) before which something may be typed, and the application there."""

    row: int
    app: str


def without_pictures(recording: Recording) -> Recording:
    """The recording without its frames and videos: nothing of its keys and texts changes, and it is done in no time."""
    return with_files(
        recording, {}, without=[name for name in recording.files if file_type(name) in ("image", "video")]
    )


def spots(recording: Recording) -> list[Spot]:
    """Where something may be typed between: before a press behind a pause or a click, no key down, no secure field."""
    out: list[Spot] = []
    columns = ["seq", "t_ns", "kind", "key", "app", "secure", "stream", "file"]
    down: set[tuple[int, str | None]] = set()
    before: dict[int, int | None] = {}
    clicked = True
    for row in recording.events.select(columns).to_pylist():
        kind, stream = row["kind"], row["stream"]
        clicked = clicked or kind in {"button_down", "button_up"}
        if kind not in KEY_KINDS:
            continue
        last, t_ns = before.get(stream), row["t_ns"]
        long = last is None or t_ns is None or t_ns - last >= PAUSE_NS
        if kind != "key_up":
            if stream == 0 and not down and not row["secure"] and (clicked or long):
                out.append(Spot(row["seq"], row["app"] or ""))
            clicked = False
        if kind == "key_down":
            down.add((stream, row["key"]))
        else:
            down.discard((stream, row["key"]))
        before[stream] = t_ns
    return out


def spread(places: Sequence[Spot], count: int, rng: np.random.Generator) -> list[Spot]:
    """``count`` places, applications in turn, so that small ones get their share; drawn with replacement."""
    by_app = [list(group) for _, group in groupby(sorted(places, key=_app), key=_app)]
    return [
        group[int(rng.integers(len(group)))] for number in range(count) for group in (by_app[number % len(by_app)],)
    ]


def _app(spot: Spot) -> str:
    return spot.app


def plant_texts(
    recording: Recording, typed: Sequence[Canary], fields: Sequence[Canary], *, seed: int
) -> tuple[Recording, list[Planted]]:
    """A copy of a recording with canaries in its keys and texts.

    What cannot be planted (no keys to imitate, no text that may change) is left out: compare the lengths.
    """
    rng = np.random.default_rng(seed)
    told, added = _add_to_fields(recording, fields, rng)
    whole, said = _type(told, typed, rng)
    return whole, added + said


# Keys ----------------------------------------------------------------------------------------------------------------


def _type(
    recording: Recording, canaries: Sequence[Canary], rng: np.random.Generator
) -> tuple[Recording, list[Planted]]:
    places = spots(recording)
    if not places or not canaries:
        return recording, []
    chosen = sorted(zip(spread(places, len(canaries), rng), canaries, strict=True), key=_row)
    written = [_strokes(canary, rng) for _, canary in chosen]
    rows = [spot.row for spot, _ in chosen]
    try:
        recording, starts = _make_room(recording, rows, [_length(strokes) for strokes, _ in written])
    except BoundaryError:
        return recording, []  # this recorder's times cannot be changed: there is no room
    format_, events = format_named(recording.format), recording.events
    patches: list[Patch] = []
    for row, start, (strokes, _) in zip(rows, starts, written, strict=True):
        moved = [replace(s, t_ns=None if start is None or s.t_ns is None else start + s.t_ns) for s in strokes]
        at = events.slice(row, 1).to_pylist()[0]
        patches.append(Patch(at["file"], at["start"], at["start"], format_.render_keys(recording, moved, row)))
    planted = [
        Planted(canary, spot.app, (canary.value, *finals))
        for (spot, canary), (_, finals) in zip(chosen, written, strict=True)
    ]
    return _patched(recording, patches), planted


def _row(pair: tuple[Spot, Canary]) -> int:
    return pair[0].row


def _strokes(canary: Canary, rng: np.random.Generator) -> tuple[list[Stroke], tuple[str, ...]]:
    """A line of its own, typed by somebody with slips and corrections, from time 0; and what is left of the value."""
    mark = Sensitive(canary.entity, canary.value)
    script: list[Action] = [Enter(), say(canary.before, mark, canary.after), Enter()]
    setup = Setup(clipboard=False, blind=False)
    for _ in range(8):
        stream = type_text(script, draw_typist(rng), rng, setup=setup)
        rows = stream.events.select(["kind", "key", "text", "t_ns"]).to_pylist()
        if all(row["kind"] in {"key_down", "key_up"} for row in rows):
            break
    rows = [row for row in rows if row["kind"] in {"key_down", "key_up"}]
    zero = rows[0]["t_ns"]
    strokes = [Stroke(row["kind"], row["key"], row["text"], row["t_ns"] - zero) for row in rows]
    return strokes, tuple(piece for trace in stream.traces for piece in trace.finals if piece != canary.value)


def _length(strokes: Sequence[Stroke]) -> int:
    return (strokes[-1].t_ns or 0) + 2 * BREATH_NS


def _make_room(recording: Recording, rows: Sequence[int], lengths: Sequence[int]) -> tuple[Recording, list[int | None]]:
    """The recording with pauses before some rows, and when what is put there starts; ``None`` without times."""
    format_ = format_named(recording.format)
    old, timed = format_.times(recording)
    if not timed.any():
        return recording, [None] * len(rows)
    moments = [int(old[row]) if timed[row] else None for row in rows]
    known = np.array(sorted({moment for moment in moments if moment is not None}), np.int64)
    room = dict.fromkeys(known.tolist(), 0)
    starts: list[int | None] = []
    for moment, length in zip(moments, lengths, strict=True):
        if moment is None:
            starts.append(None)
            continue
        starts.append(moment + room[moment] + BREATH_NS)
        room[moment] += length
    shifts = np.concatenate([[0], np.cumsum([room[moment] for moment in known.tolist()])]).astype(np.int64)
    # What happens at the very moment waits too; what is typed there starts when everything before it has moved.
    new = np.where(timed, old + shifts[np.searchsorted(known, old, side="right")], old)
    starts = [
        None if moment is None or start is None else start + int(shifts[np.searchsorted(known, moment)])
        for moment, start in zip(moments, starts, strict=True)
    ]
    fixed = np.ones(int(timed.sum()), np.bool_)
    clock = time_map(old[timed], new[timed], fixed=fixed, flat=~fixed)
    line = Timeline(old, new, timed, np.arange(len(old)), clock)
    return with_files(recording, format_.retime(recording, line)), starts


# Texts ---------------------------------------------------------------------------------------------------------------


def _add_to_fields(
    recording: Recording, canaries: Sequence[Canary], rng: np.random.Generator
) -> tuple[Recording, list[Planted]]:
    """Canaries behind texts of `ROLES`: titles, names of buttons, the clipboard."""
    apps = recording.events["app"].to_pylist()
    places = [
        (index, (apps[item.row] if item.row is not None else None) or "")
        for index, item in enumerate(recording.fields)
        if item.role in ROLES and item.text and item.codec == "json" and item.start < item.end
    ]
    if not places:
        return recording, []
    groups: dict[str, list[int]] = {}
    for index, app in places:
        groups.setdefault(app, []).append(index)
    apps_here, added = sorted(groups), dict[int, str]()
    planted: list[Planted] = []
    used: dict[int, int] = {}
    for number, canary in enumerate(canaries):
        app = apps_here[number % len(apps_here)]
        free = [index for index in groups[app] if used.get(index, 0) < MOST_TIMES]
        if not free:
            continue
        index = free[int(rng.integers(len(free)))]
        used[index] = used.get(index, 0) + 1
        added[index] = f"{added.get(index, recording.fields[index].text)} - {canary.text}"
        planted.append(Planted(canary, app, (canary.value,)))
    patches = [field_patch(recording, recording.fields[index], text) for index, text in added.items()]
    return _patched(recording, patches), planted


# Files ---------------------------------------------------------------------------------------------------------------


def _patched(recording: Recording, patches: Iterable[Patch]) -> Recording:
    by_file: dict[str, list[Patch]] = {}
    for patch in patches:
        by_file.setdefault(patch.file, []).append(patch)
    return with_files(
        recording,
        {
            name: apply_patches(recording.files[name].read(), separated(recording, name, found))
            for name, found in by_file.items()
        },
    )
