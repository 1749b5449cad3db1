"""``boundary review`` as it is started: what it needs, what it prints, how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from reviewing import POLICY, Page
from typer.testing import CliRunner

from boundary.cli import app


def start(policy: Path, sample: Path, tmp_path: Path, *more: str) -> list[str]:
    """The arguments that open the page."""
    return ["review", str(policy), "--sample", str(sample), "--as", "Ann", "--state", str(tmp_path / "shared"), *more]


@pytest.mark.slow
def test_it_prints_one_address_answers_there_and_ends_with_ctrl_c(
    policy_file: Path, sample: Path, tmp_path: Path
) -> None:
    """The address is all there is on standard output, and no trace of a request is printed anywhere."""
    command = [sys.executable, "-c", "from boundary.cli import main; main()", *start(policy_file, sample, tmp_path)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        try:
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}", address)
            with httpx.Client(follow_redirects=True, timeout=60) as client:
                page = client.get(address)
                assert page.status_code == 200
                assert "Acting as <strong>ann</strong>" in page.text
                assert "server" not in page.headers
            assert httpx.get(address, timeout=60).status_code == 403  # it opens once
        finally:
            process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert rest == ""
    assert "Acting as ann" in errors
    assert "token" not in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("content", [b"#" * 5_000_000, b"\xff\xfe", b"\x00\xff"])
def test_what_is_no_text_or_far_too_large_is_no_policy(
    policy_file: Path, sample: Path, tmp_path: Path, content: bytes
) -> None:
    """Exit code 2 at once; a browser could not show it anyway."""
    policy_file.write_bytes(content)
    done = CliRunner().invoke(app, start(policy_file, sample, tmp_path))
    assert done.exit_code == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"policy": "baseline"}, "no-such-policy"),
        ({"sample": "nowhere"}, "not-found"),
        ({"--as": "a b"}, "bad-name"),
        ({"--audit": "nowhere"}, "audit-unreadable"),
    ],
)
def test_what_is_missing_is_told_before_the_page_opens(
    policy_file: Path, sample: Path, tmp_path: Path, change: dict[str, str], code: str
) -> None:
    """Exit code 2, one line with a code, and no page."""
    told = start(policy_file, sample, tmp_path)
    for name, value in change.items():
        if name == "policy":
            told[1] = value
        elif name == "sample":
            told[3] = str(tmp_path / value)
        elif name in told:
            told[told.index(name) + 1] = value
        else:
            told += [name, value]
    done = CliRunner().invoke(app, told)
    assert done.exit_code == 2
    assert code in done.stderr


def test_a_port_that_is_taken_is_told(policy_file: Path, sample: Path, tmp_path: Path) -> None:
    """Another program there is not talked to."""
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        done = CliRunner().invoke(app, start(policy_file, sample, tmp_path, "--port", port))
    assert done.exit_code == 2
    assert "port-taken" in done.stderr


def test_a_policy_that_is_refused_can_be_opened_to_be_mended(page_for: Callable[..., Page], policy_file: Path) -> None:
    """A mistake is what the editor is for."""
    policy_file.write_text(POLICY.replace("find:", "fnd:"))
    page = page_for("ann")
    assert page.get("/").status_code == 200
    assert page.post("/check", text=page.desk.text()).json()["problems"]
