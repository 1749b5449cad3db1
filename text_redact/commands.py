"""What keys that type nothing do to a text: the desktop's editing keys and shortcuts, and readline's in a terminal.

Desktop: what Chromium, GTK and Qt have in common, with the Command-key forms of macOS. Terminal: the emacs mode of GNU
readline (manual, section 8.4), which every shell starts in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from text_redact.buffer import EMPTY, Piece
from text_redact.editor import Editor

UNKNOWN = "\ufffd"
"""Stands for text that the recorder did not name: a nameless key, a paste of something never seen."""

NOTHING, ERASE, MOVE, BREAK = "", "erase", "move", "break"
"""What a key did: nothing that is known here; deleted; moved the caret; ended whatever was being typed."""


SYSTEMS = ("desktop", "windows", "mac")
"""Whose shortcuts: Linux and what is not known, Windows, macOS."""


@dataclass(slots=True)
class Clipboard:
    """What was last copied or cut by keys, with the rows that typed it; ``None``: something that was not seen."""

    piece: Piece | None = field(default=None, repr=False)
    t_ns: int | None = None

    def take(self, piece: Piece, t_ns: int | None) -> None:
        """Remember what was copied; nothing selected means that the mouse selected something unseen."""
        self.piece, self.t_ns = piece if piece[0] else None, t_ns


@dataclass(frozen=True, slots=True)
class Chord:
    """A key with what was held. ``word`` is Alt (macOS: Option), ``line`` is Command."""

    key: str
    shift: bool
    ctrl: bool
    word: bool
    line: bool
    t_ns: int | None


@dataclass(frozen=True, slots=True)
class Action:
    """What a key does to a field.

    Attributes:
        what: ``type``, ``paste`` (``piece`` is None: what was copied by keys), ``enter``, ``send``, ``leave``, ``tab``,
            ``click``, ``overtype``, ``chord``.
        system: One of `SYSTEMS`, or ``terminal``: what the chord means.
    """

    what: str
    piece: Piece | None = field(default=None, repr=False)
    chord: Chord | None = None
    system: str = "desktop"


@dataclass(slots=True)
class Desk:
    """A field with the clipboards that its keys use: the desktop's, and the kill ring of line editors."""

    editor: Editor
    clipboard: Clipboard
    killed: Clipboard


def play(action: Action, desk: Desk) -> str:  # noqa: C901  a table of actions
    """Do to a field what a key does; what that was: `NOTHING`, `ERASE`, `MOVE` or `BREAK`."""
    editor = desk.editor
    match action.what:
        case "type":
            editor.type(action.piece or EMPTY)
            return NOTHING
        case "paste":
            editor.type(action.piece or desk.clipboard.piece or (UNKNOWN, (-1,)), whole=True)
        case "send":
            editor.leave()
            editor.close_line()
        case "leave":
            editor.leave()
        case "enter" | "tab":
            if action.what == "enter":
                editor.leave()
            if action.what == "tab":
                editor.move(editor.caret, extend=False)  # the focus moves on; what was selected stays
            editor.type(("\t" if action.what == "tab" else "\n", (-1,)), whole=True)
        case "click":
            editor.move(len(editor), extend=False)  # the likeliest place
        case "overtype":
            editor.overtype()
        case _ if action.chord is not None:
            return _chord(action.chord, action.system, desk)
    return BREAK


def _chord(chord: Chord, system: str, desk: Desk) -> str:
    if system == "terminal":
        if chord.ctrl and chord.shift and chord.key == "c":
            desk.clipboard.take(EMPTY, chord.t_ns)  # the mouse selected it: unseen
        return terminal(desk.editor, chord, desk.killed)
    if system == "mac" and chord.ctrl and not (chord.line or chord.word) and chord.key in _EMACS:
        return _emacs(desk.editor, chord, desk.killed)
    if chord.key == "delete" and chord.shift and desk.editor.selection():
        desk.clipboard.take(desk.editor.selected(), chord.t_ns)
    return desktop(desk.editor, chord, desk.clipboard, system)


def _joined(char: str) -> bool:
    return char.isalnum() or char == "_"


def desktop(  # noqa: PLR0911  a table of keys
    editor: Editor, chord: Chord, clipboard: Clipboard, system: str = "desktop"
) -> str:
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
        case "up" | "down" if not lines:
            _by_line(editor, chord.key, extend=extend)
            return MOVE
    to_offset = _desktop_offset(editor, chord.key, words=words, lines=lines, system=system)
    if to_offset is not None:
        editor.move(to_offset, extend=extend)
        return MOVE
    return _desktop_shortcut(editor, chord, clipboard) if chord.ctrl or chord.line else NOTHING


