"""Reading DuckTrack events: events a second of ``open_recording`` against a plain ``json.loads`` per line.

Ours also finds the bytes of every record and of every text in it; the loop only parses, and keeps nothing.
"""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks._harness import Result, Skip, Speed, compare, shared
from benchmarks._typing import typed_events
from recording import open_recording
from recording.simulate.values import texts

PEER = "json.loads per line"
EVENTS = 500_000
KEY_EVENTS = 50_000
QUICK = 200


def run(*, quick: bool) -> Result:
    """The real sample as it is, its keys alone, and generated typing, each repeated to the wanted size."""
    speeds: list[Speed] = []
    notes: list[str] = []
    rounds = 1 if quick else 5
    try:
        sample = shared("recordings", "ducktrack", "events.jsonl").read_bytes().splitlines(keepends=True)
        keys = [line for line in sample if json.loads(line)["action"] in ("press", "release")]
        cases = {
            "real sample, 98 % mouse moves": (sample, EVENTS),
            "real sample, its key events only": (keys, KEY_EVENTS),
        }
        for case, (lines, size) in cases.items():
            speeds.append(_speed(case, lines, QUICK if quick else size, rounds=rounds))
    except Skip as reason:
        notes.append(f"real sample skipped: {reason}")
    typed = [f"{line}\n".encode() for line in typed_events(_sentences(1 if quick else 30))]
    speeds.append(_speed("generated typing, keys only", typed, QUICK if quick else KEY_EVENTS, rounds=rounds))
    return Result(speeds=tuple(speeds), notes=tuple(notes))


def _sentences(count: int) -> Iterable[str]:
    return (item.text for item in texts(count) if item.text.isascii())


def _speed(case: str, lines: Sequence[bytes], size: int, *, rounds: int) -> Speed:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        path.write_bytes(b"".join(itertools.islice(itertools.cycle(lines), size)))

        def ours() -> None:
            found = len(open_recording(Path(folder)).events)
            if found != size:
                raise ValueError(f"{found} events were read of {size}")

        def theirs() -> None:
            with path.open("rb") as file:
                for line in file:
                    json.loads(line)

        return compare(case=case, unit="event", work=size, peer=PEER, ours=ours, theirs=theirs, rounds=rounds)
