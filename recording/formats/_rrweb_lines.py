"""Nodes of a page, and which texts of it stand in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from recording.formats._rrweb_words import INLINE

MOST_JOINED = 64
"""Most pieces of one line of text that are read as one."""
NEAR = 8
"""Pieces on either side of one that has changed, which are read with it."""
DEEP = 200
"""Most steps up or down a page; documents that nest deeper are not read at all."""

Nodes = Mapping[int, "Node"]


@dataclass(slots=True)
class Node:
    """A node of the page.

    Attributes:
        slot: Its place in the page, which another node may take when it is gone.
        series: Names its values over time; those of nodes that follow each other in a place are one series.
        text: Index of the text field with the content of a text node.
        secure: A field that hides what is in it.
        typed: A field that text is typed into.
    """

    number: int
    tag: str
    slot: str
    series: str
    parent: int | None = None
    attributes: dict[str, str] = field(default_factory=dict, repr=False)
    children: list[int] = field(default_factory=list)
    text: int | None = None
    secure: bool = False
    typed: bool = False


def lines_below(root: Node, nodes: Nodes) -> Iterator[list[Node]]:
    """The text nodes below a node, in the order of the page, those of one line together."""
    line: list[Node] = []
    waiting: list[int | None] = [root.number]
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        node = nodes.get(number) if number is not None else None
        ends = number is None or (node is not None and node.tag != "#text" and node.tag not in INLINE)
        if (ends and line) or len(line) >= MOST_JOINED:
            yield line
            line = []
        if node is None or node.number in seen:
            continue
        seen.add(node.number)
        if node.tag == "#text":
            line.append(node)
        else:
            waiting += [None] if ends else []
            waiting += reversed(node.children)
    if line:
        yield line


def line_of(node: Node, nodes: Nodes) -> list[Node]:
    """A text node with those of its line that are near it."""
    return [*_beside(node, nodes, -1)[::-1], node, *_beside(node, nodes, 1)]


def _beside(node: Node, nodes: Nodes, way: int) -> list[Node]:
    """Text nodes of the same line before (-1) or behind (1) a node, nearest first."""
    found: list[Node] = []
    at = node
    for _ in range(DEEP):
        above = nodes.get(at.parent) if at.parent is not None else None
        if above is None or at.number not in above.children or len(found) >= NEAR:
            break
        place = above.children.index(at.number) + way
        if not 0 <= place < len(above.children):
            if above.tag not in INLINE:
                break
            at = above
            continue
        inner = _end_of(nodes.get(above.children[place]), nodes, 0 if way > 0 else -1)
        if inner is None or (inner.tag != "#text" and inner.tag not in INLINE):
            break
        if inner.tag == "#text":
            found.append(inner)
        at = inner
    return found


def _end_of(node: Node | None, nodes: Nodes, child: int) -> Node | None:
    """The first (0) or last (-1) node of nested inline elements."""
    for _ in range(DEEP):
        if node is None or node.tag not in INLINE or not node.children:
            break
        node = nodes.get(node.children[child])
    return node
