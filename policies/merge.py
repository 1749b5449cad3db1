"""How a policy goes on top of the one it extends."""

from __future__ import annotations

from policies import nodes
from policies.contract import StepSpec
from policies.nodes import Node, Value
from policies.registry import steps

NEVER_INHERITED = frozenset({"name", "description", "extends"})


def merge(base: Node, top: Node) -> Node:
    """Put ``top`` on ``base``.

    Mappings merge by key. Lists of steps merge by ``use`` (aggregates by ``id``): the same step takes the new options,
    a new or repeatable step goes before the first one that needs what it gives. Lists named ``deny`` are joined, since
    extending a policy must not let more in by accident; so are overrides and tests, of which what must be hidden is
    inherited and what must be kept is not, since a policy on top may hide more. Mappings of tables go before those that
    are inherited, since the first that fits a file holds. Everything else is replaced.
    """
    return _merge(base, top, ())


def _merge(base: Node, top: Node, path: tuple[str, ...]) -> Node:
    if isinstance(base.value, dict) and isinstance(top.value, dict):
        if "use" in top.value and "use" in base.value and base.value["use"].value != top.value["use"].value:
            return top  # another operator: the old one's options mean nothing to it
        out = {key: node for key, node in base.value.items() if path or key not in NEVER_INHERITED}
        if not path and "tests" in out and "tests" not in top.value:
            tests = out["tests"]
            out["tests"] = Node(_hiding(tests.value), tests.mark, tests.key_mark)
        for key, node in top.value.items():
            out[key] = _merge(out[key], node, (*path, key)) if key in out else node
        return Node(out, top.mark, top.key_mark)
    if isinstance(base.value, list) and isinstance(top.value, list):
        if path[-1:] == ("deny",):
            known = [node.value for node in base.value]
            return Node([*base.value, *(n for n in top.value if n.value not in known)], top.mark, top.key_mark)
        if path in {("overrides",), ("tests",), ("read", "mappings")}:
            inherited = _hiding(base.value) if path == ("tests",) else base.value
            order = [*top.value, *inherited] if path[0] == "read" else [*inherited, *top.value]
            return Node(order, top.mark, top.key_mark)
        if path[-1:] in {("find",), ("steps",), ("aggregates",)}:
            return Node(_merge_steps(base.value, top.value, path), top.mark, top.key_mark)
    return top


def _hiding(cases: Value) -> list[Node]:
    """Tests with what must be hidden alone."""
    out = []
    for case in cases if isinstance(cases, list) else []:
        entries = nodes.as_mapping(case)
        if "must_hide" in entries:
            kept = {key: node for key, node in entries.items() if key != "must_keep"}
            out.append(Node(kept, case.mark, case.key_mark))
    return out


def _merge_steps(base: list[Node], top: list[Node], path: tuple[str, ...]) -> list[Node]:
    out = list(base)
    for node in top:
        wanted = _identity(node)
        same = next((i for i, other in enumerate(out) if wanted and _identity(other) == wanted), None)
        if same is None:
            out.insert(_position(out, node), node)
        else:
            out[same] = _merge(out[same], node, path)
    return out


def _identity(node: Node) -> tuple[str, str] | None:
    """What makes two entries one step: its name, and its id if it has one; ``None``: it is like no other."""
    spec = _spec(node)
    if spec is None or spec.repeatable:
        return None
    entry = nodes.as_mapping(node).get("id")
    return spec.name, entry.value if entry and isinstance(entry.value, str) else ""


def _spec(node: Node) -> StepSpec | None:
    use = nodes.as_mapping(node).get("use")
    return steps().get(use.value) if use and isinstance(use.value, str) else None


def _position(out: list[Node], node: Node) -> int:
    """Before the first step that needs what ``node`` gives; a step without such a follower goes last."""
    spec = _spec(node)
    for index, other in enumerate(out):
        needing = _spec(other)
        if spec and needing and needing.needs & spec.gives:
            return index
    return len(out)
