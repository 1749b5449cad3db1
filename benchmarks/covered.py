"""Values on drawn screens of many kinds under `baseline` and `strict`: what is covered, what else goes, and the time.

The pages are of kinds and seeds that nobody tunes on (`benchmarks.pages`, split ``report``); the truth is the DOM's.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import _pixels
from benchmarks._harness import ROOT, Count, Result, Skip, Speed, compare
from benchmarks.pages.chromium import browser
from benchmarks.pages.draw import SCREENS, SPLITS, Drawn, draw
from benchmarks.pages.judge import Tally, judge
from benchmarks.screens import one_tesseract_thread
from boundary.names import frame_names
from boundary.outcome import Release
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from policies import load_policy
from recording import open_recording

POLICIES = ("baseline", "strict")
SPLIT = "report"
SEEDS = 2
"""Pages of every kind and scale."""
QUICK_KINDS = 1
PEER = "one pytesseract.image_to_data, psm 3"
KEY = b"benchmark key, of no secrecy..."


def run(*, quick: bool) -> Result:
    """Draw, cover, judge."""
    if shutil.which("tesseract") is None:
        raise Skip("tesseract is not installed")
    pages = draw_pages(quick=quick)
    counts: list[Count] = []
    with one_tesseract_thread():
        plans = {name: build_plan(load_policy(ROOT / "policies" / f"{name}.yaml"), key=KEY) for name in POLICIES}
        for name, plan in plans.items():
            counts += count(name, plan, pages)
        speed = _speed(plans["baseline"], next(page for page in pages if page.scale == 1), quick=quick)
    kinds = ", ".join(SPLITS[SPLIT])
    notes = (
        f"split {SPLIT}: {kinds}; {len(pages)} pages; development uses other kinds: {', '.join(SPLITS['tune'])}",
        (
            "covered: at least 95 % of the glyph pixels of every word of a value; figures by page and layout are of "
            "the values with a pattern; a withheld page counts in 'kept from leaving' and in no other figure"
        ),
        "the peer of PERSON and ADDRESS is the policy's own text detectors on the bare string",
    )
    return Result(speeds=(speed,), counts=tuple(counts), notes=notes)


def draw_pages(*, quick: bool) -> list[Drawn]:
    """The pages to judge: of the report kinds, at every scale. Raises `Skip` without Chromium."""
    kinds = list(SPLITS[SPLIT])[: QUICK_KINDS if quick else None]
    scales = [1.0] if quick else list(SCREENS)
    with browser() as page:
        # Another seed at each scale: the same values three times would tell less.
        return [
            draw(page, SPLIT, kind, seed * len(scales) + number, scale)
            for kind in kinds
            for seed in range(1 if quick else SEEDS)
            for number, scale in enumerate(scales)
        ]


def count(name: str, plan: Plan, pages: Sequence[Drawn]) -> Iterator[Count]:
    """Figures of one policy."""
    tally, withheld, kept, values = Tally(), 0, 0, 0
    read = {"PERSON": 0, "ADDRESS": 0}
    for page in pages:
        data = clear(page.png, plan)
        values += len(page.truth.values)
        if data is None:
            withheld += 1
            kept += len(page.truth.values)
            continue
        before, after = _pixels.load(page.png), _pixels.load(data)
        if before.shape != after.shape:
            raise RuntimeError("the released screenshot has another size")
        judge(before, after, page.truth, page.kind, tally)
        for value in page.truth.values:
            if value.label in read:
                read[value.label] += _in_text(plan, value.text)
    covered = sum(number for (group, _), number in tally.covered.items() if group == "group")
    yield Count(figure=f"{name}: pages released", ours=len(pages) - withheld, of=len(pages))
    yield Count(figure=f"{name}: values kept from leaving, covered or withheld", ours=kept + covered, of=values)
    titles = {"group": "covered, all of", "kind": "covered,", "page": "covered on", "layout": "covered, layout"}
    for key in sorted(tally.of, key=_order):
        group, what = key
        peer = read.get(what)
        yield Count(figure=f"{name}: {titles[group]} {what}", ours=tally.covered[key], of=tally.of[key], peer=peer)
    yield Count(figure=f"{name}: ordinary words hit", ours=tally.words_hit, of=tally.words)


def clear(png: bytes, plan: Plan) -> bytes | None:
    """One page through the whole pipeline, as a recording of its own; ``None`` where it is withheld."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page"
        write_recording(source, png)
        outcome = process(lambda: open_recording(source), plan)
        if not isinstance(outcome, Release):
            return None
        name = frame_names(open_recording(source), neutral=True, renamed=())[frame_name(0)]
        return outcome.files.get(name)


def write_recording(folder: Path, *frames: bytes) -> None:
    """A recording in DuckTrack's layout with screenshots, a second apart, and next to nothing else."""
    (folder / "screenshots").mkdir(parents=True)
    (folder / "metadata.json").write_text(json.dumps({"system": "Linux", "start_time": "2026-01-05 09:00:00"}))
    events = [{"time_stamp": 1.0 + i, "action": "move", "x": 10 + i, "y": 10, "event_idx": i} for i in range(3)]
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    rows = []
    for number, png in enumerate(frames):
        (folder / frame_name(number)).write_bytes(png)
        rows.append({"time_stamp": 2.0 + number, "file": frame_name(number), "trigger": "click"})
    (folder / "screenshots.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def frame_name(number: int) -> str:
    """Where `write_recording` puts a screenshot."""
    return f"screenshots/{number}.png"


def _order(key: tuple[str, str]) -> tuple[int, str]:
    return ("group", "kind", "page", "layout").index(key[0]), key[1]


def _in_text(plan: Plan, text: str) -> bool:
    hit = {at for _, found in plan.detectors.in_text(text) for at in range(found.start, found.end)}
    return all(at in hit for at, char in enumerate(text) if char.isalnum())


def _speed(plan: Plan, page: Drawn, *, quick: bool) -> Speed:
    import io

    import pytesseract
    from PIL import Image

    def plainly() -> None:
        with Image.open(io.BytesIO(page.png)) as image:
            pytesseract.image_to_data(image, config="--psm 3")

    return compare(
        case=f"one {page.kind} page of {page.truth.width} x {page.truth.height}, baseline, all steps",
        unit="frame",
        work=1,
        peer=PEER,
        ours=lambda: clear(page.png, plan),
        theirs=plainly,
        rounds=1 if quick else 3,
        warm_up=not quick,
    )
