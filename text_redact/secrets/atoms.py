"""Long unbroken strings: formats without a literal, formats that need a word near by, and whatever looks random."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from recording.model import Hit
from text_redact.secrets import values
from text_redact.secrets.checks import CHECKS
from text_redact.secrets.randomness import entropy, likelihood, looks_random
from text_redact.secrets.rules import RIGHT, Kind, Token, loose, token, words

LEAST = 12
"""Shortest string that is looked at."""
NEAR_BEFORE, NEAR_AFTER = 60, 140
"""How far before and after a word such as a service's name a format counts that says nothing by itself."""
_ATOM = re.compile(r"[A-Za-z0-9_+/~.\-]{12,4000}={0,2}")
# Without a digit, or cut up by dots and slashes, it is a word, a path or a host.
_PIECE = re.compile(r"(?<![A-Za-z0-9_+~-])(?=[A-Za-z_+~-]*[0-9])[A-Za-z0-9_+~-]{12}")
_MEANING = re.compile(r"key|token|secret|auth|api|pass|cred|pat\b|[=:]|pw|login|sid\b|dsn", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
# Not secrets by themselves: what is public, and data that only looks random.
_PUBLIC = re.compile(
    r"AAAA[BCE][23]N?z|sha\d{1,3}-|MII[BCDEFGH][A-Za-z0-9+/]|iVBORw0KGgo|/9j/4|R0lGOD|UklGR|PHN2Zy|data:|d09GM|AAEAAAA"
    r"|JVBERi|UEsDB|H4sI|LS0tLS1CRUdJTiBDRVJU|LS0tLS1CRUdJTiBQVUJM"
)
_BEFORE_DATA = re.compile(
    r"(?:base64,|;base64|(?:sha\d{1,3}|md5)[-:=]|(?:integrity|digest|etag|checksum|fingerprint)[\"'=: ]{1,4}"
    r"|ssh-[a-z0-9-]{1,20} |=\?[\w-]{1,20}\?[bq]\?|boundary=[\"']?-{0,2}|message-id: ?<)$",
    re.IGNORECASE,
)
_PREFIXED = re.compile(
    r"(?P<prefix>[A-Za-z][A-Za-z0-9]{0,14}(?:[_.-][A-Za-z0-9]{1,12}){0,3}?)(?P<sign>[_.~-]{1,2})(?P<tail>[A-Za-z0-9_.~+/-]{16,2000})"
)
_CONTENT = re.compile(
    r"(?:sha|md)\d*|commit|build|bundle|cache|chunk|blob|tree|image|img|file|hash|etag|rev|revision|digest|main|index|vendor"
    r"|runtime|styles?|app|page|layer|obj|object|ref|branch|tag|release|version|v\d*|asset|font|icon|photo|pic|video|audio|doc"
    r"|trace|span|request|req|job|task|run|pod|node|container|snapshot|vol|subnet|sg|vpc|ami|instance|i|eni|rtb|igw|arn|uuid"
    r"|guid|id|item|event|msg|message|order|session|test|tmp|temp",
    re.IGNORECASE,
)
_LINE = 40
_NEXT = re.compile(r"[\"'+\\n]{0,6}\s{1,40}[rb]?[\"']?[A-Za-z0-9+/=_-]{20,}")
_LAST = re.compile(r"[A-Za-z0-9+/=_-]{40,}[\"'+\\n]{0,6}\s{1,20}[rb]?[\"']?$")
_RANDOM_LEAST, _RANDOM_MOST = 20, 400
_PREFIX_LEAST, _HEX_LEAST, _SEGMENTS = 16, 30, 3
_MOSTLY = 0.8
_JOINED_RIGHT = re.compile(r"[:!|^$~@#.=]{1,2}[A-Za-z0-9_.~+/-]{4,2000}={0,2}")
_JOINED_LEFT = re.compile(r"(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]{2,60})[:!|^$~#]$")
_IDS = r"(?:[0-9a-f]{24,128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_TWO_IDS = re.compile(rf"{_IDS}:{_IDS}(?![\w-])")
_ENTROPY, _WORDY = 3.2, 0.6


def find(text: str) -> Sequence[re.Match[str]]:
    """Every unbroken string of letters, digits and signs that has a piece of `LEAST` characters with a digit in it."""
    if _PIECE.search(text) is None:
        return []
    return [match for match in _ATOM.finditer(text) if _PIECE.search(text, match.start(), match.end())]


def formats(text: str, atoms: Sequence[re.Match[str]]) -> Iterator[Hit]:
    """Formats without a literal to search for, at the start of an atom."""
    pattern, tokens = combined()
    for atom in atoms:
        for start in _starts(atom):
            match = pattern.match(text, start)
            if match is None:
                continue
            found = tokens[int((match.lastgroup or "g0")[1:])]
            value = match.group()
            proven = bool(found.kind.check) and CHECKS[found.kind.check](value)
            if proven or (not found.kind.check and likely(value)):
                yield Hit(found.kind.label, start, match.end(), 0.95 if proven else 0.75, f"secret:{found.kind.rule}")


def _starts(atom: re.Match[str]) -> Iterator[int]:
    """Where a token may begin in an atom: at its start, behind an escape, behind each slash."""
    yield atom.start()
    value = atom.group()
    at = value.find("/")
    while 0 <= at < len(value) - LEAST:
        yield atom.start() + at + 1
        at = value.find("/", at + 1)


@functools.cache
def combined() -> tuple[re.Pattern[str], tuple[Token, ...]]:
    """The forms of `loose` as one alternation whose group ``gN`` is the N-th of the tokens.

    Longest first, so that a token that has another's format as its beginning is found whole.
    """
    tokens = tuple(sorted(loose(), key=_shortest, reverse=True))
    inner = (one.form.pattern.replace("(", "(?:") for one in tokens)
    alternatives = (f"(?P<g{number}>{pattern})" for number, pattern in enumerate(inner))
    return re.compile(f"(?:{'|'.join(alternatives)}){RIGHT}"), tokens


def _shortest(one: Token) -> int:
    return one.form.shortest


def near(text: str, at: int, end: int, kinds: Sequence[Kind], atoms: Sequence[re.Match[str]]) -> Iterator[Hit]:
    """Formats of ``kinds`` in atoms near the word at ``at..end`` that announces them."""
    for atom in atoms:
        if atom.end() < at - NEAR_BEFORE:
            continue
        if atom.start() > end + NEAR_AFTER:
            return
        if atom.start() >= end and not _MEANING.search(text, end - (end - at), atom.start()):
            continue
        if atom.end() <= at and not _MEANING.search(text, atom.end(), end):
            continue
        for start in (atom.start(), end) if atom.start() < end < atom.end() else (atom.start(),):
            hit = _fits(text, start, kinds)
            if hit is not None:
                yield hit
                break


def _fits(text: str, start: int, kinds: Sequence[Kind]) -> Hit | None:
    for kind in kinds:
        for form in kind.forms:
            match = token(form, kind).pattern.match(text, start)
            if match is not None and match.end() - start >= LEAST and likely(match.group()):
                return Hit(kind.label, start, match.end(), 0.7, f"secret:{kind.rule}")
    return None


def likely(value: str) -> bool:
    """Whether a string that has a token's format is one, and not words or a placeholder of that format."""
    if looks_random(value) or _UUID.search(value):
        return True
    plain = value.rstrip("=")
    has_digit, has_letter = any(map(str.isdecimal, plain)), any(map(str.isalpha, plain))
    return (
        has_digit
        and has_letter
        and entropy(plain) >= _ENTROPY
        and likelihood(plain) < _WORDY
        and not values.is_harmless(value)
    )


def unexplained(text: str, atoms: Sequence[re.Match[str]], taken: Sequence[tuple[int, int]]) -> Iterator[Hit]:
    """Atoms that look like tokens though no rule knows them: a prefix with a random rest, or mixed case and digits."""
    covered = sorted(taken)
    for atom in atoms:
        start, end = atom.span()
        if any(left <= start and end <= right for left, right in covered):
            continue
        value = atom.group().rstrip(".")
        if (
            len(value) >= _RANDOM_LEAST
            and not _PUBLIC.match(value)
            and not _BEFORE_DATA.search(text, max(0, start - 32), start)
        ):
            hit = None if _is_data(text, start, end) else _random(text, value, start)
            if hit is not None:
                yield hit


def _is_data(text: str, start: int, end: int) -> bool:
    """Whether a string is a line of encoded data: the line before or after is such a line too."""
    if end - start < _LINE:
        return False
    after = _NEXT.match(text, end)
    return after is not None or _LAST.search(text, max(0, start - 100), start) is not None


def _random(text: str, value: str, start: int) -> Hit | None:
    if len(value) > _RANDOM_MOST:
        return None
    end = start + len(value)
    unique = _UUID.search(value)
    prefixed = _PREFIXED.fullmatch(value.rstrip("="))
    if prefixed is not None:
        head = value[: unique.start()] if unique else prefixed["prefix"]
        longest = max(re.split(r"[_.~-]", prefixed["tail"]), key=len)
        named = head[:1].isalpha() and not all(map(_CONTENT.fullmatch, filter(None, re.split(r"[/_.-]", head))))
        if named and (unique is not None or (len(longest) >= _PREFIX_LEAST and _drawn(longest))):
            return Hit("SECRET", *_widened(text, start, end), 0.6, "secret:random-prefixed")
    if (two := _TWO_IDS.match(text, start)) is not None:
        return Hit("SECRET", start, two.end(), 0.5, "secret:random-pair")
    plain = _unbroken(value)
    if plain is None:
        return None
    at = start + value.find(plain)
    return Hit("SECRET", *_widened(text, at, at + len(plain)), 0.5, "secret:random")


def _unbroken(value: str) -> str | None:
    """The part of an atom that looks drawn at random from letters of both cases or with digits, if there is one."""
    segments = [part for part in re.split(r"[./]", value.rstrip("=")) if part]
    drawn = sum(len(part) for part in segments if looks_random(part))
    if not segments or _UUID.search(value):
        return None
    joined = len(segments) <= _SEGMENTS or "+" in value or value.endswith("=") or drawn > _MOSTLY * len(value)
    whole = len(segments) == 1 or (joined and drawn >= len(value) / 2)
    plain = value.rstrip("=") if whole else max(segments, key=len)
    run = max(re.split(r"[^A-Za-z0-9]", plain), key=len)
    symbol = plain.startswith(("_Z", "__Z"))  # a C++ name as linkers write it
    if len(plain) < _RANDOM_LEAST or len(run) < LEAST or symbol or _HEX.fullmatch(plain):
        return None
    classes = sum((any(map(str.islower, plain)), any(map(str.isupper, plain)), any(map(str.isdecimal, plain))))
    enough = classes == 3 or (classes == 2 and len(re.findall("[0-9]+", plain)) >= len(plain) / 10)
    return plain if enough and looks_random(plain) and looks_random(run) else None


def _drawn(tail: str) -> bool:
    if _HEX.fullmatch(tail):
        return len(tail) >= _HEX_LEAST and looks_random(tail)
    return looks_random(tail) and any(map(str.isdecimal, tail))


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """The place with the pieces that a sign such as ":" or "!" joins to it, where they look drawn at random too."""
    while (more := _JOINED_RIGHT.match(text, end)) is not None and any(map(str.isdecimal, more.group())):
        end = more.end()
    while (more := _JOINED_LEFT.search(text, max(0, start - 80), start)) is not None:
        if more[1].lower() in words():
            break  # "token:" names the value and is no part of it
        start = more.start()
    return start, end
