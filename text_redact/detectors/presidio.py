"""Presidio's recognizers as the knowledge base, run without an NLP pipeline.

Patterns, check digits and context words are Presidio's. What differs, and why: context words count as whole words only
(as substrings, "lic" is found in "public"); a pattern that runs out of time fails the step instead of being skipped;
IBANs are found in lower case too; recognizers run in a fixed order.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import Any

import regex
import tldextract
import tldextract.tldextract as _tld
from presidio_analyzer import PatternRecognizer, RecognizerResult, predefined_recognizers
from presidio_analyzer.nlp_engine import NlpArtifacts
from spacy.lang.en.stop_words import STOP_WORDS

from recording.errors import StepFailed
from recording.model import Hit
from text_redact.engine.needs import Needs, longest, needs_of
from text_redact.engine.phones import CLUSTER, find_phones
from text_redact.engine.rules import Rule
from text_redact.entities import PRESIDIO

CONTEXT_WORDS = 6
"""Words before a hit in which context words count: one more than Presidio's default, whose tokens are other ones."""
CONTEXT_BOOST = 0.35
CONTEXT_FLOOR = 0.4
LEAST_DIGITS = 6
"""Digits of a telephone number that reaches a person; "1680" is a service, or the width of a screen."""
PATTERN_SECONDS = 5.0
"""Longest time for one pattern on one text."""

