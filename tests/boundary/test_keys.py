"""Project keys: where they come from, how they are replaced, and that nothing shows them."""

from __future__ import annotations

import json
import secrets
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from plug_in import boundary, environment
from tiny_recording import Desk, save
from typer.testing import CliRunner

from boundary import key_cli
from boundary.holdings import holdings
from boundary.state import key_mark, project_key, retired_keys, rotate_key
from policies.hardening import is_private
from policies.keyring import from_keyring
from recording.errors import BoundaryError, InputError
from text_redact.operators.encrypt import the_key

keyring = pytest.importorskip("keyring")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder that does not exist yet."""
    monkeypatch.setenv("BOUNDARY_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """What a keyring of the machine holds."""
    held: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "get_password", lambda service, name: held.get((service, name)))
    return held


def test_a_key_comes_from_a_file_a_variable_or_the_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: dict[tuple[str, str], str]
) -> None:
    """The same 32 bytes in each of the three places are the same key."""
    key = secrets.token_bytes(32)
    file = tmp_path / "key"
    file.write_bytes(key)
    file.chmod(0o600)
    monkeypatch.setenv("A_KEY", key.hex())
    ring["boundary", "project"] = key.hex()
    places = (file, Path("env:A_KEY"), Path("keyring:boundary/project"))
    assert {project_key(place) for place in places} == {key}
    assert the_key(file=None, variable=None, ring="boundary/project") == key


@pytest.mark.parametrize(
    ("place", "code"),
    [("keyring:boundary/other", "keyring-empty"), ("keyring:boundary", "keyring-name"),
     ("keyring:boundary/short", "encrypt-key-size"), ("env:NO_SUCH_KEY", "encrypt-key-missing")],
)  # fmt: skip
def test_a_key_that_is_not_there_is_told_by_its_code(place: str, code: str, ring: dict[tuple[str, str], str]) -> None:
    """A missing or short key ends it; what stands in its place is not shown."""
    ring["boundary", "short"] = "deadbeefcafe"
    with pytest.raises(InputError) as caught:
        project_key(Path(place))
    assert caught.value.code == code
    assert "deadbeef" not in str(caught.value)


def test_a_keyring_that_does_not_open_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """No desktop, no password, a broken backend: the class of the error and no more."""

    def closed(service: str, name: str) -> str:
        raise keyring.errors.KeyringLocked("the password was hunter2")

    monkeypatch.setattr(keyring, "get_password", closed)
    with pytest.raises(InputError) as caught:
        from_keyring("keyring:boundary/project")
    assert caught.value.code == "keyring-locked"
    assert "hunter2" not in str(caught.value)


def test_a_key_that_was_replaced_is_kept_for_what_it_marked(state: Path) -> None:
    """Rotation makes another key, keeps the old one 0600 under its mark, and does so again and again."""
    first = project_key()
    assert rotate_key() == key_mark(first)
    second = project_key()
    rotate_key()
    assert len({first, second, project_key()}) == 3
    assert set(retired_keys()) == {first, second}
    kept = list((state / "retired-keys").iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}
    assert stat.S_IMODE((state / "retired-keys").stat().st_mode) == 0o700
    assert sorted(entry.name for entry in state.iterdir()) == ["project.key", "retired-keys"]


@pytest.mark.slow
def test_releases_of_an_old_key_still_say_whose_they_are(tmp_path: Path, state: Path) -> None:
    """After a rotation a person's records are found in releases of both keys; with the new key alone they are not."""
    save(tmp_path / "in", Desk().window("Mail", "hello").type("hi").files())
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "policy: 1\nname: keys\nperson: user_id\nfind: [{use: text.roles}]\nchange: {default: {use: redact}}\n"
    )
    (tmp_path / "in" / "metadata.json").write_text(json.dumps({"user_id": "ada"}))
    old = project_key()
    for name in ("one", "two"):
        done = boundary("run", str(tmp_path / "in"), "-p", str(policy), "-o", str(tmp_path / "out" / name), state=state)
        assert done.returncode == 0, done.stderr
        shown = done.stdout + done.stderr
        assert project_key().hex() not in shown
        rotate_key()
    found = holdings([tmp_path / "out"], "ada", project_key(), older=retired_keys())
    assert [len(one.records) for one in found] == [1, 1]
    assert all(one.unknown for one in holdings([tmp_path / "out"], "ada", project_key()))
    assert old in retired_keys()


def test_the_command_makes_and_names_keys(tmp_path: Path, state: Path) -> None:
    """`new` writes a private file, `which` tells its mark and never the key, `rotate` names both."""
    file = tmp_path / "a.key"
    call = CliRunner().invoke
    made = call(key_cli.app, ["new", str(file)])
    assert made.exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    mark = key_mark(file.read_bytes())
    assert made.stdout.strip() == mark
    assert call(key_cli.app, ["new", str(file)]).exit_code == 2
    assert call(key_cli.app, ["which", "--key-file", str(file)]).stdout.strip() == mark
    rotated = call(key_cli.app, ["rotate"]).stdout
    told = call(key_cli.app, ["which"]).stdout.split("\n")
    assert told[0] in rotated
    assert told[1].endswith(" retired")


def test_no_process_leaves_its_memory_behind(tmp_path: Path) -> None:
    """The command and its worker write no core file, hand none to a program, and cannot be traced by their own user."""
    program = (
        "import os, signal, multiprocessing as mp\n"
        "from policies.hardening import is_private, keep_memory_private, let_children_in, no_core_files\n"
        "keep_memory_private()\n"
        "assert is_private()\n"
        "assert open('/proc/self/coredump_filter').read().strip().strip('0') == ''\n"
        "let_children_in()\n"
        "assert os.access(f'/proc/{os.getpid()}/fd', os.R_OK)\n"
        "os.kill(os.getpid(), signal.SIGABRT)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment(tmp_path), capture_output=True, check=False
    )
    assert done.returncode == -6, done.stderr
    assert not list(tmp_path.glob("core*"))
    assert not is_private()  # of this process nobody asked it


def test_programs_that_are_handed_pictures_can_open_them(tmp_path: Path) -> None:
    """An account that is not root hands memory to its child after `let_children_in`, and not before."""
    program = (
        "import os, subprocess\n"
        "from policies.hardening import keep_memory_private, let_children_in\n"
        "if os.getuid() == 0: os.setgroups([]), os.setgid(65534), os.setuid(65534)\n"
        "keep_memory_private()\n"
        "handle = os.memfd_create('picture')\n"
        "os.write(handle, b'pixels')\n"
        "place = f'/proc/{os.getpid()}/fd/{handle}'\n"
        "before = subprocess.run(['/bin/cat', place], capture_output=True).stdout\n"
        "let_children_in()\n"
        "print(before, subprocess.run(['/bin/cat', place], capture_output=True).stdout)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "b'' b'pixels'", done.stderr


def test_the_command_line_asks_for_it_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read, whatever the command."""
    from boundary import cli

    asked: list[str] = []
    monkeypatch.setattr(cli, "keep_memory_private", lambda: asked.append("private"))
    monkeypatch.setattr(cli, "app", lambda: asked.append("app"))
    cli.main()
    assert asked == ["private", "app"]
    assert issubclass(InputError, BoundaryError)
