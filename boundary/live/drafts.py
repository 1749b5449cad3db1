"""What a window would give, to be verified: its changed lines up to a cut, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from boundary.change import Changed, change
from boundary.deciding import Decision
from boundary.findings import Session
from boundary.live.join import Piece, piece_of
from boundary.live.lines import Line
from boundary.live.places import Part, Places
from boundary.live.window import Window, file_codes
from boundary.plan import Plan
from boundary.scope import Unsaid, unsaid
from recording import Patch, apply_patches, row_removal
from recording.timeline import Bools
from text_redact.known import KnownValues


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a window: its texts, what becomes of which place, and the values that are searched for.

    Attributes:
        gone: Rows (``seq``) that do not pass.
        silent: What does not leave for want of consent.
        person: Whose session it is.
    """

    session: Session = field(repr=False)
    decisions: Sequence[Decision] = field(repr=False)
    known: KnownValues = field(repr=False)
    gone: frozenset[int] = field(repr=False)
    silent: Unsaid = field(repr=False)
    person: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """What may leave, if it passes verification.

    Attributes:
        lines: Lines in the order of the source.
        mute: Rows (``seq``) of decided lines that are left out, since it is not known what they are part of.
        changed: The whole window, changed.
        places: By file of the source, where its bytes are in what it became.
        parts: By output file, what of it is verified: mouse moves that nothing changed are not.
        piece: What is verified.
    """

    lines: tuple[Line, ...] = field(repr=False)
    mute: frozenset[int] = field(repr=False)
    changed: Changed = field(repr=False)
    places: Mapping[str, Places] = field(repr=False)
    parts: Mapping[str, Part] = field(repr=False)
    piece: Piece = field(repr=False)


def drafted(window: Window, seen: Seen, plan: Plan, cut: int, due: int) -> Draft:
    """The lines up to a cut as they were changed; of those behind it, up to ``due``, what holds no text."""
    changed = change(
        seen.session, seen.decisions, seen.gone, {}, plan,
        known=seen.known, person=seen.person, without=seen.silent.files,
    )  # fmt: skip
    names = {source: name for name, (source, _) in changed.edits.items() if source in window.begins}
    places = {file: Places.of(changed.edits[name][1]) for file, name in names.items()}
    decided = frozenset(np.flatnonzero((window.at >= cut) & (window.at < due)).tolist())
    # What must be done with before it is known what it is part of leaves without all that holds text.
    mute = unsaid(window.recording, frozenset()).rows & decided if decided else frozenset[int]()
    away = row_removal(window.recording, sorted(decided & (mute | seen.gone)))
    forced = {name: _forced(window, file, away, cut, due) for file, name in names.items()}
    moves = _moves(window, cut, plan)
    parts = {name: _part(window, file, places[file], moves, cut) for file, name in names.items()}
    lines = (
        *_in_order(window, changed, names, places, cut),
        *(Line(name, data) for name, data in forced.items() if data),
    )
    return Draft(lines, mute - seen.gone, changed, places, parts, piece_of(changed, parts, forced))


def _forced(window: Window, file: str, away: Iterable[Patch], cut: int, due: int) -> bytes:
    """The lines of a file between a cut and what is due, without rows that go."""
    mine = cut + np.flatnonzero(window.files[cut:due] == window.names.index(file))
    if not len(mine):
        return b""
    first, last = int(window.starts[mine[0]]), int(window.ends[mine[-1]])
    data = window.recording.files[file].read()[:last]
    return apply_patches(data, [patch for patch in away if patch.file == file])[first:]


def _moves(window: Window, cut: int, plan: Plan) -> Bools:
    """Rows of mouse moves up to a cut of which every byte is known to be a number, or a name that all of them have."""
    if plan.is_empty or window.recording.moves is None:
        return np.zeros(len(window.at), np.bool_)
    return np.asarray(window.recording.moves & (window.at >= 0) & (window.at < cut))


def _part(window: Window, file: str, places: Places, moves: Bools, cut: int) -> Part:
    """What of a changed file is verified: up to a cut, without moves that stay as they are."""
    events = window.recording.events
    codes, names = file_codes(window.recording)
    rows = np.flatnonzero(moves & (codes == names.index(file))) if file in names else np.empty(0, np.int64)
    starts, ends = events["start"].to_numpy()[rows], events["end"].to_numpy()[rows]
    same = ~places.touched(starts, ends)
    begins, sizes = places.after(starts[same]), (ends - starts)[same]
    held = window.ends[:cut][window.files[:cut] == window.names.index(file)]
    first = window.begins[file]
    begin, end = places.after(np.array([first, held[-1] if len(held) else first], np.int64)).tolist()
    return Part.between(begin, end, (begins, begins + sizes))


def _in_order(
    window: Window, changed: Changed, names: Mapping[str, str], places: Mapping[str, Places], cut: int
) -> list[Line]:
    """The changed lines up to a cut: runs of one file are taken at once."""
    if not cut:
        return []
    ends = np.append(np.flatnonzero(np.diff(window.files[:cut])) + 1, cut)
    starts = np.concatenate([[0], ends[:-1]])
    out: list[Line] = []
    for first, last in zip(starts.tolist(), (ends - 1).tolist(), strict=True):
        file = window.names[window.files[first]]
        if file in names:
            bounds = np.array([window.starts[first], window.ends[last]], np.int64)
            begin, end = places[file].after(bounds).tolist()
            data = changed.files[names[file]][begin:end]
            out += [Line(names[file], data)] if data else []
    return out
