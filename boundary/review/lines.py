"""Lines of a policy around the one that decided."""

from __future__ import annotations

from dataclasses import dataclass

from policies import Policy

AROUND = 2


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of a policy file.

    Attributes:
        file: As messages call it.
        line: The line that decided, from 1.
        own: Whether it stands in the file that is edited.
        lines: Number and text of each.
    """

    file: str
    line: int
    own: bool
    lines: tuple[tuple[int, str], ...]


def excerpt(policy: Policy, place: str, own: str) -> Excerpt:
    """The lines around ``place``, which is ``file:line``; none where the policy has no such file."""
    file, _, number = place.rpartition(":")
    line = int(number) if number.isdecimal() else 0
    text = next((source.text for source in policy.sources if source.file == file), "")
    numbered = list(enumerate(text.splitlines(), start=1))
    around = 0 if file == own else AROUND  # the editor beside it shows the rest
    return Excerpt(file, line, file == own, tuple(numbered[max(0, line - 1 - around) : line + around]))
