"""What tests of engines let an engine do, in a process of its own: ``python on_engine.py ENGINE FOLDER``.

FOLDER holds a batch, policies and a key, and gets the results; in ``attempts`` is how often any address but this
machine's was tried, by the kernel's count, where the process has a network namespace of its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from boundary import Stage
from boundary.engines import settings, sources
from boundary.stage import FILES

Do = Callable[[pa.Table, Stage], pa.Table]
"""Takes a table through a stage on the engine."""


def work(folder: Path, do: Do) -> None:
    """What every engine does: a batch with a raw column beside it, and a batch without the key."""
    table = sources.recordings(folder / "batch")
    told = table.append_column("note", pa.array(["raw"] * table.num_rows))
    pq.write_table(do(told, stage(folder, "redact")), folder / "verdicts.parquet")
    lost = stage(folder, "redact", key="lost.key")
    try:
        do(table, _Losing(lost))
    except Exception as error:  # noqa: BLE001  each engine wraps errors in its own way
        (folder / "without-key.txt").write_text(f"{error}\n{error.__cause__}")


def stage(folder: Path, name: str, *, key: str = "project.key") -> Stage:
    """A stage under a key of the folder."""
    return Stage(folder / f"{name}.yaml", key_file=folder / key)


class _Losing(Stage):
    """A stage whose key file is gone as soon as it has been shipped."""

    def __init__(self, whole: Stage) -> None:
        self.__setstate__(whole.__getstate__())

    def __getstate__(self) -> Any:
        if self.key_file is not None:
            self.key_file.unlink(missing_ok=True)
        return super().__getstate__()

    def __reduce__(self) -> Any:
        return _whole, self.__getstate__()


def _whole(*state: Any) -> Stage:
    made = Stage.__new__(Stage)
    made.__setstate__(state)
    return made


def on_ray(folder: Path) -> None:
    """Ray Data, with two actors."""
    import ray

    from boundary.engines import ray as engine

    ray.init(num_cpus=2, logging_level="error", **settings.ray_options(folder / "s"))
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False

    def do(table: pa.Table, given: Stage) -> pa.Table:
        done = engine.apply(ray.data.from_arrow(table).repartition(3), given, rows=2)
        return pa.concat_tables(list(done.iter_batches(batch_format="pyarrow", batch_size=None)))

    work(folder, do)
    _survive(folder, do)
    data = ray.data.from_arrow(sources.data(folder / "batch")).repartition(3)
    engine.release(data, stage(folder, "count"), folder / "of-recordings", ledger=folder / "engine.db", workers=1)
    rows = ray.data.read_parquet(str(folder / "events.parquet")).repartition(3)
    ledger = folder / "rows.db"
    engine.release(rows, stage(folder, "rows"), folder / "of-rows", events="rows", ledger=ledger, workers=1)
    lost = ray.data.from_arrow(pa.table({"path": [str(folder / "nowhere")]}))
    _refused(folder, lambda out: engine.release(lost, stage(folder, "count"), out))
    ray.shutdown()


def on_spark(folder: Path) -> None:
    """Spark, with two threads and a Python process for each."""
    from pyspark.sql import SparkSession

    from boundary.engines import spark as engine

    given = settings.spark_options(folder / "s") | {"spark.sql.shuffle.partitions": "3"}
    session = SparkSession.builder.config(map=given).getOrCreate()
    session.sparkContext.setLogLevel("OFF")

    def do(table: pa.Table, given: Stage) -> pa.Table:
        return engine.apply(session.createDataFrame(table).repartition(3), given).toArrow()

    work(folder, do)
    _survive(folder, do)
    data = session.createDataFrame(sources.data(folder / "batch")).repartition(3)
    engine.release(data, stage(folder, "count"), folder / "of-recordings", ledger=folder / "engine.db")
    rows = session.read.parquet(str(folder / "events.parquet")).repartition(3)
    engine.release(rows, stage(folder, "rows"), folder / "of-rows", events="rows", ledger=folder / "rows.db")
    lost = session.createDataFrame(pa.table({"path": [str(folder / "nowhere")]}))
    _refused(folder, lambda out: engine.release(lost, stage(folder, "count"), out))
    session.sparkContext.pythonExec = "/usr/bin/false"
    try:
        engine.apply(data, stage(folder, "redact"))
    except Exception as error:  # noqa: BLE001  each engine wraps errors in its own way
        (folder / "other-python.txt").write_text(str(error))
    session.stop()


def _survive(folder: Path, do: Do) -> None:
    """A batch in which a worker is killed, once; and again without, where the engine is sent the files themselves."""
    table = sources.recordings(folder / "dying")
    pq.write_table(do(table, stage(folder, "die")), folder / "survived.parquet")
    cells = [
        [{"name": file.name, "data": file.read_bytes()} for file in sorted(Path(path).iterdir())]
        for path in table["path"].to_pylist()
    ]
    sent = table.select(["row"]).append_column("files", pa.array(cells, FILES))
    pq.write_table(do(sent, stage(folder, "die")), folder / "undisturbed.parquet")


def _refused(folder: Path, release: Callable[[Path], object]) -> None:
    try:
        release(folder / "refused")
    except Exception as error:  # noqa: BLE001  each engine wraps errors in its own way
        (folder / "refused.txt").write_text(getattr(error, "code", type(error).__name__))


def on_beam(folder: Path) -> None:
    """Beam's own runner, from Parquet to Parquet."""
    import apache_beam as beam

    from boundary.engines.beam import Apply

    def do(table: pa.Table, given: Stage) -> pa.Table:
        source, target = folder / "beam.parquet", folder / "beam"
        pq.write_table(table, source, row_group_size=2)
        with beam.Pipeline() as pipeline:
            read = pipeline | beam.io.ReadFromParquetBatched(str(source))
            done = read | beam.ParDo(Apply(given))
            _ = done | beam.io.WriteToParquetBatched(str(target), Stage.schema)
        return pa.concat_tables([pq.read_table(path) for path in sorted(folder.glob("beam-*-of-*"))])

    work(folder, do)


