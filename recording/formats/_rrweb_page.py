"""The page that an rrweb recording rebuilds, as far as it says what a text is: whose value, and beside which others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recording.formats._rrweb_lines import DEEP, MOST_JOINED, Node, line_of, lines_below
from recording.series import edit_between

_NAMING = ("aria-label", "placeholder", "title", "name", "id")
_NOT_TYPED = frozenset({"button", "checkbox", "color", "file", "hidden", "image", "radio", "range", "reset", "submit"})
_MASKED = re.compile(r"([*\u2022\u25cf])\1*")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the page says of a text: see `recording.model.TextField`. An empty ``role`` leaves the role as it is."""

    series: str
    label: str = field(default="", repr=False)
    secure: bool = False
    role: str = ""


class Page:
    """Follows one recording from event to event; made for one reading and dropped after it.

    Attributes:
        meanings: By index of the text field.
        blocks: Indices of text fields that are one text to a reader.
        title: What the page is called.
        url: Its address.
    """

    def __init__(self) -> None:
        self.meanings: dict[int, Meaning] = {}
        self.blocks: dict[tuple[int, ...], None] = {}
        self.title = ""
        self.url = ""
        self._nodes: dict[int, Node] = {}
        self._owner: dict[str, int] = {}
        self._series: dict[str, str] = {}
        self._last: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._fresh = 0

    # Events ---------------------------------------------------------------------------------------------------------

    def event(self, kind: object, source: int | None, data: Mapping[str, Any], texts: Mapping[Path, int]) -> None:
        """Any event, by its type and source. ``texts`` are the indices of its text fields by path."""
        if kind == 2:
            self.snapshot(data.get("node"), ("data", "node"), texts)
        elif kind == 4:
            self.url = str(data.get("href") or self.url)
        elif source == 0:
            self.mutation(data, ("data",), texts)
        elif source == 5:
            self.input(data, ("data",), texts)

    def snapshot(self, node: object, path: Path, texts: Mapping[Path, int]) -> None:
        """A whole page."""
        self._nodes, self._owner, self._labels, self.title = {}, {}, {}, ""
        root = self._add(node, path, None, texts)
        if root is not None:
            for block in lines_below(root, self._nodes):
                self._join(block)

    def mutation(self, data: Mapping[str, Any], path: Path, texts: Mapping[Path, int]) -> None:
        """Texts, attributes, nodes that go and nodes that come."""
        touched: list[Node] = []
        for one in _objects(data.get("removes")):
            self._remove(_number(one.get("id")))
        for at, one in enumerate(_objects(data.get("adds"))):
            parent = self._nodes.get(_number(one.get("parentId")))
            where = (*path, "adds", at, "node")
            node = self._add(one.get("node"), where, parent, texts, before=_number(one.get("nextId")))
            touched += [] if node is None else [one for line in lines_below(node, self._nodes) for one in line]
        for at, one in enumerate(_objects(data.get("texts"))):
            node = self._nodes.get(_number(one.get("id")))
            index = texts.get((*path, "texts", at, "value"))
            if node is not None and index is not None:
                self._says(node, str(one.get("value")), index)
                touched.append(node)
        for at, one in enumerate(_objects(data.get("attributes"))):
            node = self._nodes.get(_number(one.get("id")))
            if node is not None:
                self._set(node, one.get("attributes"), (*path, "attributes", at, "attributes"), texts)
        for node in touched:
            self._join(line_of(node, self._nodes))

    def input(self, data: Mapping[str, Any], path: Path, texts: Mapping[Path, int]) -> None:
        """A field has another value."""
        index, number = texts.get((*path, "text")), _number(data.get("id"))
        if index is None:
            return
        node = self._nodes.get(number) or self._node(number, "input", {}, None)
        self._value(node, str(data.get("text")), index)

    # Nodes ----------------------------------------------------------------------------------------------------------

    def _add(
        self, root: object, path: Path, parent: Node | None, texts: Mapping[Path, int], *, before: int = -1
    ) -> Node | None:
        """A node and all in it; the events name a parent that is known, or nothing is joined to it."""
        first: Node | None = None
        waiting: list[tuple[object, Path, Node | None]] = [(root, path, parent)]
        while waiting:
            said, where, above = waiting.pop()
            if not isinstance(said, dict):
                continue
            attributes = said.get("attributes")
            plain = (
                {k.lower(): v for k, v in attributes.items() if isinstance(v, str)}
                if isinstance(attributes, dict)
                else {}
            )
            tag = str(said.get("tagName", "")).lower() or ("#text" if said.get("type") in (3, 4) else "#other")
            node = self._node(_number(said.get("id")), tag, plain, above)
            if above is not None:
                self._place(node, above, before if first is None else -1)
            first = first or node
            self._set(node, attributes, (*where, "attributes"), texts)
            index = texts.get((*where, "textContent"))
            if index is not None and tag == "#text":
                self._says(node, str(said.get("textContent")), index)
            inside = said.get("childNodes")
            numbered = list(enumerate(inside)) if isinstance(inside, list) else []
            waiting += [(one, (*where, "childNodes", at), node) for at, one in reversed(numbered)]
        return first

    def _node(self, number: int, tag: str, attributes: dict[str, str], parent: Node | None) -> Node:
        """A new node. One in the place of another that is gone carries its series on: pages are drawn anew."""
        name = attributes.get("id") or attributes.get("name")
        above = parent.slot if parent is not None else ""
        place = (
            sum(self._nodes[child].tag == tag for child in parent.children if child in self._nodes)
            if (parent is not None and not name and len(parent.children) < MOST_JOINED)
            else 0
        )
        slot = f"{tag}#{name}" if name else f"{_stem(above)}/{tag}[{place}]"
        owner = self._owner.get(slot)
        if owner is not None and owner != number and owner in self._nodes:
            self._fresh += 1
            slot = f"{slot}~{self._fresh}"
        self._owner[slot] = number
        series = self._series.setdefault(slot, slot)
        kind = attributes.get("type", "text").lower()
        typed = tag == "textarea" or (tag == "input" and kind not in _NOT_TYPED)
        node = Node(
            number, tag, slot, series, None, attributes, typed=typed, secure=kind == "password" and tag == "input"
        )
        self._nodes[number] = node
        return node

    def _place(self, node: Node, parent: Node, before: int) -> None:
        node.parent = parent.number
        if before in parent.children:
            parent.children.insert(parent.children.index(before), node.number)
        else:
            parent.children.append(node.number)

    def _remove(self, number: int) -> None:
        node = self._nodes.get(number)
        above = self._nodes.get(node.parent) if node is not None and node.parent is not None else None
        if above is not None and number in above.children:
            above.children.remove(number)
        waiting = [number]
        while waiting:
            gone = self._nodes.pop(waiting.pop(), None)
            waiting += gone.children if gone is not None else []

    def _set(self, node: Node, attributes: object, path: Path, texts: Mapping[Path, int]) -> None:
        if not isinstance(attributes, dict):
            return
        for name, value in attributes.items():
            lower = name.lower()
            if isinstance(value, str):
                node.attributes[lower] = value
                # A password stays one when somebody has it shown.
                node.secure = node.secure or (node.tag == "input" and lower == "type" and value.lower() == "password")
                index = texts.get((*path, name))
                if lower == "value" and node.typed and index is not None:
                    self._value(node, value, index)

    # Texts ----------------------------------------------------------------------------------------------------------

    def _value(self, node: Node, text: str, index: int) -> None:
        secure = node.secure or _MASKED.fullmatch(text) is not None
        label = self._labels.get(node.attributes.get("id", ""), "") or next(
            (node.attributes[name] for name in _NAMING if node.attributes.get(name)), ""
        )
        self.meanings[index] = Meaning(node.series, label.replace("_", " ").replace("-", " "), secure, "input")

    def _says(self, node: Node, text: str, index: int) -> None:
        """The content of a text node."""
        above = self._nodes.get(node.parent) if node.parent is not None else None
        last = self._last.get(node.series)
        if node.text is None and last is not None and not _is_like(last, text):
            # Another text in the place of one that is gone.
            self._fresh += 1
            node.series = self._series[node.slot] = f"{node.slot}~{self._fresh}"
        self._last[node.series] = text
        node.text = index
        self.meanings[index] = Meaning(node.series, role="input" if self._is_edited(above) else "")
        if above is not None and above.tag == "title":
            self.title = text
        if above is not None and above.tag == "label" and above.attributes.get("for"):
            self._labels[above.attributes["for"]] = text.strip()

    def is_style(self, number: int) -> bool:
        """Whether a text node is a style sheet."""
        node = self._nodes.get(number)
        above = self._nodes.get(node.parent) if node is not None and node.parent is not None else None
        return above is not None and above.tag == "style"

    def is_typed(self, data: Mapping[str, Any]) -> bool:
        """Whether a mutation does nothing but give fields, or texts that are edited in the page, other values."""
        texts, attributes = _objects(data.get("texts")), _objects(data.get("attributes"))
        changed = [self._nodes.get(_number(one.get("id"))) for one in (*texts, *attributes)]
        values = all(
            isinstance(one.get("attributes"), dict) and set(one["attributes"]) == {"value"} for one in attributes
        )
        edited = all(
            node is not None and (node.typed if at >= len(texts) else self._is_edited(node))
            for at, node in enumerate(changed)
        )
        return bool(changed) and values and edited and not data.get("adds") and not data.get("removes")

    def _is_edited(self, node: Node | None) -> bool:
        for _ in range(DEEP):
            if node is None:
                return False
            if node.attributes.get("contenteditable", "false").lower() not in {"false", "inherit"}:
                return True
            node = self._nodes.get(node.parent) if node.parent is not None else None
        return False

    def _join(self, nodes: list[Node]) -> None:
        said = [node.text for node in nodes if node.text is not None]
        if len(said) > 1:
            self.blocks[tuple(said)] = None


def _stem(slot: str) -> str:
    """The place of a parent, cut to a length that nesting cannot drive up."""
    return slot[-160:]


def _is_like(one: str, other: str) -> bool:
    """Whether two texts are one text at two times: at least half of the shorter stands in both."""
    edit = edit_between(one, other)
    shorter = min(len(one), len(other))
    return shorter > 0 and 2 * (len(one) - edit.old) >= shorter


def _objects(said: object) -> list[dict[str, Any]]:
    return [one if isinstance(one, dict) else {} for one in said] if isinstance(said, list) else []


def _number(said: object) -> int:
    return said if isinstance(said, int) and not isinstance(said, bool) else -1
