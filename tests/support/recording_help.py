"""Recordings in memory, and the real samples where the machine has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from recording import Recording, SourceFile, parse_files

SHARED = Path(__file__).parents[3] / "shared" / "data" / "recordings"


def sources(**files: str | bytes) -> dict[str, SourceFile]:
    """Files by name; two underscores stand for the dot of the suffix."""
    named = {name.replace("__", "."): data for name, data in files.items()}
    return {
        name: SourceFile(name, data if isinstance(data, bytes) else data.encode("utf-8"))
        for name, data in named.items()
    }


def parsed(**files: str | bytes) -> Recording:
    """The recording those files hold."""
    return parse_files("sample", sources(**files))


def sample(name: str) -> Path:
    """Folder of a real sample; skips the test where it is absent."""
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"the real sample {name} is not on this machine")
    return folder
