"""The wheel works on its own, in an environment that knows nothing of this tree."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("boundary", "dp", "image_redact", "policies", "recording", "text_redact")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1600)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment outside the tree with the wheel and the locked versions of what it needs."""
    folder = tmp_path_factory.mktemp("clean")
    lock = (ROOT / "requirements.lock").read_text()
    pins = folder / "constraints.txt"
    pins.write_text("\n".join(re.findall(r"^([\w.-]+==[^\\\n]+?)\s*\\?$", lock, re.MULTILINE)))
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    command = [python, "-m", "pip", "install", "-qq", f"{wheel}[all]", "-c", pins]
    subprocess.run(command, check=True, cwd=folder, timeout=1200)
    return folder


def _run(clean: Path, *command: str, stdin: str = "") -> str:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    environment["BOUNDARY_STATE"] = str(clean / "state")
    environment["PATH"] = f"{clean / 'env' / 'bin'}:{environment['PATH']}"
    done = subprocess.run(
        command, cwd=clean, env=environment, input=stdin, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_the_wheel_holds_the_six_packages_and_nothing_else(wheel: Path) -> None:
    """Tests, benchmarks and samples stay out; py.typed and the shipped policies are in."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == set(PACKAGES)
    for package in PACKAGES:
        assert f"{package}/py.typed" in names
    shipped = ("baseline", "strict", "lockdown", "statistics", "gdpr", "hipaa", "pci-dss")
    assert {"policies/policy.schema.json", *(f"policies/{name}.yaml" for name in shipped)} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_command_line_works_from_the_wheel(clean: Path) -> None:
    """Doctor finds nothing missing, and detect finds what it should."""
    assert "missing" not in _run(clean, "boundary", "doctor")
    line = json.dumps({"id": 1, "text": "mail jane.doe@corp.example"})
    found = json.loads(_run(clean, "boundary", "detect", "-", stdin=line))
    assert [(f["start"], f["end"], f["entity"]) for f in found["findings"]] == [(5, 26, "EMAIL_ADDRESS")]


def test_a_stage_works_from_the_wheel(clean: Path) -> None:
    """A stage made from a shipped policy redacts a recording it is given in memory."""
    code = (
        "import json, pyarrow as pa\n"
        "from boundary import Stage\n"
        "press = lambda c, t: {'time_stamp': t, 'action': 'press', 'name': c}\n"
        "data = '\\n'.join(json.dumps(press(c, i)) for i, c in enumerate('a@b.example')) + '\\n'\n"
        "files = [{'name': 'events.jsonl', 'data': data.encode()}]\n"
        "table = pa.table({'files': pa.array([files], Stage.schema.field('files').type)})\n"
        "out = Stage('baseline')(table).to_pylist()[0]\n"
        "assert out['verdict'] == 'released', out\n"
        "assert b'\"@\"' not in out['files'][0]['data']\n"
        "print('fine')\n"
    )
    assert _run(clean, "python", "-c", code).strip() == "fine"
