"""Finding alone: screens straight from the truth of drawn pages, as OCR without an error would read them.

``python -m benchmarks._layout FOLDER [--policy baseline] [--show]`` judges the boxes that a policy finds on every page
that ``python -m benchmarks.pages FOLDER`` wrote; with ``--show`` it lists what is missed and what is hit wrongly.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from benchmarks._harness import ROOT
from benchmarks.pages.truth import Truth, Value, from_json
from benchmarks.pages.truth import Word as TrueWord
from boundary.deciding import Decision, decide
from boundary.findings import Session, find, gather, known_values, link
from boundary.plan import Plan, build_plan
from boundary.screens import Screens
from image_redact import Line, Rect, Screen
from image_redact._rows import chains
from image_redact._segments import closed, to_lines
from image_redact._wrapped import wrapped
from image_redact.engines.contract import Placed
from policies import load_policy
from recording.model import EVENTS, Box, Recording

FRAME = "0.png"
KEY = b"benchmark key, of no secrecy..."
COVERED, HIT = 0.95, 0.2
"""Shares of a word's box: a value's must be covered so far, an ordinary one's may not."""
_TOUCH = 0.08
"""Heights of a line up to which a value and what stands beside it are read as one word."""


@dataclass(slots=True)
class Sums:
    """Counts over pages.

    Ordinary words are ``hit`` by a box, or even ``found``: part of what a finding names. `main` lists these and what is
    ``missed``.
    """

    of: Counter[tuple[str, str]] = field(default_factory=Counter)
    covered: Counter[tuple[str, str]] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    words_hit: Counter[str] = field(default_factory=Counter)
    words_found: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list, repr=False)
    hit: list[str] = field(default_factory=list, repr=False)


def screen_of(truth: Truth) -> Screen:
    """What a reader without errors makes of a page: its words as lines, cells, wrapped and unspaced readings."""
    wide = _letter_widths(truth)
    shown = [(word, word.text, word.glued) for word in truth.words]
    for value in truth.values:
        if value.label != "QR":
            shown += [(word, _seen(word, value, wide), True) for word in value.words]
    apart = [(_placed(word, text), glued) for word, text, glued in shown if text and word.box[2] > 0]
    placed = [word for word, glued in apart if not glued] + _glued([word for word, glued in apart if glued])
    lines: list[Line] = []
    for chain in chains([word.box for word in placed]):
        lines += to_lines([placed[number] for number in chain])
    more = [again for line in lines if (again := closed(line, _always)) is not None]
    return Screen(truth.width, truth.height, (*lines, *more, *wrapped(lines)), ())


def _always(_left: Rect, _right: Rect) -> bool:
    return True


def _letter_widths(truth: Truth) -> dict[int, float]:
    widths: dict[int, list[float]] = {}
    for word in truth.words:
        if len(word.text) > 3:
            widths.setdefault(word.box[3], []).append(word.box[2] / len(word.text))
    return {height: statistics.median(found) for height, found in widths.items()}


def _seen(word: TrueWord, value: Value, wide: dict[int, float]) -> str:
    """The text of a word as far as it is seen: cut words end in an ellipsis, as style sheets draw it."""
    if value.layout not in ("clipped", "wrapped") or not wide:
        return word.text
    letter = wide.get(word.box[3]) or statistics.median(wide.values())
    room = round(word.box[2] / letter)
    return word.text if len(word.text) <= 1.25 * room else word.text[: max(1, room - 1)] + "…"


def _placed(word: TrueWord, text: str) -> Placed:
    return Placed((0,), _ink(word.box), 96.0, text)


