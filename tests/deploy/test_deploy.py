"""The examples for operators are hardened as they say, and the programs that read them take them."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
DEMANDED = {
    "NoNewPrivileges": "yes", "PrivateNetwork": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
    "LimitCORE": "0", "PrivateTmp": "yes", "PrivateDevices": "yes", "MemorySwapMax": "0", "UMask": "0077",
    "CapabilityBoundingSet": "",    "IPAddressDeny": "any", "RestrictSUIDSGID": "yes", "LockPersonality": "yes",
}  # fmt: skip


def _service() -> dict[str, list[str]]:
    """Every setting of the section [Service], as often as it stands."""
    found: dict[str, list[str]] = {}
    text = (DEPLOY / "boundary.service").read_text().replace("\\\n", " ")
    for line in text.partition("[Service]")[2].splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("name", sorted(DEMANDED))
def test_the_service_is_shut_in(name: str) -> None:
    """No network, no core files, no swap, nothing but its folders to write."""
    assert _service()[name] == [DEMANDED[name]]


def test_the_service_has_a_limit_of_memory_and_reads_recordings_only() -> None:
    """Memory and tasks are bounded; sources cannot be written."""
    service = _service()
    assert service["MemoryMax"]
    assert service["TasksMax"]
    assert "/srv/recordings" in service["ReadOnlyPaths"][0]
    assert "/srv/recordings" not in service["ReadWritePaths"][0]
    assert service["SuccessExitStatus"] == ["1"]


def test_the_timer_starts_the_service() -> None:
    """It parses, and is installed under timers."""
    parser = configparser.ConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # names as they are written
    parser.read_string((DEPLOY / "boundary.timer").read_text())
    assert parser["Install"]["WantedBy"] == "timers.target"
    assert parser["Timer"]["OnCalendar"]


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` knows every setting; that the program of the example is not installed is no matter."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    for unit in DEPLOY.glob("boundary.*"):
        shutil.copy(unit, tmp_path)
    units = [str(tmp_path / name) for name in ("boundary.service", "boundary.timer")]
    done = subprocess.run([program, "verify", *units], capture_output=True, text=True, check=False, timeout=60)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "boundary" in line]
    if "Failed to initialize" in done.stderr:
        pytest.skip("systemd-analyze does not run here")
    assert not [line for line in said if "is not executable" not in line and "not found" not in line.casefold()], said


def test_the_container_is_nobodys_and_needs_no_network() -> None:
    """The image ends as a user without rights; the command beside it turns network, rights and writing off."""
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["10001:10001"]
    last = max(number for number, line in enumerate(lines) if line.startswith("RUN"))
    assert any(line.startswith("USER ") for line in lines[last:])
    said = " ".join(lines)
    for option in (
        "--network=none",
        "--read-only",
        "--cap-drop=all",
        "no-new-privileges",
        "--ulimit core=0",
        "--tmpfs",
    ):
        assert option in said
    assert "--require-hashes" in said
    assert not [line for line in lines if line.startswith("ADD ")]
