"""The recorder: sees only what the X server, the clipboard and the browser's accessibility tree say.

It knows nothing of the script that drives the programs. Keys, buttons and motion come from the RECORD extension (as
pynput takes them); names follow pynput (``Key.shift`` is ``shift``), files follow DuckTrack and OpenCUA.
"""

from __future__ import annotations

import json
import queue
import random
import re
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from Xlib import XK, X  # type: ignore[import-untyped]
from Xlib.display import Display  # type: ignore[import-untyped]
from Xlib.ext import record  # type: ignore[import-untyped]
from Xlib.protocol import rq  # type: ignore[import-untyped]

from . import cdp, desktop, png
from .screen import Screen, Window

NAMES: Final[dict[int, str]] = {
    XK.XK_space: "space",
    XK.XK_Return: "enter",
    XK.XK_BackSpace: "backspace",
    XK.XK_Tab: "tab",
    XK.XK_Shift_L: "shift",
    XK.XK_Shift_R: "shift_r",
    XK.XK_Control_L: "ctrl_l",
    XK.XK_Alt_L: "alt_l",
    XK.XK_Left: "left",
    XK.XK_Right: "right",
    XK.XK_Up: "up",
    XK.XK_Down: "down",
    XK.XK_Home: "home",
    XK.XK_End: "end",
    XK.XK_Delete: "delete",
    XK.XK_Escape: "esc",
}
_PRINTED: Final = range(33, 127)
"""Symbols that are their own ASCII code; the space has a name."""
_BUTTONS: Final = {1: "left", 2: "middle", 3: "right"}
_WHEEL: Final = {4: (0, 1), 5: (0, -1), 6: (-1, 0), 7: (1, 0)}
_CONTROLS: Final = {
    "textbox": "EditControl",
    "button": "ButtonControl",
    "link": "HyperlinkControl",
    "RootWebArea": "DocumentControl",
}
_FOCUS: Final = """(() => { const e = document.activeElement, r = e.getBoundingClientRect();
return {secret: e.type === "password", box: [r.left, r.top, r.right, r.bottom], inner: innerHeight,
page: document.title, body: e === document.body, here: document.hasFocus()}; })()"""


