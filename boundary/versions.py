"""Versions of everything that had a part in a result."""

from __future__ import annotations

import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION = "boundary-redaction"
PACKAGES = ("boundary", "dp", "image_redact", "policies", "recording", "text_redact")
"""The import packages of the distribution."""
LIBRARIES = (
    "diffprivlib",
    "numpy",
    "opencv-python-headless",
    "presidio-analyzer",
    "presidio-anonymizer",
    "pyarrow",
    "pytesseract",
    "spacy",
)


def installed(distribution: str) -> str | None:
    """Version of an installed distribution, ``None`` when it is absent."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def tesseract() -> str | None:
    """Version of the tesseract program, ``None`` when it is absent."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=20, check=False)  # noqa: S603  found on PATH
    except (OSError, subprocess.SubprocessError):
        return None
    words = (done.stdout or done.stderr).decode("utf-8", "replace").split()
    return words[1] if len(words) > 1 else None


def versions() -> dict[str, str]:
    """Versions by name, of what is installed here."""
    found = {name: installed(name) for name in (DISTRIBUTION, *LIBRARIES)}
    found["python"] = platform.python_version()
    found["tesseract"] = tesseract()
    return {name: text for name, text in sorted(found.items()) if text}
