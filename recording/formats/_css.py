"""Style sheets: the places in them that can hold content. The rest is code of the page's author."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Order matters: an address may hold what looks like a comment. Quantifiers are possessive, so that time is linear.
_CONTENT = re.compile(
    r"/\*(?P<comment>(?:[^*]|\*(?!/))*+)"
    r"|url\(\s*+(?P<url>\"(?:[^\"\\]|\\.)*+\"?+|'(?:[^'\\]|\\.)*+'?+|(?:[^)\\]|\\.)*+)"
    r"|\"(?P<double>(?:[^\"\\]|\\.)*+)\"?+"
    r"|'(?P<single>(?:[^'\\]|\\.)*+)'?+"
    r"|--[\w-]++\s*+:(?P<custom>[^;}\"'(]*+)"  # a custom property may hold anything
    r"|\[[\w|-]++[~|^$*]?+=(?P<selector>[^\]\"']*+)",  # a value that a selector asks for, without quotes
    re.IGNORECASE | re.DOTALL,
)
_DATA = re.compile(r"[\"']?\s*data:", re.IGNORECASE)


def css_content(text: str) -> Iterator[tuple[int, int, str]]:
    """Start and end of each piece of a style sheet that can hold content, and its role.

    ``media`` is data written into an address; ``css`` are comments, strings, addresses, values of custom properties.
    """
    for found in _CONTENT.finditer(text):
        start, end = found.span(found.lastgroup or 0)
        if _DATA.match(text, start, end):
            yield start, end, "media"
        elif text[start:end].strip("\"' \t\r\n"):
            yield start, end, "css"
