"""Key events -> every text that was ever typed, with the way back from each character to its key.

Deleted text counts as much as what stayed: a field gives its final text, each text it held before something was taken
away, each erased run, and the bare sequence of typed characters, which needs no guess about carets at all. Where the
keys leave doubt (a click moved the caret, a key without a name, a modifier that never came up), more is read and not
less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc

from recording.model import KEY_KINDS, Passage
from text_redact.commands import BREAK, ERASE, MOVE, NOTHING, UNKNOWN, Chord, Clipboard, desktop, terminal
from text_redact.editor import BEFORE, Cell, Editor
from text_redact.keyboard import Hold, KeysDown, composes, is_terminal, modifier

MAX_RAW = 20_000
"""Longest run of typed characters that is kept in one passage, in code points."""
STUCK = 4
"""So many characters under one Ctrl are read as text too: its release may be missing."""


@dataclass(frozen=True, slots=True)
class Press:
    """One key press.

    Attributes:
        row: Its event.
        rows: Every event of the same stroke: the press, its automatic repeats, the releases it may have had.
        does: ``text`` (typed a character), ``shift`` (held for the characters under it), ``modifier`` (any other),
            ``erase`` (deleted), ``move`` (moved the caret, or makes a part of the next character), ``break`` (Enter,
            Tab, a shortcut: never part of a value).
        field: Number of the text field it went to.
        erased: Rows whose characters it deleted.
    """

    row: int
    rows: tuple[int, ...]
    does: str
    field: int
    erased: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Transcript:
    """Every passage of a recording's keys, and by stream its presses in file order.

    ``surviving`` holds, by stream, the rows of the characters that some final text still shows.
    """

    passages: tuple[Passage, ...] = field(repr=False)
    presses: dict[int, tuple[Press, ...]] = field(repr=False)
    surviving: dict[int, frozenset[int]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Clip:
    """What the clipboard held from a moment on."""

    t_ns: int
    text: str = field(repr=False)


def transcribe(events: pa.Table, clips: Sequence[Clip] = ()) -> Transcript:
    """Read the key rows of ``events`` (schema `recording.model.EVENTS`).

    Rows must be in file order. The result's passages hold each distinct text once per set of keys.
    """
    kinds = pa.array([*sorted(KEY_KINDS), "button_down"])
    table = events.filter(pc.is_in(events["kind"], value_set=kinds))
    passages: list[Passage] = []
    presses: dict[int, tuple[Press, ...]] = {}
    surviving: dict[int, frozenset[int]] = {}
    for stream in pc.unique(table["stream"]).to_pylist():
        reader = _Reader(stream, sorted(clips, key=_when))
        for row in table.filter(pc.equal(table["stream"], stream)).select(list(_Event.__slots__)).to_pylist():
            reader.feed(_Event(**row))
        held = reader.close()
        passages.extend(held)
        presses[stream] = reader.presses()
        surviving[stream] = frozenset(row for p in held if p.role == "final" for row in p.rows if row >= 0)
    return Transcript(tuple(_distinct(passages)), presses, surviving)


@dataclass(frozen=True, slots=True)
class _Event:
    seq: int
    t_ns: int | None
    kind: str
    key: str | None
    text: str | None
    app: str | None
    window: str | None
    field: str | None
    secure: bool


def _when(clip: Clip) -> int:
    return clip.t_ns


_ROLES = ("final", "before_edit", "erased", "raw")


def _rank(passage: Passage) -> int:
    return _ROLES.index(passage.role)


def _distinct(passages: Iterable[Passage]) -> Iterator[Passage]:
    """The first of equal passages; a raw run adds nothing where a field shows the same keys."""
    seen: set[tuple[object, ...]] = set()
    for passage in sorted(passages, key=_rank):
        key = (passage.stream, passage.rows, passage.text, passage.secure)
        if (*key, passage.label) not in seen and not (passage.role == "raw" and key in seen):
            seen.update({key, (*key, passage.label)})
            yield passage


_HOLDS = MappingProxyType({"shift": "shift", "alt_gr": "shift"})

_Place = tuple[str | None, str | None, bool]


@dataclass(slots=True)
class _Made:
    """A press while its stroke is still open."""

    row: int
    hold: Hold
    does: str
    field: int
    erased: frozenset[int]


class _Reader:
    """Plays one stream of keys into editors, one for each field that had the focus."""

    def __init__(self, stream: int, clips: Sequence[Clip]) -> None:
        self.stream = stream
        self.clips = clips
        self.editors: dict[_Place, Editor] = {}
        self.numbers: dict[_Place, int] = {}
        self.place: _Place | None = None
        self.raw: list[Cell] = []
        self.fresh = 0  # where in the raw run the text typed since the last edit begins
        self.chords: list[Cell] = []
        self.secure = False
        self.passages: list[Passage] = []
        self.keys = KeysDown()
        self.made: list[_Made] = []
        self.clipboard = Clipboard()
        self.killed = Clipboard()

    # Events --------------------------------------------------------------------------------------------------------

    def feed(self, event: _Event) -> None:
        if event.kind == "button_down":
            self.click()
        elif event.kind == "key_up":
            self.keys.release(event.key or event.text or "", event.seq)
        else:
            self.press(event)

    def click(self) -> None:
        """The caret of a field may be anywhere now: the end is the likeliest place, and the raw run restarts."""
        if self.place is not None and not is_terminal(self.place[0]):
            self.break_raw()
            editor = self.editors[self.place]
            editor.move(len(editor.cells), extend=False)

    def press(self, event: _Event) -> None:
        place = self.focus(event)
        editor = self.editors[place]
        name = event.key or event.text or ""
        hold = self.keys.press(name, event.seq, released=event.kind == "key_pair")
        held = modifier(event.key)
        if held in {"ctrl", "cmd"}:
            self.break_chords()
        does = _HOLDS.get(held, "modifier") if held else self.apply(event, editor)
        if does in {ERASE, MOVE}:
            self.break_fresh()
        erased, editor.taken = frozenset(editor.taken), []
        self.made.append(_Made(event.seq, hold, does, self.numbers[place], erased))

    def focus(self, event: _Event) -> _Place:
        # A title changes while one types in a field, so it tells fields apart only where nothing better does.
        place = event.app, event.field if event.field is not None else event.window, event.secure
        if place != self.place:
            if self.place is None or self.place[0] != event.app or self.secure != event.secure:
                self.break_raw()
            self.place, self.secure = place, event.secure
        if place not in self.editors:
            self.numbers[place] = len(self.numbers)
            self.editors[place] = Editor(self.stream, event.secure, event.field or "")
        return place

    # What a key does -----------------------------------------------------------------------------------------------

    def apply(self, event: _Event, editor: Editor) -> str:
        down = set(self.keys.modifiers.values())
        key, text = event.key or "", event.text
        if "alt_gr" in down or {"ctrl", "alt"} <= down:
            down -= {"ctrl", "alt"}  # the third level of a keyboard: it types
        if text is None and len(key) == 1 and "alt" not in down:
            down.add("ctrl")  # a letter that types nothing: the recorder saw Ctrl-C as one control character
        if key in {"enter", "return", "tab"} or text in {"\n", "\r", "\t"}:
            return self.advance(editor, down, tab=key == "tab" or text == "\t", in_terminal=is_terminal(event.app))
        command = not down.isdisjoint({"ctrl", "cmd"})
        if command and text is not None:
            self.chords += [(char, event.seq) for char in text]
        else:
            self.break_chords()
        does = self.command(event, editor, down)
        if does != NOTHING:
            return does
        return self.character(event, editor, alt="alt" in down)

    def advance(self, editor: Editor, down: set[str], *, tab: bool, in_terminal: bool) -> str:
        """Enter and Tab: they part values and are none."""
        if down - {"shift"} and (tab or down & {"alt", "cmd"}):
            return BREAK  # another window, another tab of a browser
        self.raw.append(("\t" if tab else "\n", -1))
        if in_terminal and not tab:
            editor.close_line()
            return BREAK
        if tab:
            editor.move(editor.caret, extend=False)  # the focus moves on; what was selected stays
        editor.type([("\t" if tab else "\n", -1)], whole=True)
        return BREAK

    def command(self, event: _Event, editor: Editor, down: set[str]) -> str:
        key = (event.key or event.text or "").lower()
        ctrl, shift, in_terminal = "ctrl" in down, "shift" in down, is_terminal(event.app)
        if (key == "v" and (ctrl or "cmd" in down)) or (key == "insert" and shift):
            pasted = self.pasted(event.t_ns)
            editor.type(pasted, whole=True)
            self.raw += pasted
            return BREAK
        chord = Chord(key, shift, ctrl, "alt" in down, "cmd" in down, event.t_ns)
        if in_terminal:
            if ctrl and shift and key == "c":
                self.clipboard.take([], event.t_ns)  # the mouse selected it: unseen
            does = terminal(editor, chord, self.killed)
        else:
            if key == "delete" and shift and editor.selection():
                self.clipboard.take(editor.selected(), event.t_ns)
            does = desktop(editor, chord, self.clipboard)
        return BREAK if does == NOTHING and (ctrl or "cmd" in down) else does

    def character(self, event: _Event, editor: Editor, *, alt: bool) -> str:
        key, text = event.key or "", event.text
        if text is None and len(key) > 1:
            if composes(key):
                return "move"
            return "modifier" if key in {"caps_lock", "num_lock"} else BREAK  # a function key, Escape, a media key
        if alt and text is not None and text.isascii() and text.isalnum():
            return BREAK  # a menu
        cells = [(char, event.seq) for char in text or key or UNKNOWN]
        editor.type(cells)
        self.raw += cells
        if len(self.raw) > MAX_RAW:
            tail = self.raw[-BEFORE:]
            self.break_raw()
            self.raw = tail
        return "text"

    def pasted(self, t_ns: int | None) -> list[Cell]:
        """What a paste brings: the recorder's clipboard, or what was copied by keys since."""
        known = [clip for clip in self.clips if t_ns is not None and clip.t_ns <= t_ns]
        copied = self.clipboard
        if known and (copied.t_ns is None or known[-1].t_ns >= copied.t_ns):
            text = known[-1].text
            if copied.cells is None or "".join(char for char, _ in copied.cells) != text:
                return [(char, -1) for char in text]
        return list(copied.cells or [(UNKNOWN, -1)])

    # Results -------------------------------------------------------------------------------------------------------

    def break_raw(self) -> None:
        self.break_chords()
        self.break_fresh()
        self.emit(self.raw)
        self.raw, self.fresh = [], 0

    def break_fresh(self) -> None:
        """What was typed since the last edit may be a word of its own, once what stood before it is replaced."""
        if self.fresh:
            self.emit(self.raw[self.fresh :])
        self.fresh = len(self.raw)

    def break_chords(self) -> None:
        if len(self.chords) >= STUCK:
            self.emit(self.chords)
        self.chords = []

    def emit(self, cells: list[Cell]) -> None:
        text = "".join(char for char, _ in cells)
        if text.strip():
            rows = tuple(row for _, row in cells)
            self.passages.append(Passage(text, "typed", "raw", self.secure, "", self.stream, rows))

    def close(self) -> list[Passage]:
        self.break_raw()
        for editor in self.editors.values():
            self.passages.extend(editor.finish())
        return self.passages

    def presses(self) -> tuple[Press, ...]:
        return tuple(Press(made.row, tuple(made.hold), made.does, made.field, made.erased) for made in self.made)
