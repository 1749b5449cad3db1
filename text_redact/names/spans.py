"""From what the model says about words to findings: whole names, joined addresses, names that come again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from recording.model import Hit
from text_redact.names.model import Reading

RULE = "names:model"
AGAIN = "names:again"
SURE = 0.5
"""Score from which a name is looked for again in the same text."""
AGAIN_SHARE = 0.25
"""A word that is part of a sure name counts elsewhere from this share of the threshold on."""
NEAR_SHARE = 0.5
"""A word beside a name counts as part of it from this share of the threshold on."""

# Between two parts of one name; and between two parts of one address, lines and columns too.
_JOINT = re.compile(r"[ \t]?[.'’‘`´&/-]{0,2}[ \t]?")
_ADDRESS_JOINT = re.compile(r"[\s,;.#/|()¶-]{0,8}")
# What belongs to a word although it stands behind an apostrophe or a hyphen; a possessive does not.
_BEFORE = re.compile(r"(?:[^\W\d_]+['’‘`´-])+$")
_AFTER = re.compile(r"(?:['’‘`´-](?!s\b)[^\W\d_]+)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Part:
    """A run of words of one name: words ``first..last`` (the last one included), with the label's number."""

    first: int
    last: int
    label: int
    score: float


def hits(text: str, reading: Reading, labels: Sequence[str], thresholds: Mapping[str, float]) -> list[Hit]:
    """Findings of the wanted labels, sorted and apart.

    Args:
        labels: Names of the columns of ``reading.masses``.
        thresholds: Lowest score by wanted label; a word counts where its labels together reach theirs.

    Returns:
        Hits with the highest score of their words.
    """
    wanted = [number for number, label in enumerate(labels) if label in thresholds]
    if not wanted or not len(reading.words):
        return []
    masses = reading.masses[:, wanted]
    bounds = np.array([thresholds[labels[number]] for number in wanted], np.float32)
    reach = (masses / bounds).sum(1)
    counted = reach >= 1
    if not counted.any():
        return []
    counted = _again(text, reading, masses, counted, reach)
    counted |= _beside(text, reading, counted, reach)
    parts = _parts(text, reading, masses, counted)
    names = [labels[number] for number in wanted]
    spans = [_hit(text, reading, part, names) for part in _joined(text, reading, parts, names)]
    return _apart(hit for hit in spans if hit is not None)


def _again(
    text: str, reading: Reading, masses: npt.NDArray[np.float32], counted: npt.NDArray[np.bool_],
    reach: npt.NDArray[np.float32],
) -> npt.NDArray[np.bool_]:  # fmt: skip
    """Words that are part of a sure name elsewhere in the text need less to count."""
    sure = {
        text[start:end].casefold()
        for (start, end), score, is_name in zip(reading.words, masses.sum(1), counted, strict=True)
        if is_name and score >= SURE and end - start > 2
    }
    if not sure:
        return counted
    same = np.array([text[start:end].casefold() in sure for start, end in reading.words])
    return counted | (same & (reach >= AGAIN_SHARE))


def _beside(
    text: str, reading: Reading, counted: npt.NDArray[np.bool_], reach: npt.NDArray[np.float32]
) -> npt.NDArray[np.bool_]:
    """Words that nearly count, directly beside one that does."""
    near = np.zeros(len(counted), np.bool_)
    for at in np.flatnonzero(~counted & (reach >= NEAR_SHARE)):
        start, end = reading.words[at]
        for other in (at - 1, at + 1):
            if 0 <= other < len(counted) and counted[other]:
                low, high = (reading.words[other][1], start) if other < at else (end, reading.words[other][0])
                near[at] |= text[low:high] in ("", " ")
    return near


def _parts(text: str, reading: Reading, masses: npt.NDArray[np.float32], counted: npt.NDArray[np.bool_]) -> list[_Part]:
    """Runs of counted words; a new one where the model says so, or where the label changes."""
    parts: list[_Part] = []
    which = masses.argmax(1)
    scores = masses.sum(1)
    for at in np.flatnonzero(counted):
        number, score = int(which[at]), float(scores[at])
        before = parts[-1] if parts else None
        if before and before.last == at - 1 and before.label == number and not reading.begins[at]:
            parts[-1] = replace(before, last=int(at), score=max(before.score, score))
        else:
            parts.append(_Part(int(at), int(at), number, score))
    return parts


def _joined(text: str, reading: Reading, parts: Sequence[_Part], names: Sequence[str]) -> list[_Part]:
    """Parts of one label put together over what stands between parts of one name, or of one address."""
    out: list[_Part] = []
    for part in parts:
        before = out[-1] if out else None
        if before and before.label == part.label:
            gap = text[reading.words[before.last][1] : reading.words[part.first][0]]
            is_address = names[part.label] == "ADDRESS"
            if (is_address and _ADDRESS_JOINT.fullmatch(gap)) or (
                not is_address and not reading.begins[part.first] and _JOINT.fullmatch(gap)
            ):
                out[-1] = replace(before, last=part.last, score=max(before.score, part.score))
                continue
        out.append(part)
    return out


def _hit(text: str, reading: Reading, part: _Part, names: Sequence[str]) -> Hit | None:
    start, end = reading.words[part.first][0], reading.words[part.last][1]
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    before, after = _BEFORE.search(text, max(0, start - 40), start), _AFTER.match(text, end)
    start = before.start() if before else start
    end = after.end() if after else end
    if not any(char.isalpha() for char in text[start:end]):
        return None
    return Hit(names[part.label], start, end, min(1.0, part.score), RULE)


def _apart(found: Iterable[Hit]) -> list[Hit]:
    """Hits in order, cut where the one before reaches into them."""
    out: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (hit.start, -hit.end)):
        if out and hit.start < out[-1].end:
            if hit.end <= out[-1].end:
                continue
            if hit.label == out[-1].label:
                out[-1] = replace(out[-1], end=hit.end, score=max(hit.score, out[-1].score))
                continue
            out.append(replace(hit, start=out[-1].end))
        else:
            out.append(hit)
    return out
