"""One text field as the keys drive it: characters with the rows that typed them, a caret and a selection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from recording.model import Passage

BEFORE, AFTER = 300, 100
"""How much text around a change an intermediate passage keeps, in code points."""
UNDO_DEPTH = 50
MAX_CHARS = 100_000

Cell = tuple[str, int]
"""A character and the event row that typed it (-1: no key stands behind it)."""


@dataclass(slots=True)
class Editor:
    """State of one field. Every text that it held before something was taken away becomes a passage.

    Attributes:
        floor: Nothing before this offset can be reached any more: lines that a terminal has carried out.
        taken: Rows of the characters deleted since somebody last looked; the reader empties it after each key.
    """

    stream: int
    secure: bool = False
    label: str = ""
    cells: list[Cell] = field(default_factory=list)
    caret: int = 0
    anchor: int | None = None
    floor: int = 0
    taken: list[int] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    _erased: list[Cell] = field(default_factory=list)
    _fresh: tuple[int, int] | None = None  # offsets between which the text differs from the last passage
    _undo: list[tuple[list[Cell], int]] = field(default_factory=list)
    _redo: list[tuple[list[Cell], int]] = field(default_factory=list)
    _run: str = ""  # what the keys of the current undo step do: "type" or "erase"

    # Changes -------------------------------------------------------------------------------------------------------

    def type(self, cells: list[Cell], *, whole: bool = False) -> None:
        """Put characters at the caret, over the selection. ``whole``: an undo step of its own, such as a paste."""
        self._end_erasing()
        selected = self.selection()
        self._checkpoint("type", fresh=whole or selected is not None)
        if selected:
            self._cut(*selected)
            self._end_erasing()
        self.anchor = None
        if len(self.cells) + len(cells) > MAX_CHARS:
            self._rotate()
        self.cells[self.caret : self.caret] = cells
        start, end = self._fresh or (self.caret, self.caret)
        grown = end + len(cells) if self.caret <= end else self.caret + len(cells)
        self._fresh = (min(start, self.caret), grown)
        self.caret += len(cells)
        if whole:
            self._run = ""

    def delete(self, start: int, end: int) -> None:
        """Delete characters, after keeping the text as it was before."""
        self.anchor = None
        if max(self.floor, start) < min(len(self.cells), end):
            self._checkpoint("erase", fresh=False)
            self._cut(start, end)

    def delete_selection(self) -> bool:
        """Delete what is selected; false where nothing is."""
        selected = self.selection()
        if selected:
            self._end_erasing()
            self._run = ""
            self.delete(*selected)
            self._run = ""
        return selected is not None

    def undo(self) -> None:
        """Take back the last step: a run of typing, a run of deleting, a cut or a paste."""
        self._swap(self._undo, self._redo)

    def redo(self) -> None:
        """Take back the last undo."""
        self._swap(self._redo, self._undo)

    def close_line(self) -> None:
        """Enter in a terminal: the line is carried out, wherever the caret stands, and out of reach from now on."""
        self.move(len(self.cells), extend=False)
        self.type([("\n", -1)], whole=True)
        self.floor = len(self.cells)
        self._undo, self._redo = [], []

    # Caret ---------------------------------------------------------------------------------------------------------

    def selection(self) -> tuple[int, int] | None:
        """Start and end of the selected characters."""
        if self.anchor is None or self.anchor == self.caret:
            return None
        return min(self.anchor, self.caret), max(self.anchor, self.caret)

    def selected(self) -> list[Cell]:
        """The selected characters with their rows."""
        start, end = self.selection() or (0, 0)
        return self.cells[start:end]

    def move(self, to: int, *, extend: bool) -> None:
        """Put the caret somewhere; with ``extend`` the selection grows."""
        self._end_erasing()
        self._run = ""
        if extend and self.anchor is None:
            self.anchor = self.caret
        elif not extend:
            self.anchor = None
        self.caret = max(self.floor, min(len(self.cells), to))

    def step(self, by: int, *, extend: bool) -> None:
        """One character to the left (-1) or right (1); without ``extend`` a selection collapses to that side."""
        selected = self.selection()
        if selected and not extend:
            self.move(selected[0] if by < 0 else selected[1], extend=False)
        else:
            self.move(self.caret + by, extend=extend)

    def word_left(self, part: Callable[[str], bool] = str.isalnum) -> int:
        """Offset of the start of the word before the caret; ``part`` tells what words are made of."""
        at = self.caret
        while at > self.floor and not part(self.cells[at - 1][0]):
            at -= 1
        while at > self.floor and part(self.cells[at - 1][0]):
            at -= 1
        return at

    def word_right(self, part: Callable[[str], bool] = str.isalnum) -> int:
        """Offset of the end of the word after the caret."""
        at = self.caret
        while at < len(self.cells) and not part(self.cells[at][0]):
            at += 1
        while at < len(self.cells) and part(self.cells[at][0]):
            at += 1
        return at

    def line_start(self) -> int:
        """Offset of the first character of the caret's line."""
        at = self.caret
        while at > self.floor and self.cells[at - 1][0] != "\n":
            at -= 1
        return at

    def line_end(self) -> int:
        """Offset after the last character of the caret's line."""
        at = self.caret
        while at < len(self.cells) and self.cells[at][0] != "\n":
            at += 1
        return at

    # Passages ------------------------------------------------------------------------------------------------------

    def finish(self) -> list[Passage]:
        """Close the field and return every passage it gave."""
        self._end_erasing()
        self._emit(self.cells, "final")
        return self.passages

    def _cut(self, start: int, end: int) -> None:
        start, end = max(self.floor, start), min(len(self.cells), end)
        if not self._erased:
            self._keep(start, end)
        gone = self.cells[start:end]
        # Backspaces arrive last character first; the passage reads as it was typed.
        self._erased = gone + self._erased if end == self.caret else self._erased + gone
        self.taken += [row for _, row in gone if row >= 0]
        del self.cells[start:end]
        self.caret = start

    def _keep(self, start: int, end: int) -> None:
        """Emit the text around what has changed, before ``start..end`` goes."""
        if self._fresh is not None:
            low, high = min(self._fresh[0], start), max(self._fresh[1], end)
            self._emit(self.cells[max(0, low - BEFORE) : high + AFTER], "before_edit")
            self._fresh = None

    def _end_erasing(self) -> None:
        if self._erased:
            self._emit(self._erased, "erased")
            self._erased = []
            self._fresh = (self.caret, self.caret)  # what stood apart has become neighbours

    def _checkpoint(self, run: str, *, fresh: bool) -> None:
        if fresh or run != self._run:
            self._undo.append((list(self.cells), self.caret))
            del self._undo[:-UNDO_DEPTH]
        self._run = run
        self._redo = []

    def _swap(self, source: list[tuple[list[Cell], int]], target: list[tuple[list[Cell], int]]) -> None:
        self._end_erasing()
        self._run, self.anchor = "", None
        if source:
            self._keep(self.caret, self.caret)
            target.append((self.cells, self.caret))
            self.cells, self.caret = source.pop()
            self._fresh = (0, len(self.cells))

    def _rotate(self) -> None:
        # A field that never ends: close what is there, keep a tail so that nothing is cut in two unseen.
        self._emit(self.cells, "final")
        dropped = max(0, len(self.cells) - BEFORE)
        self.cells = self.cells[dropped:]
        self.floor = max(0, self.floor - dropped)
        self.caret = max(self.floor, self.caret - dropped)
        self.anchor, self._fresh = None, None
        self._undo, self._redo = [], []

    def _emit(self, cells: list[Cell], role: str) -> None:
        text = "".join(char for char, _ in cells)
        if text.strip():
            rows = tuple(row for _, row in cells)
            self.passages.append(Passage(text, "typed", role, self.secure, self.label, self.stream, rows))
