"""Python code of agents: what it types, and every piece of it that may say something. It is parsed and never run."""

from __future__ import annotations

import ast
import bisect
import io
import keyword
import re
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from recording.keys import normal_name, read_key
from recording.python_text import literal_text

MOST_CHARS = 50_000
MOST_DEPTH = 60
"""Longest and deepest code that is parsed; what is beyond is scanned as text."""

LOOKS_LIKE_CODE = re.compile(
    r"\b(?:pyautogui|pyperclip|computer|keyboard|time|os|subprocess|agent)\s*\.\s*\w+\s*\(|"
    r"\b(?:typewrite|write|press|hotkey|type|click|scroll|moveTo|keyDown|keyUp)\s*\("
)
"""Texts that are tried as code."""

_WRITES = frozenset({"write", "typewrite", "type", "type_text", "input_text", "copy", "fill", "send_keys", "set_text"})
_KEYS = frozenset({"press", "hotkey", "keyDown", "key", "key_press", "press_key", "keypress", "tap"})
_ENDS = frozenset({"click", "doubleClick", "rightClick", "tripleClick", "middleClick", "mouseDown", "dragTo", "drag"})
_TEXTS = frozenset({"message", "text", "content", "keys", "key", "string", "value"})
_WORD_LIST = """
    pyautogui pyperclip computer keyboard mouse time sleep os subprocess agent import_ print str int len range format
    click doubleClick rightClick tripleClick middleClick moveTo moveRel move dragTo dragRel drag scroll hscroll vscroll
    mouseDown mouseUp write typewrite type type_text input_text copy paste press hotkey keyDown keyUp key keys key_press
    press_key keypress terminate wait done fail screenshot size position x y dx dy button clicks interval duration
    message text content status presses logScreenshot tween pause left right middle primary secondary success failure
    answer response triple_click double_click right_click left_click mouse_move WAIT DONE FAIL FAILSAFE PAUSE amount
    direction start end start_box end_box point coordinate true false null self args kwargs
"""
WORDS = frozenset(_WORD_LIST.split()) | frozenset(keyword.kwlist) | frozenset(keyword.softkwlist)
"""Names in the code of agents that say nothing; any other may be somebody's."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a code that may say something: code points ``start..end`` of it.

    Attributes:
        kind: ``literal`` (a string with its quotes), ``name``, ``number``, ``part`` (a comment, a string that is not
            understood).
        text: What it says: for literals what they hold.
    """

    start: int
    end: int
    kind: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Typed:
    r"""What a code types, or presses: the characters, and where they stand.

    Attributes:
        piece: Index of the piece that holds them; -1 for a key that is written by its name.
        text: The characters; ``\b`` takes the last one back, ``\n`` ends what was typed.
    """

    piece: int
    text: str = field(repr=False)


def read_code(code: str) -> tuple[list[Piece], list[Typed]] | None:
    """Pieces and typed text of a code in the order of the text; ``None`` for what is no Python, or too much."""
    if len(code) > MOST_CHARS or _depth(code) > MOST_DEPTH or any(char in code for char in "\r\f\0"):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they quote the code
            tree = ast.parse(code)
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (SyntaxError, ValueError, MemoryError, RecursionError, tokenize.TokenError):
        return None
    lines = _Lines(code)
    pieces = list(_pieces(tokens, lines))
    starts = {piece.start: index for index, piece in enumerate(pieces) if piece.kind == "literal"}
    typed = list(_typed(tree, pieces, starts, lines))
    held = {one.piece for one in typed}
    kept = [at for at, piece in enumerate(pieces) if at in held or piece.kind != "literal" or not _is_word(piece.text)]
    moved = {old: new for new, old in enumerate(kept)} | {-1: -1}
    return [pieces[at] for at in kept], [Typed(moved[one.piece], one.text) for one in typed]


def _is_word(text: str) -> bool:
    """The name of a key, of a button, of an outcome."""
    return not text or text in WORDS or (len(text) > 1 and normal_name(text) is not None)


def _depth(code: str) -> int:
    """Most brackets and signs that can nest: the parser is not asked where they are many."""
    deepest = depth = 0
    for char in code:
        depth += (char in "([{") - (char in ")]}")
        deepest = max(deepest, depth)
    return max(deepest, max((len(run) for run in re.findall(r"[-+~]+|(?:\bnot\s+)+", code)), default=0))