def on_dask(folder: Path) -> None:
    """Dask with two processes, a task for each row group."""
    import dask

    from boundary.engines import dask as engine

    def do(table: pa.Table, given: Stage) -> pa.Table:
        source = folder / "dask.parquet"
        pq.write_table(table.slice(2), source, row_group_size=2)
        parts = engine.apply([table.slice(0, 2), source], given)
        return pa.concat_tables(dask.compute(*parts, scheduler="processes", num_workers=2))

    work(folder, do)


def on_datasets(folder: Path) -> None:
    """Hugging Face datasets: as a whole in two processes, streamed, and again, which no cache may answer."""
    import datasets

    from boundary.engines import datasets as engine

    datasets.disable_progress_bars()
    prints = []

    def do(table: pa.Table, given: Stage) -> pa.Table:
        datasets.Dataset(table).save_to_disk(str(folder / "s" / "stored"))
        whole = datasets.load_from_disk(str(folder / "s" / "stored"))
        first, again = engine.apply(whole, given, workers=2), engine.apply(whole, given)
        prints.extend([first._fingerprint, again._fingerprint])
        streamed = engine.apply(whole.to_iterable_dataset(), given)
        found = [made.with_format("arrow")[:].cast(Stage.schema) for made in (first, again)]
        found.append(pa.concat_tables(list(streamed.iter(batch_size=2))).cast(Stage.schema))
        assert found[0].equals(found[1])
        assert found[0].equals(found[2])
        return found[0]

    work(folder, do)
    (folder / "fingerprints.txt").write_text("\n".join(prints))


def _attempts() -> int:
    lines = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:")]
    told = dict(zip(*lines, strict=True))
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return int(told["OutNoRoutes"]) + int(six["Ip6OutNoRoutes"])


if __name__ == "__main__":
    place = Path(sys.argv[2])
    os.environ.update(settings.environment(place / "s"))
    globals()[f"on_{sys.argv[1]}"](place)
    (place / "attempts").write_text(str(_attempts()))
