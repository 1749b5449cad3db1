"""Tiny DuckTrack recordings with invented people, built event by event, and a search for what must not be left."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pages import Piece, draw, png

NAMES = {" ": "space", "\n": "enter", "\t": "tab"}
GAP = 0.04


def picture(*lines: str, colour: tuple[int, int, int] = (255, 255, 255)) -> bytes:
    """A small PNG screen that shows the lines."""
    pieces = [Piece(12, 12 + 34 * row, line, size=18) for row, line in enumerate(lines)]
    return png(draw(pieces, width=400, height=24 + 34 * max(1, len(lines)), paper=colour))


@dataclass
class Desk:
    """Somebody at a desk; every method is something a recorder sees."""

    user: str = "plover-11"
    host: str = "tern-02.corp.example"
    mac: int = 2603023498100
    now: float = 100.0
    logs: dict[str, list[str]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    more: dict[str, bytes] = field(default_factory=dict)

    def log(self, file: str, /, **record: object) -> Desk:
        """A record of any file."""
        self.now = round(self.now + GAP, 6)
        self.logs.setdefault(file, []).append(json.dumps({"time_stamp": self.now, **record}))
        return self

    def window(self, app: str, title: str) -> Desk:
        """Another window gets the focus."""
        return self.log("top_window.jsonl", top_window_name=app, window_title=title)

    def into(self, name: str, *, secure: bool = False) -> Desk:
        """Another field of it gets the focus."""
        tree = {"Name": name, "ControlType": "EditControl", "IsPassword": secure, "Depth": 0, "Children": []}
        return self.log("element.jsonl", a11y_tree=tree)

    def key(self, action: str, name: str) -> Desk:
        """One key goes down or up."""
        return self.log("events.jsonl", action=action, name=name)

    def tap(self, *names: str) -> Desk:
        """Keys pressed and released, one after the other."""
        for name in names:
            self.key("press", name).key("release", name)
        return self

    def type(self, text: str) -> Desk:
        """A text typed, with Shift where a US keyboard needs it."""
        for char in text:
            shifted = char.isupper() or char in '~!@#$%^&*()_+{}|:"<>?'
            if shifted:
                self.key("press", "shift")
            self.tap(NAMES.get(char, char))
            if shifted:
                self.key("release", "shift")
        return self

    def erase(self, count: int) -> Desk:
        """Backspace, so many times."""
        return self.tap(*["backspace"] * count)

    def mouse(self, count: int = 3) -> Desk:
        """The mouse moves and clicks."""
        for step in range(count):
            self.log("events.jsonl", action="move", x=10 + step, y=20)
        for pressed in (True, False):
            self.log("events.jsonl", action="click", x=13, y=20, button="left", pressed=pressed)
        return self

    def copy(self, text: str) -> Desk:
        """The clipboard holds a new text."""
        return self.log("clipboard.jsonl", text=text)

    def shot(self, name: str, data: bytes) -> Desk:
        """A screenshot, and the row that points to it."""
        self.pictures[name] = data
        return self.log("screenshots.jsonl", file=name, trigger="interval")

    def files(self) -> dict[str, bytes]:
        """The recording as files."""
        texts = {name: "".join(f"{line}\n" for line in lines).encode() for name, lines in self.logs.items()}
        metadata = {"system": "Linux", "node": self.host, "id": self.mac, "user_id": self.user, "screen_width": 400}
        return {**texts, "metadata.json": json.dumps(metadata, indent=1).encode(), **self.pictures, **self.more}

    def save(self, folder: Path) -> Path:
        """The recording as a folder."""
        return save(folder, self.files())


def save(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder."""
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder by relative name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def presses(data: bytes) -> str:
    """Every character that any press of an events file types, whatever was deleted afterwards."""
    names = [event["name"] or "" for line in data.splitlines() if (event := json.loads(line)).get("action") == "press"]
    return "".join(" " if name == "space" else name if len(name) == 1 else "" for name in names)


def left_of(values: Iterable[str], folder: Path, *texts: str) -> list[str]:
    """Where values are left: in names or bytes under a folder, typed in its key events, or in the texts."""
    places = {"text": "\n".join(texts)}
    for path in folder.rglob("*") if folder.exists() else ():
        places[f"name {path.name}"] = str(path.relative_to(folder))
        if path.is_file():
            data = path.read_bytes()
            places[f"bytes {path.name}"] = data.decode("utf-8", "replace")
            if path.name == "events.jsonl":
                places["keys"] = presses(data)
    return [
        f"{value!r} in {where}"
        for value in values
        for where, text in places.items()
        if value.casefold() in text.casefold()
    ]
