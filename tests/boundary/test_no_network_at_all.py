"""T8: engines and detectors of pixels run where there is no network, and do not even try to reach one.

The guard of `plug_in.deafen` sees what Python does. Here the run has a network namespace of its own, without a route:
the kernel counts every attempt to connect or to resolve a name, whoever makes it, native code and children included.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from needs import needs
from pages import Piece, draw, png
from plug_in import command, environment

from image_redact import Tesseract
from image_redact.decode import decode

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("boundary", "dp", "image_redact", "policies", "recording", "text_redact")
ISOLATED = ("unshare", "--map-root-user", "--net")
COUNTERS = "cat /proc/net/snmp /proc/net/snmp6"
POLICY = """\
policy: 1
name: every-engine
find:
  - {use: text.pii, entities: [EMAIL_ADDRESS, US_SSN]}
  - {use: text.names}
  - {use: screen.text, engines: [pytesseract, tesserocr, rapidocr], second_pass: true, cover_unread: true}
  - {use: screen.codes}
  - {use: screen.faces}
  - {use: screen.fields}
  - {use: screen.documents}
link: {within: session}
change:
  default: {use: surrogate}
  screen: {use: cover, style: surrogate}
"""


@cache
def unavailable() -> str:
    """Why no namespace can be made here; empty where one can."""
    try:
        done = subprocess.run([*ISOLATED, "true"], capture_output=True, text=True, check=False, timeout=60)
    except OSError as error:
        return f"unshare: {error.strerror}"
    return done.stderr.strip()


def alone(*arguments: str, environ: dict[str, str] | None = None) -> tuple[subprocess.CompletedProcess[str], int]:
    """Run a program without a network; returns how it ended, and how often it or a child tried to reach one."""
    if unavailable():
        pytest.skip(f"no network namespace: {unavailable()}")
    # "$@" runs first; the counters are those of its namespace.
    script = f'"$@"; code=$?; echo "<counters>"; {COUNTERS}; exit $code'
    done = subprocess.run(
        [*ISOLATED, "sh", "-c", script, "sh", *arguments],
        env=environ, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    return done, attempts(done.stdout.rpartition("<counters>")[2])


def attempts(counters: str) -> int:
    """Packets sent and connections tried, by the tables of /proc/net: names in one line, numbers in the next."""
    lines = [line.split() for line in counters.splitlines() if line.strip()]
    told: dict[str, int] = {}
    for names, numbers in itertools.pairwise(lines):
        if names[0] == numbers[0] and names[0].endswith(":") and not names[1].lstrip("-").isdigit():
            told |= {names[0] + name: int(number) for name, number in zip(names[1:], numbers[1:], strict=True)}
    told |= {line[0]: int(line[1]) for line in lines if line[0].startswith("Ip6") and len(line) > 1}
    wanted = ("Ip:OutNoRoutes", "Ip:OutRequests", "Tcp:ActiveOpens", "Udp:OutDatagrams", "Ip6OutNoRoutes")
    return sum(told[name] for name in wanted)


@pytest.mark.parametrize(
    "call",
    [
        "socket.create_connection(('192.0.2.1', 443), timeout=2)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.create_connection(('127.0.0.1', 9), timeout=2)",
    ],
)
def test_the_kernel_counts_what_a_program_tries(call: str) -> None:
    """The count below says something only if an attempt shows in it."""
    _, tried = alone(sys.executable, "-c", f"import socket; {call}")
    assert tried


def test_onnxruntime_keeps_no_telemetry(tmp_path: Path) -> None:
    """Imported our way it writes nothing into the home folder, and nobody here imports it another way."""
    needs("onnxruntime")
    program = "from policies.offline import import_onnxruntime; import_onnxruntime()"
    environ = environment(tmp_path / "state", ROOT) | {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": ""}
    subprocess.run([sys.executable, "-c", program], env=environ, check=True, timeout=120)
    assert not (tmp_path / "home").exists()
    sources = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
    pattern = re.compile(r"^\s*(?:import|from) onnxruntime\b", re.MULTILINE)
    assert [path.name for path in sources if pattern.search(path.read_text("utf-8"))] == ["offline.py"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_engine_and_detector_of_pixels_works_alone(tmp_path: Path) -> None:
    """A run with pytesseract, tesserocr, RapidOCR, codes, faces, fields and documents tries nothing, and covers."""
    needs("pytesseract", "tesserocr", "rapidocr", "zxingcpp")
    shots = tmp_path / "batch" / "shots"
    shots.mkdir(parents=True)
    page = draw([Piece(30, 30, "to rosalind.okafor@example.org", 17), Piece(30, 90, "number 482-31-7790", 17)])
    code = cv2.QRCodeEncoder.create().encode("otpauth://totp/example")
    page[200:368, 500:668] = np.repeat(np.repeat(code, 168 // len(code) + 1, 0), 168 // len(code) + 1, 1)[
        :168, :168, None
    ]
    (shots / "1.png").write_bytes(png(page))
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    home = tmp_path / "home"
    home.mkdir()
    environ = environment(tmp_path / "state") | {"HOME": str(home), "XDG_CACHE_HOME": ""}
    done, tried = alone(*command("run", shots, "-p", policy, "-o", tmp_path / "out"), environ=environ)
    assert done.returncode == 0, done.stdout + done.stderr
    assert tried == 0
    # Telemetry that found no network would wait there for one.
    assert [path for path in home.rglob("*") if path.is_file()] == []
    (left,) = (tmp_path / "out").glob("recordings/*/*.png")
    assert "okafor" not in " ".join(line.text for line in Tesseract().read(decode(left.read_bytes())).lines)
