"""Large recordings end to end, events a second of one core's time: mouse, keys, with and without names.

The time is the process's own (``time.process_time``): what else the machine does counts for nobody. Ours finds a value
everywhere, reads what was deleted, and verifies; the peer does not.
"""

from __future__ import annotations

import functools
import itertools
import multiprocessing
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import _loop, _presidio
from benchmarks._harness import ROOT, Count, Result, Skip, Speed, compare, cpus, shared
from benchmarks._typing import typed_events
from benchmarks.run import KEY, POLICY
from boundary.child import collect_rarely
from boundary.outcome import Release
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from policies import PolicySource, parse_policy
from recording import open_recording
from recording.simulate.values import negatives, texts
from text_redact.engine.rules import forget
from text_redact.entities import DEFAULT

NAMES = POLICY.replace("  - use: text.pii\n", "  - use: text.pii\n  - use: text.names\n")
MOUSE, SMALL = 1_000_000, 200
KEYS = (4_000, 16_000, 200_000)
LARGE = 100_000
"""From here on two rounds tell, behind one that warms up: what runs and brokers do is done in processes that go on."""
QUICK = 300
_TIME = re.compile(rb'(?<="time_stamp": )[\d.]+')
_UNSURE = "AKIA"
"""Generated keys that begin so are none by their alphabet; only verification takes them for keys, and withholds."""

Make = Callable[[], Iterator[bytes]]


def run(*, quick: bool) -> Result:
    """Every kind of recording in its sizes, then two processes beside one."""
    plans = {"patterns": _plan(POLICY), "names": _plan(NAMES)}
    peer = _presidio.build(DEFAULT)
    collect_rarely()  # as workers of a run do; the peer has it too
    speeds: list[Speed] = []
    counts: list[Count] = []
    notes = ["events a second of the process's CPU time, one thread"]
    for case, (make, events, used) in _cases(quick=quick).items():
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent) / "recording"
            try:
                _write(folder, make, events)
            except Skip as reason:
                notes.append(f"{case} skipped: {reason}")
                continue
            for name in used:
                ours = functools.partial(_process, folder, plans[name])
                theirs = functools.partial(_loop.redact_folder, folder, peer)
                speeds.append(
                    compare(
                        case=f"{case}, {name}", unit="event", work=events, peer=_loop.NAME, ours=ours, theirs=theirs,
                        rounds=1 if quick else 2 if events >= LARGE else 3, clock=time.process_time,
                    )
                )  # fmt: skip
                counts.append(Count(figure=f"{case}, {name}: recordings released", ours=int(ours()), of=1))
    notes.append(_two_processes(QUICK if quick else KEYS[1], repeats=1 if quick else 12))
    return Result(speeds=tuple(speeds), counts=tuple(counts), notes=tuple(notes))


def _cases(*, quick: bool) -> dict[str, tuple[Make, int, tuple[str, ...]]]:
    def size(events: int) -> int:
        return min(events, QUICK) if quick else events

    both = ("patterns", "names")
    return {
        **{
            f"generated typing, a value in 20 sentences, {events:,}": (
                _office, size(events), both if events <= KEYS[1] else ("patterns",)
            )
            for events in (SMALL, *KEYS)
        },
        **{
            f"generated typing, a value in every sentence, {events:,}": (_dense, size(events), ("patterns",))
            for events in KEYS
        },
        "real sample over and over, 98 % moves": (_mouse, size(MOUSE), both),
    }  # fmt: skip


def _plan(policy: str) -> Plan:
    return build_plan(parse_policy((PolicySource("benchmark.yaml", policy),), folder=ROOT), key=KEY)


def _process(folder: Path, plan: Plan) -> bool:
    forget()  # no text of an earlier round is read from memory
    return isinstance(process(lambda: open_recording(folder), plan), Release)


def _write(folder: Path, make: Make, events: int) -> None:
    folder.mkdir()
    with (folder / "events.jsonl").open("wb") as file:
        file.writelines(itertools.islice(make(), events))


def _mouse() -> Iterator[bytes]:
    """The lines of the real sample again and again, the clock running on."""
    lines = shared("recordings", "ducktrack", "events.jsonl").read_bytes().splitlines(keepends=True)
    times = [float(found.group()) if (found := _TIME.search(line)) else 0.0 for line in lines]
    for again in itertools.count():
        later = again * (times[-1] - times[0] + 1)
        for line, at in zip(lines, times, strict=True):
            yield _TIME.sub(b"%.9f" % (at + later), line, count=1)


def _office() -> Iterator[bytes]:
    valued = _valued()
    sentences = (
        text for number, item in enumerate(negatives(1 << 30)) for text in (item.text, *_every_20th(number, valued))
    )
    return (f"{line}\n".encode() for line in typed_events(text for text in sentences if text.isascii()))


def _every_20th(number: int, valued: Iterator[str]) -> tuple[str, ...]:
    return (next(valued),) if number % 19 == 0 else ()


def _dense() -> Iterator[bytes]:
    return (f"{line}\n".encode() for line in typed_events(_valued()))


def _valued() -> Iterator[str]:
    return (item.text for item in texts(1 << 30) if item.text.isascii() and _UNSURE not in item.text)


def _two_processes(events: int, *, repeats: int) -> str:
    """What two processes do beside one, by the clock on the wall."""
    if cpus() < 2:
        return "two processes skipped: there is one core"
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "recording"
        _write(folder, _office, events)
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            pool.starmap(_again, [(folder, 1)] * 4)  # both have started, and have read their tables
            start = time.perf_counter()
            pool.starmap(_again, [(folder, repeats)])
            one = time.perf_counter() - start
            start = time.perf_counter()
            pool.starmap(_again, [(folder, repeats)] * 2, chunksize=1)
            both = time.perf_counter() - start
    return f"two processes do {2 * one / both:.2f} times as much as one, by the clock on the wall"


def _again(folder: Path, repeats: int) -> None:
    plan = _plan(POLICY)
    collect_rarely()
    for _ in range(repeats):
        _process(folder, plan)
