"""Settings keep engines inside; what an engine lacks is told before it is missed."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from boundary.engines import checking, settings
from recording.errors import InputError, MissingExtra


def test_everything_that_touches_a_disk_lies_in_one_private_folder(tmp_path: Path) -> None:
    """Whatever names a place names one below the folder, which nobody else can read."""
    folder = tmp_path / "s"
    told = [settings.environment(folder), settings.spark_options(folder)]
    places = [value for one in told for value in one.values() if value.startswith("/") and value != sys.executable]
    assert len(places) >= 6
    assert all(Path(value).is_relative_to(folder) for value in places)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """Raw rows may be spilled there."""
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(InputError) as caught:
        settings.environment(tmp_path / "open")
    assert caught.value.code == "scratch-exposed"
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as caught:
        settings.environment(tmp_path / "file")
    assert caught.value.code == "out-unwritable"


def test_a_path_that_rays_sockets_do_not_fit_is_refused(tmp_path: Path) -> None:
    """Ray would fail much later, and say so in another way."""
    with pytest.raises(InputError) as caught:
        settings.ray_options(tmp_path / ("long" * 10))
    assert caught.value.code == "scratch-too-long"


@pytest.mark.parametrize(
    ("version", "state"), [("17.0.15", "ok"), ("11.0.2", "missing"), ("1.8.0_302", "missing"), ("21", "ok")]
)
def test_spark_is_told_apart_by_its_java(
    version: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`boundary doctor` says which Java there is, before Spark ends in a trace of class versions."""
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setattr(checking, "installed", {"pyspark": "4.0"}.get)
    ((name, found, _, _),) = checking.checks()
    assert (name, found) == ("spark", state)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nothing"))
    assert checking.checks()[0][2] == "no Java"
    monkeypatch.setattr(checking, "installed", {}.get)
    assert checking.checks() == []


@pytest.mark.parametrize(("engine", "module"), [("dask", "dask"), ("datasets", "datasets"), ("beam", "apache_beam")])
def test_an_engine_that_is_absent_is_named(engine: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the command that installs it."""
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, f"boundary.engines.{engine}", raising=False)
    with pytest.raises(MissingExtra) as caught:
        importlib.import_module(f"boundary.engines.{engine}").apply([], "baseline")
    assert caught.value.hint == f"pip install 'boundary-redaction[{engine}]'"
    sys.modules.pop(f"boundary.engines.{engine}", None)


def test_sparks_workers_with_another_python_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is told nothing, Spark starts whatever `python3` is."""
    monkeypatch.setattr(checking, "_java", lambda: 17)
    monkeypatch.setattr(checking, "installed", {"pyspark": "4.0"}.get)
    monkeypatch.delenv("PYSPARK_PYTHON", raising=False)
    assert checking.checks()[0][1] == "note"
