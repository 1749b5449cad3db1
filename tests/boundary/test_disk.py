"""A disk that is full, read-only, forbidden or gone ends a run with a code; nothing half is under a final name."""

from __future__ import annotations

import errno
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from broken_plan import Here
from plug_in import boundary, command, environment
from tiny_recording import Desk, contents

from boundary.plan import Plan
from boundary.runner import run
from recording.errors import InputError

POLICY = "find: [{use: text.roles}]\nchange: {default: {use: redact}}\n"


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """Three recordings."""
    for name in ("a", "b", "c"):
        Desk().window("Mail", "Inbox").type("hello").mouse().save(tmp_path / "batch" / name)
    return tmp_path / "batch"


@pytest.mark.parametrize("refusal", [errno.EROFS, errno.EACCES, errno.EDQUOT])
@pytest.mark.parametrize("at", ["mkdir", "rename"])
def test_a_disk_that_refuses_ends_the_run_and_the_run_can_go_on(
    at: str,
    refusal: int,
    batch: Path,
    tmp_path: Path,
    planned: Callable[[str], Plan],
    in_this_process: Callable[[Plan], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No recording is withheld for what is not its fault, and none stands there in part."""
    plan = planned(POLICY)
    in_this_process(plan)
    run([batch], plan, tmp_path / "whole", ledger=None)
    real = getattr(Path, at)

    def refusing(self: Path, *args: Any, **named: Any) -> Any:
        if ".staging-" in str(self) and self.name == "000002":
            raise OSError(refusal, "refused")
        return real(self, *args, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Path, at, refusing)
        with pytest.raises(InputError) as caught:
            run([batch], plan, tmp_path / "out", ledger=None)
    assert caught.value.code == ("disk-full" if refusal == errno.EDQUOT else "out-unwritable")
    assert caught.value.hint
    assert [path.name for path in (tmp_path / "out" / "recordings").iterdir()] == ["a"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"recordings", "run.journal"}
    run([batch], plan, tmp_path / "out", ledger=None, resume=True)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_an_output_that_vanishes_ends_the_run(
    batch: Path,
    tmp_path: Path,
    planned: Callable[[str], Plan],
    in_this_process: Callable[[Plan], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is not made again in part behind somebody's back."""
    plan = planned(POLICY)
    in_this_process(plan)
    real = Here.run

    def vanishing(self: Here, job: Any) -> Any:
        if job.source.name == "b":
            shutil.rmtree(tmp_path / "out")
        return real(self, job)

    monkeypatch.setattr(Here, "run", vanishing)
    with pytest.raises(InputError) as caught:
        run([batch], plan, tmp_path / "out", ledger=None)
    assert caught.value.code == "out-unwritable"
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_disk_that_is_really_full_ends_the_run_until_there_is_room(tmp_path: Path) -> None:
    """A file system of 600 KB takes some of the recordings; made larger, the rest; and all are as elsewhere."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("this machine lets nobody have a mount of their own")
    for number in range(12):
        Desk().window("Mail", "Inbox").type("hello " * 120).mouse().save(tmp_path / "batch" / f"r{number:02d}")
    (tmp_path / "p.yaml").write_text(f"policy: 1\nname: test\n{POLICY}")
    (tmp_path / "out").mkdir()
    common = ("-p", tmp_path / "p.yaml", "--workers", 2, "-q")
    whole = boundary("run", tmp_path / "batch", *common, "-o", tmp_path / "whole", state=tmp_path / "state")
    assert whole.returncode == 0, whole.stderr
    going = " ".join(command("run", tmp_path / "batch", *common, "-o", tmp_path / "out", "--resume"))
    script = f"""
mount -t tmpfs -o size=600k none {tmp_path}/out || exit 99
{going}; echo first $?
ls -A {tmp_path}/out
find {tmp_path}/out/recordings -type f | wc -l
mount -o remount,ro {tmp_path}/out
{going}; echo second $?
mount -o remount,rw,size=50m {tmp_path}/out
{going}; echo third $?
cp -a {tmp_path}/out {tmp_path}/copy
"""
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], env=environment(tmp_path / "state"), capture_output=True, check=False
    )
    if done.returncode == 99:
        pytest.skip("this machine lets nobody mount")
    said, complained = done.stdout.decode().split(), done.stderr.decode()
    assert [said[said.index(name) + 1] for name in ("first", "second", "third")] == ["2", "2", "0"], complained
    assert said[2:4] == ["recordings", "run.journal"]
    files = len(contents(tmp_path / "whole" / "recordings"))
    assert 0 < int(said[4]) < files
    assert int(said[4]) % (files // 12) == 0, "whole recordings"
    assert complained.count("disk-full") == 1
    assert complained.count("out-unwritable") == 1
    assert contents(tmp_path / "copy") == contents(tmp_path / "whole")
