"""Plays one stream of keys into editors, one for each field that had the focus."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from recording.model import Passage
from text_redact.buffer import Piece
from text_redact.commands import BREAK, ERASE, MOVE, NOTHING, UNKNOWN, Action, Chord, Clipboard, Desk, play
from text_redact.editor import Editor, between_words
from text_redact.keyboard import (
    KeysDown,
    Symbol,
    accented,
    composes,
    is_chat,
    is_terminal,
    shifted,
)
from text_redact.presses import Presses
from text_redact.scene import Clip, Machine, Mouse, Place, Watch

MAX_RAW = 20_000
"""Longest run of typed characters that is kept in one passage, in code points."""
STUCK = 4
"""So many characters under one Ctrl or Alt are read as text too: its release may be missing."""
MAX_TITLES = 16
DOUBLE_CLICK_NS = 500_000_000
DRAG = 5
"""Pixels that the mouse moves with its button down before that is a selection."""

_HOLDS = {"shift": "shift", "alt_gr": "shift"}
_SOLE = ("alt", "ctrl", "cmd")


class Reader:
    """One stream. Feed it rows in file order, then `close`."""

    def __init__(
        self,
        stream: int,
        clips: Sequence[Clip],
        places: Sequence[Place],
        machine: Machine,
        watch: Watch | None = None,
    ) -> None:
        self.stream = stream
        self.clips = clips
        self.clip_times = [clip.t_ns for clip in clips]
        self.places = places
        self.machine = machine
        self.watch = watch
        self.keys = KeysDown()
        self.presses = Presses()
        self.desks: dict[object, Desk] = {}
        self.numbers: dict[object, int] = {}
        self.clipboard, self.killed = Clipboard(), Clipboard()
        self.passages: list[Passage] = []
        self.sure: list[float] = []
        # The focus
        self.at = -1
        self.place = Place(None, None, None, None, secure=False)
        self.desk = Desk(Editor(stream), self.clipboard, self.killed)
        self.number = -1
        self.windows: tuple[str, ...] = ()
        # What was typed, edits apart; from ``fresh`` on since the last edit
        self.raw: tuple[list[str], list[int]] = ([], [])
        self.fresh = 0
        self.chords: list[tuple[str, int]] = []
        # What waits for the next key, and what keeps it from being read the short way
        self.caps = False
        self.dead = ""
        self.tabbed: Desk | None = None
        self.clicked = -1
        self.picked = False  # the mouse selected something unseen
        self.last_down: tuple[int, Mouse] | None = None
        self.busy = True

    # Events --------------------------------------------------------------------------------------------------------

    def down(self, key: Symbol, row: int, place: int, t_ns: int | None, *, released: bool) -> None:
        """A key goes down (``released``: and up). Runs of plain typing are read by `text_redact.runs`."""
        self._press(key, row, place, t_ns, released=released)

    def up(self, key: Symbol, row: int, place: int, t_ns: int | None) -> None:
        """A key comes up. One whose press is missing was pressed all the same."""
        if not self.keys.release(key, row) and not key.held and self.keys.count:
            self._press(key, row, place, t_ns, released=True, lost=True)
            self.desk.editor.doubt(0.8)
        if key.held:
            self._look()

    def text(self, text: str, row: int, place: int) -> None:
        """A whole piece of text at once: an input method, typing that the recorder put together."""
        self._focus(place)
        self.dead = ""
        if self.watch is not None:
            self.watch.ahead(len(self.presses))
        actions = [*self._waiting(), Action("type", (text, (row,) * len(text)))]
        for action in actions:
            play(action, self.desk)
        for char in text:
            self._raw(char, row)
        self._record(row, [row], "text", actions)

    def mouse(self, event: Mouse, place: int, t_ns: int | None) -> None:
        """A button: the caret may be anywhere when the next key comes, and something may be selected."""
        self.clicked, self.busy = place, True
        if is_terminal(self.places[place].app):
            return  # its line editor knows no mouse
        before = self.last_down
        if event.down:
            near = before is not None and event.x is not None and not _apart(before[1], event)
            again = near and before is not None and t_ns is not None and t_ns - before[0] < DOUBLE_CLICK_NS
            self.picked = self.picked or again
            self.last_down = (t_ns, event) if t_ns is not None else None
        elif before is not None and _apart(before[1], event):
            self.picked = True

    # A press, the long way -----------------------------------------------------------------------------------------

    def _press(
        self, key: Symbol, row: int, place: int, t_ns: int | None, *, released: bool, lost: bool = False
    ) -> None:
        self._focus(place)
        hold = [row] if lost else self.keys.press(key, row, released=released)
        actions: list[Action] = []
        if key.held:
            if key.held in {"ctrl", "cmd", "alt"}:
                self._end_chords()
            does = _HOLDS.get(key.held, "modifier")
        else:
            if self.watch is not None:
                self.watch.ahead(len(self.presses))
            # Alt-Tab does nothing to this field; a click or Tab before it may concern the next.
            switch = key.key == "tab" and any(held != "shift" for held in self.keys.modifiers.values())
            actions = [] if switch else self._waiting()
            for waiting in actions:
                play(waiting, self.desk)
            does, action = self._read(key, row, t_ns, lost=lost)
            if action is not None:
                actions.append(action)
                done = play(action, self.desk)
                does = done if does == NOTHING else does
                does = does or BREAK
                if action.what == "leave":
                    self.tabbed = self.desk
            if does in {ERASE, MOVE}:
                self._end_fresh()
        self._record(row, hold, does, actions)
        self._look()

    def _record(self, row: int, hold: list[int], does: str, actions: Sequence[Action]) -> None:
        editor = self.desk.editor
        number = len(self.presses)
        self.presses.add(row, hold, does, self.number, editor.taken)
        editor.taken = []
        if self.watch is not None:
            self.watch.done(number, actions)

    def _look(self) -> None:
        """Whether the next character can be read the short way."""
        others = any(held != "shift" for held in self.keys.modifiers.values())
        waits = bool(self.dead) or self.tabbed is not None or self.clicked >= 0 or bool(self.chords)
        self.busy = others or waits or self.machine.bare

    def _focus(self, place: int) -> None:
        if place == self.at:
            return
        old, new = self.place, self.places[place]
        if self.number < 0 or old.app != new.app or old.secure != new.secure:
            self._end_raw()
        key = new.key
        if key not in self.desks:
            self.numbers[key] = len(self.numbers)
            editor = Editor(
                stream=self.stream, secure=new.secure, label=new.field or "", app=new.app or "", url=new.url or ""
            )
            if self.watch is not None:
                editor.quiet, editor.log = True, []
            self.desks[key] = Desk(editor, self.clipboard, self.killed)
        self.at, self.place, self.desk, self.number = place, new, self.desks[key], self.numbers[key]
        editor = self.desk.editor
        editor.url = new.url or editor.url
        if new.window:
            if new.window not in editor.windows:
                editor.windows = (*editor.windows, new.window)[-MAX_TITLES:]
            if new.window not in self.windows:
                self.windows = (*self.windows, new.window)[-MAX_TITLES:]

    def _waiting(self) -> list[Action]:
        """What happened before this key without a key: a Tab that led nowhere else, a click."""
        actions: list[Action] = []
        if self.tabbed is self.desk:
            actions.append(Action("tab"))
        self.tabbed = None
        if self.clicked >= 0:
            clicked = self.desks.get(self.places[self.clicked].key)
            if clicked is not None and not is_terminal(self.places[self.clicked].app):
                if len(clicked.editor):
                    clicked.editor.doubt(0.5)
                if clicked is self.desk:
                    self._end_raw()
                    actions.append(Action("click"))
                else:
                    play(Action("click"), clicked)
            self.clicked = -1
        return actions

    # What a key means ----------------------------------------------------------------------------------------------

    def _read(self, key: Symbol, row: int, t_ns: int | None, *, lost: bool) -> tuple[str, Action | None]:
        """What a key does where that is known already, and its action, if any."""
        down = set(self.keys.modifiers.values())
        text = key.text
        if "alt_gr" in down or {"ctrl", "alt"} <= down:
            down -= {"ctrl", "alt"}  # the third level of a keyboard: it types
        if (text is None or self.machine.bare) and (len(key.key) == 1 or key.key == "space"):
            if (lost or self.machine.bare) and down.isdisjoint(_SOLE):
                text = shifted(key.key, shift="shift" in down, caps=self.caps)
            elif text is not None:
                pass
            elif "alt" not in down and len(key.key) == 1 and not lost:
                down.add("ctrl")  # a letter that types nothing: the recorder saw Ctrl-C as one control character
        told = text is not None and text.islower() and not (self.caps or lost or self.machine.bare)
        if told and "shift" in down and down.isdisjoint(_SOLE):
            self.keys.heal("shift")  # its release is missing
            down.discard("shift")
        if key.key in {"enter", "return", "tab"} or text in {"\n", "\r", "\t"}:
            self.dead = ""
            return self._advance(down, tab=key.key == "tab" or text == "\t")
        if not down.isdisjoint(_SOLE) and text is not None:
            self.chords += [(char, row) for char in text]
        else:
            self._end_chords()
        return self._command(key, text, down, t_ns) or self._character(key, text, row, alt="alt" in down)

    def _advance(self, down: set[str], *, tab: bool) -> tuple[str, Action | None]:
        """Enter and Tab: they part values and are none."""
        if down - {"shift"} and (tab or down & {"alt", "cmd"}):
            return BREAK, None  # another window, another tab of a browser
        self._end_fresh()
        self._raw("\t" if tab else "\n", -1)
        if tab:
            return BREAK, Action("leave")  # the focus may move on; whether it did tells the place of the next key
        sent = is_terminal(self.place.app) or (is_chat(self.place.app) and "shift" not in down)
        return BREAK, Action("send" if sent else "enter")

    def _command(  # noqa: PLR0911  a table of cases
        self, key: Symbol, text: str | None, down: set[str], t_ns: int | None
    ) -> tuple[str, Action | None] | None:
        name = (key.key or text or "").lower()
        ctrl, shift, cmd, alt = "ctrl" in down, "shift" in down, "cmd" in down, "alt" in down
        if (name == "v" and (ctrl or cmd)) or (name == "insert" and shift):
            pasted = self._pasted(t_ns)
            for char, source in zip(*(pasted or self.clipboard.piece or (UNKNOWN, (-1,))), strict=True):
                self._raw(char, source)
            return BREAK, Action("paste", pasted)
        if name == "insert" and not ctrl:
            return BREAK, Action("overtype")
        typing = not name or (text is not None and not (ctrl or cmd or alt))
        if typing or (text is None and composes(name)) or name in {"caps_lock", "num_lock"}:
            return None
        system = "terminal" if is_terminal(self.place.app) else self.machine.system
        if self.picked and name in {"backspace", "delete"}:
            self.picked = False
            return ERASE, None  # what the mouse selected, unseen
        chord = Chord(name, shift, ctrl, alt, cmd, t_ns)
        if alt and not (ctrl or cmd) and len(name) == 1 and system != "terminal":
            return None
        if alt and system == "terminal" and len(name) == 1 and name not in "bfd":
            return None
        if len(name) > 1 and not (ctrl or cmd) and name not in _EDITING:
            return None
        return NOTHING, Action("chord", None, chord, system)

    def _character(self, key: Symbol, text: str | None, row: int, *, alt: bool) -> tuple[str, Action | None]:
        name = key.key
        if text is None and len(name) > 1:
            if composes(name):
                self.dead = name if name.startswith("dead") else ""
                return "part", None
            if name == "caps_lock":
                self.caps = not self.caps
            return "modifier" if name in {"caps_lock", "num_lock"} else BREAK, None  # or a function key, Escape
        if alt and text is not None and text.isascii() and text.isalnum():
            return BREAK, None  # a menu
        typed = text or name or UNKNOWN
        if self.dead and len(typed) == 1 and typed.isascii():
            typed = accented(self.dead, typed)
        self.dead, self.picked = "", False
        for char in typed:
            self._raw(char, row)
        return "text", Action("type", (typed, (row,) * len(typed)))

    def _pasted(self, t_ns: int | None) -> Piece | None:
        """What a paste brings by the recorder's clipboard; ``None``: what was copied by keys."""
        known = bisect.bisect_right(self.clip_times, t_ns) if t_ns is not None else 0
        copied = self.clipboard
        if known and (copied.t_ns is None or self.clip_times[known - 1] >= copied.t_ns):
            text = self.clips[known - 1].text
            if copied.piece is None or copied.piece[0] != text:
                return text, (-1,) * len(text)
        return None

    # Results -------------------------------------------------------------------------------------------------------

    def _raw(self, char: str, row: int) -> None:
        self.raw[0].append(char)
        self.raw[1].append(row)
        self.turn_raw()

    def turn_raw(self) -> None:
        """Begin another run of typed characters where this one is too long."""
        if len(self.raw[0]) <= MAX_RAW:
            return
        chars, rows = self.raw
        end, tail = between_words(chars)
        self.raw, self.fresh = (chars[:end], rows[:end]), min(self.fresh, end)
        self._end_raw()
        self.raw = chars[tail:], rows[tail:]

    def _end_raw(self) -> None:
        self._end_chords()
        self._end_fresh()
        self._emit(self.raw[0], self.raw[1])
        self.raw, self.fresh = ([], []), 0
        self.windows = (self.place.window,) if self.place.window else ()

    def _end_fresh(self) -> None:
        """What was typed since the last edit may be a word of its own, once what stood before it is replaced."""
        if self.fresh:
            self._emit(self.raw[0][self.fresh :], self.raw[1][self.fresh :])
        self.fresh = len(self.raw[0])

    def _end_chords(self) -> None:
        if len(self.chords) >= STUCK:
            self._emit([char for char, _ in self.chords], [row for _, row in self.chords])
        self.chords = []

    def _emit(self, chars: Sequence[str], rows: Sequence[int]) -> None:
        text = "".join(chars)
        if text.strip():
            place = self.place
            self.passages.append(
                Passage(
                    text, "typed", "raw", place.secure, "", self.stream, tuple(rows),
                    app=place.app or "", windows=self.windows, url=place.url or "",
                )
            )  # fmt: skip
            self.sure.append(0.5)

    def close(self) -> list[tuple[Passage, float]]:
        """Every passage of the stream, with how sure it is that the text once stood so in a field."""
        if self.number >= 0:
            self._end_raw()
        for desk in self.desks.values():
            desk.editor.finish()
            self.passages += desk.editor.passages
            self.sure += desk.editor.sure
        return list(zip(self.passages, self.sure, strict=True))

    def retyped(self) -> dict[int, tuple[int, ...]]:
        """For rows of characters the rows of earlier attempts at them; asked after `close`."""
        found: dict[int, list[int]] = {}
        for desk in self.desks.values():
            for row, earlier in desk.editor.retyped:
                found.setdefault(row, []).append(earlier)
        return {row: tuple(rows) for row, rows in found.items()}


_EDITING = frozenset({"backspace", "delete", "left", "right", "up", "down", "home", "end", "page_up", "page_down"})


def _apart(a: Mouse, b: Mouse) -> bool:
    if a.x is None or a.y is None or b.x is None or b.y is None:
        return False
    return abs(a.x - b.x) > DRAG or abs(a.y - b.y) > DRAG
