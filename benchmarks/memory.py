"""Peak memory of a run and of its workers, on batches from 1 MB of typed events upwards and on many screenshots.

Recordings are of the typing model, some 1 MB each, of which a few are made and the others are the same files again.
What one recording needs grows with its own size; what a run needs must not grow with their number.
``BOUNDARY_MEMORY_MB=1,100,5000`` says how many megabytes.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import _small_batch
from benchmarks._harness import Count, Result
from benchmarks._resident import Peaks, peaks
from recording.simulate import Action, Focus, draw_typist, ducktrack_files, say, type_text

SIZES_MB = (1, 100)
SCREENSHOTS = 2_000
MADE = 8
"""So many recordings are typed; the others are links to them."""
LINES = 40
LIMIT_MB = 1024
WORKERS = 2
_TEXT = _small_batch.POLICY
_SCREENS = """\
policy: 1
name: screens
find:
  - {use: text.pii, entities: [EMAIL_ADDRESS]}
  - {use: screen.text, engines: [tesserocr]}
link: {within: session}
change:
  default: {use: replace}
  screen: {use: cover}
release: {names: neutral}
"""


def run(*, quick: bool) -> Result:
    """The text batches, then the screenshots."""
    counts: list[Count] = []
    notes: list[str] = []
    told = [int(size) for size in os.environ.get("BOUNDARY_MEMORY_MB", "").split(",") if size]
    for size in (1,) if quick else told or SIZES_MB:
        with tempfile.TemporaryDirectory() as name:
            parent = Path(name)
            recordings, megabytes = _typed(parent, size)
            case = f"{megabytes:,.0f} MB in {recordings:,} recordings"
            found = _peaks(parent, _TEXT)
            counts += _counts(case, found)
            if found.status:
                notes.append(f"{case}: the run ended with status {found.status}")
    with tempfile.TemporaryDirectory() as name:
        parent = Path(name)
        number = 10 if quick else SCREENSHOTS
        _screenshots(parent, number)
        found = _peaks(parent, _SCREENS)
        counts += _counts(f"{number:,} screenshots in one folder", found)
        if found.status not in (0, 1):
            notes.append("the screenshots could not be read here: tesserocr is missing")
    notes.append("a recording is in memory as a whole, and so is what leaves of it, until it is written")
    return Result(counts=tuple(counts), notes=tuple(notes))


def _counts(case: str, found: Peaks) -> list[Count]:
    return [
        Count(figure=f"{case}: MiB of the process that writes", ours=round(found.program), of=LIMIT_MB),
        Count(figure=f"{case}: MiB of the largest worker", ours=round(found.worker), of=LIMIT_MB),
    ]


def _peaks(parent: Path, policy: str) -> Peaks:
    (parent / "policy.yaml").write_text(policy)
    program = str(Path(sys.executable).with_name("boundary"))
    told = [parent / "batch", "-p", parent / "policy.yaml", "-o", parent / "out", "--workers", WORKERS, "-q"]
    environ = os.environ | {"BOUNDARY_STATE": str(parent / "state")}
    return peaks([program, "run", *map(str, told)], environ=environ)


def _typed(parent: Path, megabytes: int) -> tuple[int, float]:
    made = []
    for number in range(MADE):
        rng = np.random.default_rng([11, number])
        name = _small_batch.value(11, number)
        script: list[Action] = [
            Focus("mail", f"Inbox - {name}", "Body"),
            *(say(f"dear {name}, thank you for the answer, we shall look into it, {name}") for _ in range(LINES)),
        ]
        made.append(ducktrack_files(type_text(script, draw_typist(rng), rng)))
    (parent / "names.txt").write_text("".join(f"{_small_batch.value(11, number)}\n" for number in range(MADE)))
    wanted, size, number = megabytes * 10**6, 0, 0
    while size < wanted:
        home = parent / "batch" / f"session-{number:06d}"
        home.mkdir(parents=True)
        for file, data in made[number % MADE].items():
            first = parent / "batch" / f"session-{number % MADE:06d}" / file
            if number < MADE:
                first.write_bytes(data)
            else:
                os.link(first, home / file)
            size += len(data)
        number += 1
    return number, size / 10**6


def _screenshots(parent: Path, number: int) -> None:
    import cv2

    folder = parent / "batch"
    folder.mkdir()
    for shot in range(number):
        page = np.full((120, 640, 3), 255, np.uint8)
        text = f"to {_small_batch.value(12, shot).replace(' ', '.').lower()}@example.com"
        cv2.putText(page, text, (10, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2, cv2.LINE_AA)
        cv2.imwrite(str(folder / f"{shot:05d}.png"), page)
