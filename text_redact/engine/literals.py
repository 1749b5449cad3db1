"""Which of many strings a text holds, however many they are: one pass of Vectorscan where it is installed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from text_redact.engine.scanner import Scanner, scanner


@dataclass(frozen=True, slots=True)
class Literals:
    """Strings, case-folded, made ready for search.

    ``ascii`` are those that the scanner looks for, in its order: no text in ASCII holds any other.
    """

    strings: tuple[str, ...] = field(repr=False)
    ascii: tuple[str, ...] = field(repr=False)
    longest: int
    scan: Scanner | None = field(repr=False)

    @classmethod
    def of(cls, strings: Iterable[str], *, size: int) -> Literals:
        """Make case-folded strings, none of them empty, ready for so many bytes of text."""
        distinct = tuple(dict.fromkeys(strings))
        plain = tuple(string for string in distinct if string.isascii())
        many = plain and len(plain) * size > LITTLE
        made = scanner([_expression(string) for string in plain]) if many else None
        return cls(distinct, plain, max(map(len, distinct), default=0), made)

    def within(self, head: str, data: bytes) -> frozenset[str]:
        """The strings that ``head``, followed by UTF-8 ``data``, holds once case-folded."""
        if not self.strings:
            return frozenset()
        if self.scan is None or not data.isascii():
            folded = (head + data.decode("utf-8", "replace")).casefold()
            return frozenset(string for string in self.strings if string in folded)
        # Every character is one byte, and folding changes none but A to Z: what Vectorscan finds, whatever the case, is
        # there or nearly so (it reports too much rather than too little).
        edge = (head + data[: self.longest].decode("ascii")).casefold() if head else ""
        may = {self.ascii[number] for number in self.scan(data)}
        if may:
            folded = data.lower().decode("ascii")
            may = {string for string in may if string in folded}
        return frozenset(may | {string for string in self.strings if string in edge})


LITTLE = 1 << 22
"""Strings times bytes of text that are searched one by one in less time than a scanner is made in."""


def _expression(string: str) -> str:
    """An expression for the string and nothing else."""
    return "".join(char if char.isalnum() else f"\\x{ord(char):02x}" for char in string)