# "1680 x 1050" is a size of something: an extension follows a whole number, not three or four digits. "12.3456" is a
# decimal number, "1712345678" a time in seconds since 1970.
_NO_PHONE = re.compile(r"\d{1,6}\s*[x\u00d7]\s*\d{1,6}|\d{1,4}\.\d{2,6}|1[5-8]\d{8}", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def rules(entities: Iterable[str], threshold: float) -> tuple[Rule, ...]:
    """Rules for ``entities`` (names of `text_redact.entities.PRESIDIO`); slow, done once a process.

    A pattern below ``threshold`` that no check digit can lift counts only with one of its context words.
    """
    no_suffix_download()
    return tuple(
        rule
        for entity in sorted(set(entities))
        for rule in _rules_of(getattr(predefined_recognizers, PRESIDIO[entity])(), threshold)
    )


def _rules_of(recognizer: Any, threshold: float) -> Iterator[Rule]:
    if type(recognizer).analyze is not PatternRecognizer.analyze:
        yield Rule(
            recognizer.name, Needs(LEAST_DIGITS), (), CLUSTER, None, functools.partial(_phones, recognizer, threshold)
        )
        return
    checks = type(recognizer).validate_result is not PatternRecognizer.validate_result
    first_words = {_WORD.findall(word.lower())[0] for word in recognizer.context or () if _WORD.search(word)}
    for pattern in recognizer.patterns:
        flags = int(recognizer.global_regex_flags)
        compiled = _compiled(pattern.regex, flags)  # now, and not in the middle of a text
        lifted = pattern.score >= threshold or checks
        yield Rule(
            f"{recognizer.name}:{pattern.name}",
            needs_of(pattern.regex, flags),
            () if lifted else tuple(sorted(first_words)) or (_NEVER,),
            pattern.regex,
            _HINTS.get(f"{recognizer.name}:{pattern.name}"),
            functools.partial(_matches, recognizer, pattern, compiled, threshold),
        )


_HINTS = MappingProxyType(
    {
        "IbanRecognizer:IBAN Generic": re.compile(r"(?<=[A-Za-z]{2})[0-9]{2}[ -]?[A-Za-z0-9]{4}"),
        **dict.fromkeys(
            (
                "IpRecognizer:IPv6",
                "IpRecognizer:IPv6_unspecified",
                "IpRecognizer:IPv4_mapped",
                "IpRecognizer:IPv4_embedded",
            ),
            re.compile(":[0-9A-Fa-f]{0,4}:"),
        ),
        "IpRecognizer:IPv4": re.compile(r"\.[0-9]{1,3}\.[0-9]"),
        "MacAddressRecognizer:MAC_COLON_OR_HYPHEN": re.compile("[:-][0-9A-Fa-f]{2}[:-]"),
        "MacAddressRecognizer:MAC_CISCO_DOT": re.compile(r"\.[0-9A-Fa-f]{4}\."),
        "MedicalLicenseRecognizer:USA DEA Certificate Number (weak)": re.compile("[0-9]{7}"),
    }
)
"""What is found wherever a pattern is, and is found faster."""

_NEVER = "\0\0"
"""A word of no text: a weak pattern without context words cannot count."""


def no_suffix_download() -> None:
    """Pin tldextract, which Presidio's e-mail recognizer calls, to the suffix list inside its wheel.

    Its default fetches a newer list at first use; inside the boundary there is no network.
    """
    if _tld.TLD_EXTRACTOR.suffix_list_urls:
        _tld.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def _phones(recognizer: Any, threshold: float, text: str, start: int, end: int) -> list[Hit]:
    if not isinstance(recognizer, predefined_recognizers.PhoneRecognizer):
        results: list[RecognizerResult] = (
            recognizer.analyze(text[start:end], recognizer.supported_entities, _EMPTY) or []
        )
        found = [(start + result.start, start + result.end) for result in results if result.score >= threshold]
    else:
        found = list(find_phones(text, tuple(recognizer.supported_regions), LEAST_DIGITS, start, end))
    rule, label = f"presidio:{recognizer.name}", recognizer.supported_entities[0]
    score = max(threshold, PHONE_SCORE)
    return [Hit(label, *span, score, rule) for span in found if not _NO_PHONE.fullmatch(text, *span)]


PHONE_SCORE = 0.4
"""Presidio's score of a telephone number; a threshold above it counts as reached where the number is valid."""


def _matches(
    recognizer: Any, pattern: Any, compiled: tuple[Any, bool], threshold: float, text: str, start: int, end: int
) -> list[Hit]:
    """Presidio's own pattern loop, but with a time limit that fails closed."""
    rule, label = f"presidio:{recognizer.name}:{pattern.name}", recognizer.supported_entities[0]
    if isinstance(recognizer, predefined_recognizers.IbanRecognizer):
        text = text.translate(_UPPER)  # people type them in lower case
    hits = []
    for match in _finditer(recognizer, compiled, text, start, end):
        for last in _ends(recognizer, match):
            score = _score(recognizer, pattern.score, text[match.start() : last])
            if 0 < score < threshold and recognizer.context and _has_context(text, match.start(), recognizer.context):
                score = min(max(score + CONTEXT_BOOST, CONTEXT_FLOOR), 1.0)
            if score >= threshold:
                hits.append(Hit(label, match.start(), last, score, rule))
                break
    return hits


def _finditer(recognizer: Any, compiled: tuple[Any, bool], text: str, start: int, end: int) -> Iterator[Any]:
    pattern, bounded = compiled
    if bounded:
        yield from pattern.finditer(text, start, end)
        return
    try:
        yield from pattern.finditer(text, start, end, timeout=PATTERN_SECONDS)
    except TimeoutError:
        raise StepFailed(
            f"a pattern of {recognizer.name} ran out of time", code="pattern-timeout", hint="split the text"
        ) from None


@functools.cache
def _compiled(pattern: str, flags: int) -> tuple[Any, bool]:
    """The pattern, and whether the longest text it matches has a bound, so that the time a character takes has one too.

    Bounded patterns run on the standard library's engine, which starts faster but knows no time limit.
    """
    try:
        if longest(pattern, flags) <= BOUNDED:
            return re.compile(pattern, flags), True
    except re.error:
        pass  # syntax that only the other engine knows
    return regex.compile(pattern, flags=flags), False


BOUNDED = 400
"""Characters up to which a pattern counts as bounded."""


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


_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_EMPTY = NlpArtifacts(entities=[], tokens=[], tokens_indices=[], lemmas=[], nlp_engine=None, language="en")  # type: ignore[arg-type]


def _has_context(text: str, start: int, words: Sequence[str]) -> bool:
    """Whether a context word, or its plural, is among the last `CONTEXT_WORDS` words that are no stop words."""
    before: list[str] = []
    counted = 0
    for chunk in reversed(text[max(0, start - 400) : start].lower().split()):
        # "192.0.2.1," is one word to Presidio's tokenizer and four to the pattern.
        found = _WORD.findall(chunk)
        counted += any(word not in STOP_WORDS and not word.isdecimal() for word in found)
        if counted > CONTEXT_WORDS:
            break
        before += reversed(found)
    padded = f" {' '.join(reversed(before))} "
    wanted = (" ".join(_WORD.findall(word.lower())) for word in words)
    return any(f" {word} " in padded or f" {word}s " in padded for word in wanted if word)
