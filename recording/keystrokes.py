"""Key presses written down: ``jon<bksp><bksp>ane<enter>`` stands for keys that were pressed, and becomes a recording.

Plain characters are typed as they stand. ``<name>`` is a key by any name that recorders use (``bksp``, ``enter``,
``left``, ``tab`` ...), ``<name*3>`` the same three times, ``<ctrl+v>`` a chord, and ``<<`` is the character ``<``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from recording.keys import normal_name, pynput_form, write_key

GAP_S = 0.06
"""Seconds between two events: an even, fast typist."""
MOST_PRESSES = 20_000
"""Presses that one text may stand for."""

_TOKEN = re.compile(r"<<|<([^<>]{1,40})>|(.)", re.DOTALL)
_TIMES = re.compile(r"(.+?)\*(\d{1,4})")
_TYPED = {"\n": "enter", "\t": "tab"}


@dataclass(frozen=True, slots=True)
class Press:
    """A key that goes down and up while others are held.

    Attributes:
        key: Name in the vocabulary of `recording.keys`, or the character that it types.
        text: What it types; ``None`` for nothing.
        held: Names of the keys held down meanwhile.
    """

    key: str = field(repr=False)
    text: str | None = field(default=None, repr=False)
    held: tuple[str, ...] = ()


def read_presses(keys: str) -> list[Press]:
    """The presses that a text stands for.

    Raises:
        ValueError: A key has no such name, or there are too many. The message holds nothing of the text.
    """
    out: list[Press] = []
    for token in _TOKEN.finditer(keys):
        name, char = token[1], token[2]
        if name is None:
            typed = char or "<"
            out.append(Press(_TYPED[typed]) if typed in _TYPED else Press(_key_of(typed), typed, _shift(typed)))
        else:
            times = _TIMES.fullmatch(name)
            out += [_named(times[1] if times else name)] * (int(times[2]) if times else 1)
        if len(out) > MOST_PRESSES:
            raise ValueError(f"keys stand for at most {MOST_PRESSES:,} presses")
    return out


def _key_of(char: str) -> str:
    return "space" if char == " " else char.lower()


def _shift(char: str) -> tuple[str, ...]:
    return ("shift",) if char.isupper() or char in '~!@#$%^&*()_+{}|:"<>?' else ()


def _named(name: str) -> Press:
    *held, last = (part.strip() for part in name.split("+")) if len(name) > 1 else (name,)
    known = [normal_name(part) for part in held]
    key = normal_name(last) or (last.lower() if len(last) == 1 and held else None)
    if key is None or None in known:
        raise ValueError("there is no key of this name; write << for the character <")
    return Press(key, " " if key == "space" and not held else None, tuple(part for part in known if part))


def key_files(
    keys: str, *, app: str = "", window: str = "", url: str = "", label: str = "", secure: bool = False
) -> dict[str, bytes]:
    """A recording in which exactly these keys are pressed, as the files of a DuckTrack folder by name.

    Args:
        keys: As `read_presses` takes them.
        app: The application with the focus; nothing is said of it where it is empty.
        window: The title of its window.
        url: The address of its page.
        label: The name of the field.
        secure: Whether the field hides its content.

    Raises:
        ValueError: As `read_presses`.
    """
    files: dict[str, list[dict[str, object]]] = {"events.jsonl": [{"action": "move", "x": 1, "y": 1}]}
    if app or window or url:
        place = {"top_window_name": app or None, "window_title": window or None}
        files["top_window.jsonl"] = [{"time_stamp": GAP_S, **place, **({"url": url} if url else {})}]
    if label or secure:
        tree = {"Name": label or None, "ControlType": "EditControl", "IsPassword": secure, "Depth": 0}
        files["element.jsonl"] = [{"time_stamp": 2 * GAP_S, "a11y_tree": tree}]
    files["events.jsonl"] += [
        {"action": "press" if down else "release", "name": name, "pynput_key": pynput_form(name)}
        for name, down in _strokes(read_presses(keys))
    ]
    for number, event in enumerate(files["events.jsonl"]):
        files["events.jsonl"][number] = {"time_stamp": round((number + 3) * GAP_S, 6), **event, "event_idx": number}
    return {
        name: "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode("utf-8", "surrogatepass")
        for name, lines in files.items()
    }


def _strokes(presses: list[Press]) -> Iterator[tuple[str, bool]]:
    for press in presses:
        yield from ((name, True) for name in press.held)
        yield write_key(press.key, press.text, press=True), True
        yield write_key(press.key, press.text, press=False), False
        yield from ((name, False) for name in reversed(press.held))
