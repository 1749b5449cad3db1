"""Name patterns of policies: ``*`` and ``?`` as in a shell, case does not matter.

Matching takes at most time proportional to name times pattern, whatever the pattern: between two stars stands a text of
fixed length, so the leftmost place for it is as good as any and is never tried again. ``(?>`` says that to the engine;
`fnmatch.translate` does so since Python 3.9.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether any of the patterns stands for the name."""
    return any(re.match(fnmatch.translate(pattern.casefold()), name.casefold()) for pattern in patterns)


def ends_as(name: str, patterns: Iterable[str]) -> bool:
    """Whether any of the patterns stands for the name or an end of it; for detectors, which rather find too much."""
    return matches(name, (f"*{pattern}" for pattern in patterns))


_ANY, _ONE = "\ue001", "\ue002"
"""Stand for the wildcards of the pattern that is to be covered: only a wildcard at least as wide takes them."""


def covers(wide: str, narrow: str) -> bool:
    """Whether every name that ``narrow`` stands for surely is one that ``wide`` stands for; in doubt it is not."""
    if "[" in narrow:
        return wide == narrow
    sample = narrow.casefold().replace("*", _ANY).replace("?", _ONE)
    first, *others = (
        "".join(f"[^{_ANY}]" if char == "?" else re.escape(char) for char in fixed)
        for fixed in re.split(r"\*+", wide.casefold())
    )
    between = "".join(f"(?>.*?{fixed})" for fixed in others[:-1])
    whole = first + between + (f".*{others[-1]}" if others else "")
    return "[" not in wide and re.fullmatch(whole, sample, re.DOTALL) is not None
