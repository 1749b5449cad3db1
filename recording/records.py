"""One JSON record (a line of a ``.jsonl`` file) as an event row with its text fields."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from recording.json_spans import Leaf, scan
from recording.keys import read_key
from recording.model import TextField
from recording.roles import (
    KEY_ACTIONS,
    KEY_MEMBERS,
    is_member_name,
    is_structure,
    number_role,
    role_of,
)
from recording.rows import Row
from recording.times import from_iso, to_ns

MOST_PIXELS = 1e9
"""Positions further off are no places on a screen."""

_TIMES = ("time_stamp", "timestamp", "start_time", "time", "t")
_RELEASES = frozenset({"release", "up", "key_up", "keyup"})
_KINDS = {
    "move": "move", "mouse_move": "move", "scroll": "scroll", "click": "button_down", "mouse_down": "button_down",
    "mouse_up": "button_up", "pause": "marker", "resume": "marker", "start": "marker", "stop": "marker",
}  # fmt: skip
_STEMS = {
    "top_window": "window", "window": "window", "clipboard": "clipboard", "screenshots": "frame", "element": "element",
    "a11y": "element", "html": "element", "html_element": "element",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """What one JSON record says.

    Attributes:
        row: Its event.
        fields: Its texts outside the keys, places counted from the start of the file.
        values: Strings and numbers of the outermost members, by name.
        element: Those of the outermost member that is an object (``a11y_tree``), by name.
    """

    row: Row
    fields: tuple[TextField, ...] = field(repr=False)
    values: dict[str, str] = field(repr=False)
    element: dict[str, str] = field(repr=False)


def read_record(data: bytes, start: int, end: int, *, file: str, seq: int, main: bool) -> Record:
    """The record in ``data[start:end]``.

    Args:
        data: The whole file, so that error places count its lines.
        start: First byte of the line.
        end: One past its last byte; line ends and blanks are allowed, an empty line is an event of kind ``other``.
        file: Name of the file.
        seq: Number of the event.
        main: True for the stream of input events, false for side files, whose mouse records are copies.

    Raises:
        InputError: See `recording.json_spans.scan`.
    """
    if not data[start:end].strip():
        return Record(Row("other"), (), {}, {})
    return record_of(list(scan(data, file=file, start=start, end=end)), file=file, seq=seq, main=main)


def record_of(leaves: Sequence[Leaf], *, file: str, seq: int, main: bool) -> Record:
    """The record with these leaves; see `read_record`."""
    stem = PurePosixPath(file).stem
    values = {leaf.name: leaf.text for leaf in leaves if len(leaf.path) == 1 and leaf.kind != "key"}
    element: dict[str, str] = {}
    for leaf in leaves:
        if len(leaf.path) == 2 and leaf.kind != "key" and isinstance(leaf.path[1], str):
            element.setdefault(leaf.path[1], leaf.text)
    keys = key_leaves(leaves)
    row = _row(values, leaves, keys, stem=stem, main=main)
    taken = {leaf.start for leaf in keys}
    fields = tuple(
        TextField(file, leaf.start, leaf.end, "json", role, leaf.text, seq)
        for leaf in leaves
        if leaf.start not in taken and (role := leaf_role(leaf, stem=stem)) is not None
    )
    return Record(row, fields, values, element)


def leaf_role(leaf: Leaf, *, stem: str, metadata: bool = False) -> str | None:
    """Role of a leaf as a text field; ``None`` for structure and for numbers that name nobody."""
    if leaf.kind == "key":
        return None if not leaf.text or is_member_name(leaf.text) else "text"
    if leaf.kind == "number":
        return number_role(leaf.name, leaf.text, metadata=metadata)
    if leaf.kind != "string" or is_structure(leaf.name, leaf.text):
        return None
    return role_of(leaf.name, leaf.text, stem=stem)


def key_leaves(leaves: Sequence[Leaf], *, single_members: bool = True) -> list[Leaf]:
    """The string leaves that hold what was typed, or a copy of it.

    These are members known to hold keys, ``name`` and ``key`` of records of typing, lists of three and more single
    characters, and (``single_members``) single characters under a name that is known for nothing else.
    """
    actions: dict[tuple[str | int, ...], str] = {}
    singles: Counter[tuple[str | int, ...]] = Counter()
    for leaf in leaves:
        if leaf.kind == "string":
            if leaf.path[-1:] in (("action",), ("event_type",), ("type",), ("event",)):
                actions.setdefault(leaf.path[:-1], leaf.text)
            if len(leaf.text) == 1 and isinstance(leaf.path[-1] if leaf.path else "", int):
                singles[leaf.path[:-1]] += 1
    found = []
    for leaf in leaves:
        if leaf.kind != "string" or not leaf.path:
            continue
        name = leaf.name
        if (
            name in KEY_MEMBERS
            or (name in ("name", "key") and _is_typing(leaf, actions) and not _is_action_of_list(leaf))
            or (singles and singles[leaf.path[:-1]] >= 3)
            or (single_members and len(leaf.text) == 1 and len(leaf.path) == 1 and not is_member_name(name))
        ):
            found.append(leaf)
    typed = {leaf.text for leaf in found if leaf.text}
    if typed and any(_is_typing(leaf, actions) for leaf in found):
        # A copy of the key under an unknown name is no field either: it changes with the whole row.
        copies = typed | {f"Key.{text}" for text in typed} | {repr(text) for text in typed}
        marked = {leaf.start for leaf in found}
        found += [
            leaf
            for leaf in leaves
            if leaf.kind == "string"
            and leaf.start not in marked
            and leaf.text in copies
            and not is_structure(leaf.name, leaf.text)
        ]
    return found


def _is_typing(leaf: Leaf, actions: dict[tuple[str | int, ...], str]) -> bool:
    path = leaf.path
    for length in range(len(path) - 1, -1, -1):
        action = actions.get(path[:length])
        if action is not None:
            return action in KEY_ACTIONS
    return False


def _is_action_of_list(leaf: Leaf) -> bool:
    """True for ``press`` in ``"key": [["press", "a"], true]``."""
    return len(leaf.path) > 2 and leaf.path[-1] == 0 and leaf.text in KEY_ACTIONS


def _row(
    values: dict[str, str],
    leaves: Sequence[Leaf],
    keys: Sequence[Leaf],
    *,
    stem: str,
    main: bool,
) -> Row:
    strings = {leaf.name: leaf.text for leaf in leaves if len(leaf.path) == 1 and leaf.kind == "string"}
    action = strings.get("action") or strings.get("event_type") or strings.get("type") or strings.get("event") or ""
    t_ns = _time(values, strings)
    kind, key, text = _typing(action, strings, leaves, keys)
    if kind is None:
        if main:
            kind = _KINDS.get(action, "other")
            if action == "click" and values.get("pressed") == "false":
                kind = "button_up"
            elif action in ("down", "up", "double") and "button" in strings:
                kind = "button_up" if action == "up" else "button_down"
        else:
            kind = _STEMS.get(stem, "marker" if action in ("pause", "resume") else "other")
    flags = {name: values[name] for name in ("secure", "is_password", "IsPassword") if name in values}
    return Row(
        kind, t_ns, key, text, to_float(values.get("x")), to_float(values.get("y")), strings.get("button"),
        app=strings.get("app") or strings.get("app_name") or strings.get("top_window_name"),
        window=strings.get("window_title") or strings.get("window_name") or strings.get("window"),
        url=strings.get("url"), field=strings.get("field"), secure="true" in flags.values(),
    )  # fmt: skip


def _typing(
    action: str, strings: dict[str, str], leaves: Sequence[Leaf], keys: Sequence[Leaf]
) -> tuple[str | None, str | None, str | None]:
    """Kind, key and text of a record of typing; ``None`` as kind for any other record."""
    is_key_event = action in KEY_ACTIONS - {"down", "up"} or (action in KEY_ACTIONS and "button" not in strings)
    if not keys:
        # A key without a name still is a key press: DuckTrack writes null for dead keys.
        named = any(leaf.path == ("name",) or leaf.name == "key" for leaf in leaves)
        return (
            (_kind_of(action, leaves) if is_key_event and named else None),
            None,
            None,
        )
    listed = [leaf.text for leaf in keys if leaf.name == "key_names"] or [
        leaf.text for leaf in keys if leaf.name in ("key_name", "name")
    ]
    if is_key_event and len(listed) <= 1 and (listed or any(leaf.name in KEY_MEMBERS | {"key"} for leaf in keys)):
        name = strings.get("name") or (listed or [_unquoted(leaf.text) for leaf in keys])[0]
        key, text = read_key(name)
        if text is not None and len(text) > 1:
            # No key of any keyboard: an unknown recorder wrote a piece of text, read for presses and releases alike.
            return "text", None, text
        kind = _kind_of(action, leaves)
        return kind, key, text if kind != "key_up" else None
    if len(keys) == 1 and not action:
        key, text = read_key(_unquoted(keys[0].text))
        return "key_pair", key, text
    typed = "".join(_typed(text) for text in listed or [leaf.text for leaf in keys])
    return "text", None, typed or None


def _kind_of(action: str, leaves: Sequence[Leaf]) -> str:
    if action in _RELEASES:
        return "key_up"
    if action in ("type", "write", "key", "keypress", "hotkey", "long_press"):
        return "key_pair"
    # AgentNet's buffer writes "press" for both and puts false at the end of the key list of a release.
    ends = [leaf.text for leaf in leaves if leaf.name == "key" and leaf.kind == "constant"]
    return "key_up" if ends == ["false"] else "key_down"


def _typed(name: str) -> str:
    key, text = read_key(_unquoted(name))
    return text if text is not None else {"enter": "\n", "tab": "\t"}.get(key, "")


def _unquoted(name: str) -> str:
    return name[1:-1] if len(name) == 3 and name[0] == name[2] and name[0] in "'\"" else name


def _time(values: dict[str, str], strings: dict[str, str]) -> int | None:
    for name in _TIMES:
        if name in values:
            return from_iso(strings[name]) if name in strings else to_ns(values[name])
    return None


def to_float(literal: str | None) -> float | None:
    """A position; ``None`` for what is no number, or no place on a screen."""
    if literal is None:
        return None
    try:
        number = json.loads(literal)
    except ValueError:
        return None
    return float(number) if isinstance(number, int | float) and abs(number) < MOST_PIXELS else None
