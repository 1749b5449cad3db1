"""People who type sentences: drawn from published statistics, or read from a folder of the Aalto format."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks._harness import Skip

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
PERSON, DIGRAPH = 0.36, 0.05
"""Shares of the variance of log intervals that are the person's pace, and the person's way with a pair of keys.

Set so that the spread of the participants' medians and the success of the attack without a defence come near the
published figures."""

HOLD_PERSON, HOLD_KEY, HOLD_WITHIN = 0.19, 0.09, 0.24
"""Spreads of log holds: between people, of a person's keys, and of one key."""

ERASE = 0.05
"""Mistakes put right at once, per character."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Sentences typed by one person in one session.

    Attributes:
        key: Names of the keys in the order of the presses; one character, ``space``, ``backspace``, ``shift``.
        down_ms: When each went down, float64, shape ``(n,)``.
        up_ms: When it came up.
        sentence: Number of the sentence of each press, shape ``(n,)``.
        chars: Characters of the finished sentences.
    """

    key: tuple[str, ...]
    down_ms: Floats = field(repr=False)
    up_ms: Floats = field(repr=False)
    sentence: Ints = field(repr=False)
    chars: int

    def events(self) -> tuple[pa.Table, Ints, Ints, Ints]:
        """Rows as a recorder writes them: the columns that timing reads, times in nanoseconds, press and whether up."""
        n = len(self.key)
        times = np.rint(np.concatenate([self.down_ms, self.up_ms]) * 1000).astype(np.int64) * 1000
        # A release stands behind its own press, and before a press of the same moment.
        order = np.lexsort((np.concatenate([np.arange(n), np.arange(n)]), -np.repeat([0, 1], n), times))
        which, up = order % n, order >= n
        keys = np.array(self.key, dtype=object)[which]
        texts = [
            None if is_up else " " if key == "space" else key if len(key) == 1 else None
            for key, is_up in zip(keys, up, strict=True)
        ]
        table = pa.table(
            {
                "kind": np.where(up, "key_up", "key_down").tolist(),
                "key": pa.array(keys.tolist(), pa.string()),
                "text": pa.array(texts, pa.string()),
                "stream": pa.array(np.zeros(2 * n, np.int16)),
            }
        )
        return table, times[order], which, up.astype(np.int64)


def simulate(path: Path, people: int, *, seed: int, enrol: int = 8, probe: int = 7) -> Iterator[tuple[Typed, Typed]]:
    """Two sessions of each of ``people`` typists, of ``enrol`` and of ``probe`` sentences.

    Every transition has the published quantiles over the whole population; a person and a pair of keys have a constant
    part of the deviation (a Gaussian copula). Rollover is where a hold outlasts the next interval.
    """
    table = json.loads(path.read_text("utf-8"))["iki_ms_by_transition"]
    curves = {name: np.log(entry["p5_25_50_75_95"]) for name, entry in table.items()}
    words = _words()
    rng = np.random.default_rng(seed)
    normal = np.array([NormalDist().inv_cdf(q) for q in QUANTILES])
    for _ in range(people):
        pace, hold = rng.standard_normal(2)
        pairs: dict[tuple[str, str], float] = {}
        caps: dict[str, float] = {}
        yield tuple(  # type: ignore[misc]
            _session(rng, count, words, curves, normal, pace, hold, pairs, caps) for count in (enrol, probe)
        )


def _session(
    rng: np.random.Generator,
    sentences: int,
    words: Sequence[str],
    curves: dict[str, Floats],
    normal: Floats,
    pace: float,
    hold: float,
    pairs: dict[tuple[str, str], float],
    caps: dict[str, float],
) -> Typed:
    keys: list[str] = []
    kinds: list[str] = []
    sentence: list[int] = []
    chars = 0
    for number in range(sentences):
        text = " ".join(
            words[int(rank)] for rank in np.minimum(rng.zipf(1.35, 8) + rng.integers(0, 60, 8), len(words) - 1)
        )
        chars += len(text)
        for char in text:
            name = "space" if char == " " else char
            if rng.random() < ERASE:
                keys += [words[int(rng.integers(60))][0], "backspace"]
                sentence += [number, number]
            keys.append(name)
            sentence.append(number)
    for last, key in zip(["", *keys[:-1]], keys, strict=True):
        kinds.append(_kind(last, key))
        if (last, key) not in pairs:
            pairs[last, key] = float(rng.standard_normal())
        if key not in caps:
            caps[key] = float(rng.standard_normal())
    n = len(keys)
    own = np.array([pairs[pair] for pair in zip(["", *keys[:-1]], keys, strict=True)])
    z = np.sqrt(PERSON) * pace + np.sqrt(DIGRAPH) * own + np.sqrt(1 - PERSON - DIGRAPH) * rng.standard_normal(n)
    gap = np.empty(n)
    for kind in set(kinds):
        where = np.array([k == kind for k in kinds])
        gap[where] = np.exp(_curve(z[where], normal, curves[kind]))
    new = np.diff(np.array([-1, *sentence])) > 0
    gap[new] = 2500.0
    down = np.cumsum(np.maximum(gap, 15.0))
    own_hold = np.array([caps[key] for key in keys])
    held = np.exp(np.log(102) + HOLD_PERSON * hold + HOLD_KEY * own_hold + HOLD_WITHIN * rng.standard_normal(n))
    return Typed(tuple(keys), down, down + _until_again(keys, down, held), np.array(sentence), chars)


