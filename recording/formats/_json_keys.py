"""Key events written as JSON lines in the shape of an existing one."""

from __future__ import annotations

from collections.abc import Sequence

from recording.formats._base import Stroke
from recording.json_spans import Leaf, encode_string, scan
from recording.keys import pynput_form, write_key
from recording.records import key_leaves
from recording.roles import KEY_ACTIONS, is_member_name, is_structure
from recording.times import like_number

_TIMES = frozenset({"time_stamp", "timestamp", "start_time", "end_time", "time", "t"})
_COUNTERS = frozenset({"event_idx", "event_start_idx", "end_idx", "matched", "depth", "step", "index"})
_SINGLE = frozenset({"press", "release", "down", "up", "key_down", "key_up", "keydown", "keyup"})
_TURN = {
    "press": "release", "down": "up", "key_down": "key_up", "keydown": "keyup",
    "release": "press", "up": "down", "key_up": "key_down", "keyup": "keydown",
}  # fmt: skip


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
    named = (("action",), ("event_type",), ("type",))
    action = next((leaf.text for leaf in leaves if leaf.kind == "string" and leaf.path in named), "")
    pair = action not in _SINGLE
    # How the source escapes matters for nothing else, and it may be long.
    plain = all((stroke.key or "").isascii() and (stroke.text or "").isascii() for stroke in strokes)
    escapes = plain or data.isascii()
    lines = []
    for stroke in strokes:
        if pair and stroke.kind == "key_up":
            # One record stands for press and release here; the press has been written.
            continue
        lines.append(_line(data, start, body, leaves, keys, stroke, escapes) + newline)
    return b"".join(lines)


def _line(
    data: bytes,
    start: int,
    body: bytes,
    leaves: Sequence[Leaf],
    keys: set[int],
    stroke: Stroke,
    escapes: bool,
) -> bytes:
    name = write_key(stroke.key, stroke.text, press=stroke.kind == "key_down") if stroke.key is not None else None
    listed = any(leaf.name == "key" and leaf.kind == "constant" for leaf in leaves)
    pieces: list[bytes] = []
    cursor = start
    # Whole containers first, so that what lies in one that becomes null is passed over.
    for leaf in sorted(leaves, key=_outermost):
        if leaf.start < cursor:
            continue
        new = _literal(escapes, leaf, leaf.start in keys, stroke, name, listed)
        if new is not None:
            pieces += [data[cursor : leaf.start], new]
            cursor = leaf.end
    pieces.append(data[cursor : start + len(body)])
    return b"".join(pieces)


def _literal(  # noqa: C901, PLR0911  a table of shapes, one return each
    escapes: bool,
    leaf: Leaf,
    is_key: bool,
    stroke: Stroke,
    name: str | None,
    listed: bool,
) -> bytes | None:
    """What replaces the literal of ``leaf``; ``None`` to keep it."""
    if leaf.kind in ("object", "array"):
        return b"null" if leaf.path and leaf.path[0] not in ("key", "key_names") else None
    if leaf.kind == "key":
        return None if is_member_name(leaf.text) else b'"_"'
    if leaf.name in _TIMES and leaf.kind == "number":
        return like_number(stroke.t_ns, leaf.text).encode() if stroke.t_ns is not None else None
    if is_key or (leaf.path == ("name",) and leaf.text == "null"):
        if name is None:
            return b"null"
        return encode_string(
            pynput_form(name) if leaf.name == "pynput_key" else name,
            ensure_ascii=escapes,
        )
    if leaf.kind == "constant":
        if leaf.name == "key" and leaf.text in ("true", "false"):
            return b"true" if stroke.kind == "key_down" else b"false"
        return None
    if leaf.kind == "number":
        return None if leaf.name in _COUNTERS else b"null"
    if leaf.path in (("action",), ("event_type",), ("type",)) and leaf.text in _TURN:
        if listed and leaf.text == "press":
            # AgentNet's buffer: the action stays, the truth value at the end of the key list turns.
            return None
        wants_press = stroke.kind == "key_down"
        is_press = leaf.text in ("press", "down", "key_down", "keydown")
        return None if wants_press == is_press else encode_string(_TURN[leaf.text], ensure_ascii=True)
    return None if is_structure(leaf.name, leaf.text) or leaf.text in KEY_ACTIONS else b"null"


def _outermost(leaf: Leaf) -> tuple[int, int]:
    return leaf.start, -leaf.end
