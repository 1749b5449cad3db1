"""Presidio's recognizers as the knowledge base, run without an NLP pipeline.

Patterns, check digits and context words are Presidio's. What differs, and why: context words count as whole words only
(as substrings, "lic" is found in "public"); a pattern that runs out of time fails the step instead of being skipped;
IBANs are found in lower case too; recognizers run in a fixed order.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import regex
import tldextract
import tldextract.tldextract as _tld
from presidio_analyzer import PatternRecognizer, RecognizerResult, predefined_recognizers
from presidio_analyzer.nlp_engine import NlpArtifacts
from spacy.lang.en.stop_words import STOP_WORDS

from recording.errors import StepFailed
from recording.model import Hit
from text_redact.entities import PRESIDIO

CONTEXT_WORDS = 5
"""Words before a hit in which context words count (Presidio's own default)."""
CONTEXT_BOOST = 0.35
CONTEXT_FLOOR = 0.4
LEAST_DIGITS = 6
"""Digits of a telephone number that reaches a person; "1680" is a service, or the width of a screen."""
PATTERN_SECONDS = 5.0
"""Longest time for one pattern on one text."""

# "1680 x 1050" is a size of something: an extension follows a whole number, not three or four digits.
_DIMENSIONS = re.compile(r"\d{1,6}\s*[x\u00d7]\s*\d{1,6}", re.IGNORECASE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Presidio:
    """Finds the given entities with Presidio's recognizers. Scores are Presidio's, 0 to 1."""

    entities: tuple[str, ...]
    threshold: float
    recognizers: tuple[Any, ...] = field(repr=False)

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits, recognizer by recognizer."""
        hits: list[Hit] = []
        for recognizer in self.recognizers:
            hits.extend(_run(recognizer, text, self.threshold))
        return hits


def build(entities: Iterable[str], threshold: float) -> Presidio:
    """Make a detector for ``entities`` (names of `text_redact.entities.PRESIDIO`); slow, done once a process."""
    no_suffix_download()
    wanted = tuple(sorted(set(entities)))
    recognizers = tuple(getattr(predefined_recognizers, PRESIDIO[entity])() for entity in wanted)
    return Presidio(wanted, threshold, recognizers)


def no_suffix_download() -> None:
    """Pin tldextract, which Presidio's e-mail recognizer calls, to the suffix list inside its wheel.

    Its default fetches a newer list at first use; inside the boundary there is no network.
    """
    if _tld.TLD_EXTRACTOR.suffix_list_urls:
        _tld.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def _run(recognizer: Any, text: str, threshold: float) -> list[Hit]:
    hits = []
    for start, end, score, rule in _raw(recognizer, text):
        boosted = score
        if score < threshold and recognizer.context and _has_context(text, start, recognizer.context):
            boosted = min(max(score + CONTEXT_BOOST, CONTEXT_FLOOR), 1.0)
        if boosted >= threshold:
            hits.append(Hit(recognizer.supported_entities[0], start, end, boosted, rule))
    return hits


def _raw(recognizer: Any, text: str) -> list[_Raw]:
    """What a recognizer finds before context words are looked at."""
    if isinstance(recognizer, predefined_recognizers.IbanRecognizer):
        upper = text.translate(_UPPER)  # people type them in lower case
        return list(dict.fromkeys([*_match(recognizer, text), *_match(recognizer, upper)]))
    if type(recognizer).analyze is PatternRecognizer.analyze:
        return _match(recognizer, text)
    if _digits(text) < LEAST_DIGITS:
        return []
    results: list[RecognizerResult] = recognizer.analyze(text, recognizer.supported_entities, _EMPTY)
    return [
        (r.start, r.end, r.score, f"presidio:{recognizer.name}")
        for r in results or ()
        if r.score > 0
        and _digits(text[r.start : r.end]) >= LEAST_DIGITS
        and not _DIMENSIONS.fullmatch(text, r.start, r.end)
    ]


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))


def _match(recognizer: Any, text: str) -> list[_Raw]:
    """Presidio's own pattern loop, but with a time limit that fails closed."""
    out = []
    for pattern in recognizer.patterns:
        compiled = _compiled(pattern.regex, int(recognizer.global_regex_flags))
        rule = f"presidio:{recognizer.name}:{pattern.name}"
        try:
            for match in compiled.finditer(text, timeout=PATTERN_SECONDS):
                for end in _ends(recognizer, match):
                    score = _score(recognizer, pattern.score, text[match.start() : end])
                    if score > 0:
                        out.append((match.start(), end, score, rule))
                        break
        except TimeoutError:
            raise StepFailed(
                f"a pattern of {recognizer.name} ran out of time", code="pattern-timeout", hint="split the text"
            ) from None
    return out


@functools.cache
def _compiled(pattern: str, flags: int) -> Any:
    # regex has a cache of its own, but looking a pattern up there costs more than most matches.
    return regex.compile(pattern, flags=flags)


def _ends(recognizer: Any, match: Any) -> list[int]:
    """Where a match may end: an IBAN's groups are given up from the last, since words may follow it."""
    if isinstance(recognizer, predefined_recognizers.IbanRecognizer):
        return [match.end(group) for group in range(len(match.groups()), 0, -1) if match.end(group) > 0]
    return [match.end()] if match.end() > match.start() else []


def _score(recognizer: Any, score: float, value: str) -> float:
    valid = recognizer.validate_result(value)
    if recognizer.invalidate_result(value) or valid is False:
        return 0.0
    return 1.0 if valid else score


_Raw = tuple[int, int, float, str]
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_EMPTY = NlpArtifacts(entities=[], tokens=[], tokens_indices=[], lemmas=[], nlp_engine=None, language="en")  # type: ignore[arg-type]


def _has_context(text: str, start: int, words: Sequence[str]) -> bool:
    """Whether a context word, or its plural, is among the last `CONTEXT_WORDS` words that are no stop words."""
    before: list[str] = []
    counted = 0
    for word in reversed(_WORD.findall(text[max(0, start - 400) : start].lower())):
        counted += word not in STOP_WORDS
        if counted > CONTEXT_WORDS:
            break
        before.append(word)
    padded = f" {' '.join(reversed(before))} "
    wanted = (" ".join(_WORD.findall(word.lower())) for word in words)
    return any(f" {word} " in padded or f" {word}s " in padded for word in wanted if word)
