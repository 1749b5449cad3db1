"""Gates: comparisons of metrics with numbers, such as ``leak.CREDIT_CARD.high > 0.05``. Where one holds, it fails."""

from __future__ import annotations

import ast
import difflib
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from boundary.audit.figures import metric_names
from recording.errors import InputError

LONGEST = 300
"""Characters of an expression, at most."""
_COMPARE: Mapping[type[ast.cmpop], Callable[[float, float], bool]] = MappingProxyType(
    {ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Lt: operator.lt, ast.LtE: operator.le,
     ast.Eq: operator.eq, ast.NotEq: operator.ne}
)  # fmt: skip
PASSED, FAILED, UNMEASURED = "passed", "failed", "not measured"


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition under which an audit fails: its text, and the metrics that it names."""

    text: str
    names: tuple[str, ...]

    def judge(self, metrics: Mapping[str, float | None]) -> str:
        """`PASSED`, `FAILED`, or `UNMEASURED`, which fails too: what nobody measured is not shown to be safe."""
        if any(metrics.get(name) is None for name in self.names):
            return UNMEASURED
        return FAILED if _value(_parsed(self.text), metrics) else PASSED


def parse_gate(text: str) -> Gate:
    """Read a gate: comparisons of metrics and numbers, joined by ``and``, ``or``, ``not`` and brackets.

    Raises:
        InputError: It is no such expression, or names a metric that there is not.
    """
    tree = _parsed(text)
    names: list[str] = []
    _check(tree, text, names)
    if not names:
        raise _wrong(text, "it names no metric")
    known = metric_names()
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"do you mean {close[0]}?" if close else "docs/audit.md lists the metrics"
            raise InputError(f"no metric {name!r}", code="gate-metric", place=text[:80], hint=hint)
    return Gate(text, tuple(dict.fromkeys(names)))


def _parsed(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise _wrong(text, f"it is longer than {LONGEST} characters")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _wrong(text, "it cannot be read") from None


def _check(node: ast.expr, text: str, names: list[str]) -> None:
    """Only comparisons, and what joins them; nothing is ever called or looked up but a metric."""
    match node:
        case ast.BoolOp():
            for value in node.values:
                _check(value, text, names)
        case ast.UnaryOp(op=ast.Not()):
            _check(node.operand, text, names)
        case ast.Compare():
            if not all(type(op) in _COMPARE for op in node.ops):
                raise _wrong(text, "metrics are compared by < <= > >= == !=")
            sides = (node.left, *node.comparators)
            names.extend(_name(side, text) for side in sides if _number(side) is None)
        case _:
            raise _wrong(text, "a gate compares a metric with a number")


def _number(node: ast.expr) -> float | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _name(node: ast.expr, text: str = "") -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value, text)}.{node.attr}"
    raise _wrong(text, "a gate compares metrics with numbers, nothing else")


def _value(node: ast.expr, metrics: Mapping[str, float | None]) -> bool:
    match node:
        case ast.BoolOp(op=ast.And()):
            return all(_value(value, metrics) for value in node.values)
        case ast.BoolOp():
            return any(_value(value, metrics) for value in node.values)
        case ast.UnaryOp():
            return not _value(node.operand, metrics)
    assert isinstance(node, ast.Compare)  # `_check` let nothing else by
    sides = [_side(side, metrics) for side in (node.left, *node.comparators)]
    return all(_COMPARE[type(op)](*pair) for op, pair in zip(node.ops, pairwise(sides), strict=True))


def _side(node: ast.expr, metrics: Mapping[str, Any]) -> float:
    number = _number(node)
    return float(metrics[_name(node)]) if number is None else number


def _wrong(text: str, why: str) -> InputError:
    hint = "write it like 'leak.CREDIT_CARD > 0.01'"
    return InputError(f"no gate: {why}", code="gate-syntax", place=text[:80], hint=hint)
