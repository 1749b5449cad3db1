"""Searches text for values that are known to be sensitive because they were found elsewhere in the session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from recording.model import Hit
from text_redact.normalise import plain_char

MIN_CHARS = 4
"""Shortest value that is searched elsewhere: anything shorter is found in half of all words."""
MIN_PIECE = 5
"""Shortest erased piece of a known value that counts as the value."""
WHOLE_LABELS = frozenset({"PASSWORD", "SECRET"})
"""Labels whose values are found inside longer runs of letters too."""


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value and what it is.

    ``key`` is what two spellings of one value share: case-folded letters and digits; for passwords and secrets every
    character but white space, since punctuation is part of them.
    """

    label: str
    value: str = field(repr=False)
    key: str = field(repr=False)


def known_value(label: str, value: str) -> KnownValue | None:
    """The value ready for searching, ``None`` where it is too short to be told from chance."""
    key, _ = _flat(value, label in WHOLE_LABELS)
    return KnownValue(label, value, key) if len(key) >= MIN_CHARS else None


def _flat(text: str, punctuation: bool) -> tuple[str, list[int]]:
    """The text as keys are compared, with the offset of each character."""
    folded: list[str] = []
    offsets: list[int] = []
    for index, char in enumerate(text):
        for part in plain_char(char).casefold():
            if part.isalnum() or (punctuation and not part.isspace()):
                folded.append(part)
                offsets.append(index)
    return "".join(folded), offsets


def find_known(text: str, values: Iterable[KnownValue], *, pieces: bool = False) -> Sequence[Hit]:
    """Hits of ``values`` in ``text``, whatever the case and whatever stands between letters and digits.

    A hit starts and ends where a run of letters and digits does, except for passwords and secrets, which are found
    inside longer runs too. With ``pieces`` the text is an erased run: a piece of a value, or a value inside it, counts.
    """
    views = {punctuation: _flat(text, punctuation) for punctuation in (False, True)}
    hits: list[Hit] = []
    for value in values:
        flat, offsets = views[value.label in WHOLE_LABELS]
        if pieces and len(flat) >= MIN_PIECE and flat in value.key:
            hits.append(Hit(value.label, 0, len(text), 0.9, "link:piece"))
            continue
        at = flat.find(value.key)
        while at >= 0:
            start, end = offsets[at], offsets[at + len(value.key) - 1] + 1
            if value.label in WHOLE_LABELS or _whole(text, start, end):
                hits.append(Hit(value.label, start, end, 0.9, "link:session"))
            at = flat.find(value.key, at + 1)
    return hits


def _whole(text: str, start: int, end: int) -> bool:
    before = start == 0 or not text[start - 1].isalnum()
    after = end == len(text) or not text[end].isalnum()
    return before and after