def _by_line(editor: Editor, key: str, *, extend: bool) -> None:
    """Up or down to the same column; where lines are wrapped on the screen is not known."""
    editor.doubt(0.9)
    column = editor.caret - editor.line_start()
    edge = editor.line_start() - 1 if key == "up" else editor.line_end() + 1
    editor.move(edge, extend=extend)
    if editor.caret == edge:
        editor.move(min(editor.line_start() + column, editor.line_end()), extend=extend)


def _desktop_offset(editor: Editor, key: str, *, words: bool, lines: bool, system: str) -> int | None:
    """Where an arrow or Home key puts the caret."""
    to: int | None = None
    match key:
        case "left":
            to = editor.line_start() if lines else editor.word_left(_joined)
        case "right":
            to = editor.line_end() if lines else editor.word_right(_joined)
            while system == "windows" and not lines and editor.char(to) == " ":
                to += 1  # to where the next word starts
        case "home":
            to = 0 if words or lines else editor.line_start()
        case "end":
            to = len(editor) if words or lines else editor.line_end()
        case "up" | "page_up":
            to = 0
        case "down" | "page_down":
            to = len(editor)
    return to


def _desktop_shortcut(editor: Editor, chord: Chord, clipboard: Clipboard) -> str:
    match chord.key:
        case "a":
            editor.move(editor.floor, extend=False)
            editor.move(len(editor), extend=True)
        case "c" | "insert":
            clipboard.take(editor.selected(), chord.t_ns)
        case "x":
            clipboard.take(editor.selected(), chord.t_ns)
            if not editor.delete_selection():
                editor.end_step()
        case "z" | "y" if chord.shift or chord.key == "y":
            editor.redo()
            editor.doubt(0.8)
        case "z":
            editor.undo()
            editor.doubt(0.8)
        case _:
            return BREAK
    return BREAK


def terminal(editor: Editor, chord: Chord, killed: Clipboard) -> str:  # noqa: PLR0911  a table of keys
    """Play a key into a line editor: readline in emacs mode. There is no selection; ``killed`` is its kill ring."""
    key, caret = chord.key, editor.caret
    if chord.line or (chord.shift and key in {"left", "right", "up", "down", "home", "end"}):
        return BREAK  # the window's own: scrolling, tabs
    if key in {"up", "down", "page_up", "page_down"}:
        _from_history(editor)
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
            offset = len(editor)
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
            does = _kill(editor, caret, len(editor), killed)
        case "w":
            does = _kill(editor, editor.word_left(_not_space), caret, killed)
        case "y" if killed.piece:
            editor.type(killed.piece, whole=True)
        case "t":
            _transpose(editor)
        case "p" | "n" | "r":
            _from_history(editor)
        case "c" | "j" | "m" if not chord.shift:
            editor.close_line()
    return does


def _erase(editor: Editor, at: int) -> str:
    editor.delete(at, at + 1)
    return ERASE


def _not_space(char: str) -> bool:
    return not char.isspace()


def _kill(editor: Editor, start: int, end: int, killed: Clipboard) -> str:
    if start < end:
        killed.piece = editor.piece(max(editor.floor, start), end)
    editor.delete(start, end)
    return ERASE


def _from_history(editor: Editor) -> None:
    """An earlier line, or one that was searched, stands in the place of the one being typed."""
    editor.delete(editor.floor, len(editor))
    editor.type((UNKNOWN, (-1,)), whole=True)
    editor.doubt(0.5)


def _transpose(editor: Editor) -> None:
    """Ctrl-T: the two characters around the caret, or the last two at the end of the line, change places."""
    at = min(editor.caret, editor.line_end() - 1)
    if at - 1 < editor.floor or at < 1:
        return
    text, rows = editor.piece(at - 1, at + 1)
    editor.delete(at - 1, at + 1)
    editor.type((text[::-1], rows[::-1]))


_EMACS = frozenset("aebfpndhktyo")


def _emacs(editor: Editor, chord: Chord, killed: Clipboard) -> str:
    """Control keys of macOS' text fields (Cocoa's StandardKeyBinding.dict)."""
    caret, extend = editor.caret, chord.shift
    match chord.key:
        case "h" | "d":
            if not editor.delete_selection():
                _erase(editor, caret - 1 if chord.key == "h" else caret)
            return ERASE
        case "k":
            end = editor.line_end()
            return _kill(editor, caret, end if end > caret else caret + 1, killed)
        case "y" if killed.piece:
            editor.type(killed.piece, whole=True)
            return BREAK
        case "t":
            _transpose(editor)
            return ERASE
        case "p" | "n":
            _by_line(editor, "up" if chord.key == "p" else "down", extend=extend)
        case "b" | "f":
            editor.step(-1 if chord.key == "b" else 1, extend=extend)
        case "a" | "e":
            editor.move(editor.line_start() if chord.key == "a" else editor.line_end(), extend=extend)
    return MOVE