def _until_again(keys: Sequence[str], down: Floats, held: Floats) -> Floats:
    """No key is held until it is pressed again."""
    following: dict[str, int] = {}
    out = held.copy()
    for index in range(len(keys) - 1, -1, -1):
        later = following.get(keys[index])
        if later is not None:
            out[index] = min(out[index], 0.8 * (down[later] - down[index]))
        following[keys[index]] = index
    return out


def _curve(z: Floats, normal: Floats, quantiles: Floats) -> Floats:
    """The logarithm that has this place in the population: linear between the quantiles, and on beyond them."""
    inside = np.interp(z, normal, quantiles)
    low, high = (
        (quantiles[1] - quantiles[0]) / (normal[1] - normal[0]),
        (quantiles[4] - quantiles[3]) / (normal[4] - normal[3]),
    )
    out = np.where(z < normal[0], quantiles[0] + low * (z - normal[0]), inside)
    return np.asarray(np.where(z > normal[4], quantiles[4] + high * (np.minimum(z, 2.2) - normal[4]), out))


def _kind(last: str, key: str) -> str:
    if key == "backspace":
        return "bksp_bksp" if last == key else "to_bksp_first"
    if last == "backspace":
        return "after_bksp"
    if key == "space":
        return "to_space"
    if last == "space":
        return "after_space"
    return "same_letter" if last == key else "letter_letter"


def _words() -> list[str]:
    path = resources.files("text_redact").joinpath("data", "ordinary_words.txt.gz")
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    words = [word for word in text.split() if word.isascii() and word.isalpha() and word.islower() and len(word) < 9]
    return words[:4000]


# Aalto ---------------------------------------------------------------------------------------------------------------

_NAMES = {"BKSP": "backspace", " ": "space", "SHIFT": "shift", "CAPS_LOCK": "caps_lock", "ENTER": "enter", "TAB": "tab"}


def read_aalto(folder: Path, people: int, *, enrol: int = 8, probe: int = 7) -> Iterator[tuple[Typed, Typed]]:
    """The first ``people`` participants of a folder of ``*_keystrokes.txt`` files with enough sentences.

    Tab-separated, without quoting, one line for press and release, milliseconds (Dhakal et al., CHI 2018).

    Raises:
        Skip: The folder holds no such file.
    """
    files = sorted(folder.rglob("*_keystrokes.txt"))
    if not files:
        raise Skip("the folder holds no *_keystrokes.txt file")
    found = 0
    for path in files:
        sections: dict[str, list[tuple[float, float, str]]] = {}
        finals: dict[str, int] = {}
        with path.open(encoding="utf-8", errors="replace", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                try:
                    times = float(row["PRESS_TIME"]), float(row["RELEASE_TIME"])
                except (KeyError, TypeError, ValueError):
                    continue
                letter = row.get("LETTER") or ""
                if letter and times[1] >= times[0]:
                    section = row["TEST_SECTION_ID"]
                    sections.setdefault(section, []).append((*times, _NAMES.get(letter, letter.lower())))
                    finals[section] = len(row.get("USER_INPUT") or "")
        whole = [(name, rows) for name, rows in sections.items() if len(rows) >= 10]
        if len(whole) < enrol + probe:
            continue
        yield _joined(whole[:enrol], finals), _joined(whole[enrol : enrol + probe], finals)
        found += 1
        if found >= people:
            return


def _joined(sections: Sequence[tuple[str, list[tuple[float, float, str]]]], finals: dict[str, int]) -> Typed:
    down, up, keys, numbers, at = [], [], [], [], 0.0
    for number, (_, rows) in enumerate(sections):
        start = min(rows)[0]
        for press, release, key in sorted(rows):
            down.append(at + press - start)
            up.append(at + release - start)
            keys.append(key)
            numbers.append(number)
        at = max(up) + 2500
    held = np.array(up) - np.array(down)
    presses = np.array(down)
    return Typed(
        tuple(keys),
        presses,
        presses + _until_again(keys, presses, held),
        np.array(numbers),
        sum(finals[n] for n, _ in sections),
    )
