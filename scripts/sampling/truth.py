"""The truth about the sample: from the script (what was typed), the DOM and the terminal (what could be seen)."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import cast, cdp, desktop
from .driver import Driver
from .screen import Rect, Screen, Window, visible

_BOXES = (Path(__file__).parent / "boxes.js").read_text("utf-8")
_SETTLE = """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(document.readyState))))"""
_STATE = "document.title + document.body.innerText + [...document.querySelectorAll('input')].map(e => e.value)"
_CALM = 3
"""Looks in a row that must find everything settled."""
_LEAST = (6, 8)
"""Width and height from which on a part of a value counts as seen."""
_CONTROL = re.compile(r"\x1b(#\d|\[[0-9;]*[A-Za-z]|\(B)")


@dataclass(slots=True)
class Observer:
    """Looks at the same moment as the recorder's camera, from the other side."""

    desk: desktop.Desktop
    pages: tuple[cdp.Page, ...]
    driver: Driver
    seen: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def around(self) -> Iterator[Callable[[str], None]]:
        """Hold the driver still, let the pages paint, and note after the picture what was in it.

        Raises:
            RuntimeError: A page changed by itself while it was photographed; the recording has to be made again.
        """
        with self.driver.gate.still():
            screen = Screen(self.desk.display)
            stop = time.monotonic() + 5
            calm = 0
            while calm < _CALM and time.monotonic() < stop:
                calm = calm + 1 if self._settled(screen) else 0
                time.sleep(0.05)
            before = self._state(screen)
            yield lambda file: self._look(screen, file)
            if before != self._state(screen):
                raise RuntimeError("a page changed while it was photographed")
            screen.display.close()

    def _settled(self, screen: Screen) -> bool:
        active = screen.active()
        if active is None or active.app == "XTerm":
            return active is not None
        # A page that is hidden paints no frame, so only the one in front is asked.
        front = next((p for p in self.pages if p.evaluate("document.hasFocus()")), None)
        if front is None or front.evaluate(_SETTLE) != "complete":
            return False
        return bool(front.evaluate("document.title") == active.title)

    def _state(self, screen: Screen) -> list[str]:
        return [w.title for w in screen.windows()] + [str(p.evaluate(_STATE)) for p in self.pages]

    def _look(self, screen: Screen, file: str) -> None:
        pixels = screen.pixels()
        windows = screen.windows()
        for i, window in enumerate(windows):
            places = [*self._bar(window, pixels)]
            if window.app == "XTerm":
                places += self._terminal(window)
            else:
                places += self._page(window)
            for value, box in places:
                shown = visible(box, windows[i + 1 :])
                # A sliver between two windows shows no letters.
                if shown and shown[2] >= _LEAST[0] and shown[3] >= _LEAST[1]:
                    entry: dict[str, Any] = {
                        "file": file,
                        "label": cast.LABELS[value],
                        "value": value,
                        "box": list(shown),
                    }
                    if shown != box:
                        entry["clipped"] = True
                    self.seen.append(entry)

    def _page(self, window: Window) -> Iterator[tuple[str, Rect]]:
        left, top, _, height = window.content
        for page in self.pages:
            if page.evaluate("document.title") != window.title:
                continue
            drop = top + height - int(page.evaluate("innerHeight"))
            for value, x, y, w, h in page.evaluate(f"{_BOXES}({json.dumps(list(cast.LABELS))})") or ():
                x0, y0 = math.floor(left + x), math.floor(drop + y)
                yield value, (x0, y0, math.ceil(left + x + w) - x0, math.ceil(drop + y + h) - y0)

    def _bar(self, window: Window, pixels: bytes) -> Iterator[tuple[str, Rect]]:
        """The title bar's letters: fixed pitch, so the ink's width divides evenly among them."""
        left, top, width, height = window.bar
        columns, rows = [], []
        for y in range(top + 3, top + height - 2):
            row = pixels[(y * desktop.WIDTH + left) * 4 : (y * desktop.WIDTH + left + width) * 4]
            ground = row[-4:]
            ink = [x for x in range(4, width) if row[4 * x : 4 * x + 4] != ground]
            if ink:
                rows.append(y)
                columns += ink
        if not columns or not window.title:
            return
        pitch = (max(columns) + 1 - min(columns)) / len(window.title)
        for value in cast.LABELS:
            at = window.title.find(value)
            if at >= 0:
                x0 = math.floor(left + min(columns) + at * pitch) - 1
                x1 = math.ceil(left + min(columns) + (at + len(value)) * pitch) + 1
                yield value, (x0, min(rows) - 1, x1 - x0, max(rows) - min(rows) + 3)

    def _terminal(self, window: Window) -> Iterator[tuple[str, Rect]]:
        """The terminal prints its own screen; cells have a fixed size and start two pixels inside."""
        self.desk.printed.unlink(missing_ok=True)
        Path(self.desk.terminal.read_text().strip()).write_text("\x1b[0i")
        stop = time.monotonic() + 2
        while time.monotonic() < stop and not (self.desk.printed.exists() and self.desk.printed.stat().st_size):
            time.sleep(0.03)
        time.sleep(0.05)
        lines = _CONTROL.sub("", self.desk.printed.read_text("utf-8", errors="replace")).splitlines()
        wide, high = window.cell
        for row, line in enumerate(lines):
            for value in cast.LABELS:
                for found in re.finditer(re.escape(value), line):
                    x, y = window.content[0] + 2 + found.start() * wide, window.content[1] + 2 + row * high
                    yield value, (x, y, len(value) * wide, high)


