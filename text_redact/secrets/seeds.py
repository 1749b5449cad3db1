"""Seed phrases of wallets (BIP-39): twelve or more words of one list in a row, whatever stands between them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from recording.model import Hit
from text_redact.secrets import checks

LEAST = 12
_DISTINCT = 9
_WORD = re.compile(r"[^\W\d_]+")
# Between two words of a phrase: spaces, commas, numbers such as "2." and quotes.
_BETWEEN = re.compile(r"[\s\"',;.:)(\[\]|\-/]*(?:\d{1,2}[\s.):]*)?[\s\"',]*")
_LENGTHS = (24, 21, 18, 15, 12)


@functools.cache
def vocabularies() -> tuple[tuple[str, frozenset[str]], ...]:
    """Every list as a set, by language."""
    return tuple((language, frozenset(words)) for language, words in checks.wordlists().items())


@functools.cache
def _every() -> frozenset[str]:
    return frozenset().union(*(vocabulary for _, vocabulary in vocabularies()))


def may_hold(words: Sequence[str]) -> bool:
    """Whether a text of these words, lower case, can hold a phrase: cheap, and true for every text that does."""
    return len(_every().intersection(words)) >= _DISTINCT


def find(text: str, lowered: str) -> Iterator[Hit]:
    """Every run of `LEAST` or more words of a list. With a right checksum the score is 0.95, else 0.6.

    A checksum that fails says that somebody mistyped a word, or wrote down a phrase of another kind.
    """
    plain = _WORD.findall(lowered)
    for language, vocabulary in vocabularies():
        if _longest_run(plain, vocabulary) < LEAST:
            continue
        words = list(_WORD.finditer(lowered))
        run: list[re.Match[str]] = []
        for word, match in zip(plain, words, strict=True):
            listed = word in vocabulary
            if run and not (listed and _BETWEEN.fullmatch(text, run[-1].end(), match.start())):
                yield from _close(run, language)
                run = []
            if listed:
                run.append(match)
        yield from _close(run, language)


def _longest_run(words: Sequence[str], vocabulary: frozenset[str]) -> int:
    """Most listed words in a row, whatever stands between them."""
    run = longest = 0
    for word in words:
        run = run + 1 if word in vocabulary else 0
        longest = max(run, longest) if run >= LEAST else longest
    return longest


def _close(run: list[re.Match[str]], language: str) -> Iterator[Hit]:
    if len(run) < LEAST:
        return
    words = [match.group() for match in run]
    if len(set(words)) < _DISTINCT:
        return
    proven = any(
        checks.seed_phrase(words[at : at + length], language)
        for length in _LENGTHS
        for at in range(min(len(words) - length + 1, 24))
    )
    yield Hit("SECRET", run[0].start(), run[-1].end(), 0.95 if proven else 0.6, f"secret:seed-phrase-{language}")
