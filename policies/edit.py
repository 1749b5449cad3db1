"""Edits a policy's text and leaves the rest of it as it is: comments, order, quotes and blank lines stay."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from policies import nodes
from policies.nodes import Plain
from recording.errors import PolicyError

WIDTH = 120
"""Longest line that is written where it can be broken."""

Path = Sequence[str | int]


def format_policy(text: str, file: str = "policy") -> str:
    """The same policy, laid out as the shipped ones are: two spaces, lists indented, no trailing space. Idempotent.

    Raises:
        PolicyError: It is no YAML of a policy.
    """
    tidy = _edited(text, file, _nothing)
    lines = [line.rstrip() for line in tidy.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def set_value(text: str, path: Path, value: Plain, file: str = "policy") -> str:
    """``text`` with the value at ``path`` set; mappings on the way are made where they are missing.

    Raises:
        PolicyError: It is no YAML of a policy.
        KeyError: The path leads through something that is no mapping or list, or past the end of a list.
    """

    def change(root: Any) -> None:
        *way, last = path
        here = _reach(root, way, make=True)
        if isinstance(here, list) and not (isinstance(last, int) and 0 <= last < len(here)):
            raise KeyError(last)
        here[last] = value

    return _edited(text, file, change)


def append(text: str, path: Path, value: Plain, file: str = "policy") -> str:
    """``text`` with ``value`` at the end of the list at ``path``, which is made where it is missing.

    Raises:
        PolicyError: It is no YAML of a policy.
        KeyError: Something else stands there.
    """

    def change(root: Any) -> None:
        *way, last = path
        here = _reach(root, way, make=True)
        if isinstance(here, dict) and here.get(last) is None:
            here[last] = []
        found = here[last]
        if not isinstance(found, list):
            raise KeyError(last)
        found.append(value)

    return _edited(text, file, change)


def remove(text: str, path: Path, file: str = "policy") -> str:
    """``text`` without what stands at ``path``, and without the comment beside it.

    Raises:
        PolicyError: It is no YAML of a policy.
        KeyError: Nothing stands there.
    """

    def change(root: Any) -> None:
        *way, last = path
        here = _reach(root, way, make=False)
        try:
            del here[last]
        except (IndexError, TypeError):
            raise KeyError(last) from None

    return _edited(text, file, change)


def _nothing(root: Any) -> None:
    """Changes nothing."""


def _reach(here: Any, way: Path, *, make: bool) -> Any:
    for part in way:
        if isinstance(here, dict) and make and here.get(part) is None:
            here[part] = {}
        try:
            here = here[part]
        except (IndexError, TypeError):
            raise KeyError(part) from None
    if not isinstance(here, dict | list):
        raise KeyError("end of the path")
    return here


def _edited(text: str, file: str, change: Callable[[Any], None]) -> str:
    """Load with comments, change, write; what was not changed must read the same afterwards."""
    tree, mistakes = nodes.parse(text, file)  # refuses what is too large before anything else expands it
    if tree is None or mistakes:
        raise PolicyError(tuple(mistakes))
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    root = yaml.load(text)
    if not isinstance(root, CommentedMap):
        raise PolicyError((nodes.diagnostic(tree.mark, "not-a-mapping", "a policy is a mapping"),))
    change(root)
    out = io.StringIO()
    yaml.dump(root, out)
    written = out.getvalue()
    again, mistakes = nodes.parse(written, file)
    if again is None or mistakes or (change is _nothing and nodes.plain(again) != nodes.plain(tree)):
        message = "this policy cannot be written back as it was read"
        raise PolicyError((nodes.diagnostic(tree.mark, "not-editable", message, "edit it by hand"),))
    return written
