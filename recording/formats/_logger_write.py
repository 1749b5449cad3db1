"""A logger line for a key event, in the shape of an existing line."""

from __future__ import annotations

from recording.formats._base import Stroke
from recording.formats._logger_shapes import Shape
from recording.keys import pynput_form, write_key
from recording.times import like_iso, like_number

_DOWN_OF = {"released": "pressed", "release": "press", "up": "down"}
_UP_OF = {down: up for up, down in _DOWN_OF.items()}


def write_line(line: str, shape: Shape, stroke: Stroke) -> str:
    """``line`` with the stroke's time, word and key in the place of its own; its window title is left out."""
    press = stroke.kind == "key_down"
    name = write_key(stroke.key or "unknown", stroke.text, press=press)
    verb = line[slice(*shape.verb_at)]
    wanted = (_DOWN_OF if press else _UP_OF).get(shape.verb, shape.verb)
    if wanted != shape.verb:
        verb = wanted.capitalize() if verb.istitle() else wanted.upper() if verb.isupper() else wanted
    head = line[: min(shape.verb_at[0] if shape.verb else shape.key_at[0], shape.key_at[0])]
    if shape.title is not None:
        head = head[: shape.title[0] - 1] + head[shape.title[1] + 2 :]
    if shape.stamp and stroke.t_ns is not None:
        head = head.replace(shape.stamp, _stamp(shape.stamp, stroke.t_ns), 1)
    key = _key(line, shape, name)
    if not shape.verb:
        return head + key + line[shape.key_at[1] :]
    if shape.verb_at[0] < shape.key_at[0]:
        return head + verb + line[shape.verb_at[1] : shape.key_at[0]] + key + line[shape.key_at[1] :]
    return head + key + line[shape.key_at[1] : shape.verb_at[0]] + verb + line[shape.verb_at[1] :]


def _key(line: str, shape: Shape, name: str) -> str:
    # "Special key pressed: Key.shift" comes from scripts that write characters without quotes.
    special = "pecial" in line[: shape.key_at[0]]
    if len(name) == 1 and (special or not shape.quoted):
        return name if name.isprintable() else repr(name)
    # Scripts that print a bare character print the others as pynput names them; the keyboard library has no prefix.
    written = line[slice(*shape.key_at)]
    bare = "KeyboardEvent" in line or not (len(written) == 1 or written.startswith("Key."))
    return name if bare and not shape.quoted else pynput_form(name)


def _stamp(stamp: str, t_ns: int) -> str:
    if "-" in stamp:
        return like_iso(t_ns, stamp)
    return stamp if ":" in stamp else like_number(t_ns, stamp)
