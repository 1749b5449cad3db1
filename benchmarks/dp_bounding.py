"""Bounding what each person adds: events per second against OpenDP and PipelineDP, and memory on ten times the data.

Peers pin libraries of their own, so each runs in an environment of its own, whose interpreter a variable names:
``BOUNDARY_OPENDP_PYTHON`` (``pip install 'opendp[polars]==0.16.0'``) and ``BOUNDARY_PIPELINEDP_PYTHON`` (``pip install
pipeline-dp==0.3.1 pyarrow``). All read the same Parquet file and end with bounded counts per application; ours are
exact and not yet noised, the peers' have Laplace noise, whose cost on a few keys is small. PipelineDP gets a twentieth
of the events, of the same people; its seconds are scaled.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks._harness import Count, Result, Skip, Speed

_KEYS = 50
_GROUPS, _PER_GROUP = 20, 1_000
_FIGURES = {"keys": _KEYS, "groups": _GROUPS, "per_group": _PER_GROUP}
_OPENDP, _PIPELINEDP = "BOUNDARY_OPENDP_PYTHON", "BOUNDARY_PIPELINEDP_PYTHON"
_CASE = "count per application, 3,000 people, L0=20, Linf=1000"

OURS = """
import sys, time
from dp.queries import CountEventsOptions
from dp.sources import partials, read_parquet
import duckdb, pyarrow.parquet
start, worked = time.perf_counter(), time.process_time()
keys = tuple(f"app{{n:05d}}" for n in range({keys}))
query = CountEventsOptions(id="q", keys=keys, max_groups={groups}, max_per_group={per_group}, epsilon=1)
pieces = read_parquet(sys.argv[1], {{"person": "person", "app": "app"}})
assert len(query.vectors(partials(query, pieces))["events"][1]) == {keys} + 1
"""

OPENDP = """
import sys, time
import opendp.prelude as odp
import polars as pl
odp.enable_features("contrib")
start, worked = time.perf_counter(), time.process_time()
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
assert query.release().collect().height == {keys}
"""

PIPELINEDP = """
import sys, time
import pipeline_dp as pdp
import pyarrow.parquet as pq
start, worked = time.perf_counter(), time.process_time()
table = pq.read_table(sys.argv[1])
rows = list(zip(table.column("person").to_pylist(), table.column("app").to_pylist()))
budget = pdp.NaiveBudgetAccountant(total_epsilon=1, total_delta=1e-6)
engine = pdp.DPEngine(budget, pdp.LocalBackend())
params = pdp.AggregateParams(
    metrics=[pdp.Metrics.COUNT], noise_kind=pdp.NoiseKind.LAPLACE,
    max_partitions_contributed={groups}, max_contributions_per_partition={per_group})
read = pdp.DataExtractors(
    privacy_id_extractor=lambda row: row[0], partition_extractor=lambda row: row[1], value_extractor=lambda row: 0)
found = engine.aggregate(rows, params, read, public_partitions=[f"app{{n:05d}}" for n in range({keys})])
budget.compute_budgets()
assert len(list(found)) == {keys}
"""

_END = """
import resource
print(time.perf_counter() - start, time.process_time() - worked, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@dataclass(frozen=True, slots=True)
class _Run:
    """Seconds of a whole process and of the bounding in it without imports; processor's seconds of that; peak in MB."""

    whole_s: float
    own_s: float
    worked_s: float
    memory_mb: int


def run(*, quick: bool) -> Result:
    """Measure; see the module."""
    rows = 50_000 if quick else 5_000_000
    missing = [name for name in (_OPENDP, _PIPELINEDP) if not os.environ.get(name)]
    if missing and not quick:
        raise Skip(f"{missing[0]} is not set")
    notes = [f"{name} is not set: its peer was skipped" for name in missing]
    speeds: list[Speed] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        write_events(path, rows)
        counts = [_memory(path, rows)]
        if not quick:
            large = Path(folder) / "large.parquet"
            write_events(large, 10 * rows)
            counts.append(_memory(large, 10 * rows))
            large.unlink()
        small = Path(folder) / "small.parquet"
        write_events(small, rows // 20)
        peers = (
            ("OpenDP 0.16 with Polars", _OPENDP, OPENDP, path, 1),
            ("PipelineDP 0.3.1, local, on a twentieth", _PIPELINEDP, PIPELINEDP, small, 20),
        )
        for peer, variable, code, data, scale in peers:
            python = os.environ.get(variable)
            if python:
                speeds += _compared(peer, python, code, path, data, rows, scale, rounds=1 if quick else 3)
    return Result(speeds=tuple(speeds), counts=tuple(counts), notes=tuple(notes))


def _memory(path: Path, rows: int) -> Count:
    return Count(
        figure=f"peak memory in MB, {rows:,} events (of 1,000)",
        ours=_child(sys.executable, OURS, path).memory_mb,
        of=1_000,
    )


def _compared(
    peer: str, python: str, code: str, path: Path, theirs: Path, rows: int, scale: int, *, rounds: int
) -> list[Speed]:
    """Both in turns, ``rounds`` times; the peer's seconds times ``scale``. Of each run three figures are taken."""
    pairs = [(_child(sys.executable, OURS, path), _child(python, code, theirs)) for _ in range(rounds)]
    return [
        Speed(
            case=f"{_CASE}, {what}",
            unit="event",
            work=rows,
            peer=peer,
            ours_s=tuple(getattr(mine, name) for mine, _ in pairs),
            # What a process takes to start is not scaled.
            peer_s=tuple(getattr(other, name) + (scale - 1) * getattr(other, scaled) for _, other in pairs),
        )
        for what, name, scaled in (
            ("reading and bounding", "own_s", "own_s"),
            ("the same in processor time of all threads", "worked_s", "worked_s"),
            ("whole process with imports", "whole_s", "own_s"),
        )
    ]


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


def _child(python: str, code: str, path: Path) -> _Run:
    """Run a program that prints its seconds since its imports, those of the processor, and its peak memory in KiB.

    Raises:
        Skip: It failed.
    """
    start = time.perf_counter()
    program = code.format(**_FIGURES) + _END
    done = subprocess.run([python, "-c", program, str(path)], capture_output=True, text=True, check=False)
    whole = time.perf_counter() - start
    if done.returncode:
        raise Skip(
            f"a child process failed: {done.stderr.strip().splitlines()[-1][:200] if done.stderr else 'no text'}"
        )
    own, worked, memory = done.stdout.split()[-3:]
    return _Run(whole, float(own), float(worked), int(memory) // 1024)
