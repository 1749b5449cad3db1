"""Windows of programs other than a browser, drawn under Xvfb: an xterm and an xmessage box; truth from the script.

What is printed is known, and both programs show monospaced type, but where a glyph lies depends on the font: the window
is drawn again with a word of each value blanked, and the word's box is where the two pictures differ.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import MappingProxyType

import numpy as np

from benchmarks import _pixels
from benchmarks._harness import Skip
from benchmarks.pages.draw import FIRST_SEED, Drawn
from benchmarks.pages.truth import Truth, Value, Word
from benchmarks.pages.values import Fill

WIDTH, HEIGHT = 1280, 800
WINDOWS: Mapping[str, str] = MappingProxyType({"tune": "xterm", "report": "xmessage"})
_SETTLED = 2
"""Equal pictures in a row, a fifth of a second apart, after which a window is taken to be drawn."""
_DOT = 5
"""More rows than these without ink are between lines; fewer are below the dot of an i."""
_LABELS = (
    ("user", "PERSON"), ("mail", "EMAIL"), ("phone", "PHONE"), ("ip", "IP"), ("iban", "IBAN"), ("card", "CARD"),
    ("ssn", "SSN"), ("date of birth", "DOB"), ("password", "PASSWORD"), ("token", "SECRET"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: ``before``, a value, ``after``."""

    before: str
    label: str
    value: str = field(repr=False)
    after: str = ""

    def text(self, hidden: int | None = None) -> str:
        """The line; word number ``hidden`` of the value is blanks."""
        words = self.value.split(" ")
        shown = [" " * len(word) if at == hidden else word for at, word in enumerate(words)]
        return f"{self.before}{' '.join(shown)}{self.after}"


def make_lines(split: str, seed: int) -> list[Line]:
    """What a window shows: equal arguments give equal lines, ASCII alone, as plain X fonts have no more."""
    fill = Fill(Random(f"window {FIRST_SEED[split] + seed}"))
    lines = []
    for name, label in _LABELS:
        value = fill.raw(label).encode("ascii", "ignore").decode()
        lines.append(Line(f"{fill.words(2)} {name}: ", label, value, f" {fill.words(1, 2)}"))
    return lines


def draw_window(split: str, seed: int) -> Drawn:
    """The window of a split with truth of its values; ordinary words have no boxes here.

    Raises:
        Skip: Xvfb or the program is not installed.
    """
    program = WINDOWS[split]
    for name in ("Xvfb", program, "xwd"):
        if shutil.which(name) is None:
            raise Skip(f"{name} is not installed")
    lines = make_lines(split, seed)
    most = max(len(line.value.split(" ")) for line in lines)
    with display() as where:
        whole = _shown(where, program, [line.text() for line in lines])
        # Lines lie apart, so one picture hides one word of every line; rows are told apart by their number.
        blanked = [_shown(where, program, [line.text(at) for line in lines]) for at in range(most)]
    values = [
        Value(line.value, line.label, "left", tuple(words))
        for line, words in zip(lines, _boxes(lines, whole, blanked), strict=True)
    ]
    truth = Truth(WIDTH, HEIGHT, tuple(values), ())
    return Drawn(program, FIRST_SEED[split] + seed, 1.0, picture_file(whole), truth)


def _boxes(lines: Sequence[Line], whole: _pixels.Picture, blanked: Sequence[_pixels.Picture]) -> list[list[Word]]:
    changed = [(whole != picture).any(axis=2) for picture in blanked]
    rows = _runs(np.logical_or.reduce([each.any(axis=1) for each in changed]), len(lines))
    found: list[list[Word]] = []
    for line, (top, bottom) in zip(lines, rows, strict=True):
        words = []
        for at, text in enumerate(line.value.split(" ")):
            columns = np.flatnonzero(changed[at][top:bottom].any(axis=0))
            words.append(Word(text, (int(columns[0]), top, int(columns[-1] - columns[0]) + 1, bottom - top)))
        found.append(words)
    return found


def _runs(rows: _pixels.Mask, count: int) -> list[tuple[int, int]]:
    """First row and the row after the last of each line."""
    runs: list[tuple[int, int]] = []
    for row in np.flatnonzero(rows).tolist():
        if runs and row - runs[-1][1] < _DOT:
            runs[-1] = (runs[-1][0], row + 1)
        else:
            runs.append((row, row + 1))
    if len(runs) != count:
        raise RuntimeError("the window does not show its lines apart")
    return runs


def _shown(where: str, program: str, lines: Sequence[str]) -> _pixels.Picture:
    # A blank line between: descenders of one line and the next are never in one row.
    text = "\n\n".join(lines) + "\n"
    environment = {**os.environ, "DISPLAY": where}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "text"
        file.write_text(text, "ascii")
        command = {
            "xterm": ["xterm", "-fa", "DejaVu Sans Mono", "-fs", "10", "-geometry", "130x40+20+20", "-bg", "#10202b",
                      "-fg", "#dfe8ee", "-e", "sh", "-c", 'printf "\\033[?25l"; cat "$0"; sleep 600', str(file)],
            "xmessage": ["xmessage", "-fn", "9x15", "-geometry", "1100x600+30+20", "-file", str(file)],
        }[program]  # fmt: skip
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return settled(where)
        finally:
            process.terminate()
            process.wait(timeout=10)


def settled(where: str, *, after_s: float = 0.0, same_as_before: int = _SETTLED) -> _pixels.Picture:
    """The display, once it shows anything and has shown the same so many times; 0 where a caret blinks.

    ``after_s`` is how long a program may show nothing new before.
    """
    time.sleep(after_s)
    last, same = None, 0
    for _ in range(100):
        time.sleep(0.2)
        picture = _picture(where)
        blank = (picture == picture[0, 0]).all()
        same = same + 1 if last is not None and not blank and (picture == last).all() else 0
        last = picture
        if same >= same_as_before and not blank:
            return picture
    raise RuntimeError("the window does not come to rest")


def _picture(where: str) -> _pixels.Picture:
    """The whole display; XWD files have a header of big-endian words, the colour map, then rows of BGRX."""
    done = subprocess.run(["xwd", "-root", "-silent", "-display", where], capture_output=True, check=True)
    header = np.frombuffer(done.stdout, ">u4", 25)
    size, width, height, row, colours = (int(header[at]) for at in (0, 4, 5, 12, 19))
    pixels = np.frombuffer(done.stdout, np.uint8, row * height, size + 12 * colours)
    return np.ascontiguousarray(pixels.reshape(height, row)[:, : width * 4].reshape(height, width, 4)[:, :, 2::-1])


def picture_file(picture: _pixels.Picture) -> bytes:
    """The picture (red, green, blue) as PNG."""
    import cv2

    return bytes(cv2.imencode(".png", picture[:, :, ::-1])[1])


@contextlib.contextmanager
def display() -> Iterator[str]:
    """The name of an empty display of `WIDTH` x `HEIGHT`, which ends with the block."""
    read, write = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(write,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as number:
            yield f":{number.readline().strip()}"
    finally:
        process.terminate()
        process.wait(timeout=10)