@dataclass(slots=True)
class Recorder:
    """Records into a folder between `start` and `stop`.

    Attributes:
        folder: Where the files go; made by `start`.
        around: Entered around every screenshot, so that a driver can hold still; the recorder only waits for it.
        interval: Seconds between screenshots without a click.
    """

    desk: desktop.Desktop
    folder: Path
    pages: tuple[cdp.Page, ...]
    around: Callable[[], AbstractContextManager[Callable[[str], None]]]
    interval: float = 7.0
    events: list[dict[str, Any]] = field(default_factory=list)
    lines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    clock: float = 0.0
    started: datetime | None = None
    failed: list[Exception] = field(default_factory=list)
    _shots: queue.Queue[str | None] = field(default_factory=queue.Queue)
    _done: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _pointer: tuple[int, int] = (0, 0)
    _control: Any = None
    _context: Any = None

    def start(self) -> None:
        """Begin to record; returns at once."""
        (self.folder / "screenshots").mkdir(parents=True)
        # A clock that says nothing about the machine that recorded.
        self.clock = random.Random(7).uniform(40_000, 50_000) - time.perf_counter()
        self.started = datetime.now(UTC)
        for work in (self._listen, self._watch, self._clipboard, self._photograph):
            thread = threading.Thread(target=self._guard, args=(work,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _guard(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as problem:  # noqa: BLE001 - a thread cannot raise to anyone; `stop` does
            self.failed.append(problem)

    def stop(self) -> None:
        """Take a last screenshot, end every thread and write every file.

        Raises:
            RuntimeError: A part of the recorder failed on the way.
        """
        self._shots.put("interval")
        self._shots.put(None)
        self._threads[3].join(30)
        self._done.set()
        self._control.record_disable_context(self._context)
        self._control.flush()
        for thread in self._threads:
            thread.join(10)
        if self.failed:
            raise RuntimeError("the recorder failed") from self.failed[0]
        self._write()

    def _now(self) -> float:
        return round(time.perf_counter() + self.clock, 9)

    def _add(self, file: str, /, **line: Any) -> None:
        self.lines.setdefault(file, []).append({"time_stamp": self._now(), **line})

    # Keys and mouse -------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        local, self._control = Display(self.desk.display), Display(self.desk.display)
        both = (0, 0)
        wanted = {
            "core_requests": both,
            "core_replies": both,
            "ext_requests": (0, 0, 0, 0),
            "ext_replies": (0, 0, 0, 0),
            "delivered_events": both,
            "device_events": (X.KeyPress, X.MotionNotify),
            "errors": both,
            "client_started": False,
            "client_died": False,
        }
        self._context = local.record_create_context(0, [record.AllClients], [wanted])
        local.sync()

        def took(reply: Any) -> None:
            if (
                reply.category != record.FromServer
                or reply.client_swapped
                or not reply.data
                or reply.data[0] < X.KeyPress
            ):
                return
            data = reply.data
            while data:
                event, data = rq.EventField(None).parse_binary_value(data, local.display, None, None)
                self._event(event)

        local.record_enable_context(self._context, took)
        local.record_free_context(self._context)

    def _event(self, event: Any) -> None:
        line: dict[str, Any] = {"time_stamp": self._now()}
        place = {"x": event.root_x, "y": event.root_y}
        if event.type == X.MotionNotify:
            if self._pointer == (event.root_x, event.root_y):
                return
            self._pointer = (event.root_x, event.root_y)
            line |= {"action": "move", **place}
        elif event.type in (X.ButtonPress, X.ButtonRelease):
            pressed = event.type == X.ButtonPress
            if event.detail in _WHEEL:
                if not pressed:
                    return
                dx, dy = _WHEEL[event.detail]
                line |= {"action": "scroll", **place, "dx": dx, "dy": dy}
            else:
                line |= {"action": "click", **place, "button": _BUTTONS[event.detail], "pressed": pressed}
                if pressed:
                    self._shots.put("click")
        elif event.type in (X.KeyPress, X.KeyRelease):
            name, text = self._key(event)
            line |= {"action": "press" if event.type == X.KeyPress else "release", "name": name, "pynput_key": text}
        else:
            return
        self.events.append({**line, "event_idx": len(self.events)})

    def _key(self, event: Any) -> tuple[str | None, str]:
        plain = self._control.keycode_to_keysym(event.detail, 0)
        if plain in NAMES:
            return NAMES[plain], f"Key.{NAMES[plain]}"
        symbol = self._control.keycode_to_keysym(event.detail, 1 if event.state & X.ShiftMask else 0)
        if symbol in _PRINTED:
            return chr(symbol), repr(chr(symbol))
        return None, f"<{event.detail}>"

    # What has the focus ---------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        screen = Screen(self.desk.display)
        last: tuple[str, str] | None = None
        before: dict[str, Any] = {}
        while not self._done.wait(0.12):
            window = screen.active()
            if window is None:
                continue
            if last != (window.app, window.title):
                last = (window.app, window.title)
                self._add("top_window.jsonl", top_window_name=window.app, window_title=window.title)
            element = self._element(window)
            if element and element != before:
                before = element
                self._add("element.jsonl", a11y_tree=element)

    def _element(self, window: Window) -> dict[str, Any]:
        left, top, width, height = window.content
        name, control, secret = window.title, "PaneControl", False
        box = [left, top, left + width, top + height]
        if window.app.startswith("Chromium"):
            for page in self.pages:
                found = page.evaluate(_FOCUS)
                if found and found["here"] and found["page"] == window.title:
                    break
            else:
                return {}
            node = page.focused()
            role, secret = node.get("role", ""), bool(found["secret"])
            # Nothing has the focus: the document itself does.
            role = "RootWebArea" if found["body"] else role
            name = window.title if found["body"] else node.get("name", "")
            control = _CONTROLS.get(role, "PaneControl" if role in ("", "none", "generic") else "CustomControl")
            drop = top + height - found["inner"]
            box = [round(edge + (drop if i % 2 else left)) for i, edge in enumerate(found["box"])]
        rectangle = dict(zip(("left", "top", "right", "bottom"), box, strict=True))
        return {
            "Name": name,
            "ControlType": control,
            "IsPassword": secret,
            "BoundingRectangle": rectangle,
            "Depth": 0,
            "Children": [],
        }

    # Clipboard ------------------------------------------------------------------------------------------------------

    def _clipboard(self) -> None:
        command = ["xclip", "-display", self.desk.display, "-selection", "clipboard", "-o"]
        last = ""
        while not self._done.wait(0.4):
            try:
                text = subprocess.run(command, capture_output=True, timeout=2, check=False).stdout.decode("utf-8")
            except subprocess.TimeoutExpired:
                continue
            if text and text != last:
                last = text
                self._add("clipboard.jsonl", text=text)

    # Screenshots ----------------------------------------------------------------------------------------------------

    def _photograph(self) -> None:
        screen = Screen(self.desk.display)
        trigger: str | None
        while True:
            try:
                trigger = self._shots.get(timeout=self.interval)
            except queue.Empty:
                trigger = "interval"
            if trigger is None:
                return
            with self.around() as looked:
                window = screen.active()
                pixels = screen.pixels()
                # As many recorders do, a click's picture is named after the window that was clicked.
                title = re.sub(r"[^\w .@-]+", "_", window.title) if window and trigger == "click" else trigger
                file = f"screenshots/{len(self.lines.get('screenshots.jsonl', ())):03d} {title}.png"
                self._add("screenshots.jsonl", file=file, trigger=trigger)
                looked(file)
            (self.folder / file).write_bytes(png.encode(pixels, desktop.WIDTH, desktop.HEIGHT))

    def _write(self) -> None:
        self.lines["events.jsonl"] = self.events
        for name, lines in self.lines.items():
            text = "".join(json.dumps(line) + "\n" for line in lines)
            (self.folder / name).write_text(text, "utf-8")
