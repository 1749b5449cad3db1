"""What all pages share: the document around the body, tables, and fields."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

_SANS = ("DejaVu Sans", "Liberation Sans", "Liberation Sans Narrow")
_ACCENTS = ("#1a56b0", "#0f766e", "#7c3aed", "#b45309", "#9f1239", "#334155")
_BASE = """*{box-sizing:border-box}body{margin:0;overflow:hidden;height:100vh;line-height:1.4}
table{border-collapse:collapse}td,th{text-align:left;padding:5px 10px;white-space:nowrap}
.bar{background:var(--accent);color:#fff;padding:9px 16px;display:flex;gap:26px}
.row{display:flex}.grow{flex:1;min-width:0}
.field{border:1px solid #9aa5b1;border-radius:4px;padding:6px 9px;margin:3px 0 11px;
min-height:1.4em;background:#fff;color:#111}
.above{font-size:.85em;color:#5d6875}.cut{overflow:hidden;white-space:nowrap}.pad{padding:14px 18px}
.mono{font-family:"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre-wrap;word-break:break-all}"""


def document(body: str, css: str, random: Random) -> str:
    """A whole page; font, size and accent colour depend on the seed."""
    font, accent = random.choice(_SANS), random.choice(_ACCENTS)
    size = random.choice((12, 13, 14, 15))
    look = f"body{{font:{size}px '{font}';color:#1d2530;background:#fff;--accent:{accent}}}"
    head = f'<meta charset="utf-8"><style>{_BASE}{look}{css}</style>'
    return f'<!doctype html><html lang="en">{head}<body>{body}</body></html>'


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; cells are HTML."""
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"


def field(label: str, content: str) -> str:
    """A field as forms show it: the label above, the content in a frame."""
    return f'<div class="above">{label}</div><div class="field">{content}</div>'
