"""New keys for old: values leave a stream, what stands in for them comes in, and the rest still makes sense.

Keys count characters: an arrow, a backspace, a word's deletion. Once a value has another length they would miss. So the
stream is read once more with each field beside its double, in which values are replaced and which is driven by the keys
that stay alone. A key that only moved inside a value goes; where the double falls behind, the arrows, backspaces and
characters that bring it back are pressed, as many as the replacement needs and not as the value did.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from text_redact.buffer import Piece
from text_redact.burst import Planned, Regions
from text_redact.commands import Action, Clipboard, play
from text_redact.keyboard import RECENT, is_terminal, physical
from text_redact.mirror import Mirror, mapped, new_mirror
from text_redact.reader import MAX_RAW, Reader
from text_redact.scene import Clip
from text_redact.transcript import Transcript, run


@dataclass(frozen=True, slots=True)
class Value:
    """What goes: the rows that typed it, and the text that stands in for it."""

    rows: frozenset[int]
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Insert:
    """Key events to write: in the place of a row that goes, or behind one that stays."""

    row: int
    instead: bool
    strokes: tuple[Planned, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rewriting:
    """Rows that go, and what is written.

    ``exact`` tells whether every field's text comes out as it was with its values replaced.
    """

    removed: frozenset[int]
    inserts: tuple[Insert, ...]
    exact: bool


def rewrite(transcript: Transcript, stream: int, values: Sequence[Value]) -> Rewriting:
    """Take values out of a stream.

    Args:
        transcript: Made by `text_redact.transcript.transcribe`.
        stream: The stream.
        values: Where two share a row, the first has it.
    """
    if stream not in transcript.streams:
        return Rewriting(frozenset(), (), exact=not any(value.rows for value in values))
    return _Rewriter(transcript, stream, values).result()


class _Rewriter:
    """`text_redact.reader.Watch`: sees each press before and after it is played."""

    def __init__(self, transcript: Transcript, stream: int, values: Sequence[Value]) -> None:
        self.presses = transcript.presses[stream]
        self.texts = [value.text for value in values]
        self.owners: dict[int, int] = {}
        self.removed: set[int] = set()
        self.waiting: list[tuple[int, bool, list[int], list[Planned]]] = []
        self.exact = True
        index = Regions(transcript, stream)
        for number, value in enumerate(values):
            for row in value.rows:
                self.owners.setdefault(row, number)
        for number, value in enumerate(values):
            for row in index.attempts(value.rows):
                self.owners.setdefault(row, number)
        for number, value in enumerate(values):
            for region in index(value.rows):
                self.removed.update(region.rows)
                for row in region.rows:
                    self.owners.setdefault(row, number)
        self.stops = frozenset(self.owners) | self.removed
        self.dropped = {n for n, row in enumerate(self.presses.at) if row in self.removed}
        self.mirrors: dict[int, Mirror] = {}
        self.behind: dict[int, list[int]] = {}  # by field, presses that go and that its double has not made up for
        self.clipboards = Clipboard(), Clipboard()
        self.copied: tuple[Piece | None, Piece | None] = None, None
        self.looked: tuple[Piece | None, Piece | None] = None, None
        self.held = False
        self.before: tuple[tuple[int, int | None], tuple[int, int | None]] | None = None
        self.prepared = transcript.streams[stream]
        self.reader = Reader(
            stream, sorted(transcript.clips, key=_when), self.prepared.places, self.prepared.machine, self
        )

    def result(self) -> Rewriting:
        """Read the stream again, and say what becomes of it."""
        run(self.reader, self.prepared)
        for number in list(self.mirrors):
            self._catch_up(number)
        pressed = set(self.presses.at)
        strokes: dict[int, list[int]] = {}
        for n in self.dropped:
            self.removed.add(self.presses.at[n])
            strokes.setdefault(id(self.presses.holds[n]), []).append(n)
        for numbers in strokes.values():
            hold, low, high = self.presses.holds[numbers[0]], min(numbers), max(numbers)
            around = range(max(0, low - 1), min(len(self.presses), high + 2))
            if all(n in self.dropped for n in around if self.presses.holds[n] is hold):
                self.removed.update(hold)
        self._drop_holders()
        inserts = tuple(
            Insert(row, instead, tuple(self._wrapped(row, numbers, plan, pressed)))
            for row, instead, numbers, plan in self.waiting
        )
        return Rewriting(frozenset(self.removed), inserts, self.exact)

    # One press at a time -------------------------------------------------------------------------------------------

    def room(self) -> int:
        """How many characters may be typed where the last one was without a look at each."""
        number = self.reader.number
        mirror = self.mirrors.get(number)
        if mirror is None:
            return 0 if self._holds_value() else MAX_RAW
        return 0 if number in self.behind else mirror.room()

    def typed(self, chars: Sequence[str], rows: Sequence[int]) -> None:
        """So many were typed, none of them at a row of ``stops``."""
        mirror = self.mirrors.get(self.reader.number)
        if mirror is not None:
            mirror.desk.editor.put(chars, rows)

    def _holds_value(self) -> bool:
        """Whether something of a value has been copied or cut."""
        pieces = self.reader.clipboard.piece, self.reader.killed.piece
        if pieces[0] is not self.looked[0] or pieces[1] is not self.looked[1]:
            self.held = any(piece and any(row in self.owners for row in piece[1]) for piece in pieces)
            self.looked = pieces
        return self.held

    def ahead(self, press: int) -> None:
        """A press that is no modifier is about to be played."""
        reader = self.reader
        number, original = reader.number, reader.desk.editor
        mirror = self.mirrors.get(number)
        self.copied = reader.clipboard.piece, reader.killed.piece
        if mirror is None and (press in self.dropped or self._holds_value()):
            system = "terminal" if is_terminal(reader.place.app) else reader.machine.system
            mirror = self.mirrors[number] = new_mirror(original, system, self.clipboards, self.owners, self.texts)
        if press in self.dropped:
            self.behind.setdefault(number, []).append(press)
        elif mirror is not None:
            self._catch_up(number)
            self.before = mirror.wanted(), (original.caret, original.anchor)

    def done(self, press: int, actions: Sequence[Action]) -> None:
        """A press was played."""
        reader = self.reader
        number, original = reader.number, reader.desk.editor
        mirror = self.mirrors.get(number)
        if mirror is None:
            if original.log:
                original.log.clear()
            for ours, theirs, before in zip(
                self.clipboards, (reader.clipboard, reader.killed), self.copied, strict=True
            ):
                if theirs.piece is not before:
                    ours.piece, ours.t_ns = theirs.piece, theirs.t_ns
        elif press in self.dropped:
            mirror.follow()
        elif actions:
            self._keep(mirror, press, actions)

    def _keep(self, mirror: Mirror, press: int, actions: Sequence[Action]) -> None:
        """A press that stays, unless all it did was to move inside a value."""
        if mirror.lost:
            mirror.follow()
            return
        wanted, where = self.before or (mirror.wanted(), (-1, None))
        edits, plain = mirror.follow()
        state = mirror.wanted()
        moved = (mirror.original.caret, mirror.original.anchor) != where
        if not edits and moved and state == wanted and state == mirror.had() and actions[-1].what == "chord":
            self.dropped.add(press)
            return
        if actions[-1].what == "paste" and actions[-1].piece is None and not self._pastes():
            self.dropped.add(press)
            self.behind.setdefault(self.reader.number, []).append(press)
            for action in actions[:-1]:
                play(action, mirror.desk)
            return
        for action in actions:
            play(action, mirror.desk)
        if plain and mirror.told() == edits and mirror.had() == state:
            return
        self.exact &= mirror.repair()
        plan, mirror.plan = mirror.plan, []
        if plan:
            self._write_behind(press, plan)

    def _pastes(self) -> bool:
        """Whether the rewritten keys have on the clipboard what is to be pasted."""
        ours, theirs = self.clipboards[0].piece, self.reader.clipboard.piece
        return (ours and ours[0]) == (theirs and mapped(theirs, self.owners, self.texts))

    # Writing -------------------------------------------------------------------------------------------------------

    def _catch_up(self, number: int) -> None:
        """Make up for the presses that go, in their place."""
        gone = self.behind.pop(number, None)
        if not gone:
            return
        mirror = self.mirrors[number]
        mirror.told()
        self.exact &= mirror.repair()
        plan, mirror.plan = mirror.plan, []
        if not plan:
            return
        at = self.presses.at
        after = at[gone[-1] + 1] if gone[-1] + 1 < len(at) else at[gone[-1]] + 1
        rows = [row for n in gone for row in (at[n], *self.presses.holds[n]) if at[n] <= row]
        rows = sorted({row for row in rows if row in self.removed and row < after} | {at[n] for n in gone})
        best = next((row for row in rows if not self._open(row, plan)), rows[0])
        self._insert(best, plan, instead=True)

    def _write_behind(self, press: int, plan: list[Planned]) -> None:
        """Behind a press that stays: once what is held with it has come up, if nothing happens before that."""
        at = self.presses.at[press]
        closed = max([at, *(self.presses.holds[n][-1] for n in self._down(at + 1))])
        nearest = next(
            (
                self.presses.at[n]
                for n in range(press + 1, len(self.presses))
                if self.presses.does[n] not in {"shift", "modifier"} and n not in self.dropped
            ),
            closed + 1,
        )
        row = closed if closed < nearest and not self._open(closed + 1, plan) else at
        self._insert(row, plan, instead=False)

    def _insert(self, row: int, plan: list[Planned], *, instead: bool) -> None:
        """Note what is to be written at a row, and which keys are down there."""
        self.waiting.append((row, instead, self._open(row if instead else row + 1, plan), plan))

    def _wrapped(self, row: int, numbers: Iterable[int], plan: list[Planned], pressed: set[int]) -> list[Planned]:
        """A plan with the keys that are down at its row up before it, and modifiers down again after it."""
        up: list[Planned] = []
        down: list[Planned] = []
        for n in numbers:
            key, hold = self.prepared.key(self.presses.at[n]), self.presses.holds[n]
            if not key or self.presses.at[n] in self.removed:
                continue
            up.append(("key_up", key, None))
            if self.presses.does[n] in {"shift", "modifier"}:
                down.append(("key_down", key, None))
            elif hold[-1] not in pressed and not any(row < r and r in pressed and r not in self.removed for r in hold):
                self.removed.add(hold[-1])  # it has come up, and does not go on repeating itself
        return [*up, *plan, *down]

    def _drop_holders(self) -> None:
        """A modifier that was held for nothing but keys that go, goes: so many of them were pressed."""
        presses = self.presses
        for n, does in enumerate(presses.does):
            hold = presses.holds[n]
            if does not in {"shift", "modifier"} or presses.at[n] in self.removed:
                continue
            last = bisect.bisect_left(presses.at, hold[-1])
            under = [m for m in range(n + 1, min(last, n + 1 + HELD)) if presses.does[m] not in {"shift", "modifier"}]
            if under and last <= n + 1 + HELD and all(m in self.dropped for m in under):
                self.dropped.add(n)
                self.removed.update(hold)

    def _down(self, row: int) -> list[int]:
        """Presses that stay and whose key is down just before ``row``."""
        presses = self.presses
        last = bisect.bisect_left(presses.at, row)
        numbers = [n for n in range(max(0, last - HELD), last) if presses.at[n] not in self.removed]
        numbers = [n for n in numbers if presses.holds[n][0] < row <= presses.holds[n][-1]]
        return [n for n in numbers if n == last - 1 or presses.holds[n] is not presses.holds[n + 1]]

    def _open(self, row: int, plan: Iterable[Planned]) -> list[int]:
        """Those of them that the plan would collide with: modifiers, and its own keys."""
        caps = {physical(key) for _, key, _ in plan}
        return [
            n
            for n in self._down(row)
            if self.presses.does[n] in {"shift", "modifier"} or physical(self.prepared.key(self.presses.at[n])) in caps
        ]


HELD = 4 * RECENT
"""A modifier that is down went down within so many presses; one that did not has lost its release."""


def _when(clip: Clip) -> int:
    return clip.t_ns
