"""The texts of one rrweb event: every string in it is structure, or a text field, or several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from recording.formats._css import css_content
from recording.formats._rrweb_words import (
    TAGS,
    attribute_role,
    is_attribute_name,
    is_member,
    is_plain_attribute,
)
from recording.json_parts import JsonText
from recording.json_records import Element
from recording.json_spans import Leaf
from recording.model import TextField
from recording.records import leaf_role

_DATA = re.compile(r"data:[\w.+-]*/?[\w.+-]*[;,]", re.IGNORECASE)
_PLUGIN = re.compile(r"rrweb/[a-z-]{1,40}@\d{1,3}")
_RR_TYPE = re.compile(
    r"ArrayBuffer|Blob|ImageBitmap|ImageData|HTML(?:Image|Canvas|Video)Element|(?:Float|Uint|Int)\d{1,2}(?:Clamped)?"
    r"Array|DataView|WebGL[A-Za-z]{1,30}|Path2D"
)
_LEVEL = re.compile(r"log|info|warn|error|debug|trace|assert|dir|table|count|group|time\w{0,6}")
_PROPERTY = re.compile(r"[a-z-]{1,48}")
_DOCTYPE = re.compile(r"-//W3C//DTD [\w .]{1,40}//EN|http://www\.w3\.org/TR/[\w/.-]{1,60}|html", re.IGNORECASE)
_SHEETS = frozenset({"_cssText", "rule", "replace", "replaceSync", "cssText"})


def read_texts(
    data: bytes, element: Element, event: dict[str, Any], *, file: str, row: int, sheets: frozenset[tuple[Any, ...]]
) -> Iterator[tuple[tuple[str | int, ...], TextField]]:
    """Text fields of one event, each with the path of its literal within the event.

    Args:
        data: The file.
        element: The event.
        event: The same, as Python reads it.
        file: Name of the file.
        row: ``seq`` of the event.
        sheets: Paths of strings that are style sheets, for what is beside them in the event does not tell.
    """
    for leaf in element.leaves:
        path = leaf.path[element.depth :]
        if leaf.kind == "constant" or path == ("timestamp",):
            continue
        if leaf.kind == "string" and _DATA.search(leaf.text) and not _is_sheet(path, event, sheets):
            yield path, TextField(file, leaf.start, leaf.end, "json", "media", leaf.text, row)
            continue
        if leaf.kind == "string" and _is_sheet(path, event, sheets):
            literal = JsonText(data[leaf.start : leaf.end])
            for start, end, role in css_content(literal.text):
                first, last = literal.span(start, end)
                yield (
                    path,
                    TextField(
                        file, leaf.start + first, leaf.start + last, "json-part", role, literal.text[start:end], row
                    ),
                )
            continue
        found = _role(leaf, path)
        if found is not None:
            yield path, TextField(file, leaf.start, leaf.end, "json", found, leaf.text, row)


def _is_sheet(path: tuple[Any, ...], event: dict[str, Any], sheets: frozenset[tuple[Any, ...]]) -> bool:
    if not path or "payload" in path:
        return False
    name = path[-1]
    if name in _SHEETS or path in sheets or (name == "style" and path[-2:-1] == ("attributes",)):
        return True
    if "style" in path and path[path.index("style") - 1 : path.index("style")] == ("attributes",):
        return True
    if name == "textContent":
        node: Any = event
        for part in path[:-1]:
            node = node[part]
        return isinstance(node, dict) and node.get("isStyle") is True
    return False


def _role(leaf: Leaf, path: tuple[Any, ...]) -> str | None:  # noqa: PLR0911  a table of shapes, one return each
    name: str | int = path[-1] if path else ""
    if "payload" in path[:-1] or (len(path) > 1 and path[0] != "data"):
        return None if leaf.kind == "key" and is_member(leaf.text) else leaf_role(leaf, stem="")
    attribute = path[-2:-1] == ("attributes",)
    if leaf.kind == "key":
        if not leaf.text or (is_attribute_name(leaf.text) if attribute else is_member(leaf.text)):
            return None
        return None if path[-3:-1] == ("attributes", "style") and _PROPERTY.fullmatch(leaf.text) else "text"
    if leaf.kind == "number":
        return "number" if not is_member(str(name)) and leaf.text.lstrip("-").isdigit() and len(leaf.text) > 6 else None
    if not leaf.text.strip():
        return None
    if attribute and isinstance(name, str):
        return None if is_plain_attribute(name, leaf.text) else attribute_role(name)
    words = {
        "tagName": leaf.text.lower() in TAGS,
        "plugin": _PLUGIN.fullmatch(leaf.text) is not None,
        "rr_type": _RR_TYPE.fullmatch(leaf.text) is not None,
        "level": _LEVEL.fullmatch(leaf.text) is not None,
        "compatMode": leaf.text in {"BackCompat", "CSS1Compat"},
        "priority": leaf.text == "important",
        "property": _PROPERTY.fullmatch(leaf.text) is not None and path[-2:-1] in (("set",), ("remove",)),
        "name": _DOCTYPE.fullmatch(leaf.text) is not None,
        "publicId": _DOCTYPE.fullmatch(leaf.text) is not None,
        "systemId": _DOCTYPE.fullmatch(leaf.text) is not None,
    }
    if words.get(str(name), False):
        return None
    if name == "base64":
        return "media"
    return {"href": "url", "url": "url", "src": "url", "text": "input"}.get(str(name), "text")
