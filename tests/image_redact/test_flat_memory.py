"""A session of thousands of frames needs no more memory than one of a few hundred."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REDACT_MANY = """
import json, sys
from pathlib import Path
from image_redact import ScreenReader, ScreenRereader, Tesseract, redact_session
from image_redact.engines.choose import default_engines, other_engines
from pages import Piece, draw, png
from patterns import Patterns

WHICH, LAST, MARKS = sys.argv[1], int(sys.argv[2]), [int(at) for at in sys.argv[3].split(",")]


class Blind:
    def lines(self, pixels, line_heights):
        return ()

    def read(self, pixels):
        from image_redact import Screen
        return Screen(pixels.shape[1], pixels.shape[0], (), ())


class Plain:
    # Costs next to nothing and reads another word in every piece: what sessions keep is what they keep with an engine.
    def read(self, pieces):
        from hashlib import sha256
        from image_redact.engines.contract import Placed
        from image_redact.screen import Rect
        out = []
        for piece in pieces:
            text = sha256(piece.tobytes()).hexdigest()[:24]
            half = piece.shape[1] // 2
            out.append([
                Placed((0,), Rect(0, 0, half, piece.shape[0]), 95.0, text[:12] + "@example.com"),
                Placed((0,), Rect(half, 0, half, piece.shape[0]), 95.0, text[12:]),
            ])
        return out


def frames():
    still = [Piece(60, 50 + 46 * row, f"Row {row} stays as it was", 15) for row in range(1, 14)]
    for number in range(LAST):
        value = f"user{number * 7919 % 100003}@example.com"
        moving = [Piece(60, 50, f"Frame {number} of {value}", 15), Piece(700, 50 + 46 * (number % 14), value, 15)]
        yield png(draw([*still, *moving], width=1280, height=720))


def resident():
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * 4096 / 2**20


if WHICH == "plain":
    settings = {"reader": ScreenReader(engines=(Plain(),)), "rereader": ScreenRereader(engines=(), whole=Blind())}
else:
    settings = {
        "reader": ScreenReader(engines=default_engines()),
        "rereader": ScreenRereader(engines=other_engines(), whole=None),
    }
told = {}
for number, result in enumerate(redact_session(frames(), Patterns(), **settings), start=1):
    assert result.data is not None, result.code
    if number in MARKS:
        told[number] = resident()
print(json.dumps(told))
"""


def megabytes(which: str, *, last: int, marks: tuple[int, ...]) -> dict[int, float]:
    """Resident memory of a process of its own after so many frames, in MiB."""
    path = f"{ROOT}:{ROOT / 'tests' / 'support'}"
    done = subprocess.run(
        [sys.executable, "-c", REDACT_MANY, which, str(last), ",".join(map(str, marks))],
        capture_output=True, text=True, check=False, timeout=1500,
        env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin", "OMP_THREAD_LIMIT": "1", "MALLOC_ARENA_MAX": "2"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {int(number): value for number, value in json.loads(done.stdout).items()}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads resident memory from /proc")
@pytest.mark.slow
@pytest.mark.timeout(1600)
@pytest.mark.parametrize("which", ["plain", "tesseract"])
def test_two_thousand_frames_need_what_two_hundred_need(which: str) -> None:
    """Every frame shows two new values; memory at 2,000 frames is within a tenth of what it is at 200."""
    told = megabytes(which, last=2000, marks=(200, 1000, 2000))
    print(f"{which}: {told}")  # noqa: T201  the figures of the documentation
    assert told[2000] < 1.1 * told[200], told
