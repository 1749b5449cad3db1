"""Several workers against one, and many recordings against few: recordings a second of a whole run."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks import _small_batch
from benchmarks._harness import Count, Result, compare, cpus
from boundary.plan import Plan, build_plan
from boundary.runner import run as run_batch
from policies import load_policy

KEY = b"key of a benchmark, no secret..."
FEW, MANY = 200, 2_000


def run(*, quick: bool) -> Result:
    """The same batch with one and with two workers; then ten times as many, copies of the same."""
    few, many = (6, 12) if quick else (FEW, MANY)
    with tempfile.TemporaryDirectory() as name:
        parent = Path(name)
        batch = _small_batch.make(parent, few, seed=5)
        plan = build_plan(load_policy(batch.policy), key=KEY)
        runs = _Runs(parent, plan)
        pair = compare(
            case=f"{few} small recordings, 2 workers",
            unit="recording",
            work=few,
            peer="1 worker",
            ours=lambda: runs(batch.folder, workers=2),
            theirs=lambda: runs(batch.folder, workers=1),
            rounds=1 if quick else 3,
            warm_up=False,
        )
        folders = sorted(batch.folder.iterdir())
        large = parent / "large"
        for number in range(many):
            home = large / f"session-{number:05d}"
            home.mkdir(parents=True)
            for file in folders[number % few].iterdir():
                os.link(file, home / file.name)
        growth = compare(
            case=f"{many:,} recordings, 2 workers",
            unit="recording",
            work=many,
            peer=f"the time of {few}, times {many // few}",
            ours=lambda: runs(large, workers=2),
            theirs=lambda: runs(batch.folder, workers=2),
            rounds=1,
            warm_up=False,
            peer_share=few / many,
        )
        left = sum(len(list((out / "recordings").iterdir())) for out in runs.outs)
        return Result(
            speeds=(pair, growth),
            counts=(Count(figure="recordings released, of all", ours=left, of=runs.given),),
            notes=(f"{cpus()} cores; each run starts its workers anew, which is in the time",),
        )


class _Runs:
    """Runs into folders of their own."""

    def __init__(self, parent: Path, plan: Plan) -> None:
        self._parent = parent
        self._plan = plan
        self.outs: list[Path] = []
        self.given = 0

    def __call__(self, batch: Path, *, workers: int) -> None:
        out = self._parent / f"out-{len(self.outs)}"
        self.outs.append(out)
        self.given += len(run_batch([batch], self._plan, out, ledger=None, workers=workers).entries)
