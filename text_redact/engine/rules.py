"""Rules that find, each with what it needs of a text; a text is read by those alone whose needs it meets."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from recording.model import Hit
from text_redact.engine import phones
from text_redact.engine.needs import Needs, count
from text_redact.engine.scanner import Scanner, scanner
from text_redact.normalise import in_ascii

MAX_CACHED = 512
"""Longest text whose hits are remembered, in code points."""
_CACHE = 1 << 15


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One way to find something.

    Attributes:
        name: For the reader of a profile.
        needs: Least digits and signs of a text that it may match.
        words: One of these, in lower case, must be in the text, where there are any.
        gate: An expression that matches, whatever the case, wherever the rule finds something; it reads a text as
            `text_redact.normalise.in_ascii` writes it.
        hint: The same for the standard library, and cheap; ``None`` where there is none.
        find: Gives the hits in a normalised text that lie in ``start..end``.
        lines: Whether nothing that it finds goes over the end of a line.
    """

    name: str
    needs: Needs
    words: tuple[str, ...]
    gate: str
    hint: re.Pattern[str] | None
    find: Callable[[str, int, int], Iterable[Hit]] = field(repr=False)
    lines: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Several rules, run one after the other."""

    rules: tuple[Rule, ...] = field(repr=False)

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits in a normalised text; offsets are those of the text."""
        may = self.may(text)
        if not may:
            return ()
        if len(text) > SHORT and "\n" in text:
            return self._by_lines(text, may, _scanner(self))
        hits: list[Hit] = []
        for rule in may:
            hits += rule.find(text, 0, len(text))
        return tuple(hits)

    def may(self, text: str) -> list[Rule]:
        """The rules that may find something in a normalised text."""
        scan = _scanner(self)
        return self._scanned(scan, text) if scan is not None else self._counted(text)

    def _scanned(self, scan: Scanner, text: str) -> list[Rule]:
        may = self._found(scan, text)
        if not may:
            return []
        lower = text.lower()
        return [rule for rule in may if not rule.words or _holds(lower, rule.words)]

    def _found(self, scan: Scanner, text: str) -> list[Rule]:
        found = scan(in_ascii(text).encode("ascii"))
        if not text.isascii() and (always := _always(self)):
            found = sorted({*found, *always})
        return [self.rules[number] for number in found]

    def _counted(self, text: str) -> list[Rule]:
        """The same without Vectorscan, from the number of digits and signs, from words and hints."""
        free, worded = _that_may(self, *count(text))
        if worded:
            lower = text.lower()
            free += tuple([rule for words, rules in worded if _holds(lower, words) for rule in rules])
        return [rule for rule in free if rule.hint is None or rule.hint.search(text)]

    def _by_lines(self, text: str, rules: Sequence[Rule], scan: Scanner | None) -> Sequence[Hit]:
        """What a line does not hold, most rules need not look for in it."""
        by_line = frozenset([rule for rule in rules if rule.lines])
        hits: list[Hit] = []
        for rule in rules:
            if not rule.lines:
                hits += rule.find(text, 0, len(text))
        end = -1
        while end < len(text) and by_line:
            start, end = end + 1, text.find("\n", end + 1)
            end = len(text) if end < 0 else end
            line = text[start:end]
            if scan is None:
                may = [r for r in _on_a_line(self, *count(line)) if r.hint is None or r.hint.search(line)]
            else:
                may = self._found(scan, line)
            for rule in may:
                if rule in by_line:
                    hits += rule.find(text, start, end)
        return tuple(hits)


@functools.cache
def _always(rules: Rules) -> frozenset[int]:
    """The rules of which a text that is not in ASCII may have more than their gates say."""
    return frozenset(number for number, rule in enumerate(rules.rules) if _FOREIGN_GATE.search(rule.gate))


_FOREIGN_GATE = re.compile(r"\[\^(?!\\[sn]\])")


@functools.cache
def _scanner(rules: Rules) -> Scanner | None:
    return scanner([rule.gate for rule in rules.rules])


SHORT = 160
"""Texts up to this length are read in one go; longer ones line by line."""


def _holds(lower: str, words: tuple[str, ...]) -> bool:
    for word in words:  # noqa: SIM110  a generator would cost more than the search
        if word in lower:
            return True
    return False


@functools.lru_cache(maxsize=1 << 13)
def _that_may(
    rules: Rules, digits: int, signs: tuple[int, ...]
) -> tuple[tuple[Rule, ...], tuple[tuple[tuple[str, ...], tuple[Rule, ...]], ...]]:
    """The rules whose needs are met: those without words, and the others by their words.

    Most texts have figures that some text before them had, and are answered at once.
    """
    may = [rule for rule in rules.rules if rule.needs.met_by(digits, signs)]
    worded: dict[tuple[str, ...], list[Rule]] = {}
    for rule in may:
        if rule.words:
            worded.setdefault(rule.words, []).append(rule)
    return tuple(rule for rule in may if not rule.words), tuple((words, tuple(of)) for words, of in worded.items())


@functools.lru_cache(maxsize=1 << 13)
def _on_a_line(rules: Rules, digits: int, signs: tuple[int, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules.rules if rule.lines and rule.needs.met_by(digits, signs))


def remembered(find: Callable[[str], Sequence[Hit]], text: str) -> Sequence[Hit]:
    """The hits of ``find``, from memory where the same text was read before in this process."""
    return find(text) if len(text) > MAX_CACHED else _remembered(find, text)


@functools.lru_cache(maxsize=_CACHE)
def _remembered(find: Callable[[str], Sequence[Hit]], text: str) -> Sequence[Hit]:
    return find(text)


def forget() -> None:
    """Empty the memory, so that every text is read anew; for measurements."""
    _remembered.cache_clear()
    phones.forget()