def assemble(folder: Path, driver: Driver, shots: list[dict[str, Any]]) -> dict[str, Any]:
    """The truth file's content from the recorded folder, the driver's strokes and the observer's boxes.

    Raises:
        RuntimeError: The recorder did not see the key presses that the driver made.
    """
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]
    presses = [e for e in events if e["action"] == "press"]
    if [p["name"] for p in presses] != [s.name for s in driver.strokes]:
        raise RuntimeError("the recorder's key presses differ from the driver's")
    rows: list[dict[str, Any]] = []
    before: str | None = None
    for press, stroke in zip(presses, driver.strokes, strict=True):
        if stroke.value is not None and stroke.name not in ("backspace", "left", "right", "home", "end"):
            if stroke.value != before:
                rows.append({"label": cast.LABELS[stroke.value], "value": stroke.value, "events": []})
            rows[-1]["events"] += [press["event_idx"], _release(events, press)["event_idx"]]
        if stroke.name != "shift":
            before = stroke.value
    for row in rows:
        row["events"].sort()
    return {
        "values": [
            {"value": value, "label": label, "seen": list(_seen(value, folder, rows, shots))}
            for value, label in cast.LABELS.items()
        ],
        "rows": rows,
        "screen": shots,
        "keep": list(cast.PLAIN_TYPED),
    }


def _release(events: list[dict[str, Any]], press: dict[str, Any]) -> dict[str, Any]:
    later = events[press["event_idx"] :]
    return next(e for e in later if e["action"] == "release" and e["name"] == press["name"])


def _seen(value: str, folder: Path, rows: list[dict[str, Any]], shots: list[dict[str, Any]]) -> Iterator[str]:
    kept = [row for row in rows if row["value"] == value]
    deleted = cast.ERASED.get(value, 0)
    if len(kept) > deleted:
        yield "typed"
    if deleted:
        yield "deleted"
    if any(shot["value"] == value for shot in shots):
        yield "screen"

    def inside(name: str, key: str) -> bool:
        path = folder / name
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return any(value in str(json.loads(line)[key]) for line in lines)

    for kind, name, key in (
        ("clipboard", "clipboard.jsonl", "text"),
        ("title", "top_window.jsonl", "window_title"),
        ("element", "element.jsonl", "a11y_tree"),
        ("file_name", "screenshots.jsonl", "file"),
    ):
        if inside(name, key):
            yield kind
    texts = [(folder / name).read_text("utf-8") for name in ("metadata.json", "task_name.json", "README.md")]
    if any(value in text for text in texts):
        yield "metadata"
