"""What an editor can take back: one step, and whether it holds nothing but typing."""

from __future__ import annotations

from dataclasses import dataclass, field

from text_redact.buffer import Piece

UNDO_DEPTH = 200
"""Steps that a field remembers."""

Edits = list[tuple[int, Piece, int]]
"""Offset, what was taken away, and how many characters came, one after another."""


@dataclass(slots=True)
class Step:
    """An undo step: the caret before it, and its edits."""

    caret: int
    edits: Edits = field(default_factory=list)


def only_typed(edits: Edits | tuple[()]) -> bool:
    """Whether it is one edit that took nothing away."""
    return len(edits) == 1 and not edits[0][1][0]
