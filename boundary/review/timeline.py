"""The texts of a recording in order of time, with what was found in them replaced as it would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from boundary.deciding import Decision
from boundary.explaining import Explained
from boundary.findings import Session
from recording.model import Passage

LEFT = frozenset({"final", "erased"})
"""What typing left and what it took back; of texts in between only those are told in which something was found."""
KINDS = {
    "final": "typed",
    "erased": "typed, then erased",
    "before_edit": "typed, then changed",
    "raw": "keys in their order",
    "window_title": "window title",
    "url": "address",
    "clipboard": "clipboard",
    "app": "application",
    "a11y_name": "name of an element",
    "file_name": "file name",
    "file_ref": "name of a screenshot",
    "host_name": "name of the machine",
    "device_id": "device",
    "person": "person",
    "text": "text",
}
"""What a role of `recording.Passage` is called on the page."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding in a text.

    Attributes:
        number: From 0, in the order of the timeline.
        why: What found it and what becomes of it. It holds the value: only for who reveals it, which is logged.
        instead: What takes its place.
    """

    number: int
    why: Explained = field(repr=False)
    instead: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Piece:
    """Text as it would leave: between findings, or in place of one."""

    text: str = field(repr=False)
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One text of the recording.

    Attributes:
        at: Seconds since its first event; ``None`` for texts without a time, such as metadata.
        kind: What it is, in words.
        between: Whether it is typed text that was soon another.
        app: The application that it was typed into.
        secure: Typed into a field that hides its content.
        times: How often the same text came.
    """

    at: float | None
    kind: str
    between: bool
    app: str
    secure: bool
    pieces: tuple[Piece, ...] = field(repr=False)
    times: int = 1

    @property
    def is_found(self) -> bool:
        """Whether something was found in it."""
        return any(piece.found for piece in self.pieces)


def moments(session: Session, decisions: Sequence[Decision], found: Sequence[Found]) -> tuple[Moment, ...]:
    """Every text that people typed or a program told, in order of time, those without one last; repeated ones once.

    Args:
        decisions: Of texts, in order of their passages.
        found: One for each of them.
    """
    times = _times(session)
    by_passage: dict[int, list[tuple[Decision, Found]]] = {}
    taken: dict[tuple[int, int], Found] = {}
    for decision, one in zip(decisions, found, strict=True):
        by_passage.setdefault(decision.passage, []).append((decision, one))
        passage = session.passages[decision.passage]
        if passage.kind == "typed":
            taken.update(((passage.stream, row), one) for row in passage.rows[decision.start : decision.end])
    out: dict[tuple[str, str, str], Moment] = {}
    for number, passage in enumerate(session.passages):
        here = by_passage.get(number, [])
        if passage.kind == "screen" or not passage.text.strip() or not (_is_shown(passage) or here):
            continue
        made = Moment(
            at=_at(passage, session, times),
            kind=KINDS.get(passage.role, passage.role.replace("_", " ")),
            between=passage.kind == "typed" and passage.role not in LEFT,
            app=passage.app,
            secure=passage.secure,
            pieces=_pieces(passage, here, taken),
        )
        # Typed text is told each time; a window's title is told with every event of some recorders.
        key = (passage.kind, passage.role, passage.text if passage.kind == "field" else str(number))
        before = out.get(key)
        out[key] = made if before is None else replace(before, times=before.times + 1)
    return tuple(sorted(out.values(), key=_order))


def _is_shown(passage: Passage) -> bool:
    return (passage.kind == "field" and not passage.parts) or passage.role in LEFT


def _times(session: Session) -> dict[int, float]:
    """Seconds since the first event, by row."""
    events = session.recording.events
    pairs = zip(events["seq"].to_pylist(), events["t_ns"].to_pylist(), strict=True)
    known = [(seq, t) for seq, t in pairs if t is not None]
    start = min((t for _, t in known), default=0)
    return {seq: (t - start) / 1e9 for seq, t in known}


def _at(passage: Passage, session: Session, times: dict[int, float]) -> float | None:
    if passage.kind == "typed":
        rows = [row for row in passage.rows if row >= 0]
        return times.get(min(rows)) if rows else None
    row = session.recording.fields[passage.field].row if passage.field is not None else None
    return times.get(row) if row is not None else None


def _pieces(
    passage: Passage, here: Sequence[tuple[Decision, Found]], taken: Mapping[tuple[int, int], Found]
) -> tuple[Piece, ...]:
    """The text in pieces. A key that goes for what another text shows is gone from this one, too.

    Args:
        taken: By key stream and row, the finding that the key goes with.
    """
    out: list[Piece] = []
    last = 0
    for decision, one in sorted(here, key=_start):
        out += _between(passage, last, decision.start, taken)
        out.append(Piece(one.instead, one))
        last = max(last, decision.end)
    return (*out, *_between(passage, last, len(passage.text), taken))


def _between(passage: Passage, start: int, end: int, taken: Mapping[tuple[int, int], Found]) -> Iterator[Piece]:
    rows = passage.rows if passage.kind == "typed" else ()
    owners = [taken.get((passage.stream, rows[i])) if rows and rows[i] >= 0 else None for i in range(start, end)]
    for owner, run in groupby(range(start, end), key=_Owner(start, owners)):
        places = list(run)
        text = passage.text[places[0] : places[-1] + 1]
        yield Piece(text) if owner is None else Piece("\u2026", owner)


@dataclass(frozen=True, slots=True)
class _Owner:
    start: int
    owners: Sequence[Found | None]

    def __call__(self, place: int) -> Found | None:
        return self.owners[place - self.start]


def _start(pair: tuple[Decision, Found]) -> int:
    return pair[0].start


def _order(moment: Moment) -> tuple[bool, float]:
    return moment.at is None, moment.at or 0.0
