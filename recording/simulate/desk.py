"""Somebody's hands on somebody's machine: each act presses its keys and does to the field what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from recording.simulate.chance import Chance
from recording.simulate.editor import Editor
from recording.simulate.hands import Hands, Place
from recording.simulate.layout import Layout
from recording.simulate.script import Setup
from recording.simulate.typist import Typist

_TERMINALS = ("term", "konsole", "console")
_WIDTH, _HEIGHT = 7.5, 18.0


@dataclass(slots=True)
class Atoms:
    """Every character that ever was: its text, the mark it belongs to (-1: none), its rows."""

    chars: list[str] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    rows: list[tuple[int, ...]] = field(default_factory=list)

    def add(self, char: str, mark: int, rows: tuple[int, ...]) -> int:
        """A new character; its number."""
        self.chars.append(char)
        self.marks.append(mark)
        self.rows.append(rows)
        return len(self.chars) - 1


class Desk:
    """One typist at one machine. ``fields`` holds every field by place; ``erasers`` the rows that deleted of a mark."""

    def __init__(self, typist: Typist, setup: Setup, keyboard: Layout, hands: Hands, chance: Chance) -> None:
        self.typist, self.setup, self.keyboard, self.hands, self.chance = typist, setup, keyboard, hands, chance
        self.atoms = Atoms()
        self.fields: dict[Place, Editor] = {}
        self.clipboard: list[int] = []
        self.clips: list[tuple[int, str]] = []
        self.pasted: dict[int, set[int]] = {}
        self.erasers: dict[int, set[int]] = {}
        self.mac = setup.platform == "macos"
        self.sends = False
        self.caps = False
        self._last = ""

    @property
    def field(self) -> Editor:
        """The field that has the focus."""
        place = self.hands.place
        if place not in self.fields:
            line_editor = any(part in place.app.lower() for part in _TERMINALS)
            self.fields[place] = Editor(self.atoms.chars, line_editor)
        return self.fields[place]

    # Characters ----------------------------------------------------------------------------------------------------

    def char(self, char: str, mark: int = -1) -> None:
        """Type a character with the keys it takes; one that no key has arrives as a text."""
        strikes = self.keyboard.strikes.get(char)
        if strikes is None:
            row = self.hands.text(char, self.chance.gap_us("other"))
            self.field.insert(row, [self.atoms.add(char, mark, (row,))])
            self._last = char
            return
        rows = []
        for strike in strikes:
            if strike.third:
                rows.append(self._third(strike.cap, char))
                continue
            gap = self._gap(strike.char)
            lettered = strike.char.isalpha() and not strike.dead
            shift = strike.shift != (self.caps and lettered)
            if shift:
                self.hands.hold_shift(self.typist.shift, gap * 2 // 3, again=not self.typist.keeps_shift)
                gap -= gap * 2 // 3
            if strike.dead:
                key, text = f"dead_{strike.dead}", None
            else:
                seen = char if self.setup.composed else strike.char
                key, text = ("space" if seen == " " else seen.lower()), seen
            rows.append(self.hands.press(strike.cap, key, text, gap, shift=shift, up=key if strike.dead else None))
            self._last = strike.char
        self.field.insert(rows[-1], [self.atoms.add(char, mark, tuple(rows))])

    def caps_lock(self) -> None:
        """Caps Lock, on or off."""
        self.hands.press("caps_lock", "caps_lock", None, self.chance.gap_us("other"))
        self.caps = not self.caps

    def text(self, text: str, marks: Sequence[int]) -> None:
        """A word that an input method commits, or that a recorder wrote down in one record."""
        row = self.hands.text(text, self.chance.gap_us("after_space"))
        self.field.insert(row, [self.atoms.add(c, m, (row,)) for c, m in zip(text, marks, strict=True)])

    def compose(self, strokes: int) -> None:
        """Keys that an input method swallows."""
        for _ in range(strokes):
            self.hands.press("process", "process", None, self.chance.gap_us("letter"))

    def repeat(self, char: str, times: int, mark: int = -1) -> None:
        """Hold a character's key down; the first is typed, ``times`` in all."""
        self.char(char, mark)
        if times > 1 and not self.setup.pairs and len(self.keyboard.strikes.get(char, ())) == 1 and char.islower():
            for row in self.hands.repeat(char, char, times - 1):
                self.field.insert(row, [self.atoms.add(char, mark, (row,))])
        else:
            for _ in range(times - 1):
                self.char(char, mark)

    def _third(self, cap: str, char: str) -> int:
        held = {"linux": ("alt_gr",), "windows": ("ctrl_l", "alt_gr"), "macos": ("alt",)}[self.setup.platform]
        for name in held:
            self.hands.hold(name)
        row = self.hands.press(cap, char.lower(), char, self._gap(char), up=char.lower())
        for name in reversed(held):
            self.hands.let_go(name)
        return row

    def _gap(self, char: str) -> int:
        last, gap = self._last, self.chance.gap_us
        if last == "erase":
            return gap("after_erase")
        if last == char:
            return gap("same")
        if char == " ":
            return gap("to_space")
        if last == " ":
            return gap("after_space")
        return gap("letter" if char.islower() and last.isalpha() else "other")

    # Erasing -------------------------------------------------------------------------------------------------------

    def backspace(self, times: int = 1) -> None:
        """Delete to the left, or what is selected."""
        for row in self._many("backspace", times, "erase"):
            self._erase_left(row, 1)

    def delete(self, times: int = 1) -> None:
        """Delete to the right, or what is selected."""
        for row in self._many("delete", times, "erase"):
            if not self._erase_selected(row):
                self._erase(row, self.field.caret, self.field.caret + 1)

    def erase_word(self) -> None:
        """Delete the word before the caret with the platform's keys."""
        field = self.field
        if field.line_editor:
            # What Ctrl-W and Alt-Backspace take differs where a word has signs in it.
            at = field.word_left(field.caret)
            plain = field.agreed(at, field.caret)
            row = self._chord("w", ("ctrl_l",), "w") if plain else self._chord("backspace", ("alt",))
            self._erase(row, at, field.caret)
            return
        row = self._chord("backspace", ("alt",) if self.mac else ("ctrl_l",))
        if not self._erase_selected(row):
            self._erase(row, field.word_left(field.caret), field.caret)

    def erase_line(self) -> None:
        """Delete everything before the caret on its line: Ctrl-U, Command-Backspace, or Shift-Home and Backspace."""
        field = self.field
        if not (field.line_editor or self.mac):
            self.home(extend=True)
            self.backspace()
            return
        keys = ("u", ("ctrl_l",), "u") if field.line_editor else ("backspace", ("cmd",), None)
        row = self._chord(*keys)
        self._erase(row, field.line()[0], field.caret)

    def _erase_left(self, row: int, count: int) -> None:
        if not self._erase_selected(row):
            self._erase(row, self.field.caret - count, self.field.caret)

    def _erase_selected(self, row: int) -> bool:
        selected = self.field.selection()
        if selected:
            self._count(row, *selected)
        return self.field.remove_selected(row)

    def _erase(self, row: int, start: int, end: int) -> None:
        self._count(row, start, end)
        self.field.remove(row, start, end)

    def _count(self, row: int, start: int, end: int) -> None:
        for atom in self.field.cells[max(self.field.floor, start) : max(0, end)]:
            mark = self.atoms.marks[atom]
            if mark >= 0:
                self.erasers.setdefault(mark, set()).add(row)

    # Moving --------------------------------------------------------------------------------------------------------

    def left(self, times: int = 1, *, extend: bool = False) -> None:
        """Arrow left, with Shift selecting."""
        self._arrow("left", -1, times, extend)

    def right(self, times: int = 1, *, extend: bool = False) -> None:
        """Arrow right, with Shift selecting."""
        self._arrow("right", 1, times, extend)

    def _arrow(self, key: str, way: int, times: int, extend: bool) -> None:
        if extend:
            self.hands.hold(self.typist.shift)
        for _ in self._many(key, times, "other"):
            selected = self.field.selection()
            if selected and not extend:
                self.field.move(selected[0] if way < 0 else selected[1])
            else:
                self.field.move(self.field.caret + way, extend=extend)
        if extend:
            self.hands.let_go(self.typist.shift)

    def word_left(self, *, extend: bool = False) -> None:
        """To the start of the word, with Shift selecting."""
        field = self.field
        held = ("alt",) if self.mac else ("ctrl_l",)
        self._chord("left", (*held, self.typist.shift) if extend else held)
        field.move(field.word_left(field.caret), extend=extend)

    def word_right(self) -> None:
        """To the end of the word; on Windows to the start of the next."""
        field = self.field
        self._chord("right", ("alt",) if self.mac else ("ctrl_l",))
        to = field.word_right(field.caret)
        if self.setup.platform == "windows" and not field.line_editor:
            while to < len(field.cells) and field.chars[field.cells[to]] == " ":
                to += 1
        field.move(to)

    def home(self, *, extend: bool = False) -> None:
        """To the start of the line."""
        self._to_end_of_line("home", "left", "a", self.field.line()[0], extend)

    def end(self, *, extend: bool = False) -> None:
        """To the end of the line."""
        self._to_end_of_line("end", "right", "e", self.field.line()[1], extend)

    def _to_end_of_line(self, key: str, arrow: str, letter: str, to: int, extend: bool) -> None:
        shift = (self.typist.shift,) if extend else ()
        if self.setup.pairs:
            self._chord(key, ())
        elif self.field.line_editor and self.chance.uniform() < 0.5:
            self._chord(letter, ("ctrl_l",), letter)
        elif self.mac and not self.field.line_editor:
            self._chord(arrow, ("cmd", *shift))
        else:
            self._chord(key, shift)
        self.field.move(to, extend=extend)

    def click_at(self, offset: int) -> None:
        """Put the caret there with the mouse, which no recorder can tell; in a terminal it changes nothing."""
        field = self.field
        self.hands.click(*self._spot(offset))
        if not field.line_editor:
            field.move(offset)

    def _spot(self, offset: int) -> tuple[float, float]:
        before = self.field.text[:offset]
        line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
        return round(220 + _WIDTH * column, 1), round(140 + _HEIGHT * line, 1)

    # Shortcuts -----------------------------------------------------------------------------------------------------

    def select_all(self) -> None:
        """Ctrl-A or Command-A."""
        self._command("a")
        self.field.move(0)
        self.field.move(len(self.field.cells), extend=True)

    def copy(self, *, cut: bool = False) -> None:
        """Copy or cut what is selected."""
        start, end = self.field.selection() or (0, 0)
        row = self._command("x" if cut else "c")
        self.clipboard = self.field.cells[start:end]
        if self.setup.clipboard:
            self.clips.append((self.hands.now * 1000, "".join(self.atoms.chars[atom] for atom in self.clipboard)))
        if cut:
            self._erase_selected(row)

    def paste(self, text: str | None = None, mark: int = -1) -> None:
        """Paste what was copied; ``text`` was copied where nobody saw it typed."""
        if text is not None and self.setup.clipboard:
            self.hands.wait(400_000)
            self.clips.append((self.hands.now * 1000, text))
        if not self.field.line_editor or self.mac:
            row = self._command("v")
        else:
            row = self._chord("v", ("ctrl_l", self.typist.shift), "V" if self.setup.platform == "linux" else None)
        if text is not None:
            self.clipboard = [self.atoms.add(char, mark, (row,)) for char in text]
        for atom in self.clipboard:
            if self.atoms.marks[atom] >= 0:
                self.pasted.setdefault(self.atoms.marks[atom], set()).add(row)
        self.field.insert(row, list(self.clipboard), whole=True)

    def undo(self, *, redo: bool = False) -> None:
        """Ctrl-Z; redo is Ctrl-Y on Windows, Ctrl-Shift-Z elsewhere."""
        on_windows = redo and self.setup.platform == "windows"
        row = self._command("y") if on_windows else self._command("z", shift=redo)
        before = set(self.field.cells)
        (self.field.redo if redo else self.field.undo)(row)
        for atom in before - set(self.field.cells):
            if self.atoms.marks[atom] >= 0:
                self.erasers.setdefault(self.atoms.marks[atom], set()).add(row)

    def enter(self) -> None:
        """A line break; in a terminal or a chat the line goes."""
        row = self.hands.press("enter", "enter", None, self.chance.gap_us("other"))
        atom = self.atoms.add("\n", -1, (row,))
        if self.field.line_editor or self.sends:
            self.field.send(row, atom)
        else:
            self.field.insert(row, [atom], whole=True)
        self._last = " "

    def tab(self) -> None:
        """The Tab key, which leads to the next field."""
        self.hands.press("tab", "tab", None, self.chance.gap_us("other"))
        self.hands.settle()
        self._last = " "

    def _command(self, letter: str, *, shift: bool = False) -> int:
        held = ("cmd",) if self.mac else ("ctrl_l",)
        text = letter.upper() if shift and self.setup.platform == "linux" else letter
        return self._chord(letter, (*held, self.typist.shift) if shift else held, text)

    def _chord(self, key: str, held: tuple[str, ...], text: str | None = None) -> int:
        """A key under modifiers; its row. Windows' recorders see a letter under Ctrl as a control character."""
        for name in held:
            self.hands.hold(name)
        seen = None if self.setup.platform == "windows" else text
        row = self.hands.press(key, key, seen, self.chance.gap_us("other") // 2)
        for name in reversed(held):
            self.hands.let_go(name)
        self._last = "erase" if key in {"backspace", "delete"} else " "
        return row

    def _many(self, key: str, times: int, kind: str) -> list[int]:
        """A key pressed several times, or held until it has repeated itself; the rows."""
        first, after = ("erase_first", "erase_next") if kind == "erase" else (kind, "erase_next")
        gap = self.chance.gap_us(after if self._last == kind == "erase" else first)
        rows = [self.hands.press(key, key, None, gap)] if times > 0 else []
        if times > 3 and self.typist.repeats and not self.setup.pairs:
            rows += self.hands.repeat(key, None, times - 1)
        else:
            rows += [self.hands.press(key, key, None, self.chance.gap_us(after)) for _ in rows * (times - 1)]
        self._last = kind if kind == "erase" else " "
        return rows
