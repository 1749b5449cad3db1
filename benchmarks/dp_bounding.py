"""Bounding what each person adds: events per second against OpenDP's Polars engine, and memory on ten times the data.

OpenDP pins a Polars of its own, so it runs in an environment of its own: ``BOUNDARY_OPENDP_PYTHON`` names its
interpreter (``pip install 'opendp[polars]==0.16.0'``). Both sides read the same Parquet file and end with bounded sums
per application; ours are exact and not yet noised, OpenDP's have Laplace noise, whose cost on a few keys is small.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks._harness import Count, Result, Skip, compare

_KEYS = 50
_GROUPS, _PER_GROUP = 20, 1_000

OURS = """
import resource, sys
from dp.queries import CountEventsOptions
from dp.sources import partials, read_parquet
keys = tuple(f"app{{n:05d}}" for n in range({keys}))
query = CountEventsOptions(id="q", keys=keys, max_groups={groups}, max_per_group={per_group}, epsilon=1)
pieces = read_parquet(sys.argv[1], {{"person": "person", "app": "app"}})
query.vectors(partials(query, pieces))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""

PEER = """
import resource, sys
import opendp.prelude as odp
import polars as pl
odp.enable_features("contrib")
data = pl.scan_parquet(sys.argv[1])
keys = pl.LazyFrame({{"app": [f"app{{n:05d}}" for n in range({keys})]}})
bounds = [odp.polars.Bound(per_group={per_group}), odp.polars.Bound(by=["app"], num_groups={groups})]
context = odp.Context.compositor(
    data=data, privacy_unit=odp.unit_of(contributions=bounds, identifier="person"),
    privacy_loss=odp.loss_of(epsilon=1.0), split_evenly_over=1,
    margins=[odp.polars.Margin(by=[], max_length=10**8)])
query = (context.query().truncate_per_group({per_group}, by=["app"], keep="first")
    .truncate_num_groups({groups}, by=["app"], keep="first")
    .group_by("app").agg(odp.len()).with_keys(keys))
print(query.release().collect().height, file=sys.stderr)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def run(*, quick: bool) -> Result:
    """Measure; see the module."""
    figures = {"keys": _KEYS, "groups": _GROUPS, "per_group": _PER_GROUP}
    rows = 50_000 if quick else 5_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        write_events(path, rows)
        memory = _child(sys.executable, OURS.format(**figures), path)
        counts = [Count(figure=f"peak memory in MB, {rows:,} events (of 1,000)", ours=memory, of=1_000)]
        if not quick:
            large = Path(folder) / "large.parquet"
            write_events(large, 10 * rows)
            after = _child(sys.executable, OURS.format(**figures), large)
            counts.append(Count(figure=f"peak memory in MB, {10 * rows:,} events (of 1,000)", ours=after, of=1_000))
            large.unlink()
        notes = ["whole processes are timed: start, import, reading Parquet, bounding"]
        python = os.environ.get("BOUNDARY_OPENDP_PYTHON")
        if not python:
            reason = "BOUNDARY_OPENDP_PYTHON is not set"
            if quick:
                return Result(counts=tuple(counts), notes=(*notes, f"OpenDP was skipped: {reason}"))
            raise Skip(reason)
        peer = PEER.format(**figures)
        speed = compare(
            case="count per application, 3,000 people, L0=20, Linf=1000",
            unit="event",
            work=rows,
            peer="OpenDP 0.16 with Polars",
            ours=lambda: _child(sys.executable, OURS.format(**figures), path),
            theirs=lambda: _child(python, peer, path),
            rounds=1 if quick else 3,
            warm_up=False,
        )
        return Result(speeds=(speed,), counts=tuple(counts), notes=tuple(notes))


def write_events(path: Path, rows: int) -> None:
    """Events of 3,000 people in 20,000 applications, both with a long tail, in row groups of a million."""
    chance = np.random.default_rng(1)
    schema = pa.schema([("person", pa.string()), ("app", pa.string())])
    people = pa.array([f"person{n:04d}" for n in range(3_000)])
    apps = pa.array([f"app{n:05d}" for n in range(20_000)])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, 1_000_000):
            size = min(1_000_000, rows - start)
            who = np.minimum(chance.pareto(1.5, size) * 300, 2_999).astype(np.int64)
            what = np.minimum(chance.pareto(0.8, size) * 5, 19_999).astype(np.int64)
            writer.write_table(pa.table([people.take(pa.array(who)), apps.take(pa.array(what))], schema=schema))


def _child(python: str, code: str, path: Path) -> int:
    """Peak memory in MB of a program that prints its own in KiB.

    Raises:
        Skip: It failed.
    """
    done = subprocess.run([python, "-c", code, str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skip(
            f"a child process failed: {done.stderr.strip().splitlines()[-1][:200] if done.stderr else 'no text'}"
        )
    return int(done.stdout.split()[-1]) // 1024
