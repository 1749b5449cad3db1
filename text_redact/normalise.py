"""Brings disguised characters back to plain ones, with the way back to the original offsets."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from recording.model import Hit


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text for detectors.

    ``offsets[i]`` is the original offset of character ``i``; one more entry closes the text.
    """

    text: str
    offsets: Sequence[int]

    def back(self, hit: Hit) -> Hit:
        """The hit in offsets of the original text; invisible characters inside it stay inside."""
        if hit.start >= hit.end:
            return hit
        return replace(hit, start=self.offsets[hit.start], end=self.offsets[hit.end - 1] + 1)


def normalise(text: str) -> Normalised:
    """Map every digit to ASCII, full-width and styled letters to plain ones, odd spaces to a space; drop the invisible.

    Only one-to-one and one-to-none changes are made, so offsets map exactly (code points in, code points out).
    """
    if text.isascii():
        return Normalised(text, range(len(text) + 1))
    # Detectors of one policy ask for the same text one after the other.
    return _recent(text) if len(text) <= _LONGEST_KEPT else _normalised(text)


def in_ascii(text: str) -> str:
    """A normalised text for engines that read bytes, character by character: "q" for a letter that is not in ASCII.

    What is neither letter, digit nor space becomes U+0001, which is none of these either; an odd space a line feed.
    """
    if text.isascii():
        return text
    return _recent_in_ascii(text) if len(text) <= _LONGEST_KEPT else _NON_ASCII.sub(_stand_ins, text)


@functools.lru_cache(maxsize=256)
def _recent_in_ascii(text: str) -> str:
    return _NON_ASCII.sub(_stand_ins, text)


def _stand_ins(match: re.Match[str]) -> str:
    run = match.group()
    return _stand_in(run) if len(run) == 1 else "".join(map(_stand_in, run))


@functools.lru_cache(maxsize=1 << 13)
def _stand_in(char: str) -> str:
    return "q" if char.isalnum() else "\n" if char.isspace() else "\x01"


_LONGEST_KEPT = 1000


@functools.lru_cache(maxsize=256)
def _recent(text: str) -> Normalised:
    return _normalised(text)


def _normalised(text: str) -> Normalised:
    runs = [_plain_run(run) for run in _NON_ASCII.findall(text)]
    if any(run.look_alike for run in runs):
        text = _MIXED.sub(_unmixed, text)
    elif all(run.same for run in runs):
        return Normalised(text, range(len(text) + 1))
    out: list[str] = []
    offsets: list[int] = []
    done = 0
    for match in _NON_ASCII.finditer(text):
        run = _plain_run(match.group())
        out += (text[done : match.start()], run.plain)
        offsets += range(done, match.start())
        offsets += [match.start() + index for index in run.kept]
        done = match.end()
    out.append(text[done:])
    offsets += range(done, len(text) + 1)
    return Normalised("".join(out), offsets if len(offsets) <= len(text) else range(len(text) + 1))


@dataclass(frozen=True, slots=True)
class _Run:
    """Characters that are not in ASCII: their plain form, which of them it has, and what must be looked at."""

    plain: str
    kept: tuple[int, ...]
    same: bool
    look_alike: bool


def _plain_run(run: str) -> _Run:
    return _short_run(run) if len(run) <= 16 else _run(run)


@functools.lru_cache(maxsize=1 << 12)
def _short_run(run: str) -> _Run:
    return _run(run)


def _run(run: str) -> _Run:
    plain = [plain_char(char) for char in run]
    joined = "".join(plain)
    kept = tuple(index for index, char in enumerate(plain) if char)
    return _Run(joined, kept, joined == run, not _LOOK_ALIKES.keys().isdisjoint(map(ord, run)))


_NON_ASCII = re.compile(r"[^\x00-\x7f]+")


@functools.lru_cache(maxsize=1 << 13)
def plain_char(char: str) -> str:
    """The plain form of one character: itself, another one, or nothing where it cannot be seen."""
    if char < "\x80":
        return char
    if char.isspace():
        return char if char in "\x85\u2028\u2029" else " "
    # Format characters and variation selectors split a value for a pattern but not for a reader.
    category = unicodedata.category(char)
    if category in {"Cf", "Me"} or "\ufe00" <= char <= "\ufe0f" or char in _INVISIBLE:
        return ""
    if category == "Pd" or char == "\u2212":
        return "-"
    if category == "Nd":
        return str(unicodedata.decimal(char))
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


_LOOK_ALIKES = {
    ord(strange): plain
    for strange, plain in zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u04bb\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405"
        "\u03bf\u03b1\u03bd\u03c1\u03b9\u03ba\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
        "aeopcyxijsdqhABEKMHOPCTYXIJSoavpikABEZHIKMNOPTYX",
        strict=True,
    )
}
"""Cyrillic and Greek letters that look like Latin ones (Unicode Technical Standard 39, confusables)."""
_MIXED = re.compile(r"(?=\S*[A-Za-z0-9@])\S*[\u0370-\u03ff\u0400-\u052f]\S*")


def _unmixed(match: re.Match[str]) -> str:
    """A run of Latin letters with look-alikes among them, in Latin letters; one with real foreign letters as it is."""
    plain = match.group().translate(_LOOK_ALIKES)
    return match.group() if _FOREIGN.search(plain) else plain


_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f]")

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u0332\u0333\u0335\u0336\u0337\u0338\u20d2\u20d3")
"""Letters and marks without a shape (grapheme joiner, Hangul fillers, inherent Khmer vowels), and lines over others."""
