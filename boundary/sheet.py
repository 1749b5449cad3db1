"""The contact sheet: a sample of frames as they would leave, with every covered region and why, in one HTML file."""

from __future__ import annotations

import hashlib
import heapq
import os
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from boundary.journal import JOURNAL
from boundary.opening import open_under
from boundary.outcome import Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan
from boundary.sheet_page import page
from boundary.sheet_tiles import Sheet, Tile, picture
from boundary.trace import Mark, Watch
from policies import Policy
from recording import discover
from recording.errors import InputError
from recording.model import Recording

LIMIT, MOST = 100, 500
"""Frames on a sheet where nobody says how many, and at most."""
PICTURES = 12_000_000
"""Bytes of all pictures of a sheet together; base64 makes a third more of them, and the tables take their share."""
LARGEST = 160_000
"""Bytes of one picture, at most."""

Progress = Callable[[int, int], None]
"""Called with the number of recordings done and of all."""


def write_sheet(
    source: Path,
    plan: Plan,
    out: Path,
    *,
    limit: int = LIMIT,
    seed: int = 0,
    reveal: bool = False,
    progress: Progress | None = None,
) -> Sheet:
    """Take the recordings at ``source`` through a policy, release nothing, and write the contact sheet.

    A frame of a recording that would be withheld is shown as withheld, whatever became of the frame itself.

    Args:
        limit: Most frames on the sheet, 1 to `MOST`: withheld ones first, and of the others an equal chance for each.
        seed: Of that choice; equal seeds choose equal frames of equal sources.
        reveal: Show beside every covered frame how it was captured. The file then is as sensitive as its source.

    Raises:
        InputError: The policy reads no screens, or the file may not or cannot be written where ``out`` says.
    """
    check_place(source, out, reveal=reveal)
    if plan.reader is None or plan.coverer is None:
        raise InputError(
            "the policy covers no screens",
            code="no-screen-step",
            hint="find: screen.text, change: screen: {use: cover}",
        )
    if not 1 <= limit <= MOST:
        raise InputError(f"a sheet shows 1 to {MOST} frames", code="sheet-limit", hint="choose another --limit")
    paths = discover(source.resolve() if source.is_symlink() else source)
    room = min(LARGEST, PICTURES // limit // (2 if reveal else 1))
    sheet = Sheet(plan.policy.name, plan.policy.digest, limit, seed, reveal)
    for number, path in enumerate(paths, start=1):
        if progress:
            progress(number - 1, len(paths))
        watch = _Watch(number, limit, seed, room, reveal=reveal)
        outcome = process(watch.opened(path, plan.policy), plan, watch=watch)
        _add(sheet, watch, outcome, keep_names=plan.policy.names == "keep")
    if progress:
        progress(len(paths), len(paths))
    _write(out, page(sheet).encode(), private=reveal)
    return sheet


def check_place(source: Path, out: Path, *, reveal: bool) -> None:
    """Raise `InputError` where a sheet must not be: inside its source or, with what was covered, inside a release."""
    whole = out.resolve()
    if source.resolve() == whole or source.resolve() in whole.parents:
        raise InputError(
            "the sheet would lie inside its source", code="out-in-source", place=str(out), hint="choose another file"
        )
    if reveal and any(_is_release(folder) for folder in whole.parents):
        raise InputError(
            "a sheet that shows what was covered must not lie where releases do",
            code="reveal-in-release",
            place=str(out),
            hint="choose a folder that stays inside",
        )
    if out.is_dir() or not whole.parent.is_dir():
        raise InputError("this is no place for a file", code="out-unwritable", place=str(out), hint="name a new file")


def _is_release(folder: Path) -> bool:
    """Whether a folder is the output of ``boundary run``, also of one that still runs."""
    marks = ("manifest.json", "withheld.jsonl", JOURNAL)
    whole = any((folder / name).exists() for name in marks) or any(folder.glob(".staging-*"))
    return whole and (folder / "recordings").is_dir()


@dataclass(slots=True)
class _Watch(Watch):
    """Keeps the pictures of one recording's sample, and the figures of all its frames."""

    number: int
    limit: int
    seed: int
    room: int
    reveal: bool = field(kw_only=True)
    frames: tuple[str, ...] = ()
    withheld: dict[str, str] = field(default_factory=dict)
    tiles: list[tuple[int, int, str, Tile]] = field(default_factory=list, repr=False)
    covered: dict[str, tuple[float, Counter[str], Counter[str]]] = field(default_factory=dict)

    def opened(self, path: Path, policy: Policy) -> Callable[[], Recording]:
        """Opens the recording, and remembers which frames it has should it go no further."""

        def read() -> Recording:
            recording = open_under(path, policy)
            self.frames = _distinct(frame.file for frame in recording.frames)
            return recording

        return read

    def frame(self, name: str, before: Any, after: Any, marks: Sequence[Mark]) -> None:
        """Keep a frame that is among the sample so far."""
        labels = Counter(mark.label or "(not named)" for mark in marks)
        rules = Counter(mark.rule or f"({mark.reason})" for mark in marks)
        self.covered[name] = _share(after, before, marks), labels, rules
        order = len(self.covered)
        rank = _rank(self.seed, self.number, order)
        if len(self.tiles) == self.limit and -rank < self.tiles[0][0]:
            return
        height, width = after.shape[:2]
        tile = Tile(
            self.number, 0, width=width, height=height, marks=tuple(marks), share=self.covered[name][0],
            picture=picture(after, self.room), before=picture(before, self.room) if self.reveal else None,
        )  # fmt: skip
        push = heapq.heappushpop if len(self.tiles) == self.limit else heapq.heappush
        push(self.tiles, (-rank, order, name, tile))

    def ended(self, frames: Sequence[str], withheld: Mapping[str, str]) -> None:
        """Take note of every frame, those of videos included."""
        self.frames = _distinct(frames)
        self.withheld = dict(withheld)


def _distinct(names: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _rank(seed: int, recording: int, frame: int) -> int:
    """Where a frame stands in the lottery: the lowest are shown, so that one pass draws an even sample."""
    return int.from_bytes(hashlib.sha256(f"{seed} {recording} {frame}".encode()).digest()[:7])


def _share(after: Any, before: Any, marks: Sequence[Mark]) -> float:
    """Share of the pixels that lie in a region or were changed, 0 to 1."""
    painted = (after != before).any(axis=2)
    for mark in marks:
        x, y, width, height = mark.box
        painted[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)] = True
    return int(np.count_nonzero(painted)) / max(1, int(painted.size))


def _add(sheet: Sheet, watch: _Watch, outcome: Release | Withheld, *, keep_names: bool) -> None:
    """Count a recording's frames, and choose again among the tiles of all recordings so far."""
    sheet.recordings += 1
    numbers = {name: number for number, name in enumerate(watch.frames, start=1)}
    released = isinstance(outcome, Release)
    for name, number in numbers.items():
        sheet.frames += 1
        if released and name in watch.covered:
            share, labels, rules = watch.covered[name]
            sheet.released += 1
            sheet.shares.append(share)
            sheet.labels.update(labels)
            sheet.rules.update(rules)
            continue
        code = watch.withheld.get(name) or (outcome.code if isinstance(outcome, Withheld) else "frame-not-cleared")
        sheet.codes[code] += 1
        if len(sheet.withheld) < sheet.limit:
            sheet.withheld.append(Tile(watch.number, number, code=code))
    if isinstance(outcome, Withheld):
        # Verification of the texts, or whatever came later, refused: no pixel of it may be seen as if it had left.
        sheet.refused[outcome.code] += 1
        return
    for rank, order, name, tile in watch.tiles:
        # A name is told only where the release itself bears it.
        title = name if keep_names and name in outcome.files else ""
        sheet.chosen.append((rank, watch.number, order, tile.titled(numbers.get(name, 0), title)))
    sheet.chosen.sort(key=_by_rank)
    del sheet.chosen[sheet.limit :]


def _by_rank(chosen: tuple[int, int, int, Tile]) -> tuple[int, int, int]:
    return -chosen[0], chosen[1], chosen[2]


def _write(out: Path, data: bytes, *, private: bool) -> None:
    """Write aside, flush, then name; nobody else may read the file before it has its mode."""
    aside = out.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(out)
    except OSError as error:
        raise InputError(
            f"the sheet cannot be written ({error.strerror})", code="out-unwritable", place=str(out),
            hint="check the disk and the permissions",
        ) from None  # fmt: skip
    finally:
        aside.unlink(missing_ok=True)
