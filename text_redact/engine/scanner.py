"""Which rules may find something in a text, answered for all of them in one pass by Vectorscan where it is installed.

Expressions run in its prefilter mode, which reports a superset of what they match (Intel, Hyperscan Developer's
Reference, "Prefiltering"), so nothing is missed: the rules themselves decide.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Scanner:
    """A compiled set of expressions; ``always`` are the numbers of those that it could not take."""

    database: Any = field(repr=False)
    always: tuple[int, ...]
    local: threading.local = field(default_factory=threading.local, repr=False)

    def __call__(self, text: bytes) -> list[int]:
        """Numbers of the expressions that may match, ascending."""
        found: list[int] = []
        try:
            scratch = self.local.scratch
        except AttributeError:
            # Working memory that no two threads may share.
            import hyperscan

            scratch = self.local.scratch = hyperscan.Scratch(self.database)
        self.database.scan(text, match_event_handler=_note, context=found, scratch=scratch)
        if self.always:
            found += self.always
        found.sort()
        return found


def _note(number: int, start: int, end: int, flags: int, context: list[int]) -> None:
    context.append(number)


def scanner(expressions: Sequence[str], *, caseless: bool = True) -> Scanner | None:
    """Compile ``expressions``, in ASCII; ``None`` where Vectorscan is not installed."""
    try:
        import hyperscan
    except ImportError:
        return None
    mode = (
        hyperscan.HS_FLAG_PREFILTER | hyperscan.HS_FLAG_SINGLEMATCH
        | hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_MULTILINE
    )  # fmt: skip
    if caseless:
        mode |= hyperscan.HS_FLAG_CASELESS
    numbers = list(range(len(expressions)))
    try:
        return Scanner(_compiled(hyperscan, expressions, numbers, mode), ())
    except (hyperscan.error, UnicodeEncodeError):
        pass  # one of them is too much for it: which?
    taken: list[int] = []
    refused: list[int] = []
    for number, expression in enumerate(expressions):
        try:
            _compiled(hyperscan, [expression], [number], mode)
        except (hyperscan.error, UnicodeEncodeError):
            refused.append(number)
        else:
            taken.append(number)
    if not taken:
        return None
    database = _compiled(hyperscan, [expressions[number] for number in taken], taken, mode)
    return Scanner(database, tuple(refused))


def _compiled(hyperscan: Any, expressions: Sequence[str], numbers: Sequence[int], mode: int) -> Any:
    database = hyperscan.Database()
    database.compile(
        expressions=[expression.encode("ascii") for expression in expressions],
        ids=list(numbers),
        elements=len(numbers),
        flags=[mode] * len(numbers),
    )
    return database
