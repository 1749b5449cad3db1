"""One recording end to end, text only: events a second through every step, against a loop with Presidio.

Ours also searches found values everywhere in the session, reads what was deleted, and verifies its own result.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import _loop, _presidio
from benchmarks._harness import ROOT, Count, Result, Skip, Speed, compare, shared
from benchmarks._typing import typed_events
from boundary.outcome import Outcome, Release
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from policies import PolicySource, parse_policy
from recording import open_recording
from recording.simulate.values import texts
from text_redact.entities import DEFAULT

KEY = b"benchmark key, of no secrecy..."
POLICY = """\
policy: 1
name: benchmark-text
find:
  - use: text.roles
  - use: text.pii
  - use: text.secrets
link: {within: session}
change:
  default: {use: replace}
"""
TYPED_EVENTS = (4_000, 16_000)
"""Two sizes of the same typing: where the rate falls with the size, something grows faster than the recording."""


def run(*, quick: bool) -> Result:
    """The real sample, the committed sample without frames, and generated typing of two sizes."""
    plan = build_plan(parse_policy((PolicySource("benchmark.yaml", POLICY),), folder=ROOT), key=KEY)
    peer = _presidio.build(DEFAULT)
    speeds: list[Speed] = []
    counts: list[Count] = []
    notes: list[str] = []
    cases: dict[str, Callable[[Path], None]] = {
        "ducktrack, real sample": _real,
        "samples/office without frames": _office,
        **{f"generated typing, {size:,} events": _typed(size) for size in ((300,) if quick else TYPED_EVENTS)},
    }
    for case, make in cases.items():
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent) / "recording"
            folder.mkdir()
            try:
                make(folder)
            except Skip as reason:
                notes.append(f"{case} skipped: {reason}")
                continue
            speeds.append(_speed(case, folder, plan, peer, rounds=1 if quick else 5))
            outcome = _outcome(folder, plan)
            counts.append(Count(figure=f"{case}: recordings released", ours=int(isinstance(outcome, Release)), of=1))
            if not isinstance(outcome, Release):
                notes.append(
                    f"{case} was withheld, so its rate is not that of a whole run: {outcome.code}, {outcome.message}"
                )
    return Result(speeds=tuple(speeds), counts=tuple(counts), notes=tuple(notes))


def _real(folder: Path) -> None:
    for name in ("events.jsonl", "metadata.json"):
        shutil.copy(shared("recordings", "ducktrack", name), folder / name)


def _office(folder: Path) -> None:
    for path in (ROOT / "samples" / "office").glob("*.json*"):
        if path.name != "screenshots.jsonl":
            shutil.copy(path, folder / path.name)


def _typed(size: int) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        sentences = (item.text for item in texts(size) if item.text.isascii())
        lines: Sequence[str] = list(itertools.islice(typed_events(sentences), size))
        (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")

    return make


def _outcome(folder: Path, plan: Plan) -> Outcome:
    return process(lambda: open_recording(folder), plan)


def _speed(case: str, folder: Path, plan: Plan, peer: _presidio.Analyzer, *, rounds: int) -> Speed:
    def ours() -> Outcome:
        return _outcome(folder, plan)

    def theirs() -> None:
        _loop.redact_folder(folder, peer)

    work = len(open_recording(folder).events)
    return compare(case=case, unit="event", work=work, peer=_loop.NAME, ours=ours, theirs=theirs, rounds=rounds)
