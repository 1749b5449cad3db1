"""Versions of everything that had a part in a result."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, requires, version

DISTRIBUTION = "boundary-redaction"
PACKAGES = ("boundary", "dp", "image_redact", "policies", "recording", "text_redact")
"""The import packages of the distribution."""
_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)[^;]*(?:;.*extra == ['\"]([a-z]+)['\"])?")


def libraries() -> dict[str, tuple[str, ...]]:
    """Names of the libraries of each extra, as the distribution says; those that are always needed under ``""``."""
    try:
        said = [_REQUIREMENT.match(text) for text in requires(DISTRIBUTION) or ()]
    except PackageNotFoundError:
        return {}
    found: dict[str, list[str]] = {}
    for match in said:
        if match is not None and match[2] != "all":
            found.setdefault(match[2] or "", []).append(match[1])
    return {extra: tuple(sorted(names)) for extra, names in sorted(found.items())}


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
    for _ in range(2):  # whoever kills it must not make this another version
        try:
            done = subprocess.run([program, "--version"], capture_output=True, timeout=20, check=False)  # noqa: S603  found on PATH
        except (OSError, subprocess.SubprocessError):
            continue
        words = (done.stdout or done.stderr).decode("utf-8", "replace").split()
        if len(words) > 1:
            return words[1]
    return None


def versions() -> dict[str, str]:
    """Versions by name, of what is installed here."""
    names = {name for extra in libraries().values() for name in extra}
    found = {name: installed(name) for name in (DISTRIBUTION, *names)}
    found["python"] = platform.python_version()
    found["tesseract"] = tesseract()
    return {name: text for name, text in sorted(found.items()) if text}
