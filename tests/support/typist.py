"""A simulated typist: plays keys as a recorder sees them and keeps the truth about every text field.

The truth is kept by its own, plain model of a text field (a list and an index), so that what `text_redact.transcript`
reads back can be held against it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa

from recording.model import EVENTS

SHIFTED = dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./", strict=True))
STEP_NS = 50_000_000


@dataclass(slots=True)
class Line:
    """One text field as its user sees it: (character, row) pairs, a caret, a selection, undo steps."""

    cells: list[tuple[str, int]] = field(default_factory=list)
    caret: int = 0
    mark: int | None = None
    floor: int = 0
    steps: list[tuple[list[tuple[str, int]], int]] = field(default_factory=list)
    run: str = ""
    joined: bool = True  # a change since the last deletion: the text is at a maximum

    @property
    def text(self) -> str:
        """What the field shows."""
        return "".join(char for char, _ in self.cells)

    def bounds(self) -> tuple[int, int]:
        """Start and end of the selection, both the caret where there is none."""
        mark = self.caret if self.mark is None else self.mark
        return min(mark, self.caret), max(mark, self.caret)


class Typist:
    """Types into windows; `events` is what was recorded.

    Attributes:
        maxima: Every text that a field held just before something was taken away from it, and every final text.
        marked: Rows that typed the characters of a marked value, those taken back included.
    """

    def __init__(self, *, app: str = "notes", pairs: bool = False, rollover: float = 0.0, seed: int = 0) -> None:
        self.rows: list[dict[str, object]] = []
        self.place: tuple[str, str | None, str | None] = (app, "Untitled", None)
        self.lines: dict[tuple[object, ...], Line] = {}
        self.maxima: list[str] = []
        self.marked: set[int] = set()
        self.marking = False
        self.pairs = pairs
        self.rollover = rollover
        self.random = random.Random(seed)
        self.late: list[str] = []
        self.clip: list[tuple[str, int]] = []
        self.secure = False

    # The recorder ---------------------------------------------------------------------------------------------------

    def record(self, kind: str, key: str | None = None, text: str | None = None) -> int:
        """Write one event down; its row."""
        app, window, field_ = self.place
        seq = len(self.rows)
        self.rows.append(
            dict.fromkeys(EVENTS.names)
            | {"seq": seq, "t_ns": seq * STEP_NS, "kind": kind, "key": key, "text": text, "app": app}
            | {"window": window, "field": field_, "secure": self.secure, "stream": 0}
            | {"file": "events.jsonl", "start": seq * 10, "end": seq * 10 + 10}
        )
        return seq

    @property
    def events(self) -> pa.Table:
        """Everything recorded so far, with every key let go."""
        self.settle()
        return pa.Table.from_pylist(self.rows, schema=EVENTS)

    def stroke(self, key: str, text: str | None = None) -> int:
        """Press and release; with rollover the release may come after the next press. The row of the press."""
        if self.pairs:
            return self.record("key_pair", key, text)
        if key in self.late:
            self.settle()  # one finger, one key
        row = self.record("key_down", key, text)
        self.settle()
        if self.random.random() < self.rollover:
            self.late = [key]
        else:
            self.record("key_up", key)
        return row

    def settle(self) -> None:
        """Let go of every key."""
        for name in self.late:
            self.record("key_up", name)
        self.late = []

    @contextmanager
    def holding(self, *names: str) -> Iterator[None]:
        """Keys held down meanwhile."""
        self.settle()
        for name in names:
            self.record("key_pair" if self.pairs else "key_down", name)
        yield
        self.settle()
        if not self.pairs:
            for name in reversed(names):
                self.record("key_up", name)

    @property
    def line(self) -> Line:
        """The field that has the focus."""
        return self.lines.setdefault(self.place, Line())

    # Typing ---------------------------------------------------------------------------------------------------------

    def type(self, text: str) -> None:
        """Characters by their keys, Shift held where a US keyboard needs it."""
        for char in text:
            if char == "\n":
                self.enter()
            elif char.isascii() and (char.isupper() or char in SHIFTED):
                if self.pairs:
                    self.put(char, self.stroke(char, char))
                    continue
                self.settle()
                self.record("key_down", "shift")
                row = self.record("key_down", char, char)
                if self.random.random() < self.rollover:
                    # Shift comes up first, so the release has the name of the plain key.
                    self.record("key_up", "shift")
                    self.record("key_up", SHIFTED.get(char, char.lower()))
                else:
                    self.record("key_up", char)
                    self.record("key_up", "shift")
                self.put(char, row)
            else:
                self.put(char, self.stroke("space" if char == " " else char, char))

    def repeat(self, char: str, times: int) -> None:
        """A key held down until it repeats itself."""
        self.settle()
        for _ in range(times):
            self.put(char, self.record("key_down", char, char))
        self.record("key_up", char)

    def put(self, char: str, row: int) -> None:
        """A character arrives at the caret."""
        self.paste_cells([(char, row)], run="type")
        if self.marking:
            self.marked.add(row)

    def paste_cells(self, cells: list[tuple[str, int]], *, run: str) -> None:
        """Characters replace the selection; ``run`` tells undo steps apart."""
        line = self.line
        start, end = line.bounds()
        if run == "" or start != end or line.run != run:
            line.steps.append((list(line.cells), line.caret))
        if start != end:
            self.peak()
        line.cells[start:end] = cells
        line.caret, line.mark, line.run, line.joined = start + len(cells), None, run, True

    def enter(self) -> None:
        """A line break; in a terminal the line is carried out."""
        self.stroke("enter")
        line = self.line
        if self.terminal:
            line.caret = len(line.cells)
        self.paste_cells([("\n", -1)], run="")
        if self.terminal:
            line.floor = line.caret

    @property
    def terminal(self) -> bool:
        """Whether the focus is on a terminal."""
        return self.place[0] == "xterm"

    @contextmanager
    def value(self) -> Iterator[None]:
        """Whatever is typed meanwhile belongs to a sensitive value."""
        self.marking = True
        yield
        self.marking = False

    # Editing --------------------------------------------------------------------------------------------------------

    def peak(self) -> None:
        """Remember the text if it is at a maximum: something is about to be taken away."""
        if self.line.joined:
            self.maxima.append(self.line.text)
        self.line.joined = False

    def remove(self, start: int, end: int, *, run: str = "erase") -> list[tuple[str, int]]:
        """Take characters away; what they were."""
        line = self.line
        start, end = max(line.floor, start), min(len(line.cells), end)
        if start >= end:
            return []
        if run == "" or line.run != run:
            line.steps.append((list(line.cells), line.caret))
        self.peak()
        gone = line.cells[start:end]
        del line.cells[start:end]
        line.caret, line.mark, line.run = start, None, run
        return gone

    def backspace(self, times: int = 1, *, word: bool = False) -> None:
        """Delete to the left, or what is selected."""
        for _ in range(times):
            if word:
                with self.holding("ctrl_l"):
                    self.stroke("backspace")
            else:
                self.stroke("backspace")
            start, end = self.line.bounds()
            if start != end:
                self.remove(start, end, run="")
                self.line.run = ""
            else:
                self.line.mark = None
                self.remove(self.word(-1) if word else self.line.caret - 1, self.line.caret)

    def delete(self, times: int = 1) -> None:
        """Delete to the right, or what is selected."""
        for _ in range(times):
            self.stroke("delete")
            start, end = self.line.bounds()
            if start != end:
                self.remove(start, end, run="")
                self.line.run = ""
            else:
                self.line.mark = None
                self.remove(self.line.caret, self.line.caret + 1)

    def word(self, way: int) -> int:
        """Offset of the next word's border, as a desktop counts: letters, digits and underscores."""
        cells, at, inside = self.line.cells, self.line.caret, False
        while (way < 0 and at > self.line.floor) or (way > 0 and at < len(cells)):
            char = cells[at - 1 if way < 0 else at][0]
            part = char.isalnum() or (char == "_" and not self.terminal)
            if inside and not part:
                break
            inside = inside or part
            at += way
        return at

    def go(self, to: int, *, extend: bool = False) -> None:
        """Put the caret somewhere."""
        line = self.line
        if extend and line.mark is None:
            line.mark = line.caret
        if not extend:
            line.mark = None
        line.caret, line.run = max(line.floor, min(len(line.cells), to)), ""
        line.joined = True

    def arrow(self, key: str, times: int = 1, *, extend: bool = False, word: bool = False) -> None:
        """Left or right, by characters or words."""
        way = -1 if key == "left" else 1
        for _ in range(times):
            with self.holding(*(["shift_l"] if extend else []), *(["ctrl_l"] if word else [])):
                self.stroke(key)
            start, end = self.line.bounds()
            if start != end and not extend and not word:
                self.go(start if way < 0 else end)
            else:
                self.go(self.word(way) if word else self.line.caret + way, extend=extend)

    def home(self, *, extend: bool = False) -> None:
        """To the start of the line."""
        with self.holding(*(["shift_l"] if extend else [])):
            self.stroke("home")
        self.go(self.line.text.rfind("\n", 0, self.line.caret) + 1, extend=extend)

    def end(self, *, extend: bool = False) -> None:
        """To the end of the line."""
        with self.holding(*(["shift_l"] if extend else [])):
            self.stroke("end")
        to = self.line.text.find("\n", self.line.caret)
        self.go(to if to >= 0 else len(self.line.cells), extend=extend)

    def chord(self, key: str, held: str = "ctrl_l") -> None:
        """A key under a modifier, known to nobody here."""
        with self.holding(held):
            self.stroke(key)

    def select_all(self) -> None:
        """Ctrl-A."""
        self.chord("a")
        self.go(0)
        self.go(len(self.line.cells), extend=True)

    def copy(self) -> None:
        """Ctrl-C."""
        start, end = self.line.bounds()
        self.chord("c")
        self.clip = self.line.cells[start:end]

    def cut(self) -> None:
        """Ctrl-X."""
        start, end = self.line.bounds()
        self.chord("x")
        self.clip = self.line.cells[start:end]
        self.remove(start, end, run="")
        self.line.run = ""

    def paste(self) -> None:
        """Ctrl-V."""
        self.chord("v")
        self.paste_cells(list(self.clip) or [("\ufffd", -1)], run="")
        self.line.run = ""

    def undo(self) -> None:
        """Ctrl-Z."""
        self.chord("z")
        line = self.line
        if line.steps:
            self.peak()
            line.cells, line.caret = line.steps.pop()
            line.cells = list(line.cells)
        line.mark, line.run, line.joined = None, "", True

    def click_at_end(self) -> None:
        """The mouse puts the caret after the last character; in a terminal it puts it nowhere."""
        self.settle()
        self.record("button_down")
        self.record("button_up")
        if not self.terminal:
            self.go(len(self.line.cells))

    def focus(self, app: str, window: str | None = "Untitled", field_: str | None = None) -> None:
        """Another window or field; the line left keeps its caret."""
        self.settle()
        self.place = app, window, field_

    # Truth ----------------------------------------------------------------------------------------------------------

    def finals(self) -> list[Line]:
        """Every field that ends with text in it."""
        return [line for line in self.lines.values() if line.text.strip()]
