"""One recording of the sample through the policy: as it is, and as copies with canaries in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from boundary.audit.canaries import FIELD, TYPED, Canary, haystack
from boundary.audit.draw import plant_screens
from boundary.audit.items import Item, Lottery, items_of
from boundary.audit.judge import Glimpses, Verdict, chance, texts_of, verdicts
from boundary.audit.opinion import Opinion, Residue
from boundary.audit.plant import Planted, plant_texts, without_pictures
from boundary.audit.tally import Tally
from boundary.opening import open_under
from boundary.outcome import Outcome, Withheld
from boundary.pipeline import process
from boundary.plan import Plan
from boundary.trace import Watch
from policies import Policy
from recording import with_files
from recording.edit import Patch, apply_patches, row_removal
from recording.errors import BoundaryError, MissingExtra
from recording.model import Recording
from recording.separators import separated

SLOTS = 6
"""Canaries on a frame."""


@dataclass(slots=True)
class Onlooker(Watch):
    """Counts, offers places to judge, and asks for a second opinion.

    What it has seen counts only once the outcome is known: see `settle`.
    """

    number: int
    opinion: Opinion | None
    shape: tuple[int, int, int] = (0, 0, 0)
    frames: dict[str, int] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    items: list[Item] = field(default_factory=list, repr=False)
    residues: list[Residue] = field(default_factory=list, repr=False)

    def opened(self, path: Path, policy: Policy) -> Recording:
        """Open the recording, and number its frames."""
        recording = open_under(path, policy)
        for frame in recording.frames:
            self.frames.setdefault(frame.file, len(self.frames) + 1)
        self.shape = len(recording.events), len(recording.fields), len(recording.frames)
        return recording

    def frame(self, name: str, before: Any, after: Any, marks: Sequence[Any]) -> None:
        """Count pixels, and read the frame again."""
        self.tally.add_frame(before, after)
        if self.opinion is not None:
            self.residues += self.opinion.read_frame(after, self.number, self.frames.get(name, 0))

    def ended(self, frames: Sequence[str], withheld: Mapping[str, str]) -> None:
        """Count frames that were withheld."""
        self.tally.total["frames"] += len(frames)
        self.tally.withheld.update(f"frame: {code}" for code in withheld.values())

    def changed(self, done: Any) -> None:
        """Count findings, and read the texts again."""
        self.tally.add_done(done)
        self.items += items_of(done, self.number)
        if self.opinion is not None:
            self.residues += self.opinion.read_texts(done.changed, self.number)

    def settle(self, outcome: Outcome, tally: Tally, lottery: Lottery) -> list[Residue]:
        """Add what was seen to the audit's figures; of a recording that is withheld nothing leaves, so nothing counts.

        Returns:
            The residues in what leaves.
        """
        if isinstance(outcome, Withheld):
            tally.withheld[f"recording: {outcome.code}"] += 1
            return []
        tally.add(self.tally)
        tally.withheld.update({f"file: {code}": count for code, count in outcome.report.files_dropped.items()})
        for item in self.items:
            lottery.add(item)
        return self.residues


def as_it_is(path: Path, plan: Plan, look: Onlooker) -> Outcome:
    """The recording itself through the policy."""
    return process(lambda: look.opened(path, plan.policy), plan, watch=look)


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of the canaries of a copy, and how many decoys were found by chance."""

    verdicts: tuple[Verdict, ...]
    planted: tuple[Canary, ...] = field(default=(), repr=False)
    found: int = 0
    decoys: int = 0


