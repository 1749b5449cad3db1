"""A text field as its user sees it: the truth that recorded keys are held against.

It is written after real editors, and shares no code with `text_redact`, which reads the keys back. What Chromium, GTK,
Qt and Cocoa fields agree on is here; where they differ (words around punctuation), `agreed` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Edit = tuple[int, int, tuple[int, ...], tuple[int, ...]]
"""Row of the event, offset, atoms taken away there, atoms put there."""


@dataclass(slots=True)
class Editor:
    """One field. Characters are numbers of atoms, whose text ``chars`` holds; the journal tells every state.

    Attributes:
        floor: What stands before it was sent or carried out, and is out of reach.
        line_editor: A terminal's: no selection, no undo.
        rejoined: The focus has come back and nothing was edited but by typing on; some editors begin a new undo step
            there, some do not.
    """

    chars: list[str] = field(repr=False)
    line_editor: bool = False
    cells: list[int] = field(default_factory=list)
    caret: int = 0
    anchor: int | None = None
    floor: int = 0
    journal: list[Edit] = field(default_factory=list)
    rejoined: bool = False
    _undo: list[tuple[int, list[Edit]]] = field(default_factory=list)
    _redo: list[tuple[int, list[Edit]]] = field(default_factory=list)
    _run: str = ""

    # Reading -------------------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What has been typed here, messages sent and commands carried out included."""
        chars = self.chars
        return "".join([chars[atom] for atom in self.cells])

    def selection(self) -> tuple[int, int] | None:
        """Start and end of what is selected."""
        if self.anchor is None or self.anchor == self.caret:
            return None
        return min(self.anchor, self.caret), max(self.anchor, self.caret)

    def line(self) -> tuple[int, int]:
        """Start and end of the caret's line."""
        start = end = self.caret
        while start > self.floor and self.chars[self.cells[start - 1]] != "\n":
            start -= 1
        while end < len(self.cells) and self.chars[self.cells[end]] != "\n":
            end += 1
        return start, end

    def word_left(self, at: int) -> int:
        """Start of the word before ``at``: letters, digits and underscores."""
        while at > self.floor and not self._part(at - 1):
            at -= 1
        while at > self.floor and self._part(at - 1):
            at -= 1
        return at

    def word_right(self, at: int) -> int:
        """End of the word after ``at``."""
        while at < len(self.cells) and not self._part(at):
            at += 1
        while at < len(self.cells) and self._part(at):
            at += 1
        return at

    def agreed(self, start: int, end: int) -> bool:
        """Whether editors agree that a step by a word leads from one offset to the other.

        They agree on ASCII words and blanks. Around punctuation some follow Unicode's word boundaries (UAX 29: "a.b" is
        one word), some do not, and underscores part words in some line editors.
        """
        low, high = max(self.floor, start - 1), min(len(self.cells), end + 1)
        near = [self.chars[atom] for atom in self.cells[low:high]]
        return all(char.isascii() and (char.isalnum() or char == " ") for char in near)

    def _part(self, at: int) -> bool:
        char = self.chars[self.cells[at]]
        return char.isalnum() or (char == "_" and not self.line_editor)

    # Changing ------------------------------------------------------------------------------------------------------

    def insert(self, row: int, atoms: Sequence[int], *, whole: bool = False) -> None:
        """Put atoms at the caret, over what is selected. ``whole``: an undo step of its own, such as a paste."""
        selected = self.selection()
        start, end = selected or (self.caret, self.caret)
        self._step("" if whole or selected else "type")
        self._replace(row, start, end, atoms)
        if whole:
            self._run = ""
        elif selected:
            self._run = "type"

    def remove(self, row: int, start: int, end: int) -> None:
        """Take atoms away."""
        start, end = max(self.floor, start), min(len(self.cells), end)
        self.anchor = None
        if start < end:
            self._step("erase")
            self._replace(row, start, end, ())

    def remove_selected(self, row: int) -> bool:
        """Take away what is selected, in an undo step of its own; false where nothing is."""
        selected = self.selection()
        if selected:
            self._step("")
            self._replace(row, *selected, ())
        return selected is not None

    def send(self, row: int, atom: int) -> None:
        """Enter in a terminal or a chat: the whole line goes, wherever the caret is, and is out of reach."""
        self.caret, self.anchor = len(self.cells), None
        self._replace(row, self.caret, self.caret, (atom,))
        self.floor = self.caret
        self._undo, self._redo, self._run = [], [], ""

    def move(self, to: int, *, extend: bool = False) -> None:
        """Put the caret somewhere; with ``extend`` the selection grows."""
        if extend and self.anchor is None:
            self.anchor = self.caret
        elif not extend:
            self.anchor = None
        self._run = ""
        self.caret = max(self.floor, min(len(self.cells), to))

    def last_step(self) -> tuple[Edit, ...]:
        """What the next undo would take back."""
        return tuple(self._undo[-1][1]) if self._undo else ()

    def undo(self, row: int) -> None:
        """Take the last step back: a run of typing, a run of deleting, one paste, one selection replaced."""
        if self._undo:
            caret, edits = self._undo.pop()
            self._redo.append((self.caret, edits))
            for _, at, gone, come in reversed(edits):
                self._replace(row, at, at + len(come), gone, keep=False)
            self.caret = caret
        self.anchor, self._run = None, ""

    def redo(self, row: int) -> None:
        """Take the last undo back."""
        if self._redo:
            caret, edits = self._redo.pop()
            start = self.caret
            for _, at, gone, come in edits:
                self._replace(row, at, at + len(gone), come, keep=False)
            self._undo.append((start, edits))
            self.caret = caret
        self.anchor, self._run = None, ""

    def _step(self, run: str) -> None:
        if not run or (self._run and run != self._run):
            self.rejoined = False
        if not run or run != self._run:
            self._undo.append((self.caret, []))
        self._run = run
        self._redo = []

    def _replace(self, row: int, start: int, end: int, atoms: Sequence[int], *, keep: bool = True) -> None:
        edit = row, start, tuple(self.cells[start:end]), tuple(atoms)
        self.cells[start:end] = atoms
        self.caret, self.anchor = start + len(atoms), None
        self.journal.append(edit)
        if keep and self._undo:
            self._undo[-1][1].append(edit)


def states(journal: Sequence[Edit], chars: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Every text that a field held, with the row that made it, in order."""
    cells: list[str] = []
    for row, start, gone, come in journal:
        cells[start : start + len(gone)] = [chars[atom] for atom in come]
        yield row, "".join(cells)
