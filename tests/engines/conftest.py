"""A key, a batch and its verdicts by a plain loop, for tests of engines."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from engine_batch import REDACT, policy, recordings

from boundary import Stage
from boundary.engines import sources


@pytest.fixture(scope="session")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of recordings."""
    return recordings(tmp_path_factory.mktemp("batch") / "batch")


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of the project key."""
    file = tmp_path_factory.mktemp("key") / "project.key"
    file.write_bytes(b"k" * 32)
    file.chmod(0o600)
    return file


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, key: Path) -> Stage:
    """A stage with that key."""
    return Stage(policy(tmp_path_factory.mktemp("policy"), REDACT), key_file=key)


@pytest.fixture(scope="session")
def plain(stage: Stage, batch: Path) -> pa.Table:
    """What a plain loop makes of the batch."""
    return stage(sources.recordings(batch))


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes into the state folder of whoever runs it."""
    monkeypatch.setenv("BOUNDARY_STATE", str(tmp_path / "state"))
