"""What keys that type nothing do to a text: the desktop's editing keys and shortcuts, and readline's in a terminal.

Desktop: what Chromium, GTK and Qt have in common, with the Command-key forms of macOS. Terminal: the emacs mode of GNU
readline (manual, section 8.4), which every shell starts in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from text_redact.editor import Cell, Editor

UNKNOWN = "\ufffd"
"""Stands for text that the recorder did not name: a nameless key, a paste of something never seen."""

NOTHING, ERASE, MOVE, BREAK = "", "erase", "move", "break"
"""What a key did: nothing that is known here; deleted; moved the caret; ended whatever was being typed."""


@dataclass(slots=True)
class Clipboard:
    """What was last copied or cut by keys, with the rows that typed it; ``None``: something that was not seen."""

    cells: list[Cell] | None = field(default=None, repr=False)
    t_ns: int | None = None

    def take(self, cells: list[Cell], t_ns: int | None) -> None:
        """Remember what was copied; nothing selected means that the mouse selected something unseen."""
        self.cells, self.t_ns = list(cells) or None, t_ns


@dataclass(frozen=True, slots=True)
class Chord:
    """A key with what was held. ``word`` is Alt (macOS: Option), ``line`` is Command."""

    key: str
    shift: bool
    ctrl: bool
    word: bool
    line: bool
    t_ns: int | None


def _joined(char: str) -> bool:
    return char.isalnum() or char == "_"


def desktop(editor: Editor, chord: Chord, clipboard: Clipboard) -> str:
    """Play a key into a desktop text field; pasting is the caller's."""
    words, lines, extend = chord.ctrl or chord.word, chord.line, chord.shift
    match chord.key:
        case "backspace" | "delete" if editor.delete_selection():
            return ERASE
        case "backspace":
            to = editor.line_start() if lines else editor.word_left(_joined) if words else editor.caret - 1
            editor.delete(to, editor.caret)
            return ERASE
        case "delete":
            to = editor.line_end() if lines else editor.word_right(_joined) if words else editor.caret + 1
            editor.delete(editor.caret, to)
            return ERASE
        case "left" | "right" if not (words or lines):
            editor.step(-1 if chord.key == "left" else 1, extend=extend)
            return MOVE
    to_offset = _desktop_offset(editor, chord.key, words=words, lines=lines)
    if to_offset is not None:
        editor.move(to_offset, extend=extend)
        return MOVE
    return _desktop_shortcut(editor, chord, clipboard) if chord.ctrl or chord.line else NOTHING


def _desktop_offset(editor: Editor, key: str, *, words: bool, lines: bool) -> int | None:
    """Where an arrow or Home key puts the caret."""
    to: int | None = None
    match key:
        case "left":
            to = editor.line_start() if lines else editor.word_left(_joined)
        case "right":
            to = editor.line_end() if lines else editor.word_right(_joined)
        case "home":
            to = 0 if words or lines else editor.line_start()
        case "end":
            to = len(editor.cells) if words or lines else editor.line_end()
        case "up" | "page_up":
            to = 0 if lines else editor.line_start() - 1
        case "down" | "page_down":
            to = len(editor.cells) if lines else editor.line_end() + 1
    return to


def _desktop_shortcut(editor: Editor, chord: Chord, clipboard: Clipboard) -> str:
    match chord.key:
        case "a":
            editor.move(0, extend=False)
            editor.move(len(editor.cells), extend=True)
        case "c" | "insert":
            clipboard.take(editor.selected(), chord.t_ns)
        case "x":
            clipboard.take(editor.selected(), chord.t_ns)
            editor.delete_selection()
        case "z" if chord.shift:
            editor.redo()
        case "z":
            editor.undo()
        case "y":
            editor.redo()
        case _:
            return BREAK
    return BREAK


def terminal(editor: Editor, chord: Chord, killed: Clipboard) -> str:  # noqa: PLR0911  a table of keys
    """Play a key into a line editor: readline in emacs mode. There is no selection; ``killed`` is its kill ring."""
    key, caret = chord.key, editor.caret
    if chord.line or (chord.shift and key in {"left", "right", "up", "down", "home", "end"}):
        return BREAK  # the window's own: scrolling, tabs
    if key in {"up", "down", "page_up", "page_down"}:
        editor.delete(editor.floor, len(editor.cells))
        editor.type([(UNKNOWN, -1)], whole=True)  # a line of the history
        return MOVE
    if key in {"backspace", "delete"}:
        return _terminal_delete(editor, chord, killed)
    if key in {"left", "right"}:
        return _terminal_move(editor, {"left": "b", "right": "f"}[key], words=chord.ctrl or chord.word)
    if key in {"home", "end"}:
        return _terminal_move(editor, {"home": "a", "end": "e"}[key], words=False)
    if chord.word and not chord.ctrl:
        if key == "d":
            return _kill(editor, caret, editor.word_right(), killed)
        return _terminal_move(editor, key, words=True) if key in {"b", "f"} else NOTHING
    return _terminal_ctrl(editor, chord, killed) if chord.ctrl else NOTHING


def _terminal_delete(editor: Editor, chord: Chord, killed: Clipboard) -> str:
    caret = editor.caret
    if chord.key == "backspace":
        return _kill(editor, editor.word_left(), caret, killed) if chord.word else _erase(editor, caret - 1)
    return _kill(editor, caret, editor.word_right(), killed) if chord.ctrl else _erase(editor, caret)


def _terminal_move(editor: Editor, to: str, *, words: bool) -> str:
    """Readline's letters: a and e for the ends of the line, b and f for back and forth."""
    match to:
        case "a":
            offset = editor.floor
        case "e":
            offset = len(editor.cells)
        case "b":
            offset = editor.word_left() if words else editor.caret - 1
        case _:
            offset = editor.word_right() if words else editor.caret + 1
    editor.move(offset, extend=False)
    return MOVE


def _terminal_ctrl(editor: Editor, chord: Chord, killed: Clipboard) -> str:
    caret, does = editor.caret, BREAK
    match chord.key:
        case "a" | "e" | "b" | "f":
            does = _terminal_move(editor, chord.key, words=False)
        case "h" | "d":
            does = _erase(editor, caret - 1 if chord.key == "h" else caret)
        case "u":
            does = _kill(editor, editor.floor, caret, killed)
        case "k":
            does = _kill(editor, caret, len(editor.cells), killed)
        case "w":
            does = _kill(editor, editor.word_left(_not_space), caret, killed)
        case "y" if killed.cells:
            editor.type(list(killed.cells), whole=True)
        case "c" if not chord.shift:
            editor.close_line()
    return does


def _erase(editor: Editor, at: int) -> str:
    editor.delete(at, at + 1)
    return ERASE


def _not_space(char: str) -> bool:
    return not char.isspace()


def _kill(editor: Editor, start: int, end: int, killed: Clipboard) -> str:
    if start < end:
        killed.cells = editor.cells[start:end]
    editor.delete(start, end)
    return ERASE
