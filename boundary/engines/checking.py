"""What an engine that is installed still lacks on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from boundary.versions import installed
from recording.errors import InputError

JAVA = 17
"""The oldest Java that Spark 4 runs on."""


def checks() -> list[tuple[str, str, str, str]]:
    """Name, state (``ok``, ``missing``, ``note``), detail and remedy of engines that need more than their library."""
    return [*_spark(), *_ray()]


def _spark() -> list[tuple[str, str, str, str]]:
    if installed("pyspark") is None:
        return []
    found = _java()
    if found is None or found < JAVA:
        what = "no Java" if found is None else f"Java {found} is too old"
        return [("spark", "missing", what, f"apt-get install openjdk-{JAVA}-jre-headless")]
    python = os.environ.get("PYSPARK_PYTHON")
    if not _is_this(python):
        remedy = f"export PYSPARK_PYTHON={sys.executable}"
        return [("spark", "note", f"Java {found}; workers would run another Python", remedy)]
    return [("spark", "ok", f"Java {found}, workers run {python}", "")]


def require_workers(python: str, *, local: bool) -> None:
    """Raise `InputError` where Spark would start another Python than has this toolkit: unless told, ``python3``.

    Args:
        python: What it would start.
        local: On this machine; of others is only known whether they were told.
    """
    if not _is_this(python) if local else "PYSPARK_PYTHON" not in os.environ:
        hint = "before the session is made: export PYSPARK_PYTHON with the path of the Python that has this toolkit"
        raise InputError("Spark's workers would run another Python", code="engine-python", hint=hint)


def _is_this(python: str | None) -> bool:
    """Whether a program is a Python of this environment."""
    found = shutil.which(python or "")
    return found is not None and Path(found).parent.resolve() == Path(sys.executable).parent.resolve()


def _java() -> int | None:
    home = os.environ.get("JAVA_HOME")
    program = shutil.which(str(Path(home) / "bin" / "java") if home else "java")
    if program is None:
        return None
    try:
        done = subprocess.run([program, "-version"], capture_output=True, timeout=20, check=False)  # noqa: S603  found on PATH
    except (OSError, subprocess.SubprocessError):
        return None
    said = re.search(rb'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    return int(said[1]) if said else None


def _ray() -> list[tuple[str, str, str, str]]:
    if installed("ray") is None or os.environ.get("RAY_USAGE_STATS_ENABLED") == "0":
        return []
    remedy = "boundary.engines.settings.environment() switches it off; see docs/engines.md"
    return [("ray", "note", "would report its usage over the network", remedy)]
