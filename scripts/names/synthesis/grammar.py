"""The template language: ``{slot}``, ``{one|other}``, nested; a backslash n is a line break.

Capital slots are entities: P a person in any form, G called by the first name, F the family name, GF the full name,
FG "family, given", W somebody whose name is also a word; L C K R places; O and OC OU OH OB OA OX organisations;
A AM AP AS addresses. A digit tells persons apart: {G} and {F} are one, {G2} is another. Small slots are fillers.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from synthesis import lists
from synthesis.values import FILLERS

_ENTITY = re.compile(r"(P|G|F|GF|FG|I|W|LW|OW|[LCKR]|O[CUHBAX]?|A[MPS]?)(\d?)\.?$")
_WORD = re.compile(r"[a-z]+$")


@dataclass(frozen=True, slots=True)
class Slot:
    """An entity to fill in: its kind, and which of several of that kind."""

    kind: str
    index: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several continuations, all as likely."""

    options: tuple[Sequence_, ...]


@dataclass(frozen=True, slots=True)
class Filler:
    """A value that is no entity."""

    make: Callable[[random.Random], str]


Node = str | Slot | Choice | Filler
Sequence_ = tuple[Node, ...]


@functools.cache
def rules() -> Mapping[str, tuple[str, ...]]:
    """The rules of ``data/grammar.txt``: alternatives by name."""
    out = {}
    for line in lists.read("grammar.txt").splitlines():
        if " = " in line and not line.startswith("#"):
            name, body = line.split(" = ", 1)
            out[name] = tuple("" if option.strip() == "~" else option.strip() for option in body.split(" | "))
    return out


@functools.cache
def _rule(name: str) -> Choice:
    return Choice(tuple(parse(option) for option in rules()[name]))


def parse(template: str) -> Sequence_:
    """The nodes of a template; a brace that opens neither slot nor choice stands for itself."""
    out: list[Node] = []
    text = ""
    at = 0
    while at < len(template):
        if template.startswith("\\", at) and template[at + 1 : at + 2] in {"n", "t"}:
            text += "\n" if template[at + 1] == "n" else "\t"
            at += 2
            continue
        end = _closing(template, at) if template[at] == "{" else -1
        node = _node(template[at + 1 : end]) if end > 0 else None
        if node is None:
            text += template[at]
            at += 1
            continue
        if text:
            out.append(text)
            text = ""
        out.append(node)
        at = end + 1
    if text:
        out.append(text)
    return tuple(out)


def _closing(template: str, start: int) -> int:
    depth = 0
    for at in range(start, len(template)):
        depth += {"{": 1, "}": -1}.get(template[at], 0)
        if depth == 0:
            return at
    return -1


def _node(inside: str) -> Node | None:
    if match := _ENTITY.match(inside):
        return Slot(match.group(1), match.group(2))
    if _WORD.match(inside):
        return Filler(FILLERS[inside]) if inside in FILLERS else _rule(inside)
    options = _split(inside)
    return Choice(tuple(parse(option) for option in options)) if len(options) > 1 and '"' not in inside else None


def _split(inside: str) -> list[str]:
    options, depth = [""], 0
    for char in inside:
        depth += {"{": 1, "}": -1}.get(char, 0)
        if char == "|" and depth == 0:
            options.append("")
        else:
            options[-1] += char
    return options


def write(
    nodes: Sequence[Node], rng: random.Random, entity: Callable[[Slot], tuple[str, str]], out: list[tuple[str, str]]
) -> None:
    """Append the pieces of one reading of ``nodes`` to ``out``: text and label, the label empty for plain text."""
    for node in nodes:
        if isinstance(node, str):
            out.append((node, ""))
        elif isinstance(node, Choice):
            write(node.options[int(rng.random() * len(node.options))], rng, entity, out)
        elif isinstance(node, Filler):
            out.append((node.make(rng), ""))
        else:
            out.append(entity(node))