def try_texts(
    recording: Recording, canaries: Sequence[Canary], decoys: Sequence[Canary], plan: Plan, *, seed: int
) -> Iterator[Tried]:
    """Plant canaries in the keys and texts of copies without frames.

    A copy that is withheld is tried again, kind by kind and then in halves: what one canary does must not hide what
    becomes of the others. What is withheld all by itself is withheld.
    """
    try:
        bare = without_pictures(recording)
    except BoundaryError:
        return  # frames alone: there is nothing to type into
    original = texts_of(bare)
    groups, left = [tuple(canaries)], tuple(decoys)
    hopeless: bool | None = None
    while groups:
        group = groups.pop()
        typed, fields = ([one for one in group if one.modality == m] for m in (TYPED, FIELD))
        copy, planted = plant_texts(bare, typed, fields, seed=seed)
        if not planted:
            continue
        outcome = process(partial(_same, copy), plan)
        if isinstance(outcome, Withheld) and len(planted) > 1:
            hopeless = isinstance(process(partial(_same, bare), plan), Withheld) if hopeless is None else hopeless
            if not hopeless:
                groups += _parts(tuple(one.canary for one in planted))
                continue
        yield _tried(outcome, planted, Glimpses({}, None), copy, original, left)
        left = left if isinstance(outcome, Withheld) else ()


def _same(recording: Recording) -> Recording:
    return recording


def _parts(canaries: tuple[Canary, ...]) -> list[tuple[Canary, ...]]:
    """Some canaries by kind, or halves of one kind."""
    kinds = dict.fromkeys(one.entity for one in canaries)
    if len(kinds) > 1:
        return [tuple(one for one in canaries if one.entity == kind) for kind in kinds]
    middle = len(canaries) // 2
    return [canaries[:middle], canaries[middle:]]


def _tried(
    outcome: Outcome,
    planted: Sequence[Planted],
    glimpses: Glimpses,
    copy: Recording,
    original: str,
    decoys: Sequence[Canary] = (),
) -> Tried:
    lines = haystack(one.canary.text for one in planted)
    judged = verdicts(outcome, planted, glimpses, copy, original)
    chances = chance(outcome, decoys, f"{original}\0{lines}", copy.mappings)
    return Tried(tuple(judged), tuple(one.canary for one in planted), *chances)


def try_screens(recording: Recording, canaries: Sequence[Canary], plan: Plan, judge: Any, *, seed: int) -> Tried:
    """Draw canaries into as many frames of a copy as they need, and take that copy through the policy."""
    try:
        small = some_frames(recording, -(-len(canaries) // SLOTS), seed=seed)
        copy, planted = plant_screens(small, canaries, seed=seed)
    except MissingExtra:
        raise
    except BoundaryError:
        return Tried(())  # a copy cannot be made: what finds no place is told in the report
    if not planted:
        return Tried(())
    by_frame: dict[str, list[Planted]] = {}
    for one in planted:
        by_frame.setdefault(one.frame, []).append(one)
    glimpses = Glimpses(by_frame, judge)
    return _tried(process(lambda: copy, plan, watch=glimpses), planted, glimpses, copy, "")


def some_frames(recording: Recording, count: int, *, seed: int) -> Recording:
    """The recording with ``count`` of its frames, applications in turn, and without the others and their rows."""
    names = list(dict.fromkeys(frame.file for frame in recording.frames))
    if count >= len(names):
        return recording
    apps = {frame.file: frame.app or "" for frame in recording.frames}
    groups: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: hashlib.sha256(f"{seed} {names.index(name)}".encode()).digest()):
        groups.setdefault(apps[name], []).append(name)
    order = [
        group[turn]
        for turn in range(max(map(len, groups.values())))
        for _, group in sorted(groups.items())
        if turn < len(group)
    ]
    gone = set(order[count:])
    rows = [frame.row for frame in recording.frames if frame.file in gone and frame.row is not None]
    patches: dict[str, list[Patch]] = {}
    for patch in row_removal(recording, rows) if rows else ():
        patches.setdefault(patch.file, []).append(patch)
    data = {
        name: apply_patches(recording.files[name].read(), separated(recording, name, found))
        for name, found in patches.items()
    }
    return with_files(recording, data, without=gone)