def _ink(box: tuple[int, int, int, int]) -> Rect:
    """Where the letters are in the box of a word, which has room for accents and descenders."""
    x, y, width, height = box
    return Rect(x, y + height // 6, width, height - height // 6 - height // 8)


def _glued(words: Sequence[Placed]) -> list[Placed]:
    """Words that touch are one word to OCR: a quote and what it quotes."""
    out: list[Placed] = []
    for word in sorted(words, key=_row_and_left):
        last = out[-1] if out else None
        same = last is not None and last.box.y == word.box.y and last.box.height == word.box.height
        if last is not None and same and -2 <= word.box.x - last.box.right <= _TOUCH * word.box.height:
            box = Rect(last.box.x, last.box.y, word.box.right - last.box.x, last.box.height)
            out[-1] = Placed(last.line, box, last.confidence, last.text + word.text)
        else:
            out.append(word)
    return out


def _row_and_left(word: Placed) -> tuple[int, int]:
    return word.box.y, word.box.x


def found_on(screen: Screen, plan: Plan) -> tuple[Session, list[Decision]]:
    """What a policy finds on one screen, and the texts that it was found in."""
    empty = Recording("page", "none", MappingProxyType({}), EVENTS.empty_table())
    screens = Screens(MappingProxyType({FRAME: screen}))
    session = gather(empty, frozenset(), screens)
    hits = find(session, plan, _no_alarm)
    known = known_values(session, hits, plan, screens)
    return session, decide(session, link(session, hits, known, screens, _no_alarm), plan, screens)


def _no_alarm() -> None:
    """Nothing here is in a hurry."""


def judge(truth: Truth, screen: Screen, session: Session, decisions: Iterable[Decision], page: str, sums: Sums) -> None:
    """Add one page to the sums."""
    done = [(d.finding.span, d) for d in decisions if isinstance(d.finding.span, Box)]
    boxes = [Rect(box.x, box.y, box.width, box.height) for box, _ in done]
    named = [_words(d, session, screen) for _, d in done]
    for value in truth.values:
        if value.label == "QR":
            continue
        good = all(_share(_ink(word.box), boxes) >= COVERED for word in value.words)
        for key in (("label", value.label), ("layout", value.layout), ("page", page)):
            sums.of[key] += 1
            sums.covered[key] += good
        if not good:
            sums.missed.append(f"{page:10} {value.label:9} {value.layout:9} {value.text}")
    for word in truth.words:
        if word.glued:
            continue
        sums.words[page] += 1
        if _share(word.box, boxes) >= HIT:
            sums.words_hit[page] += 1
        about = [
            f"{d.finding.label} {d.finding.rule} in [{session.passages[d.passage].text[:60]}]"
            f" behind [{session.passages[d.passage].label}]"
            for (_, d), its in zip(done, named, strict=True)
            if _share(_ink(word.box), its) > COVERED / 2
        ]
        if about:
            sums.words_found[page] += 1
            sums.hit.append(f"{page:10} {word.text:14} {about[:2]}")


def _words(decision: Decision, session: Session, screen: Screen) -> list[Rect]:
    """The words that a finding names."""
    number = session.passages[decision.passage].line
    words = () if number is None else screen.lines[number].words
    return [word.box for word in words if word.start < decision.end and decision.start < word.end]


def _share(word: tuple[int, int, int, int], boxes: Iterable[Rect]) -> float:
    """The largest share of a word's box that one of the boxes covers."""
    x, y, width, height = word
    best = 0
    for box in boxes:
        across = min(x + width, box.right) - max(x, box.x)
        down = min(y + height, box.bottom) - max(y, box.y)
        if across > 0 and down > 0:
            best = max(best, across * down)
    return best / max(1, width * height)


def table(sums: Sums) -> Iterator[str]:
    """The sums as lines of text."""
    for key in sorted(sums.of):
        share = sums.covered[key] / sums.of[key]
        yield f"{key[0]:7} {key[1]:10} {sums.covered[key]:5} of {sums.of[key]:5}  {share:.4f}"
    for page, words in (*sorted(sums.words.items()), ("all", sum(sums.words.values()))):
        hit, found = (of.total() if page == "all" else of[page] for of in (sums.words_hit, sums.words_found))
        yield f"hit     {page:10} {hit:5} of {words:5}  {hit / max(1, words):.4f}  found {found / max(1, words):.4f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks._layout", description="Finding on perfect OCR.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--policy", default="baseline")
    parser.add_argument("--pattern", default="*-1x.json")
    parser.add_argument("--show", action="store_true")
    chosen = parser.parse_args(arguments)
    plan = build_plan(load_policy(ROOT / "policies" / f"{chosen.policy}.yaml"), key=KEY)
    sums = Sums()
    for file in sorted(chosen.folder.glob(chosen.pattern)):
        text = file.read_text("utf-8")
        truth = from_json(text)
        if not truth.words:
            continue  # windows of other programs tell nothing of their ordinary words
        screen = screen_of(truth)
        judge(truth, screen, *found_on(screen, plan), json.loads(text)["kind"], sums)
    if chosen.show:
        print("\n".join(("MISSED", *sums.missed, "HIT", *sums.hit)))
    print("\n".join(table(sums)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
