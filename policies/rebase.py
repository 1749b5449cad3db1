"""Paths in a policy that is extended start at its own folder; on top of each other, all start at the top one's."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel

from policies.listed import file_keys
from policies.nodes import Node
from policies.registry import steps
from policies.schema import Allow, Case


def rebased(tree: Node, inside: str) -> Node:
    """The tree of a policy that lies in the folder ``inside`` of the top one's, with paths from the top one's."""
    return _rebased(tree, inside, ()) if inside else tree


def joined(inside: str, name: str) -> str:
    """A path from the folder ``inside``; an absolute one stays."""
    return posixpath.normpath(posixpath.join(inside, name)) if inside else name


def _rebased(node: Node, inside: str, path: tuple[str, ...]) -> Node:
    if isinstance(node.value, list):
        return replace(node, value=[_rebased(child, inside, path) for child in node.value])
    if not isinstance(node.value, dict):
        return node
    model = _model(node.value, path)
    keys = file_keys(model) if model else frozenset()
    out: dict[str, Node] = {}
    for key, child in node.value.items():
        if key in keys and isinstance(child.value, str):
            out[key] = replace(child, value=joined(inside, child.value))
        else:
            out[key] = _rebased(child, inside, (*path, key))
    return replace(node, value=out)


def _model(entries: Mapping[str, Node], path: tuple[str, ...]) -> type[BaseModel] | None:
    """What the mapping at ``path`` is read as, where that may name files."""
    if path == ("allow",):
        return Allow
    if path == ("tests",):
        return Case
    named = entries["use"].value if "use" in entries else ".".join(path) if path[:1] == ("admit",) else None
    spec = steps().get(named) if isinstance(named, str) else None
    return spec.options if spec else None
