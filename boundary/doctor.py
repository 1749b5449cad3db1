"""What is installed, what is missing, and the command that adds it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from boundary.checks import Check
from boundary.machine import examine_machine
from boundary.state import state_folder
from boundary.versions import DISTRIBUTION, PACKAGES, installed, libraries, tesseract
from policies.registry import missing, steps
from recording.errors import BoundaryError

_USUAL = frozenset({"", "text", "image", "dp"})
"""Extras that the shipped policies need; who lacks another may not want it."""


def examine(*, brokers: tuple[str, ...] = ()) -> list[Check]:
    """Look at everything the toolkit needs, at the machine, and at brokers where their ``HOST:PORT`` is given."""
    needed = [_python(), _one_distribution(), *_extras(), *_tesseract(), *_engines(), *_steps(), _state()]
    return [*needed, *examine_machine(brokers=brokers)]


def _python() -> Check:
    text = ".".join(str(part) for part in sys.version_info[:3])
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Check("python", "ok" if fits else "missing", text, "" if fits else "use Python 3.11 to 3.13")


def _one_distribution() -> Check:
    """Six top-level packages, one distribution: another `dp` or `policies` on the path would be imported instead."""
    homes = {_home(name) for name in PACKAGES}
    version = installed(DISTRIBUTION)
    if len(homes) != 1 or None in homes:
        return Check(DISTRIBUTION, "missing", "its packages are not all from one place", f"pip install {DISTRIBUTION}")
    if version is None:
        return Check(DISTRIBUTION, "missing", "not installed, so its steps are not found", "pip install -e .")
    return Check(DISTRIBUTION, "ok", version)


def _home(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).resolve().parent.parent if spec and spec.origin else None


def _extras() -> list[Check]:
    out = []
    for extra, names in libraries().items():
        name = f"[{extra}]" if extra else "libraries"
        found = {library: installed(library) for library in names}
        absent = [library for library, version in found.items() if version is None]
        if absent:
            state, what = ("missing", "") if extra in _USUAL else ("note", "not installed: ")
            what += ", ".join(absent)
            remedy = f"pip install '{DISTRIBUTION}[{extra}]'" if extra else f"pip install {DISTRIBUTION}"
            out.append(Check(name, state, what, remedy))
        else:
            out.append(Check(name, "ok", ", ".join(f"{n} {v}" for n, v in found.items())))
    if installed("opencv-python") is not None:
        remedy = "pip uninstall opencv-python && pip install --force-reinstall opencv-python-headless"
        out.append(Check("opencv-python", "missing", "it owns the same cv2/ folder as the headless build", remedy))
    return out


def _tesseract() -> list[Check]:
    version = tesseract()
    if version is None:
        return [Check("tesseract", "missing", "not on PATH", "apt-get install tesseract-ocr")]
    try:
        done = subprocess.run(["tesseract", "--list-langs"], capture_output=True, timeout=20, check=False)  # noqa: S607  found on PATH
    except (OSError, subprocess.SubprocessError):
        return [Check("tesseract", "missing", f"{version}, does not run", "apt-get install --reinstall tesseract-ocr")]
    languages = [line for line in done.stdout.decode("utf-8", "replace").split("\n")[1:] if line and line != "osd"]
    if "eng" not in languages:
        return [Check("tesseract", "missing", f"{version}, no English data", "apt-get install tesseract-ocr-eng")]
    return [Check("tesseract", "ok", f"{version}, languages: {', '.join(languages)}")]


def _engines() -> list[Check]:
    from boundary.engines import checking

    return [Check(*one) for one in checking.checks()]


def _steps() -> list[Check]:
    try:
        found = steps()
    except BoundaryError as error:
        return [Check("steps", "missing", error.message, error.hint)]
    lacking = {name: missing(spec) for name, spec in found.items()}
    broken = [Check(name, "missing", error.message, error.hint) for name, error in sorted(lacking.items()) if error]
    return [Check("steps", "ok", f"{len(found)} installed"), *broken]


def _state() -> Check:
    folder = state_folder()
    detail = str(folder) if folder.exists() else f"{folder} (made at first use)"
    return Check("state", "note", detail, "project key and ledger live here; BOUNDARY_STATE chooses another place")
