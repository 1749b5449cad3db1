"""Real captures beside drawn pages: windows of programs that people use, and screenshots of a public recording.

Nobody knows where a toolkit puts a glyph, so what counts is reading: of the values that OCR reads on the capture, those
that it still reads on what is released. Three readings look, the best engine among them.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import MappingProxyType

import numpy as np

from benchmarks import _pixels
from benchmarks._harness import ROOT, Count, Result, Skip
from benchmarks.covered import KEY, clear
from benchmarks.pages.draw import FIRST_SEED
from benchmarks.pages.values import Fill
from benchmarks.pages.windows import display, picture_file, settled
from benchmarks.screens import one_tesseract_thread
from boundary.plan import build_plan
from image_redact.decode import decode
from image_redact.engines.choose import engine
from image_redact.ocr import Tesseract
from image_redact.session import ScreenSession
from policies import load_policy

SPLIT = "report"
SEEDS = 4
POLICIES = ("baseline", "strict")
KINDS = ("PERSON", "EMAIL", "PHONE", "IP", "IBAN", "CARD", "SSN", "DOB", "PASSWORD", "SECRET")
NAMES = MappingProxyType(
    {
        "PERSON": "name", "EMAIL": "e-mail", "PHONE": "phone", "IP": "ip address", "IBAN": "iban", "CARD": "card",
        "SSN": "ssn", "DOB": "date of birth", "PASSWORD": "password", "SECRET": "api key",
    }
)  # fmt: skip
COLUMNS = ("PERSON", "EMAIL", "PHONE", "DOB")
SHARED = ROOT.parent / "shared" / "data" / "recordings" / "agentnetbench" / "images"
STARTS_S = 8.0
"""Seconds that a program may show its empty window before it shows the file."""
TYPED = ("PERSON", "george orwell")
"""What the person of the public recording typed into a field, as its trajectory says."""
KEPT = ("My Books", "Browse", "Community", "About us", "Careers", "Privacy", "Authors", "Advertise", "Ad Preferences")


@dataclass(frozen=True, slots=True)
class Capture:
    """A screenshot and what is known to be on it: kinds and values that must not leave, and words that may stay."""

    program: str
    png: bytes = field(repr=False)
    values: tuple[tuple[str, str], ...] = field(repr=False)
    kept: tuple[str, ...] = field(default=(), repr=False)


def run(*, quick: bool) -> Result:
    """Capture, release, and read before and after."""
    notes: list[str] = []
    captures = []
    for make in (_of_programs, _of_the_recording):
        try:
            captures += list(make(1 if quick else SEEDS, notes))
        except Skip as reason:
            notes.append(f"skipped: {reason}")
    if not captures:
        raise Skip("; ".join(notes))
    counts: list[Count] = []
    with one_tesseract_thread():
        before = [readable(capture.png) for capture in captures]
        for policy in POLICIES[: 1 if quick else None]:
            counts += _figures(policy, captures, before)
    return Result(counts=tuple(counts), notes=tuple(notes))


def _figures(policy: str, captures: Sequence[Capture], before: Sequence[str]) -> Iterator[Count]:
    plan = build_plan(load_policy(ROOT / "policies" / f"{policy}.yaml"), key=KEY)
    shown: Counter[str] = Counter()
    left: Counter[str] = Counter()
    withheld, changed = 0, []
    for capture, text in zip(captures, before, strict=True):
        released = clear(capture.png, plan)
        withheld += released is None
        after = "" if released is None else readable(released)
        if released is not None:
            changed.append(float((_pixels.load(capture.png) != _pixels.load(released)).any(axis=2).mean()))
        for kind, value in (*capture.values, *(("words to keep", word) for word in capture.kept)):
            if _flat(value) in text:
                for key in (kind,) if kind == "words to keep" else (kind, f"values in {capture.program}"):
                    shown[key] += 1
                    left[key] += _flat(value) in after
    yield Count(figure=f"{policy}: captures released", ours=len(captures) - withheld, of=len(captures))
    for key in sorted(shown, key=_order):
        yield Count(figure=f"{policy}: {key}, of those read before, still read", ours=left[key], of=shown[key])
    share = round(1_000 * float(np.mean(changed))) if changed else 0
    yield Count(figure=f"{policy}: pixels changed, of a thousand", ours=share, of=1_000)


def _order(key: str) -> tuple[bool, bool, str]:
    return key == "words to keep", key.startswith("values in"), key


def readable(png: bytes) -> str:
    """Letters and digits of everything that any of three readings sees, each reading in order."""
    pixels = decode(png)
    lines = [
        [line.text for line in reading.read(pixels).lines]
        for reading in (Tesseract(psm=6, scale=2.0), Tesseract(psm=11))
    ]
    with ScreenSession((engine("rapidocr"),)) as session:
        lines.append([line.text for line in session.read(pixels).lines])
    return "\n".join(_flat(line) for reading in lines for line in reading)


def _flat(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _of_programs(seeds: int, notes: list[str]) -> Iterator[Capture]:
    with display() as where:
        for program, document in PROGRAMS.items():
            if shutil.which(program) is None:
                notes.append(f"{program} is not installed: its windows were not captured")
                continue
            for seed in range(seeds):
                fill = Fill(Random(f"capture {program} {FIRST_SEED[SPLIT] + seed}"))
                with tempfile.TemporaryDirectory() as folder:
                    file, values = document(fill, Path(folder))
                    yield Capture(program, _captured(program, file, where, Path(folder)), values)


def _captured(program: str, file: Path, where: str, home: Path) -> bytes:
    environment = {**os.environ, "DISPLAY": where, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    command = [program, str(file)]
    if program == "xterm":
        command = ["xterm", "-geometry", "120x40", "-e", "sh", "-c", 'cat "$0"; sleep 600', str(file)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return picture_file(settled(where, after_s=STARTS_S, same_as_before=0))
    finally:
        process.terminate()
        process.wait(timeout=10)


Values = tuple[tuple[str, str], ...]


def _note(fill: Fill, folder: Path) -> tuple[Path, Values]:
    """A text file: a line for each kind, as people jot things down."""
    values = tuple((kind, _ascii(fill.raw(kind))) for kind in KINDS)
    file = folder / "notes.txt"
    text = "".join(f"{fill.words(2, 4)}\n{NAMES[kind]}: {value}\n" for kind, value in values)
    file.write_text(text, "utf-8")
    return file, values


def _table(fill: Fill, folder: Path) -> tuple[Path, Values]:
    """A spreadsheet of people, a row each."""
    rows = [[_ascii(fill.raw(kind)) for kind in COLUMNS] for _ in range(8)]
    file = folder / "people.csv"
    with file.open("w", newline="", encoding="utf-8") as sink:
        csv.writer(sink).writerows([[NAMES[kind] for kind in COLUMNS], *rows])
    return file, tuple((kind, value) for row in rows for kind, value in zip(COLUMNS, row, strict=True))


def _ascii(text: str) -> str:
    return text.encode("ascii", "ignore").decode()


PROGRAMS: Mapping[str, Callable[[Fill, Path], tuple[Path, Values]]] = MappingProxyType(
    {"mousepad": _note, "featherpad": _note, "xterm": _note, "gnumeric": _table}
)
"""A GTK editor, a Qt editor, a terminal and a spreadsheet, each with its own way to draw letters."""


def _of_the_recording(_seeds: int, _notes: list[str]) -> Iterator[Capture]:
    if not SHARED.is_dir():
        raise Skip("no ../shared: the screenshots of a public recording were not looked at")
    for file in sorted(SHARED.glob("*.png")):
        yield Capture("a browser on Windows", file.read_bytes(), (TYPED,), KEPT)
