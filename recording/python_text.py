"""Python string literals: what they hold, and other text written with the same prefix and quotes. Nothing is run."""

from __future__ import annotations

import ast
import re
import warnings

_LITERAL = re.compile(r"(?P<prefix>[uUrR]?)(?P<quote>'''|\"\"\"|'|\")(?P<body>.*)(?P=quote)", re.DOTALL)
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal_text(literal: str) -> str | None:
    """What a string literal holds; ``None`` for bytes, for strings with expressions in them, and for what is none."""
    if _LITERAL.fullmatch(literal) is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # unknown escapes; the warning quotes the text
            value = ast.literal_eval(literal)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, str) else None


def quote_like(text: str, literal: str) -> str:
    """A literal of ``text`` with the prefix and the quotes of ``literal``; a raw one only where it can hold the text.

    Raises:
        ValueError: ``literal`` is no plain string literal.
    """
    shape = _LITERAL.fullmatch(literal)
    if shape is None:
        raise ValueError("no plain string literal")
    prefix, quote = shape["prefix"], shape["quote"]
    raw = f"{prefix}{quote}{text}{quote}"
    if prefix in ("r", "R"):
        if "\r" not in text and literal_text(raw) == text:
            return raw
        prefix = ""
    return f"{prefix}{quote}{_escaped(text, quote)}{quote}"


def as_name(text: str) -> str:
    """A text as a name: what no name holds becomes ``_``, one for one; an empty one is ``_``."""
    name = re.sub(r"\W", "_", text)
    return "_" + name[1:] if not name.isidentifier() else name


def _escaped(text: str, quote: str) -> str:
    out = []
    for char in text:
        if char == quote[0]:
            out.append("\\" + char)
        elif char == "\n" and len(quote) == 3:
            out.append(char)
        elif char in _ESCAPES:
            out.append(_ESCAPES[char])
        elif not char.isprintable() and char != " ":
            code = ord(char)
            out.append(f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
        else:
            out.append(char)
    return "".join(out)
