"""Known values of which something hides a part: a window above, a column too narrow, an ellipsis."""

from __future__ import annotations

import re
from collections.abc import Iterator

from image_redact._fold import Folded
from image_redact._lookup import Found, Lookup

PLAIN = 8
"""Letters of a value that count as the value cut off where no ellipsis says so; four more must be hidden."""
MARKED = 5
"""Letters of it beside an ellipsis."""
_HIDDEN = 4
_ELLIPSIS = re.compile(r"\u2026|\.{2,}")


def beginnings(folded: Folded, raw: str, lookup: Lookup) -> Iterator[Found]:
    """Beginnings of values: before an ellipsis, or long enough to be nothing else."""
    text = folded.text
    cuts = [_letter_at(folded, match.start()) for match in _ELLIPSIS.finditer(raw)]
    for at in range(len(text) - MARKED + 1):
        if not folded.edge(at):
            continue
        for number in lookup.first.get(text[at : at + MARKED], ()):
            target = lookup.targets[number].text
            same = _common(text, at, target)
            # The letter at the cut is often misread: the token that it stands in goes too.
            end = at + same
            while not folded.edge(end):
                end += 1
            marked = end in cuts and end - at - same <= 1 and same < len(target)
            if marked or (same >= PLAIN and len(target) >= PLAIN + _HIDDEN):
                yield at, end, number, 0


def endings(folded: Folded, raw: str, lookup: Lookup) -> Iterator[Found]:
    """Ends of values: behind an ellipsis, or at the beginning of a line, broken off within a word of the value."""
    text = folded.text
    begins = {_letter_at(folded, match.end()): True for match in _ELLIPSIS.finditer(raw)} | {0: raw[:1] in "\u2026."}
    for start, marked in begins.items():
        for end in range(start + MARKED, len(text) + 1):
            if not folded.edge(end):
                continue
            for number in lookup.last.get(text[end - MARKED : end], ()):
                target = lookup.targets[number]
                shown = end - start
                # The first letter may be half of one.
                same = shown < len(target.text) and target.text.endswith(text[start + 1 : end])
                begun = len(target.text) - shown
                if same and (marked or (shown >= PLAIN and begun >= 2 and begun not in target.tokens)):
                    yield start, end, number, 0


def _letter_at(folded: Folded, place: int) -> int:
    """Number of letters before a code point of the raw text."""
    return sum(start < place for start in folded.starts)


def _common(text: str, at: int, target: str) -> int:
    same = MARKED
    while text[at + same : at + same + 1] == target[same : same + 1] != "":
        same += 1
    return same
