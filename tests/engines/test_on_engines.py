"""Each engine, alone in a network of its own: the plain loop's bytes, nothing reached, nothing left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_batch import COUNT, DIE_ONCE, REDACT, SECRET, dying, recordings, write_events
from needs import needs
from plug_in import environment, install

from boundary import Stage
from boundary.engines import sources
from boundary.release_cli import release_statistics

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1000)]
ROOT = Path(__file__).resolve().parents[2]
MODULES = {"ray": "ray", "spark": "pyspark", "beam": "apache_beam", "dask": "dask", "datasets": "datasets"}
ISOLATED = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
Ran = Callable[[str], Path]
every = pytest.mark.parametrize("engine", MODULES)
clusters = pytest.mark.parametrize("engine", ["ray", "spark"])


@cache
def isolation() -> tuple[str, ...]:
    """The command that gives a program a network of its own, or nothing where none can be made."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return ()
    return ISOLATED if subprocess.run([*ISOLATED, "true"], capture_output=True, check=False).returncode == 0 else ()


@pytest.fixture(scope="module")
def ran() -> Iterator[Ran]:
    """Lets an engine do its work, once, and gives the folder of its results."""
    made: list[Path] = []

    @cache
    def tried(engine: str) -> Path | str:
        needs(MODULES[engine])
        if engine == "spark" and shutil.which("java") is None and "JAVA_HOME" not in os.environ:
            pytest.skip("Spark needs Java, which is not installed")
        # Ray's sockets need a short path.
        folder = Path(os.path.realpath(tempfile.mkdtemp(prefix=f"{engine}-")))
        made.append(folder)
        recordings(folder / "batch")
        dying(folder / "dying")
        write_events(folder / "events.parquet")
        texts = {"redact": REDACT, "die": DIE_ONCE, "count": COUNT.format(person="user_id", most=1)}
        for name, text in (texts | {"rows": COUNT.format(person="dev", most=1)}).items():
            (folder / f"{name}.yaml").write_text(text)
        for name in ("project.key", "lost.key"):
            (folder / name).write_bytes(b"k" * 32)
            (folder / name).chmod(0o600)
        environ = environment(folder / "state", install(folder / "site"), ROOT / "tests" / "support", ROOT)
        environ |= {"PLUG_IN_ONCE": str(folder / "died"), "HOME": str(folder / "home")}
        program = str(ROOT / "tests" / "support" / "on_engine.py")
        done = subprocess.run(
            [*isolation(), sys.executable, program, engine, str(folder)],
            env=environ, capture_output=True, text=True, check=False, timeout=900, cwd=folder,
        )  # fmt: skip
        (folder / "printed.txt").write_text(done.stdout + done.stderr)
        return folder if done.returncode == 0 else done.stdout[-4000:] + done.stderr[-6000:]

    def run(engine: str) -> Path:
        folder = tried(engine)
        assert isinstance(folder, Path), folder
        return folder

    yield run
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


def in_order(folder: Path, name: str) -> pa.Table:
    """Verdicts that an engine wrote, by row."""
    return pq.read_table(folder / name).sort_by("row").combine_chunks().replace_schema_metadata(None)


def here(folder: Path, name: str) -> Stage:
    """The stage that the engine ran."""
    return Stage(folder / f"{name}.yaml", key_file=folder / "project.key")


@every
def test_verdicts_are_those_of_a_plain_loop(engine: str, ran: Ran) -> None:
    """Every engine gives the same bytes for the same rows, and no column of its input."""
    folder = ran(engine)
    plain = here(folder, "redact")(sources.recordings(folder / "batch")).combine_chunks()
    done = in_order(folder, "verdicts.parquet")
    assert done.schema.names == Stage.schema.names
    assert done.cast(Stage.schema).equals(plain)
    assert sorted(plain["verdict"].to_pylist()) == ["released"] * 6 + ["withheld"]


@every
def test_no_engine_reaches_the_network(engine: str, ran: Ran) -> None:
    """With the settings of `boundary.engines.settings` nothing tries any address but this machine's own."""
    folder = ran(engine)
    if not isolation():
        pytest.skip("no network namespace can be made here")
    assert (folder / "attempts").read_text() == "0"


@every
def test_a_worker_without_the_key_ends_the_job(engine: str, ran: Ran) -> None:
    """The job fails with the code, and not with other verdicts."""
    told = (ran(engine) / "without-key.txt").read_text()
    assert "there is no project key on this machine" in told


@every
def test_nothing_recorded_is_left_or_printed(engine: str, ran: Ran) -> None:
    """Where rows are paths, no log, no spilled file and no cache of an engine has a word of a recording."""
    folder = ran(engine)
    inputs = {"batch", "dying", "events.parquet"}
    left = [path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).parts[0] not in inputs]
    assert [path for path in left if SECRET.encode() in path.read_bytes()] == []


@clusters
def test_a_lost_worker_changes_nothing(engine: str, ran: Ran) -> None:
    """A task whose process was killed is done again, to the same bytes."""
    folder = ran(engine)
    assert (folder / "died").exists()
    done = in_order(folder, "survived.parquet")
    assert done["verdict"].to_pylist() == ["released"] * 4
    assert done.equals(in_order(folder, "undisturbed.parquet"))


@clusters
@pytest.mark.parametrize(
    ("made", "policy", "source"), [("of-recordings", "count", "batch"), ("of-rows", "rows", "events.parquet")]
)
def test_statistics_are_those_of_a_local_release(
    made: str, policy: str, source: str, engine: str, ran: Ran, tmp_path: Path
) -> None:
    """Counted by workers and bounded here, at a price at which the noise is nothing, the numbers are the same."""
    folder = ran(engine)
    plan = here(folder, policy).plan()
    release_statistics([folder / source], plan, tmp_path / "out", ledger=tmp_path / "ledger.db")
    for name in ("per-app", "people"):
        ours = pq.read_table(folder / made / "aggregates" / f"{name}.parquet")
        assert ours.equals(pq.read_table(tmp_path / "out" / "aggregates" / f"{name}.parquet")), name
    if source == "batch":
        again = release_statistics([folder / source], plan, tmp_path / "again", ledger=folder / "engine.db")
        assert again.answers["people"].before == 30_000_000, "the stored answer: it was charged by the engine's release"


@clusters
def test_a_path_that_no_worker_sees_ends_the_release(engine: str, ran: Ran) -> None:
    """The error keeps its code on the way to the driver."""
    assert (ran(engine) / "refused.txt").read_text() == "not-found"


def test_another_python_on_sparks_workers_is_refused(ran: Ran) -> None:
    """Before anything is started, with what to set."""
    assert "PYSPARK_PYTHON" in (ran("spark") / "other-python.txt").read_text()


def test_no_cache_of_datasets_is_asked_twice(ran: Ran) -> None:
    """The same data under the same policy get a new fingerprint each time: consent may have changed."""
    prints = (ran("datasets") / "fingerprints.txt").read_text().split()
    assert len(set(prints)) == len(prints)
