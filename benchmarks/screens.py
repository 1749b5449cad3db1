"""Screenshots of ``samples/office`` under its policy: what is left of sensitive values, what else went, and the time.

The truth comes from the script and the DOM that made the sample; the pixels are judged here, without the pipeline's own
boxes, and the text is read by a plain call of Tesseract.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import _pixels
from benchmarks._harness import ROOT, Count, Result, Skip, compare, cpus
from boundary.names import frame_names
from boundary.outcome import Release
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from policies import load_policy
from recording import Recording, open_recording

SAMPLE = ROOT / "samples" / "office"
POLICY = ROOT / "samples" / "policy.yaml"
TRUTH = ROOT / "samples" / "office.truth.json"
PEER = "one pytesseract.image_to_data a frame, psm 3"
ENOUGH = 0.95
"""Share of a value's glyph pixels that must be hidden."""
QUICK_FRAMES = 2
KEY = b"benchmark key, of no secrecy..."


def run(*, quick: bool) -> Result:
    """Cover every frame, look at the result, and time it."""
    if shutil.which("tesseract") is None:
        raise Skip("tesseract is not installed")
    if not SAMPLE.is_dir():
        raise Skip("the sample is not in this copy of the repository")
    plan = build_plan(load_policy(POLICY), key=KEY)
    releases: list[Release] = []
    with tempfile.TemporaryDirectory() as folder, one_tesseract_thread():
        source = Path(folder) / "office"
        copy_sample(source, QUICK_FRAMES if quick else None)
        recording = open_recording(source)
        speed = compare(
            case="samples/office, all steps",
            unit="frame",
            work=len(recording.frames),
            peer=PEER,
            ours=lambda: releases.append(_cleared(source, plan)),
            theirs=lambda: _read_plainly(recording),
            rounds=1 if quick else 3,
            warm_up=False,
        )
        counts = _look(recording, releases[0])
    notes = (f"{cpus()} frames are read at once on both sides, each by one thread of tesseract",)
    return Result(speeds=(speed,), counts=tuple(counts), notes=notes)


def copy_sample(target: Path, frames: int | None) -> None:
    """Copy the sample, with its first ``frames`` screenshots alone where a number is given."""
    shutil.copytree(SAMPLE, target)
    if frames is None:
        return
    index = target / "screenshots.jsonl"
    lines = index.read_text("utf-8").splitlines(keepends=True)
    for line in lines[frames:]:
        (target / json.loads(line)["file"]).unlink()
    index.write_text("".join(lines[:frames]), "utf-8")


@contextlib.contextmanager
def one_tesseract_thread() -> Iterator[None]:
    """OMP_THREAD_LIMIT=1 for children: a plain call without it takes several times as long and would flatter us."""
    before = os.environ.get("OMP_THREAD_LIMIT")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_THREAD_LIMIT"]
        else:
            os.environ["OMP_THREAD_LIMIT"] = before


def _cleared(source: Path, plan: Plan) -> Release:
    outcome = process(lambda: open_recording(source), plan)
    if not isinstance(outcome, Release):
        raise RuntimeError(f"the sample was withheld: {outcome.code}, {outcome.message}")  # noqa: TRY004  a verdict, not a wrong type
    return outcome


def _read_plainly(recording: Recording) -> None:
    import pytesseract
    from PIL import Image

    def read_one(name: str) -> None:
        path = recording.files[name].path
        if path is not None:
            with Image.open(path) as image:
                pytesseract.image_to_data(image, config="--psm 3")

    with ThreadPoolExecutor(max_workers=cpus()) as pool:
        list(pool.map(read_one, [frame.file for frame in recording.frames]))


def _look(recording: Recording, release: Release) -> list[Count]:
    truth = json.loads(TRUTH.read_text("utf-8"))
    names = frame_names(recording, neutral=True, renamed=())
    boxes: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in truth["screen"]:
        boxes[entry["file"]].append(entry)
    pictures = {
        frame.file: (_pixels.load(recording.files[frame.file].read()), _pixels.load(release.files[names[frame.file]]))
        for frame in recording.frames
        if names[frame.file] in release.files
    }
    frames = len(recording.frames)
    return [
        Count(figure="frames released", ours=len(pictures), of=frames),
        *_leaks(pictures, boxes),
        *_readable(pictures, boxes, truth["keep"]),
    ]


Pictures = Mapping[str, tuple[_pixels.Picture, _pixels.Picture]]
Boxes = Mapping[str, list[dict[str, Any]]]


def _leaks(pictures: Pictures, boxes: Boxes) -> Iterable[Count]:
    """Truth boxes by the share of their glyphs that is hidden, and glyphs elsewhere that went too."""
    enough: Counter[str] = Counter()
    every: Counter[str] = Counter()
    collateral = others = 0
    for name, (before, after) in pictures.items():
        gone = _pixels.hidden(before, after)
        wanted = np.zeros(gone.shape, np.bool_)
        for entry in boxes.get(name, ()):
            left, top, width, height = entry["box"]
            wanted[top : top + height, left : left + width] = True
            ink = _pixels.glyphs(before, (left, top, width, height))
            every[entry["label"]] += 1
            enough[entry["label"]] += bool(gone[ink].mean() >= ENOUGH) if ink.any() else True
        # Pixels that changed, not hidden ones: most of a screen is flat, whatever anybody covers.
        changed = (before != after).any(axis=2)
        collateral += int((changed & ~wanted).sum())
        others += int((~wanted).sum())
    yield Count(figure="truth boxes hidden", ours=enough.total(), of=every.total())
    for label in sorted(every):
        yield Count(figure=f"truth boxes hidden, {label}", ours=enough[label], of=every[label])
    yield Count(figure="pixels changed outside truth boxes", ours=collateral, of=others)


def _readable(pictures: Pictures, boxes: Boxes, keep: list[str]) -> Iterable[Count]:
    """Pairs of frame and string that a plain reading finds before, and how many of them it still finds."""
    with ThreadPoolExecutor(max_workers=cpus()) as pool:
        both = pool.map(_text, [picture for pair in pictures.values() for picture in pair])
        texts = dict(zip(pictures, zip(both, both, strict=True), strict=True))
    for figure, wanted in (
        (
            "sensitive strings still readable by OCR",
            {name: {e["value"] for e in boxes.get(name, ())} for name in texts},
        ),
        ("strings to keep still readable by OCR", {name: set(keep) for name in texts}),
    ):
        pairs = [(texts[name][1], _folded(s)) for name in texts for s in wanted[name] if _folded(s) in texts[name][0]]
        yield Count(figure=figure, ours=sum(value in after for after, value in pairs), of=len(pairs))


def _text(picture: _pixels.Picture) -> str:
    """Letters and digits of a plain reading at twice the size."""
    import pytesseract
    from PIL import Image

    image = Image.fromarray(picture).convert("L")
    return _folded(pytesseract.image_to_string(image.resize((image.width * 2, image.height * 2)), config="--psm 3"))


def _folded(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
