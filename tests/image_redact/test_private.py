"""OCR leaves nothing behind: no picture, no words, however the process ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from image_redact import _private
from image_redact._private import PREFIX, private_folder, purge, read_all, slot

READ_FOREVER = """
import sys, numpy as np
from pathlib import Path
from image_redact import Tesseract, _private
_private.home = lambda: Path(sys.argv[1])
page = np.full((700, 1200, 3), 255, np.uint8)
import cv2
for row in range(20):
    cv2.putText(page, "MARKER-%03d confidential text" % row, (20, 30 + 33 * row), 0, 0.8, (0, 0, 0), 1)
print("reading", flush=True)
while True:
    Tesseract(engine="pytesseract").read(page)
"""


def children(pid: int) -> list[int]:
    """Process numbers of the children of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="needs memory files (Linux)")
def test_a_kill_during_ocr_leaves_no_readable_file(tmp_path: Path) -> None:
    """T7: after SIGKILL in mid-reading no file holds a pixel or a word, and the next start purges what is left."""
    home, temporary = tmp_path / "memory", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    env = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen([sys.executable, "-c", READ_FOREVER, str(home)], stdout=subprocess.PIPE, env=env)
    assert process.stdout is not None
    assert process.stdout.readline() == b"reading\n"
    mine: list[Path] = []
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not mine:
        # Stopped, it cannot finish its reading between this look and the kill.
        process.send_signal(signal.SIGSTOP)
        mine = [folder for folder in home.glob(PREFIX + "*") if owned(folder, process.pid) and children(process.pid)]
        if not mine:
            process.send_signal(signal.SIGCONT)
            time.sleep(0.01)
    assert mine
    assert all(folder.stat().st_mode & 0o777 == 0o700 for folder in mine)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    time.sleep(0.2)
    for folder in mine:
        for path in folder.iterdir():
            with pytest.raises(FileNotFoundError):
                path.read_bytes()
    assert list(temporary.iterdir()) == []
    purge(home)
    assert not any(folder.exists() for folder in mine)


def owned(folder: Path, pid: int) -> list[Path]:
    """The links in a private folder that lead to the memory of a process."""
    try:
        return [path for path in folder.iterdir() if path.is_symlink() and f"/proc/{pid}/" in str(path.readlink())]
    except OSError:
        return []


def test_a_private_folder_is_private_and_goes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mode 0700 while it is in use, gone afterwards, and never purged by another process while its owner lives."""
    monkeypatch.setattr(_private, "home", lambda: tmp_path)
    with private_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert purge(tmp_path) == 0
        assert folder.exists()
    assert list(tmp_path.iterdir()) == []


def test_without_memory_files_the_leftovers_are_purged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory files do not exist, a file is readable by its owner only and a killed owner's folder is removed."""
    monkeypatch.setattr(_private, "_memory_file", lambda path: None)
    with slot(tmp_path, "screen.pgm", b"pixels") as descriptor:
        assert (tmp_path / "screen.pgm").stat().st_mode & 0o777 == 0o600
        assert read_all(descriptor) == b"pixels"
    assert list(tmp_path.iterdir()) == []
    left = tmp_path / (PREFIX + "left")
    left.mkdir(mode=0o700)
    (left / "screen.pgm").write_bytes(b"pixels")
    assert purge(tmp_path) == 1
    assert not left.exists()


def test_reading_leaves_environment_and_temporary_folder_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file in TMPDIR, no open descriptor and no changed environment remain after a reading."""
    import tempfile

    from image_redact import Tesseract

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    page = np.full((60, 200, 3), 255, np.uint8)
    Tesseract(engine="pytesseract").read(page)
    before, handles = dict(os.environ), len(list(Path("/proc/self/fd").iterdir()))
    Tesseract(engine="pytesseract").read(page)
    assert dict(os.environ) == before
    assert len(list(Path("/proc/self/fd").iterdir())) == handles
    assert list(tmp_path.iterdir()) == []
