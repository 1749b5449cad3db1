"""One text field as the keys drive it: characters with the rows that typed them, a caret and a selection.

Before anything is taken away, the text around what has changed becomes a passage; what did not change is not written
down again, so that the passages of a long text grow with the number of edits and not with its length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from recording.model import Passage
from text_redact.attempts import attempts
from text_redact.buffer import EMPTY, Buffer, Piece
from text_redact.undo import UNDO_DEPTH, Step, only_typed

AROUND, LONGEST = 160, 400
"""An intermediate passage keeps so many code points on both sides of a change, and goes on to the next blank, up to
the second figure: a value of that length is whole in some passage."""
NEAR_JOINT = 64
"""The same for the states inside a run of deletions."""
JOINTS = 16
"""So many of these are kept one by one; in a longer run those at the ends of words are."""
MAX_CHARS = 100_000
MOST_TYPED = 4096
"""So many characters typed in one go are noted as one edit at most."""
FORGOTTEN = -1
"""Offset in the log of what was dropped from the start of a text that grew too long."""


@dataclass(slots=True)
class Editor(Buffer):
    """State of one field. Every text that it held before something was taken away becomes a passage.

    Attributes:
        taken: Rows of the characters deleted since somebody last looked; the reader empties it after each key.
        quiet: No passages are wanted.
        limit: A longer text is closed, but for its end.
        confidence: How sure it is that the text is what the user saw, 0 to 1.
        sure: The confidence at the time of each passage.
        retyped: Rows of characters, each with a row of an earlier attempt at it that was taken back.
    """

    stream: int = 0
    secure: bool = False
    label: str = ""
    app: str = ""
    url: str = ""
    windows: tuple[str, ...] = ()
    anchor: int | None = None
    quiet: bool = False
    limit: int = MAX_CHARS
    confidence: float = 1.0
    taken: list[int] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    sure: list[float] = field(default_factory=list)
    retyped: list[tuple[int, int]] = field(default_factory=list)
    _attempt: tuple[int, Piece] | None = None  # where something was taken back, and what
    _gone_left: list[Piece] = field(default_factory=list)  # the run of deletions: backspaced, the last first
    _gone_right: list[Piece] = field(default_factory=list)
    _joints: int = 0
    _low: int = -1  # offsets between which the text differs from the passages so far; -1: nowhere
    _high: int = -1
    _undo: list[Step] = field(default_factory=list)
    _redo: list[Step] = field(default_factory=list)
    _run: str = ""  # what the keys of the current undo step do: "type" or "erase"
    _typed: int = -1  # characters typed in one go since the last edit was written down; -1: none can follow simply
    _other: tuple[Piece, int] | None = None  # another reading: text before the caret, how much behind it is overtyped
    _other_at: int = 0

    def room(self) -> int:
        """How many characters may be `put` that only add to what was typed last."""
        return max(0, min(MOST_TYPED - 1 - self._typed, self.limit - len(self))) if self._typed >= 0 else 0

    def selection(self) -> tuple[int, int] | None:
        """Start and end of the selected characters."""
        if self.anchor is None or self.anchor == self.caret:
            return None
        return min(self.anchor, self.caret), max(self.anchor, self.caret)

    def selected(self) -> Piece:
        """The selected characters."""
        return self.piece(*(self.selection() or (0, 0)))

    # Changing ------------------------------------------------------------------------------------------------------

    def put(self, chars: Sequence[str], rows: Sequence[int]) -> None:
        """Type characters one after the other."""
        done = 0
        while done < len(chars):
            if self._typed < 0:
                self.type((chars[done], (rows[done],)))
                done += 1
                continue
            upto = min(len(chars), done + MOST_TYPED - self._typed)
            self._chars.extend(chars[done:upto])
            self._rows.extend(rows[done:upto])
            self._typed += upto - done
            done = upto
            if self._typed >= MOST_TYPED:
                self._settle()

    def type(self, piece: Piece, *, whole: bool = False) -> None:
        """Put characters at the caret, over the selection. ``whole``: an undo step of its own, such as a paste."""
        if not piece[0]:
            return
        self._settle()
        self._end_erasing()
        selected = self.selection()
        start, end = selected or (self.caret, self.caret)
        if selected is None and self._run != "type" and self._chars_behind and self._chars:
            self._keep(start, start)  # what stands together here is parted
        self._checkpoint("type", fresh=whole or selected is not None)
        if selected:
            self._keep(start, end)
        if len(self) + len(piece[0]) > self.limit:
            self._rotate()
            start = end = self.caret
        gone = self._splice(start, end, piece)
        if gone[0]:
            self._gone_left = [gone]
            self._write_erased()
            self._attempt = start, gone
        self._note(start, gone, len(piece[0]))
        self.anchor = None
        if self._other is not None:
            text, rows = self._other[0]
            self._other = (text + piece[0], rows + piece[1]), self._other[1] + (self._other[1] >= 0) * len(piece[0])
        if whole:
            self._run = ""
        elif self._other is None:
            self._typed = 0

    def delete(self, start: int, end: int) -> None:
        """Delete characters, after keeping the text as it was before."""
        self._settle()
        self._close_other()
        self._match()
        self.anchor = None
        start, end = max(self.floor, start), min(len(self), end)
        if start >= end:
            return
        self._checkpoint("erase", fresh=False)
        before = self.caret == end
        if not (self._gone_left or self._gone_right):
            self._keep(start, end)
            self._joints = 0
        else:
            self._keep_joint(start, end)
        gone = self._splice(start, end, EMPTY)
        (self._gone_left if before else self._gone_right).append(gone)
        self._note(start, gone, 0)

    def delete_selection(self) -> bool:
        """Delete what is selected; false where nothing is."""
        selected = self.selection()
        if selected:
            self._settle()
            self._end_erasing()
            self._run = ""
            self.delete(*selected)
            self._run = ""
        return selected is not None

    def end_step(self) -> None:
        """What is typed next is an undo step of its own."""
        self._settle()
        self._run = ""

    def undo(self) -> None:
        """Take back the last step: a run of typing, a run of deleting, a cut or a paste.

        Editors differ in how much of a run that is, so the text in which only its last word went is read as well.
        """
        self._settle()
        typed = self._undo[-1].edits if self._undo else ()
        words = self.piece(max(0, self.caret - LONGEST), self.word_left(_not_blank)) if only_typed(typed) else None
        self._swap(self._undo, self._redo)
        if words is not None and words[0].strip():
            self._other, self._other_at = (words, -1), self.caret

    def redo(self) -> None:
        """Take back the last undo."""
        self._settle()
        self._swap(self._redo, self._undo)

    def overtype(self) -> None:
        """The Insert key: what is typed next may replace what stands behind the caret; read both ways."""
        self._settle()
        self._close_other()
        if self._chars_behind:
            self._other, self._other_at = (self.piece(self.caret - AROUND, self.caret), 0), self.caret

    def close_line(self) -> None:
        """Enter in a terminal or a chat: the line goes, wherever the caret stands, and is out of reach from now on."""
        self.move(len(self), extend=False)
        self.type(("\n", (-1,)), whole=True)
        self.floor = len(self)
        self._undo, self._redo = [], []

    def move(self, to: int, *, extend: bool) -> None:
        """Put the caret somewhere; with ``extend`` the selection grows."""
        self._settle()
        self._end_erasing()
        self._close_other()
        self._match()
        self._run = ""
        if extend and self.anchor is None:
            self.anchor = self.caret
        elif not extend:
            self.anchor = None
        self._seek(max(self.floor, min(len(self), to)))

    def step(self, by: int, *, extend: bool) -> None:
        """One character to the left (-1) or right (1); without ``extend`` a selection collapses to that side."""
        selected = self.selection()
        if selected and not extend:
            self.move(selected[0] if by < 0 else selected[1], extend=False)
        else:
            self.move(self.caret + by, extend=extend)

    # Passages ------------------------------------------------------------------------------------------------------

    def doubt(self, factor: float) -> None:
        """Something happened of which the keys do not tell all."""
        self.confidence *= factor

    def leave(self) -> None:
        """Tab or Enter: what stands between the last of them and the caret may be a field of its own."""
        self._settle()
        at = self.caret
        low = max(0, at - AROUND)
        while at > low and self._chars[at - 1] not in "\t\n":
            at -= 1
        if at > low or not low:
            self._emit(self.piece(at, self.caret), "before_edit")

    def finish(self) -> list[Passage]:
        """Close the field and return every passage it gave."""
        self._settle()
        self._end_erasing()
        self._close_other()
        self._match()
        self._seek(len(self))
        if "\t" in self._chars or "\n" in self._chars:
            self.leave()
        self._emit(self.piece(0, len(self)), "final")
        return self.passages

    def _emit(self, piece: Piece, role: str) -> None:
        text, rows = piece
        if text.strip() and not self.quiet:
            self.passages.append(
                Passage(
                    text, "typed", role, self.secure, self.label, self.stream, rows,
                    app=self.app, windows=self.windows, url=self.url,
                )
            )  # fmt: skip
            self.sure.append(self.confidence)

    def _keep(self, start: int, end: int) -> None:
        """Emit the text around what has changed, before ``start..end`` goes; what changed far from it stays."""
        if self._low < 0 or start > self._high + LONGEST or end < self._low - LONGEST:
            return
        low, high = min(self._low, start), max(self._high, end)
        self._emit(self.piece(self._outwards(low, -1), self._outwards(high, 1)), "before_edit")
        self._low = self._high = -1

    def _outwards(self, at: int, way: int) -> int:
        """An offset some way off that cuts no word."""
        far = at + way * LONGEST
        at += way * AROUND
        while way * at < way * far and 0 < at < len(self) and not self.char(at - (way < 0)).isspace():
            at += way
        return max(0, min(len(self), at))

    def _keep_joint(self, start: int, end: int) -> None:
        """Inside a run of deletions two parts of the text stand together for a moment; they may make a value."""
        caret = self.caret
        left, right = self.char(caret - 1), self.char(caret)
        if not left or not right or left.isspace() or right.isspace():
            return
        self._joints += 1
        if self._joints <= JOINTS or left.isalnum() != self.char(caret - 2).isalnum():
            self._emit(self.piece(caret - NEAR_JOINT, caret + NEAR_JOINT), "before_edit")

    def _end_erasing(self) -> None:
        if self._gone_left or self._gone_right:
            self._write_erased()

    def _write_erased(self) -> None:
        pieces = [*reversed(self._gone_left), *self._gone_right]
        erased = "".join(text for text, _ in pieces), tuple(row for _, rows in pieces for row in rows)
        self._emit(erased, "erased")
        self._attempt = self.caret, erased
        self._gone_left, self._gone_right = [], []

    def _match(self) -> None:
        """Typing has ended: what was typed where something was taken back is another attempt at it."""
        if self._attempt is not None and not (self._gone_left or self._gone_right):
            at, erased = self._attempt
            if self.caret > at:
                self.retyped += attempts(erased, self.piece(at, self.caret))
                self._attempt = None

    def _close_other(self) -> None:
        if self._other is not None:
            piece, over = self._other
            behind = self.piece(self.caret + max(0, over), self.caret + max(0, over) + AROUND)
            if self.caret != self._other_at:
                self._emit((piece[0] + behind[0], piece[1] + behind[1]), "before_edit")
            self._other = None

    # The buffer ----------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Write down what was typed simply."""
        count, self._typed = self._typed, -1
        if count > 0:
            self._note(self.caret - count, EMPTY, count)
            if len(self) > self.limit:
                self._rotate()

    def _note(self, start: int, gone: Piece, come: int) -> None:
        """An edit happened: for undo, and for the next passage."""
        edits = self._undo[-1].edits if self._undo else []
        if edits and not gone[0] and not edits[-1][1][0] and edits[-1][0] + edits[-1][2] == start:
            edits[-1] = edits[-1][0], EMPTY, edits[-1][2] + come
        else:
            edits.append((start, gone, come))
        self.taken += [row for row in gone[1] if row >= 0]
        self._changed(start, len(gone[0]), come)

    def _changed(self, start: int, gone: int, come: int) -> None:
        if self._low >= 0 and (start > self._high + LONGEST or start + gone < self._low - LONGEST):
            shift = come - gone if start < self._low else 0
            low, high = self._low + shift, self._high + shift
            self._emit(self.piece(self._outwards(low, -1), self._outwards(high, 1)), "before_edit")
            self._low = -1
        if self._low < 0:
            self._low, self._high = start, start + come
        else:
            self._high = max(self._high, start + gone) - gone + come
            self._low = min(self._low, start)

    def _checkpoint(self, run: str, *, fresh: bool) -> None:
        if fresh or run != self._run or not self._undo:
            self._undo.append(Step(self.caret))
            del self._undo[:-UNDO_DEPTH]
        self._run = run
        self._redo = []

    def _swap(self, source: list[Step], target: list[Step]) -> None:
        self._end_erasing()
        self._close_other()
        self._match()
        self._run, self.anchor = "", None
        if not source:
            return
        step, done = source.pop(), Step(self.caret)
        if step.edits:
            ends = [at + max(come, len(gone[0])) for at, gone, come in step.edits]
            self._keep(min(at for at, _, _ in step.edits), min(len(self), max(ends)))
        for at, gone, come in reversed(step.edits):
            went = self._splice(at, at + come, gone)
            done.edits.append((at, went, len(gone[0])))
            if went[0]:
                self._attempt = at, went
            self.taken += [row for row in went[1] if row >= 0]
            self._changed(at, come, len(gone[0]))
        target.append(done)
        self._seek(step.caret)

    def _rotate(self) -> None:
        # A field that never ends: close what is there, keep a tail so that nothing is cut in two unseen.
        base = max(0, len(self) - 3 * LONGEST)
        end, tail = between_words(self.piece(base, len(self))[0])
        self._emit(self.piece(0, base + end), "final")
        self.forget(base + tail)

    def forget(self, count: int) -> None:
        """Drop the first characters without a trace, and with them what undo knows."""
        count = max(0, min(count, len(self)))
        if self.log is not None:
            self.log.append((FORGOTTEN, self.piece(0, count), EMPTY))
        caret = max(count, self.caret)
        chars, rows = self.piece(count, len(self))
        self._chars, self._rows, self._chars_behind, self._rows_behind = list(chars), list(rows), [], []
        self._seek(caret - count)
        self.floor = max(0, self.floor - count)
        self.anchor, self._attempt, self._low, self._run, self._typed = None, None, -1, "", -1
        self._undo, self._redo = [], []
        self._checkpoint("type", fresh=True)


def between_words(text: Sequence[str]) -> tuple[int, int]:
    """Where a long text is cut, near its end: where what is closed ends, and where what goes on begins, before that.

    In the middle of a word there is half a value, which looks like another one.
    """
    end = _behind_blank(text, len(text) - LONGEST, len(text))
    end = len(text) if end < 0 else end
    tail = _behind_blank(text, end - LONGEST, end - AROUND)
    return end, max(0, end - LONGEST) if tail < 0 else tail


def _behind_blank(text: Sequence[str], low: int, high: int) -> int:
    return next((at for at in range(high, max(0, low), -1) if text[at - 1].isspace()), -1)


def _not_blank(char: str) -> bool:
    return not char.isspace()
