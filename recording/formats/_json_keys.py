"""Key events written as JSON lines in the shape of an existing one."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from recording.formats._base import Stroke
from recording.json_spans import Leaf, encode_string, scan
from recording.keys import pynput_form, write_key
from recording.records import key_leaves
from recording.roles import KEY_ACTIONS, is_member_name, is_structure
from recording.times import from_iso, like_iso, like_number

_TIMES = frozenset({"time_stamp", "timestamp", "start_time", "end_time", "time", "t"})
_COUNTERS = frozenset({"event_idx", "event_start_idx", "end_idx", "matched", "depth", "step", "index"})
_ACTIONS = (("action",), ("event_type",), ("type",))
_SINGLE = frozenset({"press", "release", "down", "up", "key_down", "key_up", "keydown", "keyup"})
_TURN = {
    "press": "release", "down": "up", "key_down": "key_up", "keydown": "keyup",
    "release": "press", "up": "down", "key_up": "key_down", "keyup": "keydown",
}  # fmt: skip
_PRESSES = frozenset({"press", "down", "key_down", "keydown"})


def render_lines(
    data: bytes,
    start: int,
    end: int,
    strokes: Sequence[Stroke],
    *,
    file: str,
    newline: bytes,
) -> bytes:
    """Lines for ``strokes``, each with the members and the spacing of the record in ``data[start:end]``.

    Time, key and press or release are those of the stroke. Counters, truth values and words of a known vocabulary are
    repeated; whatever else the record holds becomes ``null``, so that nothing recorded is copied.
    """
    body = data[start:end].rstrip(b"\r\n")
    leaves = list(scan(data, file=file, start=start, end=end, containers=True))
    keys = {leaf.start for leaf in key_leaves(leaves)}
    action = next((leaf.text for leaf in leaves if leaf.kind == "string" and leaf.path in _ACTIONS), "")
    # How the source escapes matters for nothing else, and it may be long.
    plain = all((stroke.key or "").isascii() and (stroke.text or "").isascii() for stroke in strokes)
    ensure_ascii = plain or data.isascii()
    pieces = _pieces(data, start, body, leaves, keys)
    # One record may stand for press and release; it is written for the press.
    single = action in _SINGLE
    wanted = (stroke for stroke in strokes if single or stroke.kind != "key_up")
    return b"".join(_line(pieces, stroke, ensure_ascii=ensure_ascii) + newline for stroke in wanted)


@dataclass(frozen=True, slots=True)
class _Open:
    """A literal that each stroke has one of its own for.

    Attributes:
        what: ``number`` or ``stamp`` (a time), ``key``, ``pynput``, ``down`` (a truth value), ``press`` or ``release``
            (the action).
        text: What the record says there; ``kept`` are its bytes.
    """

    what: str
    text: str = field(repr=False)
    kept: bytes = field(repr=False)


def _pieces(data: bytes, start: int, body: bytes, leaves: Sequence[Leaf], keys: set[int]) -> list[bytes | _Open]:
    """The record as what is the same for every stroke, and what is not."""
    listed = any(leaf.name == "key" and leaf.kind == "constant" for leaf in leaves)
    pieces: list[bytes | _Open] = []
    cursor = start
    # Whole containers first, so that what lies in one that becomes null is passed over.
    for leaf in sorted(leaves, key=_outermost):
        if leaf.start < cursor:
            continue
        what = _open_as(leaf, is_key=leaf.start in keys, listed=listed)
        kept = data[leaf.start : leaf.end]
        new = _Open(what, leaf.text, kept) if what else _fixed(leaf, listed=listed)
        if new is not None:
            pieces += [data[cursor : leaf.start], new]
            cursor = leaf.end
    pieces.append(data[cursor : start + len(body)])
    return pieces


def _open_as(leaf: Leaf, *, is_key: bool, listed: bool) -> str:
    """As what a literal depends on the stroke (`_Open.what`); empty where it does not."""
    if leaf.kind in ("object", "array", "key"):
        return ""
    if leaf.name in _TIMES and (leaf.kind == "number" or (leaf.kind == "string" and from_iso(leaf.text) is not None)):
        return "number" if leaf.kind == "number" else "stamp"
    if is_key or (leaf.path == ("name",) and leaf.text == "null"):
        return "pynput" if leaf.name == "pynput_key" else "key"
    if leaf.kind == "constant":
        return "down" if leaf.name == "key" and leaf.text in ("true", "false") else ""
    # AgentNet's buffer: the action stays, the truth value at the end of the key list turns.
    if leaf.path in _ACTIONS and leaf.text in _TURN and not (listed and leaf.text == "press"):
        return "press" if leaf.text in _PRESSES else "release"
    return ""


def _fixed(leaf: Leaf, *, listed: bool) -> bytes | None:
    """What replaces a literal that does not depend on the stroke; ``None`` to keep it."""
    if leaf.kind in ("object", "array"):
        return b"null" if leaf.path and leaf.path[0] not in ("key", "key_names") else None
    if leaf.kind == "key":
        return None if is_member_name(leaf.text) else b'"_"'
    if leaf.kind == "constant" or (listed and leaf.path in _ACTIONS and leaf.text == "press"):
        return None
    if leaf.kind == "number":
        return None if leaf.name in _COUNTERS else b"null"
    return None if is_structure(leaf.name, leaf.text) or leaf.text in KEY_ACTIONS else b"null"


def _line(pieces: Iterable[bytes | _Open], stroke: Stroke, *, ensure_ascii: bool) -> bytes:
    out: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            out.append(piece)
            continue
        is_down = stroke.kind == "key_down"
        new: bytes | None = None
        if piece.what == "number":
            new = like_number(stroke.t_ns, piece.text).encode() if stroke.t_ns is not None else None
        elif piece.what == "stamp":
            told = like_iso(stroke.t_ns, piece.text) if stroke.t_ns is not None else None
            new = encode_string(told, ensure_ascii=True) if told is not None else b"null"
        elif piece.what in ("key", "pynput"):
            pynput = piece.what == "pynput"
            new = _name(stroke.key, stroke.text, is_down=is_down, pynput=pynput, ensure_ascii=ensure_ascii)
        elif piece.what == "down":
            new = b"true" if is_down else b"false"
        elif is_down != (piece.what == "press"):
            new = encode_string(_TURN[piece.text], ensure_ascii=True)
        out.append(piece.kept if new is None else new)
    return b"".join(out)


@functools.lru_cache(maxsize=4096)
def _name(key: str | None, text: str | None, *, is_down: bool, pynput: bool, ensure_ascii: bool) -> bytes:
    """The literal of a key; replacements are typed with few keys, and each again and again."""
    if key is None:
        return b"null"
    name = write_key(key, text, press=is_down)
    return encode_string(pynput_form(name) if pynput else name, ensure_ascii=ensure_ascii)


def _outermost(leaf: Leaf) -> tuple[int, int]:
    return leaf.start, -leaf.end
