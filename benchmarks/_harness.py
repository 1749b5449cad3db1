"""What every benchmark is made of: paired timings, counts, and the table and JSON file they end in.

A benchmark is one module of this folder whose name does not start with an underscore. The first line of its docstring
is its summary, and it has ``run(*, quick: bool) -> Result``.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from boundary.versions import versions

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"


class Skip(Exception):
    """A benchmark, or one case of it, cannot run here; the text says why and names no path of the machine."""


class Module(Protocol):
    """**Protocol:** the module of a benchmark."""

    def run(self, *, quick: bool) -> Result:
        """Measure; ``quick`` takes tiny inputs, to see that it works. Raises `Skip`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One job done by us and by a peer, in turns.

    Attributes:
        case: What was worked on.
        unit: What is counted, in the singular: ``event``, ``character``, ``frame``.
        work: Units done in one repetition.
        peer: What we are compared with.
        ours_s: Seconds of each of our repetitions.
        peer_s: Seconds of the peer's, paired with ours by index.
    """

    case: str
    unit: str
    work: int
    peer: str
    ours_s: tuple[float, ...]
    peer_s: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """How many times as fast as the peer we were, pair by pair: above 1 we are faster."""
        return tuple(peer / ours for ours, peer in zip(self.ours_s, self.peer_s, strict=True))

    @property
    def ratio(self) -> float:
        """Median of `ratios`: what slows the machine for a while slows both halves of a pair, and cancels."""
        return statistics.median(self.ratios)

    @property
    def ours_rate(self) -> float:
        """Units a second, from our median repetition."""
        return self.work / statistics.median(self.ours_s)

    @property
    def peer_rate(self) -> float:
        """Units a second, from the peer's median repetition."""
        return self.work / statistics.median(self.peer_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of how many, for us and, where it makes sense, for the peer."""

    figure: str
    ours: int
    of: int
    peer: int | None = None

    @property
    def share(self) -> float | None:
        """Ours as a share of all, ``None`` of nothing."""
        return self.ours / self.of if self.of else None

    @property
    def peer_share(self) -> float | None:
        """The peer's as a share of all."""
        return self.peer / self.of if self.of and self.peer is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a benchmark measured. ``notes`` name what was skipped and why, and what a figure cannot say."""

    speeds: tuple[Speed, ...] = ()
    counts: tuple[Count, ...] = ()
    notes: tuple[str, ...] = ()


def compare(
    *,
    case: str,
    unit: str,
    work: int,
    peer: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    rounds: int,
    warm_up: bool = True,
    peer_share: float = 1.0,
    clock: Callable[[], float] = time.perf_counter,
) -> Speed:
    """Time two callables in turns, ``rounds`` times each; who goes first alternates.

    Args:
        warm_up: Call each once before, untimed, so that imports, compiled patterns and file caches are there.
        peer_share: Share of the work that ``theirs`` does, where all of it would take too long and it grows evenly; the
            peer's seconds are divided by it, and the case must say so.
        clock: Gives seconds; ``time.process_time`` where others use the machine too.
    """
    if warm_up:
        ours()
        theirs()
    mine: list[float] = []
    other: list[float] = []
    for number in range(rounds):
        pair = [(ours, mine), (theirs, other)]
        for call, seconds in pair if number % 2 == 0 else reversed(pair):
            seconds.append(_seconds(call, clock))
    whole = tuple(seconds / peer_share for seconds in other)
    return Speed(case=case, unit=unit, work=work, peer=peer, ours_s=tuple(mine), peer_s=whole)


def _seconds(call: Callable[[], object], clock: Callable[[], float]) -> float:
    gc.collect()
    start = clock()
    call()
    return clock() - start


def shared(*parts: str) -> Path:
    """A file of the development data beside the repository.

    Raises:
        Skip: It is not there.
    """
    path = ROOT.parent.joinpath("shared", "data", *parts)
    if not path.exists():
        raise Skip(f"the development data {'/'.join(parts)} are not beside the repository")
    return path


def cpus() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0))


def to_record(name: str, summary: str, result: Result, *, quick: bool) -> dict[str, object]:
    """The result as plain JSON data: figures, versions, date and number of cores; no paths, no names of machines."""
    return {
        "benchmark": name,
        "summary": summary,
        "quick": quick,
        "date": datetime.now(UTC).date().isoformat(),
        "cpus": cpus(),
        "versions": versions(),
        "speed": [_speed(speed) for speed in result.speeds],
        "counts": [_count(count) for count in result.counts],
        "notes": list(result.notes),
    }


def _speed(speed: Speed) -> dict[str, object]:
    return {
        "case": speed.case,
        "unit": speed.unit,
        "work": speed.work,
        "peer": speed.peer,
        "rounds": len(speed.ours_s),
        "ratio": _short(speed.ratio),
        "ratio_range": [_short(min(speed.ratios)), _short(max(speed.ratios))],
        "ours_per_s": _short(speed.ours_rate),
        "peer_per_s": _short(speed.peer_rate),
    }


def _count(count: Count) -> dict[str, object]:
    return {
        "figure": count.figure,
        "ours": count.ours,
        "peer": count.peer,
        "of": count.of,
        "share": None if count.share is None else round(count.share, 5),
        "peer_share": None if count.peer_share is None else round(count.peer_share, 5),
    }


def _short(value: float) -> float:
    """Three significant digits: more would be noise, and would change with every run."""
    return float(f"{value:.3g}")


def write_record(record: Mapping[str, object], folder: Path) -> Path:
    """Write ``folder/NAME.json``; returns the path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{record['benchmark']}.json"
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