class _Lines:
    """Turns places of tokens and nodes into offsets in code points."""

    def __init__(self, code: str) -> None:
        self.lines = code.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def of_token(self, place: tuple[int, int]) -> int:
        return self.starts[place[0] - 1] + place[1]

    def of_node(self, line: int, column: int) -> int:
        """Columns of nodes count bytes."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())


def _pieces(tokens: list[tokenize.TokenInfo], lines: _Lines) -> Iterator[Piece]:
    nested, opened = 0, 0
    for token in tokens:
        start, end = lines.of_token(token.start), lines.of_token(token.end)
        name = tokenize.tok_name[token.type]
        if name.endswith("STRING_START"):
            opened = end if not nested else opened
            nested += 1
        elif name.endswith("STRING_END"):
            nested -= 1
            if not nested:
                yield Piece(opened, start, "part", _between(lines, opened, start))
        elif nested or token.type in (tokenize.OP, tokenize.ENDMARKER):
            continue
        elif token.type == tokenize.STRING:
            text = literal_text(token.string)
            yield Piece(start, end, "literal", text) if text is not None else _body(start, token.string)
        elif token.type == tokenize.COMMENT:
            yield Piece(start + 1, end, "part", token.string[1:])
        elif token.type == tokenize.NAME and token.string not in WORDS:
            yield Piece(start, end, "name", token.string)
        elif token.type == tokenize.NUMBER and sum(map(str.isdigit, token.string)) >= 7 and "." not in token.string:
            yield Piece(start, end, "number", token.string)


def _body(start: int, literal: str) -> Piece:
    """What stands between the quotes of a string that is not understood, as it stands there."""
    opening = re.match(r"[A-Za-z]*('''|\"\"\"|'|\")", literal)
    first, last = (opening.end(), len(literal) - len(opening[1])) if opening else (0, len(literal))
    return Piece(start + first, start + last, "part", literal[first:last])


def _between(lines: _Lines, start: int, end: int) -> str:
    return "\n".join(lines.lines)[start:end]


def _typed(tree: ast.AST, pieces: list[Piece], starts: dict[int, int], lines: _Lines) -> Iterator[Typed]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    order = sorted(starts)
    for call in sorted(calls, key=_place):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in _ENDS:
            yield Typed(-1, "\n")
        if name not in _WRITES | _KEYS:
            continue
        said = [*call.args, *(one.value for one in call.keywords if one.arg in _TEXTS)]
        found: list[tuple[int, bool]] = []
        for argument in said:
            for node in sorted(filter(_is_string, ast.walk(argument)), key=_place):
                first, last = _range(node, lines)
                listed = name in _KEYS or isinstance(argument, ast.List | ast.Tuple)
                inside = order[bisect.bisect_left(order, first) : bisect.bisect_left(order, last)]
                found += [(starts[at], listed) for at in inside]
        keys = [pieces[index].text for index, listed in found if listed]
        if name == "hotkey" and any(key.lower() not in ("shift", "shiftleft", "shiftright") for key in keys[:-1]):
            continue
        for index, listed in found:
            yield from _pressed(index, pieces[index].text) if listed else (Typed(index, pieces[index].text),)


def _pressed(index: int, key: str) -> Iterator[Typed]:
    """The text of a key by its name; a name that no keyboard has is text."""
    name, text = read_key(key)
    named = {"enter": "\n", "tab": "\n", "esc": "\n", "backspace": "\b", "space": " "}.get(name)
    if named is not None and len(key) > 1:
        yield Typed(-1, named)
    elif text == key:
        yield Typed(index, text)


def _is_string(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _range(node: ast.AST, lines: _Lines) -> tuple[int, int]:
    end = getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)
    return lines.of_node(*_place(node)), lines.of_node(*end)


_CALL = re.compile(r"\b(?:write|typewrite|type|press|copy|type_text)\s*\(\s*(?:\w+\s*=\s*)?[rRuU]?(['\"])")


def typed_in_prose(text: str) -> Iterator[tuple[int, int]]:
    """Code points of the strings that calls in a text type: an answer with code in it, or code that does not parse."""
    for call in _CALL.finditer(text):
        closing = re.compile(rf"[^{call[1]}\\\n]{{1,4096}}").match(text, call.end())
        if closing is not None:
            yield call.end(), closing.end()
