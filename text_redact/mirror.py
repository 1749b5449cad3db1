"""A field as it was, and beside it as it will be once values are replaced: what keys make both agree."""

from __future__ import annotations

import bisect
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from recording.series import edit_between
from text_redact.buffer import EMPTY, Piece
from text_redact.burst import Planned, planned
from text_redact.commands import Action, Chord, Clipboard, Desk, play
from text_redact.editor import FORGOTTEN, Editor

Owners = Mapping[int, int]
"""Row of a key -> number of the value that it belongs to."""

MAX_STEPS = 4_000
"""More arrows or backspaces than this are pressed for nobody."""
NEVER = 1 << 60
FAR = 48


def mapped(piece: Piece, owners: Owners, texts: Sequence[str]) -> str:
    """A text with each unbroken run of a value's characters replaced."""
    out: list[str] = []
    last = -1
    for char, row in zip(*piece, strict=True):
        owner = owners.get(row, -1)
        if owner < 0:
            out.append(char)
        elif owner != last:
            out.append(texts[owner])
        last = owner
    return "".join(out)


@dataclass(slots=True)
class Mirror:
    """The original field, and the one that the rewritten keys drive.

    Attributes:
        runs: Start, end and value of every run of a value's characters in the original, in order.
        lost: Both disagree in a way that no keys make good; the other is not followed any more.
        plan: Key events that were pressed to make both agree, not yet taken.
    """

    original: Editor
    desk: Desk
    system: str
    owners: Owners
    texts: Sequence[str] = field(repr=False)
    runs: list[tuple[int, int, int]] = field(default_factory=list)
    plan: list[Planned] = field(default_factory=list, repr=False)
    lost: bool = False
    _shifts: list[int] = field(default_factory=list)  # by how much each run and those before it grow, as far as known
    _agreed: int = 0  # offset of the original: what is before it, values replaced, the other holds as well

    # What is wanted ------------------------------------------------------------------------------------------------

    def offset(self, at: int) -> int:
        """Where an offset of the original is in the other; the inside of a value is behind what replaces it."""
        number = bisect.bisect_left(self.runs, (at,))
        if number == 0:
            return at
        shifts = self._shifts
        if len(shifts) < number:
            grown = shifts[-1] if shifts else 0
            for start, end, owner in self.runs[len(shifts) :]:
                grown += len(self.texts[owner]) - (end - start)
                shifts.append(grown)
        return max(at, self.runs[number - 1][1]) + shifts[number - 1]

    def wanted(self) -> tuple[int, int | None]:
        """The caret, and the other end of what is selected."""
        caret = self.offset(self.original.caret)
        anchor = self.original.anchor
        mapped_anchor = None if anchor is None else self.offset(anchor)
        return caret, None if mapped_anchor == caret else mapped_anchor

    def had(self) -> tuple[int, int | None]:
        """The same as it is."""
        editor = self.desk.editor
        return editor.caret, None if editor.anchor == editor.caret else editor.anchor

    def text(self, at: int, number: int) -> str:
        """The text that is wanted from an offset of the original on; ``number`` is that of the run at or behind it."""
        text = self.original.piece(at, len(self.original))[0]
        parts: list[str] = []
        done = 0
        for start, end, owner in self.runs[number:]:
            parts += [text[done : start - at], self.texts[owner]]
            done = end - at
        return "".join([*parts, text[done:]])

    def room(self) -> int:
        """How many characters may be typed behind every value, where both go on typing in step."""
        original, double = self.original, self.desk.editor
        at = original.caret
        if self.lost or original.log or double.log or (self.runs and self.runs[-1][1] > at):
            return 0
        if double.anchor is not None or double.caret != self.offset(at):
            return 0
        return min(original.room(), double.room())

    # Following -----------------------------------------------------------------------------------------------------

    def follow(self) -> tuple[list[tuple[int, int, str]], bool]:
        """Take the original's edits in: as edits of the other, and whether they leave values alone."""
        edits: list[tuple[int, int, str]] = []
        plain = True
        for start, gone, come in self.original.log or ():
            end = start + len(gone[0])
            if start == FORGOTTEN:
                self.desk.editor.forget(self.offset(len(gone[0])))
                self._shift(0, len(gone[0]), EMPTY)
                self._agreed = 0
                self.told()
                continue
            owned = any(row in self.owners for row in come[1])
            plain = plain and not (owned or self._touched(start, end))
            edits.append((self.offset(start), len(gone[0]), come[0]))
            self._agreed = min(self._agreed, start)
            self._shift(start, end, come)
        if self.original.log:
            self.original.log.clear()
        return edits, plain

    def told(self) -> list[tuple[int, int, str]]:
        """The edits of the other since this was last asked."""
        log = self.desk.editor.log or []
        edits = [(start, len(gone[0]), come[0]) for start, gone, come in log]
        log.clear()
        for start, _, _ in edits:
            self._differ(start)
        return edits

    def _touched(self, start: int, end: int) -> bool:
        """Whether an edit cuts a value, or makes two runs of one value stand together."""
        number = bisect.bisect_left(self.runs, (end,))
        left = self.runs[number - 1] if number else None
        right = self.runs[number] if number < len(self.runs) else None
        if left is not None and left[1] > start:
            return True
        return left is not None and right is not None and left[1] == start and right[0] == end and left[2] == right[2]

    def _shift(self, start: int, end: int, come: Piece) -> None:
        grown = len(come[0]) - (end - start)
        first = bisect.bisect_left(self.runs, (start,))
        first = max(0, first - 1)
        fresh = list(_runs(come[1], start, self.owners)) if self.owners else []
        if first >= len(self.runs) - 1 and not fresh and (not self.runs or self.runs[-1][1] <= start):
            return  # behind every value
        runs: list[tuple[int, int, int]] = []
        for low, high, owner in self.runs[first:]:
            if low < start:
                runs.append((low, min(high, start), owner))
            if high > end:
                runs.append((max(low, end) + grown, high + grown, owner))
        runs = sorted(runs + fresh)
        del self.runs[first:]
        # What joins the run before them changes that run too.
        del self._shifts[max(0, first - 1) :]
        for low, high, owner in runs:
            if self.runs and self.runs[-1][1] == low and self.runs[-1][2] == owner:
                self.runs[-1] = self.runs[-1][0], high, owner
            elif low < high:
                self.runs.append((low, high, owner))

    # Repairing -----------------------------------------------------------------------------------------------------

    def repair(self) -> bool:
        """Press what makes both agree, into ``plan``; false where no key can."""
        agreed = not self.lost and self._repair()
        self.lost = not agreed
        if self.lost:
            self.plan = []
        if self.desk.editor.log:
            self.desk.editor.log.clear()
        return agreed

    def _differ(self, start: int) -> None:
        """The other was edited at an offset: nothing behind it is known to agree."""
        while self._agreed > 0 and start < self.offset(self._agreed):
            number = bisect.bisect_left(self.runs, (self._agreed,))
            behind = self.runs[number - 1][1] if number else 0
            # Text that no value is in goes along with the other's; of a value nothing agrees but what is before it.
            near = self._agreed - (self.offset(self._agreed) - start)
            self._agreed = near if near >= behind else min(self._agreed - 1, self.runs[number - 1][0])

    def _rest(self) -> tuple[int, str]:
        """From where on both may disagree, as an offset of the other, and what is wanted from there on."""
        at = self._agreed
        number = bisect.bisect_left(self.runs, (at,))
        if number and self.runs[number - 1][1] > at:
            number -= 1
            at = self.runs[number][0]
        return self.offset(at), self.text(at, number)

    def _repair(self) -> bool:
        editor = self.desk.editor
        for start, _, _ in editor.log or ():
            self._differ(start)
        base, want = self._rest()
        have = editor.piece(base, len(editor))[0]
        self._agreed = len(self.original)
        if have != want:
            low, high = _differing(have, want)
            come = want[low : len(want) - (len(have) - high)]
            low, high = base + low, base + high
            if low < editor.floor or high - low > MAX_STEPS:
                return False
            if not self._go(high):
                return False
            self._press("backspace", high - low)
            if come:
                self.plan += planned(come)
                for char in come:
                    what = {"\n": "enter", "\t": "tab"}.get(char, "type")
                    play(Action(what, (char, (-1,))), self.desk)
        caret, anchor = self.wanted()
        if self.had() == (caret, anchor):
            return True
        if anchor is None or self.system == "terminal":
            return self._go(caret)
        if not self._go(anchor):
            return False
        shift: list[Planned] = [("key_down", "shift", None)]
        self.plan += shift
        self._press("left" if caret < anchor else "right", abs(caret - anchor), shift=True)
        self.plan.append(("key_up", "shift", None))
        return True

    def _go(self, to: int) -> bool:
        """Move the caret, by few keys where it is far."""
        editor = self.desk.editor
        if editor.floor > to:
            return False
        if abs(to - editor.caret) > FAR and self.system != "terminal":
            self._go_far(to)
        if abs(to - editor.caret) > FAR and to in {editor.line_start(), editor.line_end()}:
            self._press("home" if to < editor.caret else "end", 1)
        steps = 0
        while editor.caret != to or editor.selection() is not None:
            self._press("left" if to < editor.caret else "right", 1)
            steps += 1
            if steps > MAX_STEPS:
                return False
        editor.anchor = None
        return True

    def _go_far(self, to: int) -> None:
        editor = self.desk.editor
        if to - editor.floor < editor.caret - to:
            self._press("home", 1, ctrl=True)
        elif len(editor) - to < to - editor.caret:
            self._press("end", 1, ctrl=True)
        for _ in range(MAX_STEPS):
            if abs(to - editor.caret) <= FAR or editor.line_start() <= to <= editor.line_end():
                return
            self._press("up" if to < editor.caret else "down", 1)

    def _press(self, key: str, times: int, *, shift: bool = False, ctrl: bool = False) -> None:
        mac = ctrl and self.system == "mac"
        if mac:
            key = {"home": "up", "end": "down"}[key]
        action = Action("chord", None, Chord(key, shift, ctrl and not mac, False, mac, None), self.system)
        held = ("cmd" if mac else "ctrl") if ctrl else ""
        for _ in range(times):
            self.plan += [("key_down", held, None)] if held else []
            self.plan += [("key_down", key, None), ("key_up", key, None)]
            self.plan += [("key_up", held, None)] if held else []
            play(action, self.desk)


def new_mirror(
    original: Editor, system: str, clipboards: tuple[Clipboard, Clipboard], owners: Owners, texts: Sequence[str]
) -> Mirror:
    """A mirror of a field that holds nothing of a value yet: both sides are the same, undo included."""
    if original.log:
        original.log.clear()
    double = copy.deepcopy(original)
    double.quiet, double.log, double.limit = True, [], NEVER
    return Mirror(original, Desk(double, *clipboards), system, owners, texts)


def _runs(rows: Sequence[int], start: int, owners: Owners) -> Iterator[tuple[int, int, int]]:
    low, last = start, -1
    for at, row in enumerate(rows, start):
        owner = owners.get(row, -1)
        if owner != last:
            if last >= 0:
                yield low, at, last
            low, last = at, owner
    if last >= 0:
        yield low, start + len(rows), last


def _differing(have: str, want: str) -> tuple[int, int]:
    """The part of ``have`` that differs: everything before and behind it is the same in both."""
    edit = edit_between(have, want)
    return edit.kept, edit.kept + edit.old
