"""Recordings a second on engines with two workers, against one plain loop over the same stage.

Sessions are started before, and the first job, in which workers build their plans, is not timed. So what is left is
what an engine costs and what its second worker gains; how long a session and the first job took stands in the notes.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks._harness import ROOT, Count, Result, Speed, compare
from benchmarks._typing import typed_events
from boundary import Stage
from boundary.engines import settings, sources
from recording.simulate.values import texts

_POLICY = """\
policy: 1
name: benchmark-engines
find: [{use: text.roles}, {use: text.pii}, {use: text.secrets}]
change: {default: {use: replace}}
"""
_MODULES = {"dask": "dask", "beam": "apache_beam", "datasets": "datasets", "spark": "pyspark", "ray": "ray"}
Job = Callable[[], int]
"""Does the whole table once; returns the rows that were released."""


def run(*, quick: bool) -> Result:
    """Every engine that is installed; ``quick`` takes Dask alone."""
    speeds: list[Speed] = []
    counts: list[Count] = []
    notes: list[str] = []
    with ExitStack() as stack, tempfile.TemporaryDirectory(dir="/tmp") as parent:  # Ray's sockets need a short path
        folder = Path(parent)
        folder.chmod(0o700)
        stack.enter_context(patch.dict(os.environ, settings.environment(folder)))
        rows = 4 if quick else 48
        stage = _batch(folder, rows)
        table = sources.recordings(folder / "batch")
        plain = _released(stage(table))
        for engine in ("dask",) if quick else _MODULES:
            lacks = find_spec(_MODULES[engine]) is None or (engine == "spark" and shutil.which("java") is None)
            if lacks:
                notes.append(f"{engine} skipped: not installed")
                continue
            start = time.perf_counter()
            with _ENGINES[engine](folder, stage, table) as job:
                ready = time.perf_counter()
                counts.append(Count(figure=f"{engine}: recordings released", ours=job(), of=rows, peer=plain))
                first = time.perf_counter() - ready
                notes.append(f"{engine}: {ready - start:.1f} s to start, {first:.1f} s for the first job")
                done = compare(
                    case=f"{engine}, two workers", unit="recording", work=rows, peer="a plain loop",
                    ours=job, theirs=lambda: stage(table), rounds=1 if quick else 3, warm_up=False,
                )  # fmt: skip
                speeds.append(done)
    return Result(speeds=tuple(speeds), counts=tuple(counts), notes=tuple(notes))


def _batch(folder: Path, rows: int) -> Stage:
    (folder / "policy.yaml").write_text(_POLICY)
    (folder / "project.key").write_bytes(b"benchmark key, of no secrecy, 32")
    (folder / "project.key").chmod(0o600)
    sentences = list(itertools.islice((one.text for one in texts(rows) if one.text.isascii()), rows * 3))
    for number in range(rows):
        place = folder / "batch" / f"r{number:04d}"
        place.mkdir(parents=True)
        lines = typed_events(sentences[number * 3 : number * 3 + 3])
        (place / "events.jsonl").write_text("\n".join(lines) + "\n")
        shutil.copy(ROOT / "samples" / "office" / "metadata.json", place)
    return Stage(folder / "policy.yaml", key_file=folder / "project.key")


def _released(table: pa.Table) -> int:
    return int(table["verdict"].to_pylist().count("released"))


@contextmanager
def _dask(folder: Path, stage: Stage, table: pa.Table) -> Iterator[Job]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    import dask

    from boundary.engines.dask import apply

    pq.write_table(table, folder / "dask.parquet", row_group_size=max(1, table.num_rows // 8))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield lambda: sum(
            map(_released, dask.compute(*apply([folder / "dask.parquet"], stage), scheduler="processes", pool=pool))
        )


@contextmanager
def _beam(folder: Path, stage: Stage, table: pa.Table) -> Iterator[Job]:
    import apache_beam as beam

    from boundary.engines.beam import Apply

    pq.write_table(table, folder / "beam.parquet", row_group_size=max(1, table.num_rows // 8))

    def job() -> int:
        with beam.Pipeline() as pipeline:
            done = pipeline | beam.io.ReadFromParquetBatched(str(folder / "beam.parquet")) | beam.ParDo(Apply(stage))
            _ = done | beam.io.WriteToParquetBatched(str(folder / "beam"), Stage.schema)
        return sum(_released(pq.read_table(path)) for path in folder.glob("beam-*-of-*"))

    yield job


@contextmanager
def _datasets(folder: Path, stage: Stage, table: pa.Table) -> Iterator[Job]:
    import datasets

    from boundary.engines.datasets import apply

    datasets.disable_progress_bars()
    datasets.Dataset(table).save_to_disk(str(folder / "datasets"))
    whole = datasets.load_from_disk(str(folder / "datasets"))
    yield lambda: _released(apply(whole, stage, workers=2).with_format("arrow")[:])


@contextmanager
def _spark(folder: Path, stage: Stage, table: pa.Table) -> Iterator[Job]:
    from pyspark.sql import SparkSession

    from boundary.engines.spark import apply

    options = settings.spark_options(folder) | {"spark.master": "local[2,4]"}
    session = SparkSession.builder.config(map=options).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    frame = session.createDataFrame(table).repartition(8)
    yield lambda: _released(apply(frame, stage).toArrow())
    session.stop()


@contextmanager
def _ray(folder: Path, stage: Stage, table: pa.Table) -> Iterator[Job]:
    import ray

    from boundary.engines.ray import apply

    ray.init(num_cpus=2, logging_level="error", **settings.ray_options(folder))
    ray.data.DataContext.get_current().enable_progress_bars = False
    data = ray.data.from_arrow(table).repartition(8).materialize()
    yield lambda: sum(
        _released(part) for part in apply(data, stage).iter_batches(batch_format="pyarrow", batch_size=None)
    )
    ray.shutdown()


_ENGINES = {"dask": _dask, "beam": _beam, "datasets": _datasets, "spark": _spark, "ray": _ray}
