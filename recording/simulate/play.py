"""Playing a script: who does it, on what machine, and what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from recording.simulate.chance import Chance
from recording.simulate.desk import Desk
from recording.simulate.hands import Hands, Place
from recording.simulate.layout import layout
from recording.simulate.mistakes import Writer
from recording.simulate.script import (
    Action,
    Copy,
    Enter,
    Erase,
    Focus,
    Hold,
    Jump,
    Part,
    Paste,
    Say,
    Sensitive,
    Setup,
    Undo,
)
from recording.simulate.stream import FieldText, Stream, Trace
from recording.simulate.typist import Typist

_START_US = 1_000_000_000
_NOWHERE = Place("notes", "Untitled")


def type_text(
    script: str | Sequence[Action], typist: Typist, rng: np.random.Generator, *, setup: Setup | None = None
) -> Stream:
    """Perform a script key by key.

    What the machine or its recorder cannot show is left out: a terminal has no selection and no undo, and a recorder of
    ``setup.pairs`` cannot tell shortcuts, so `Copy`, `Paste`, `Undo` and selecting do nothing there.

    Args:
        script: A text, or what is done one after the other.
        typist: Who types; see `draw_typist`.
        rng: Equal arguments and equal generators give equal streams.
        setup: The machine and its recorder, by default Linux with a US keyboard.

    Raises:
        ValueError: A platform, layout, or way of doing something is unknown.
    """
    setup = setup or Setup()
    if setup.platform not in {"linux", "windows", "macos"}:
        raise ValueError("a platform is linux, windows or macos")
    player = _Player(typist, setup, rng)
    for action in [Say((Part(script),))] if isinstance(script, str) else script:
        player.do(action)
    return player.stream()


class _Player:
    def __init__(self, typist: Typist, setup: Setup, rng: np.random.Generator) -> None:
        keyboard, chance = layout(setup.layout), Chance(typist, rng)
        self.setup = setup
        self.hands = Hands(chance, keyboard, _NOWHERE, pairs=setup.pairs, start_us=_START_US)
        self.desk = Desk(typist, setup, keyboard, self.hands, chance)
        self.marks: dict[Sensitive, int] = {}

    def mark(self, mark: Sensitive | None) -> int:
        return -1 if mark is None else self.marks.setdefault(mark, len(self.marks))

    def do(self, action: Action) -> None:
        """Perform one action."""
        match action:
            case Say():
                self.say(action)
            case Focus():
                self.focus(action)
            case Jump():
                self.jump(action)
            case Erase():
                self.erase(action)
            case Hold():
                self.desk.repeat(action.char, action.count, self.mark(action.mark))
            case Enter():
                self.desk.enter()
            case Copy() | Paste() | Undo() if not self.setup.pairs:
                self.shortcut(action)

    def shortcut(self, action: Copy | Paste | Undo) -> None:
        """What takes a key under a modifier."""
        desk = self.desk
        if isinstance(action, Paste):
            part = action.part
            desk.paste(part.text if part else None, self.mark(part.mark) if part else -1)
        elif desk.field.line_editor:
            return
        elif isinstance(action, Copy):
            if action.count:
                desk.left(action.count, extend=True)
            else:
                desk.select_all()
            desk.copy(cut=action.cut)
            if not action.cut:
                desk.right()
        else:
            for _ in range(action.count):
                desk.undo(redo=action.redo)
            # Where the caret is after an undo is every editor's own idea.
            desk.end()

    def say(self, action: Say) -> None:
        desk = self.desk
        targets = [(char, self.mark(part.mark)) for part in action.parts for char in part.text]
        if action.how == "keys":
            Writer(desk, targets).write()
            return
        if action.how not in {"ime", "words"}:
            raise ValueError("a text is typed with keys, ime or words")
        for word in _words(targets):
            if word[0][0] == "\n":
                desk.enter()
                continue
            if action.how == "ime":
                desk.compose(len(word))
            desk.text("".join(char for char, _ in word), [mark for _, mark in word])

    def focus(self, action: Focus) -> None:
        desk, hands = self.desk, self.hands
        place = Place(action.app, action.window, action.field, action.secure, action.url)
        # A recorder of bare presses would show Alt-Tab as a Tab like any other.
        match "click" if self.setup.pairs and action.how == "keys" else action.how:
            case "click":
                hands.wait(desk.chance.gap_us("other"))
                hands.click(400, 300, after=place)
            case "keys":
                held = "cmd" if desk.mac else "alt"
                hands.hold(held)
                hands.press("tab", "tab", None, desk.chance.gap_us("other"))
                hands.let_go(held)
            case "tab":
                desk.tab()
            case _:
                raise ValueError("a field is reached by click, keys or tab")
        hands.place = place
        hands.wait(1_000)
        desk.sends = action.sends
        desk.field.rejoined = bool(desk.field.journal)
        if action.how == "click" and not desk.field.line_editor:
            desk.field.move(len(desk.field.cells))

    def jump(self, action: Jump) -> None:
        desk, field = self.desk, self.desk.field
        to = max(field.floor, len(field.cells) - action.back)
        if action.how == "mouse":
            desk.click_at(to)
        elif action.how != "keys":
            raise ValueError("the caret goes by keys or mouse")
        elif action.back == 0 and field.line()[1] == to:
            desk.end()
        elif to == field.line()[0]:
            desk.home()
        elif to < field.caret:
            desk.left(field.caret - to)
        else:
            desk.right(to - field.caret)

    def erase(self, action: Erase) -> None:
        desk, field = self.desk, self.desk.field
        match action.how:
            case "word" if not self.setup.pairs:
                for _ in range(action.count):
                    to = field.word_left(field.caret)
                    if self.setup.contested or field.agreed(to, field.caret):
                        desk.erase_word()
                    else:
                        desk.backspace(field.caret - to)
            case "line" if not self.setup.pairs:
                desk.erase_line()
            case "select" if not (self.setup.pairs or field.line_editor):
                desk.left(action.count, extend=True)
                desk.backspace()
            case "delete":
                desk.left(action.count)
                desk.delete(action.count)
            case "backspace" | "word" | "line" | "select":
                desk.backspace(action.count)
            case _:
                raise ValueError("text is erased by backspace, word, line, select or delete")

    def stream(self) -> Stream:
        self.hands.settle()
        desk, atoms = self.desk, self.desk.atoms
        fields = tuple(
            FieldText(place, e.text, tuple(atoms.rows[a][-1] for a in e.cells), tuple(e.journal), atoms.chars)
            for place, e in desk.fields.items()
        )
        presses: list[set[int]] = [set(desk.pasted.get(mark, ())) for mark in self.marks.values()]
        for mark, rows in zip(atoms.marks, atoms.rows, strict=True):
            if mark >= 0:
                presses[mark].update(rows)
        traces = tuple(
            Trace(
                mark,
                frozenset(presses[n]),
                frozenset(up for row in presses[n] for up in self.hands.stroke.get(row, ())),
                frozenset(desk.erasers.get(n, ())),
                tuple(_pieces([(atoms.chars[a], atoms.marks[a] == n) for e in desk.fields.values() for a in e.cells])),
            )
            for mark, n in self.marks.items()
        )
        return Stream(self.hands.table(), fields, traces, tuple(desk.clips))


def _pieces(cells: Iterable[tuple[str, bool]]) -> list[str]:
    """The runs of characters that are marked."""
    out: list[str] = []
    inside = False
    for char, marked in cells:
        if marked:
            out[-1:] = [out[-1] + char] if inside else [*out[-1:], char]
        inside = marked
    return out


def _words(targets: Sequence[tuple[str, int]]) -> list[list[tuple[str, int]]]:
    """Words with the blank behind them, line breaks apart."""
    out: list[list[tuple[str, int]]] = []
    for target in targets:
        if not out or target[0] == "\n" or out[-1][-1][0] in " \n":
            out.append([target])
        else:
            out[-1].append(target)
    return out
