"""Regular expressions in policies: compiled with a real time limit, and tried on what makes bad ones slow.

`regex` looks at the clock while it matches, which the standard library's engine does not; whoever runs a pattern turns
its `TimeoutError` into a verdict, so that no pattern lets a text pass unread.
"""

from __future__ import annotations

import functools
import re
import time
from typing import Any

from policies.pumping import pumps

SECONDS = 2.0
"""Longest time for one pattern on one text."""
MAX_CHARS = 1_000
MAX_REPEAT = 10_000
PUMPED_CHARS = 4_096
PUMPED_SECONDS = 0.25
"""A pattern that takes longer over so many characters is slow: 16 million steps, as a square takes, fit into it."""
_LOOKING_SECONDS = 3.0
_BIG = re.compile(r"\{[0-9]*,?[0-9]{5,}")


def problem(pattern: str) -> str:
    """What is wrong with a pattern, in words; empty where it can be used.

    Raises:
        ImportError: `regex` is not installed.
    """
    import regex

    if len(pattern) > MAX_CHARS:
        return f"a pattern has at most {MAX_CHARS:,} characters"
    if _BIG.search(pattern):
        return f"a pattern repeats at most {MAX_REPEAT:,} times"
    try:
        return "this pattern matches where nothing is" if compiled(pattern).search("", timeout=1.0) else ""
    except TimeoutError:
        return "this pattern runs out of time on an empty text"
    except (regex.error, RecursionError, OverflowError, MemoryError, ValueError):
        return "this is no regular expression"


@functools.lru_cache(maxsize=1_000)
def compiled(pattern: str, *, ignore_case: bool = False) -> Any:
    """The pattern as `regex` runs it; its methods take ``timeout``.

    Raises:
        regex.error: It is none.
    """
    import regex

    return regex.compile(pattern, regex.VERSION0 | (regex.IGNORECASE if ignore_case else 0))


def is_slow(pattern: str) -> bool:
    """Whether some text of `PUMPED_CHARS` characters, made for this pattern, takes longer than `PUMPED_SECONDS`.

    It stops when it has found one, or after a few seconds. That none is found is no promise: `SECONDS` holds anyway.
    """
    ends = time.monotonic() + _LOOKING_SECONDS
    engine = compiled(pattern)
    for pump in pumps(pattern):
        # Short ones first: what is exponential shows at thirty characters, without the memory that long ones take.
        for size in (32, 256, PUMPED_CHARS):
            try:
                engine.search(pump.text(size), timeout=PUMPED_SECONDS)
            except TimeoutError:
                return True
        if time.monotonic() > ends:
            break
    return False
