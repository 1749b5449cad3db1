"""The project key and what is missing on a machine."""

from __future__ import annotations

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from plug_in import boundary, environment
from tiny_recording import Desk

from boundary import doctor
from boundary.state import ledger_path, project_key, state_folder
from recording.errors import BoundaryError, InputError


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder that does not exist yet."""
    monkeypatch.setenv("BOUNDARY_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def test_the_key_is_made_once_and_only_its_owner_may_read_it(state: Path) -> None:
    """Key 0600 in a folder 0700; asked again it is the same; it is not the same on another machine."""
    key = project_key()
    assert len(key) >= 32
    assert project_key() == key
    assert stat.S_IMODE((state / "project.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert [file.name for file in state.iterdir()] == ["project.key"]
    (state / "project.key").unlink()
    assert project_key() != key


def test_two_first_uses_at_once_agree_on_one_key(state: Path) -> None:
    """Threads and processes that start together get the same key, and leave nothing else."""
    program = "from boundary.state import project_key; print(project_key().hex())"
    started = [
        subprocess.Popen([sys.executable, "-c", program], env=environment(state), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    with ThreadPoolExecutor(8) as pool:
        keys = {key.hex() for key in pool.map(lambda _: project_key(), range(32))}
    keys |= {process.communicate(timeout=60)[0].strip() for process in started}
    assert len(keys) == 1
    assert [file.name for file in state.iterdir()] == ["project.key"]


@pytest.mark.parametrize(
    ("data", "mode", "code"),
    [(b"k" * 32, 0o640, "key-exposed"), (b"k" * 32, 0o604, "key-exposed"), (b"k" * 31, 0o600, "key-too-short"),
     (None, 0, "key-unreadable")],
)  # fmt: skip
def test_a_key_that_is_no_secret_is_refused(data: bytes | None, mode: int, code: str, tmp_path: Path) -> None:
    """A key that others can read, that is short or that is not there makes no digests."""
    file = tmp_path / "key"
    if data is not None:
        file.write_bytes(data)
        file.chmod(mode)
    with pytest.raises(InputError) as caught:
        project_key(file)
    assert caught.value.code == code


def test_a_run_with_an_exposed_key_is_a_usage_error(tmp_path: Path) -> None:
    """Nothing is read under a key that others know."""
    (tmp_path / "key").write_bytes(b"k" * 32)
    (tmp_path / "key").chmod(0o644)
    folder = Desk().mouse().save(tmp_path / "r")
    done = boundary(
        "run", folder, "-p", "baseline", "-o", tmp_path / "out", "--key-file", tmp_path / "key", state=tmp_path / "s"
    )
    assert done.returncode == 2
    assert "key-exposed" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_state_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """BOUNDARY_STATE, then XDG_STATE_HOME, then the home folder."""
    assert state_folder() == tmp_path / "state"
    assert ledger_path() == tmp_path / "state" / "ledger.db"
    monkeypatch.delenv("BOUNDARY_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert state_folder() == tmp_path / "xdg" / "boundary"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_folder() == tmp_path / ".local" / "state" / "boundary"


def test_a_machine_that_has_everything_is_well() -> None:
    """Nothing is missing here, and every part has its version."""
    found = doctor.examine()
    assert {check.state for check in found} <= {"ok", "note"}
    assert {"python", "tesseract", "steps", "[text]", "[image]", "[dp]"} <= {check.name for check in found}


def test_what_only_some_want_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without psycopg nothing is missing: who has no PostgreSQL needs none. The command that adds it is told."""
    monkeypatch.setattr(doctor, "installed", _without("psycopg"))
    (found,) = (check for check in doctor.examine() if check.name == "[postgres]")
    assert (found.state, found.detail) == ("note", "not installed: psycopg")
    assert found.remedy == "pip install 'boundary-redaction[postgres]'"


def _without(name: str):
    real = doctor.installed
    return lambda distribution: None if distribution == name else real(distribution)


def _none(*_: object) -> None:
    return None


@pytest.mark.parametrize(
    ("patch", "name", "remedy"),
    [
        (("installed", _without("diffprivlib")), "[dp]", "pip install 'boundary-redaction[dp]'"),
        (("installed", _without("presidio-analyzer")), "[text]", "pip install 'boundary-redaction[text]'"),
        (("installed", _without("boundary-redaction")), "boundary-redaction", "pip install -e ."),
        (("installed", lambda _: "1.0"), "opencv-python", "pip uninstall opencv-python"),
        (("tesseract", _none), "tesseract", "apt-get install tesseract-ocr"),
        (("_home", lambda name: Path("/a") if name == "dp" else Path("/b")), "boundary-redaction", "pip install"),
        (("missing", lambda spec: BoundaryError("x", code="y", hint="do it") if spec.name == "mask" else None), "mask",
         "do it"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_with_the_command_that_adds_it(
    patch: tuple[str, object], name: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each missing part is one line with its remedy, and the exit code is not 0."""
    from typer.testing import CliRunner

    from boundary.cli import app

    monkeypatch.setattr(doctor, *patch)
    (check,) = (check for check in doctor.examine() if check.state == "missing")
    assert check.name == name
    assert remedy in check.remedy
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert remedy.split(maxsplit=1)[0] in done.output


def test_doctor_runs_where_nothing_is_missing() -> None:
    """The exit code is 0, and the entities that can be asked for are listed on request."""
    from typer.testing import CliRunner

    from boundary.cli import app

    assert CliRunner().invoke(app, ["doctor"]).exit_code == 0
    listed = CliRunner().invoke(app, ["doctor", "--entities"]).output.split()
    assert {"EMAIL_ADDRESS", "DATE_OF_BIRTH"} <= set(listed)
    assert listed == sorted(listed)
