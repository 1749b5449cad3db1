"""Words of one line that a recorder lists one by one, each in an object of its own: read, and written, as one text.

What OCR and speech recognition write: ``[{"text": "Jane", "left": "10", ...}, {"text": "Doe", ...}]``. A name or a card
number is in no single one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from recording.json_spans import Leaf, encode_string, scan

_TEXT_NAMES = ("text", "word")
_LINE_NAMES = ("page_num", "block_num", "par_num", "line_num")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,20})?|")
_CHAR_WIDTH = 0.55
"""Width of a character by the height of its box, as in common typefaces: what a stand-in is given."""


@dataclass(frozen=True, slots=True)
class WordLine:
    """One line: bytes ``start..end`` hold its objects and the commas between them.

    Attributes:
        start: First byte of the first object.
        end: One past the last byte of the last.
        text: The words, a blank between two.
        leaves: First bytes of the literals in it.
    """

    start: int
    end: int
    text: str = field(repr=False)
    leaves: frozenset[int] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Word:
    """One object of the list: its place, and its members by name."""

    start: int
    end: int
    members: dict[str, Leaf] = field(repr=False)
    name: str

    @property
    def text(self) -> str:
        return " ".join(self.members[self.name].text.split())

    def number(self, name: str) -> float | None:
        """A member that is a number, or says one."""
        leaf = self.members.get(name)
        return float(leaf.text) if leaf is not None and leaf.text and _NUMBER.fullmatch(leaf.text) else None


def word_lines(leaves: Sequence[Leaf]) -> list[WordLine]:
    """The lines of words in one JSON text.

    Args:
        leaves: As `recording.json_spans.scan` gives them with ``containers``.
    """
    lines: list[WordLine] = []
    for words in _lists(leaves):
        group: list[_Word] = []
        for word in [*words, None]:
            if word is not None and (not group or _goes_on(group[-1], word)):
                group.append(word)
                continue
            if group:
                inside = frozenset(leaf.start for one in group for leaf in one.members.values())
                text = " ".join(one.text for one in group if one.text)
                lines.append(WordLine(group[0].start, group[-1].end, text, inside))
            group = [word] if word is not None else []
    return lines


def write_line(data: bytes, text: str) -> bytes:
    """The objects of one line with ``text`` in the place of theirs.

    Words that are in the new text as well stay as they are. What replaces others goes into the first object of each
    run, with a box as wide as the new words are; the other objects of the run go, since their number and widths would
    tell what was there.
    """
    words = [word for found in _lists(list(scan(b"[%s]" % data, file="", containers=True))) for word in found]
    old = [(number, token) for number, word in enumerate(words) for token in word.text.split()]
    new = text.split()
    at: dict[int, list[int]] = {}
    blocks = SequenceMatcher(None, [token for _, token in old], new, autojunk=False).get_matching_blocks()
    for block in blocks:
        for step in range(block.size):
            at.setdefault(old[block.a + step][0], []).append(block.b + step)
    kept = _settled({n: places for n, places in at.items() if _is_whole(places, words[n])}, words, len(new))
    out: list[bytes] = []
    run: list[_Word] = []
    last = 0
    for number, word in enumerate(words):
        if number in kept:
            out += _written(data, run, new[last : kept[number][0]])
            out.append(data[word.start - 1 : word.end - 1])
            run, last = [], kept[number][-1] + 1
        elif word.text:
            run.append(word)
    return b", ".join([*out, *_written(data, run, new[last:])] or [b"{}"])


def _settled(kept: dict[int, list[int]], words: Sequence[_Word], count: int) -> dict[int, list[int]]:
    """The words that stay, without those beside which new ones have no word to take the place of."""
    last, token = -1, -1
    for number in [*sorted(kept), len(words)]:
        first = kept[number][0] if number in kept else count
        if first > token + 1 and not any(word.text for word in words[last + 1 : number]):
            gone = number if number in kept else last
            return _settled({n: places for n, places in kept.items() if n != gone}, words, count) if kept else kept
        last, token = number, kept[number][-1] if number in kept else count
    return kept


def _is_whole(places: Sequence[int], word: _Word) -> bool:
    return len(places) == len(word.text.split()) and places[-1] - places[0] == len(places) - 1


def _written(data: bytes, run: Sequence[_Word], tokens: Sequence[str]) -> list[bytes]:
    """One object for the words of a run, none where there is none to put."""
    if not run:
        return []
    first, text = run[0], " ".join(tokens)
    height = first.number("height")
    pieces, at = [], first.start - 1
    for name, leaf in sorted(first.members.items(), key=_place):
        new = encode_string(text, ensure_ascii=False) if name == first.name else None
        if name == "width" and height is not None:
            new = _like(leaf, _CHAR_WIDTH * height * max(1, len(text)))
        if new is not None:
            pieces += [data[at : leaf.start - 1], new]
            at = leaf.end - 1
    return [b"".join([*pieces, data[at : first.end - 1]])]


def _like(leaf: Leaf, value: float) -> bytes:
    text = f"{value:.6f}" if "." in leaf.text else str(round(value))
    return encode_string(text, ensure_ascii=True) if leaf.kind == "string" else text.encode()


def _lists(leaves: Sequence[Leaf]) -> Iterator[list[_Word]]:
    """The lists whose every item is a word: scalars alone, one text, and other strings that are numbers."""
    members: dict[tuple[str | int, ...], dict[str, Leaf]] = {}
    for leaf in leaves:
        if leaf.kind not in ("key", "array") and len(leaf.path) > 1 and isinstance(leaf.path[-1], str):
            members.setdefault(leaf.path[:-1], {})[leaf.path[-1]] = leaf
    objects: dict[tuple[str | int, ...], list[_Word | None]] = {}
    for leaf in leaves:
        if leaf.kind == "object" and leaf.path and isinstance(leaf.path[-1], int):
            objects.setdefault(leaf.path[:-1], []).append(_word(leaf, members.get(leaf.path, {})))
    arrays = [leaf for leaf in leaves if leaf.kind == "array"]
    deeper = {leaf.path[: -2 if isinstance(leaf.path[-1], str) else -1] for leaf in arrays if len(leaf.path) > 1}
    items = {leaf.path[:-1] for leaf in leaves if leaf.kind in ("string", "number", "constant") and leaf.path
             and isinstance(leaf.path[-1], int)}  # fmt: skip
    for leaf in arrays:
        found = objects.get(leaf.path, [])
        words = [word for word in found if word is not None]
        if words and len(words) == len(found) and leaf.path not in deeper | items:
            yield words


def _word(leaf: Leaf, members: dict[str, Leaf]) -> _Word | None:
    names = [name for name in _TEXT_NAMES if name in members and members[name].kind == "string"]
    others = (one for name, one in members.items() if name not in names)
    if len(names) != 1 or any(
        one.kind in ("object", "array") or (one.kind == "string" and not _NUMBER.fullmatch(one.text)) for one in others
    ):
        return None
    return _Word(leaf.start, leaf.end, members, names[0])


def _goes_on(before: _Word, word: _Word) -> bool:
    """Whether a word stands in the line of the one before it: by number, else by place, else as spoken words do."""
    if any(name in word.members for name in _LINE_NAMES):
        return all(_said(before, name) == _said(word, name) for name in _LINE_NAMES)
    tops = before.number("top"), word.number("top")
    heights = before.number("height"), word.number("height")
    if tops[0] is not None and tops[1] is not None and heights[0] is not None and heights[1] is not None:
        return abs(tops[0] + heights[0] / 2 - tops[1] - heights[1] / 2) < max(heights[0], heights[1]) / 2
    return word.name == "word"


def _said(word: _Word, name: str) -> str:
    leaf = word.members.get(name)
    return leaf.text if leaf is not None else ""


def _place(item: tuple[str, Leaf]) -> int:
    return item[1].start
