"""YAML text -> a tree that knows the line and column of every key and value.

The tree is built from ruamel's composed nodes and not from its constructed objects, because construction stops at the
first duplicate key and because nothing but plain scalars, lists and mappings is wanted here: no tags, no objects.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLWarning
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as RuamelNode
from ruamel.yaml.reader import ReaderError

from recording.errors import Diagnostic

MAX_BYTES = 256_000
MAX_NODES = 100_000
MAX_DEPTH = 40

Scalar = str | int | float | bool | None
Value = Scalar | dict[str, "Node"] | list["Node"]
Plain = Scalar | dict[str, "Plain"] | list["Plain"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a policy file; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its mark, and with the mark of its key when it has one."""

    value: Value
    mark: Mark
    key_mark: Mark | None = None

    @property
    def place(self) -> Mark:
        """Where to point when this entry as a whole is wrong."""
        return self.key_mark or self.mark


def plain(node: Node) -> Plain:
    """The tree without its marks."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def at(node: Node, path: tuple[str | int, ...]) -> Node:
    """The deepest node that exists on ``path``."""
    for part in path:
        child: Node | None = None
        if isinstance(node.value, dict):
            child = node.value.get(str(part))
        elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
        if child is None:
            break
        node = child
    return node


def diagnostic(mark: Mark, code: str, message: str, hint: str = "") -> Diagnostic:
    """A `Diagnostic` at ``mark``."""
    return Diagnostic(mark.file, mark.line, mark.column, code, message, hint)


def parse(text: str, file: str) -> tuple[Node | None, list[Diagnostic]]:
    """Parse one policy file.

    Returns:
        The tree, or ``None`` where the text is not YAML or stands for too much, and every mistake found on the way.
    """
    start = Mark(file, 1, 1)
    if len(text) > MAX_BYTES:
        return None, [diagnostic(start, "too-large", f"a policy has at most {MAX_BYTES:,} characters")]
    directive = re.search(r"^%", text, re.MULTILINE)
    if directive:
        # %YAML 1.1 would turn NO, a country, into false.
        place = _mark(text, directive.start(), file)
        return None, [diagnostic(place, "yaml-directive", "directives (%) are not used", "remove the line")]
    yaml = YAML(typ="safe", pure=True)
    problem: Diagnostic | None = None
    composed: RuamelNode | None = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", YAMLWarning)  # they quote the text
            composed = yaml.compose(text)
    except MarkedYAMLError as error:
        problem = _syntax(error, file)
    except ReaderError as error:
        place = _mark(text, error.position, file)
        problem = diagnostic(place, "not-text", "a character that no text holds", "save the policy as UTF-8 text")
    except (YAMLError, RecursionError, ValueError):
        problem = diagnostic(start, "yaml-syntax", "this is not YAML", "one document of mappings and lists")
    if composed is None:
        empty = diagnostic(start, "empty", "the policy is empty", "start with 'policy: 1' and 'name: ...'")
        return None, [problem or empty]
    builder = _Builder(file, yaml)
    node = builder.build(composed, 0)
    return None if builder.refused else node, builder.diagnostics


def _mark(text: str, offset: int, file: str) -> Mark:
    return Mark(file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _syntax(error: MarkedYAMLError, file: str) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = str(error.problem or error.context or "not YAML")
    hint = "quote texts that hold ': ', '#' or start with a special character"
    if "\\t" in problem or "'\t'" in problem:
        problem, hint = "a tab where only spaces may stand", "YAML forbids tabs; indent with spaces"
    elif "alias" in problem or "anchor" in problem:
        problem = "this reads as an alias without an anchor" if "undefined" in problem else problem
        hint = "put texts that start with * or & in quotes, such as '*.example.com'"
    elif "another document" in problem:
        hint = "one file holds one policy"
    # ruamel quotes the offending text; the position says the same without repeating it.
    if not _PUNCTUATION_ONLY.fullmatch(problem):
        problem = re.sub(r"['\"].*['\"]", "a text", problem, flags=re.DOTALL)
    return Diagnostic(file, line, column, "yaml-syntax", problem.removeprefix("but "), hint)


_PUNCTUATION_ONLY = re.compile(r"""(?:[^'"]|'[^\w'"]{1,2}'|'<(?:document|stream|block) [a-z ]+>')*""")


class _Builder:
    """Turns composed nodes into ours, collecting mistakes instead of stopping at the first."""

    def __init__(self, file: str, yaml: YAML) -> None:
        self.file = file
        self.diagnostics: list[Diagnostic] = []
        self.count = 0
        self.refused = False
        self.entry: RuamelNode | None = None  # the section whose aliases are being written out
        self.constructor = yaml.constructor

    def mark(self, node: RuamelNode) -> Mark:
        return Mark(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def complain(self, node: RuamelNode, code: str, message: str, hint: str) -> None:
        self.diagnostics.append(diagnostic(self.mark(node), code, message, hint))

    def build(self, node: RuamelNode, depth: int) -> Node:
        mark = self.mark(node)
        # Aliases share nodes, so a small file can stand for an enormous tree: count what is expanded.
        self.count += 1
        if self.refused or self.count > MAX_NODES or depth > MAX_DEPTH:
            if not self.refused:
                self.complain(
                    self.entry or node, "too-many-values", "too many or too deeply nested values", "write aliases out"
                )
            self.refused = True
            return Node(None, mark)
        if isinstance(node, MappingNode):
            return Node(self.mapping(node, depth), mark)
        if isinstance(node, SequenceNode):
            return Node([self.build(child, depth + 1) for child in node.value], mark)
        return Node(self.scalar(node), mark)

    def mapping(self, node: MappingNode, depth: int) -> dict[str, Node]:
        out: dict[str, Node] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if key is None or key == "<<" or not _is_text(key):
                self.complain(key_node, "bad-key", "a key is a plain word", "merge keys and complex keys are not used")
                continue
            if key in out:
                first = out[key].place.line
                self.complain(
                    key_node,
                    "duplicate-key",
                    f"this key is given twice; first on line {first}",
                    "keep one of them",
                )
                continue
            if not depth:
                self.entry = key_node
            child = self.build(value_node, depth + 1)
            out[key] = Node(child.value, child.mark, self.mark(key_node))
        return out

    def scalar(self, node: RuamelNode) -> Scalar:
        tag = str(node.tag)
        if tag.endswith(":timestamp"):
            return str(node.value)  # a policy has no use for date objects
        try:
            value = self.constructor.construct_object(node, deep=True) if _is_plain(tag) else None
        except (YAMLError, ValueError):
            value = None
        if value is None and not tag.endswith(":null"):
            self.complain(node, "bad-tag", "only text, numbers, true, false and null are values", "remove the tag")
        if isinstance(value, str) and not _is_text(value):
            self.complain(node, "not-text", "a character that no text holds", "remove the escape")
            return ""
        if isinstance(value, float) and not math.isfinite(value):
            self.complain(node, "not-finite", "a number has to be finite", "write a number")
            return 0.0
        return value if isinstance(value, str | int | float | bool) else None


def _is_text(text: str) -> bool:
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)


def _is_plain(tag: str) -> bool:
    return tag.rsplit(":", 1)[-1] in {"str", "int", "float", "bool", "null"}


def as_mapping(node: Node) -> Mapping[str, Node]:
    """The node's entries, empty where it is not a mapping."""
    return node.value if isinstance(node.value, dict) else {}
