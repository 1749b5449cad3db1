"""Events redacted while they are made: peak memory from 1 MB to gigabytes, delay in events, events a CPU second.

``BOUNDARY_STREAM_MB=1,100,5000`` says how many megabytes, of keys alone a twentieth; each size runs in a process of its
own. Events are made on the fly: sessions of the typing model one after the other.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import resource
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator

import numpy as np

from benchmarks._harness import ROOT, Count, Result
from benchmarks.run import POLICY
from boundary.live.flow import Flow
from boundary.live.hold import Hold
from boundary.live.lines import MAIN, Line
from boundary.plan import build_plan
from policies import PolicySource, parse_policy
from recording.simulate import Part, Say, Sensitive, draw_typist, ducktrack_files, type_text
from recording.simulate.session import draw_script, draw_setup
from recording.simulate.values import texts

SIZES = (1, 20, 100)
KEYS_SHARE = 20
"""Keys alone take so many times as long a megabyte, and are measured on so much less."""
SESSIONS = 16
"""Sessions that are drawn; a longer stream has them again, later."""
MOVES = 0.98
BLOCK = 1024
"""Lines handed in at once; making them up is no part of the time."""
Timed = tuple[float, str, bytes]
"""When, in which file, and the record behind its time."""


def run(*, quick: bool) -> Result:
    """Every size, with and without mouse moves."""
    said = os.environ.get("BOUNDARY_STREAM_MB", "")
    sizes = [int(size) for size in said.split(",") if size] or list(SIZES)
    counts, notes = [], []
    for mix in ("keys", "mouse"):
        shares = sizes if mix == "mouse" else sorted({max(1, size // KEYS_SHARE) for size in sizes})
        for size in [1] if quick else shares:
            told = [sys.executable, "-m", "benchmarks.streaming", str(size), mix]
            done = subprocess.run(told, cwd=ROOT, capture_output=True, check=True, text=True)
            found = json.loads(done.stdout)
            case = f"{mix}, {size} MB"
            counts.append(Count(figure=f"{case}: events that left", ours=found["released"], of=found["events"]))
            counts.append(Count(figure=f"{case}: events withheld", ours=found["withheld"], of=found["events"]))
            notes.append(
                f"{case}: peak {found['peak_mb']} MB, {found['base_mb']} MB of it before the first event; at most "
                f"{found['held']:,} events held; {found['rate']:,} events a CPU second, {found['wall_s']} s in all"
            )
    return Result(counts=tuple(counts), notes=tuple(notes))


def events(megabytes: int, mix: str) -> Iterator[Line]:
    """Lines of endless sessions, until so many megabytes were given."""
    drawn = [list(_session(seed, mix)) for seed in range(SESSIONS)]
    left, now, number = megabytes * 10**6, 1000.0, 0
    while left > 0:
        session = drawn[number % len(drawn)]
        number += 1
        for at, file, rest in session:
            data = b'{"time_stamp": %.6f%s' % (now + at, rest)
            left -= len(data)
            yield Line(file, data)
        now += session[-1][0] + 5


def _session(seed: int, mix: str) -> Iterator[Timed]:
    rng = np.random.default_rng(seed)
    said = [_say(number, item.text) for number, item in enumerate([*texts(8, seed=seed)][:8])]
    stream = type_text(draw_script(said, rng), draw_typist(rng), rng, setup=draw_setup(rng))
    lines: list[Timed] = []
    for name, data in ducktrack_files(stream).items():
        if name.endswith(".jsonl"):
            for line in data.splitlines(keepends=True):
                stamp, _, rest = line.partition(b": ")[2].partition(b",")
                lines.append((float(stamp), name, b"," + rest))
    first = min(lines)[0]
    lines = sorted(((at - first, name, rest) for at, name, rest in lines), key=_when)
    if mix == "mouse":
        count = int(len(lines) * MOVES / (1 - MOVES))
        times = np.sort(rng.uniform(0, lines[-1][0], count)).tolist()
        xs, ys = rng.integers(0, 1920, count).tolist(), rng.integers(0, 1080, count).tolist()
        rows = zip(times, xs, ys, strict=True)
        lines += [(at, MAIN, b', "action": "move", "x": %d, "y": %d}\n' % (x, y)) for at, x, y in rows]
        lines.sort(key=_when)
    yield from lines


def _say(number: int, text: str) -> Say:
    return Say((Part(text, Sensitive("text", text, number)),))


def _when(line: Timed) -> float:
    return line[0]


def measure(megabytes: int, mix: str) -> dict[str, object]:
    """One stream in this process."""
    plan = build_plan(parse_policy((PolicySource("stream.yaml", POLICY),), folder=ROOT), key=b"k" * 32)
    flow = Flow(plan, hold=Hold(), clock=time.monotonic_ns)
    gc.freeze()  # as the command does
    source = events(megabytes, mix)
    first = next(source)
    base = _peak()
    began, spent = time.monotonic(), 0.0
    for block in _blocks(itertools.chain((first,), source)):
        cpu = time.process_time()
        deque(flow.feed(block), maxlen=0)
        spent += time.process_time() - cpu
    cpu = time.process_time()
    deque(flow.end(), maxlen=0)
    spent += time.process_time() - cpu
    figures = flow.figures
    return {
        "events": figures.events,
        "released": figures.released,
        "withheld": sum(figures.withheld.values()),
        "held": figures.held,
        "base_mb": base // 1024,
        "peak_mb": _peak() // 1024,
        "rate": round(figures.events / spent),
        "wall_s": round(time.monotonic() - began),
    }


def _blocks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while block := list(itertools.islice(lines, BLOCK)):
        yield block


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), sys.argv[2])))
