"""Plays the keys of a simulated stream into strings, to hold the simulator's own truth against."""

from __future__ import annotations

from typing import Any

from recording.simulate import Stream


class PlainReader:
    """Plays key rows into strings: a plain editor of its own, by the manuals of desktops and of readline."""

    def __init__(self, stream: Stream, *, mac: bool) -> None:
        self.mac = mac
        self.clips = stream.clips
        self.clock = 0
        self.texts: dict[tuple[object, ...], str] = {}
        self.spots: dict[tuple[object, ...], list[int]] = {}
        self.steps: dict[tuple[object, ...], list[tuple[str, int]]] = {}
        self.undone: list[tuple[str, int]] = []
        self.held: set[str] = set()
        self.clip = ""
        self.run = ""
        self.place: tuple[object, ...] = ()
        for row in stream.events.to_pylist():
            self.clock = row["t_ns"]
            if row["kind"] in {"key_down", "text"}:
                self.down(row)
            elif row["kind"] == "key_up":
                self.held.discard(row["key"])
            elif row["kind"] == "button_up":
                self.focus(row)
                self.spots[self.place] = [len(self.texts[self.place])] * 2

    def focus(self, row: dict[str, Any]) -> None:
        """The field that the row belongs to has the focus."""
        place = tuple(row[name] for name in ("app", "window", "field", "secure"))
        if place != self.place:
            self.place, self.run = place, ""
            self.texts.setdefault(place, "")
            self.spots.setdefault(place, [0, 0])
            self.steps.setdefault(place, [])

    def put(self, text: str, run: str) -> None:
        """Replace the selection."""
        body, (caret, mark) = self.texts[self.place], self.spots[self.place]
        low, high = min(caret, mark), max(caret, mark)
        if run != self.run or run == "" or low != high:
            self.steps[self.place].append((body, caret))
        self.run = run
        self.texts[self.place] = body[:low] + text + body[high:]
        self.spots[self.place] = [low + len(text)] * 2

    def go(self, to: int) -> None:
        """Move the caret; with Shift the selection grows."""
        spot = self.spots[self.place]
        to = max(0, min(len(self.texts[self.place]), to))
        self.spots[self.place] = [to, spot[1] if self.held & {"shift", "shift_r"} else to]
        self.run = ""

    def word(self, at: int) -> int:
        """Start of the word before an offset."""
        body = self.texts[self.place]
        while at and not (body[at - 1].isalnum() or body[at - 1] == "_"):
            at -= 1
        while at and (body[at - 1].isalnum() or body[at - 1] == "_"):
            at -= 1
        return at

    def erase(self, to: int) -> None:
        """Delete up to there, or the selection."""
        caret, mark = self.spots[self.place]
        if caret == mark:
            low, high = sorted((caret, max(0, min(len(self.texts[self.place]), to))))
            if low == high:
                return
            if self.run != "erase":
                self.steps[self.place].append((self.texts[self.place], caret))
            body = self.texts[self.place]
            self.texts[self.place], self.spots[self.place] = body[:low] + body[high:], [low, low]
            self.run = "erase"
        else:
            self.put("", "")

    def down(self, row: dict[str, Any]) -> None:  # noqa: C901, PLR0912  a table of keys
        """What one press, or one text, does."""
        self.focus(row)
        key, text = str(row["key"]), row["text"]
        body, (caret, mark) = self.texts[self.place], self.spots[self.place]
        word, line = ("alt", "cmd") if self.mac else ("ctrl_l", "none")
        command = self.held & {"ctrl_l", "cmd"} and "alt_gr" not in self.held
        terminal = "terminal" in str(row["app"])
        if row["kind"] == "text":
            self.put(str(text), "type")
        elif key in {"shift", "shift_r", "ctrl_l", "alt", "alt_gr", "cmd"}:
            self.held.add(key)
        elif key == "backspace":
            rubout = word in self.held or (terminal and "alt" in self.held)
            start = body.rfind("\n", 0, caret) + 1
            self.erase(self.word(caret) if rubout else start if line in self.held else caret - 1)
        elif key == "delete":
            self.erase(caret + 1)
        elif key in {"left", "right"} and line in self.held:
            self.go(0 if key == "left" else len(body))
        elif key in {"left", "right"}:
            way = -1 if key == "left" else 1
            if caret != mark and not self.held & {"shift", "shift_r"}:
                self.go(min(caret, mark) if way < 0 else max(caret, mark))
            else:
                self.go(caret + way)
        elif key in {"home", "end"}:
            self.go(body.rfind("\n", 0, caret) + 1 if key == "home" else len(body))
        elif key == "enter":
            if terminal or row["window"] == "Team - Chat":
                self.spots[self.place] = [len(body)] * 2
            self.put("\n", "")
        elif key == "tab" or key.startswith(("dead", "caps", "process")):
            pass
        elif command and terminal:
            start = body.rfind("\n", 0, caret) + 1
            if key == "v":
                self.shortcut(key)
            elif key == "u":
                self.erase(start)
            elif key == "w":
                self.erase(max(start, body.rstrip().rfind(" ", 0, caret) + 1))
            elif key in "ae":
                self.go(start if key == "a" else len(body))
        elif command:
            self.shortcut(key)
        elif text is not None:
            self.put(str(text), "type")

    def shortcut(self, key: str) -> None:
        """What a letter under Ctrl or Command does on a desktop."""
        body, (caret, mark) = self.texts[self.place], self.spots[self.place]
        steps = self.steps[self.place]
        again = key == "y" or (key == "z" and bool(self.held & {"shift", "shift_r"}))
        if key == "a":
            self.spots[self.place], self.run = [len(body), 0], ""
        elif key in "cx":
            self.clip = body[min(caret, mark) : max(caret, mark)]
            self.erase(caret) if key == "x" else None
        elif key == "v":
            seen = [text for t, text in self.clips if t <= self.clock]
            self.put(seen[-1] if seen else self.clip, "")
            self.run = ""
        elif again and self.undone:
            self.texts[self.place], to = self.undone.pop()
            self.spots[self.place] = [to, to]
        elif key == "z" and steps:
            self.undone.append((body, caret))
            self.texts[self.place], to = steps.pop()
            self.spots[self.place], self.run = [to, to], ""
