"""What a person is shown of a place: the recorded text around it, read again from the sample; never kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boundary.audit.items import Item
from boundary.audit.judge import crop, reading
from boundary.audit.labels import Task
from recording import discover, open_recording
from recording.errors import BoundaryError, InputError
from recording.model import KEY_KINDS, Recording

AROUND = 60
"""Presses, or characters of a text, before and behind a place."""
_SIGNS = {"backspace": "⌫", "enter": "⏎", "tab": "⇥", "delete": "⌦", "left": "←", "right": "→"}


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Recorded content: what is before a place, the place itself, what is behind it; and where it is, in words."""

    before: str = field(repr=False)
    value: str = field(repr=False)
    after: str = field(repr=False)
    about: str = field(repr=False)


@dataclass(slots=True)
class Excerpts:
    """Opens the sample again and reads places in it; holds one recording at a time."""

    task: Task
    paths: tuple[Path, ...] = field(repr=False)
    _number: int = 0
    _recording: Recording | None = field(default=None, repr=False)
    _read: Callable[[Any], str] | None = field(default=None, repr=False)

    def __call__(self, item: Item) -> Excerpt:
        """The text around a place.

        Raises:
            InputError: The sample is not what it was.
        """
        recording = self._opened(item.recording)
        try:
            if item.kind == "typed":
                return _typed(recording, item)
            if item.kind == "field":
                return _field(recording, item)
            return self._screen(recording, item)
        except (LookupError, TypeError, ValueError):
            raise _changed(item.recording) from None

    def _opened(self, number: int) -> Recording:
        if self._recording is None or self._number != number:
            if not 0 < number <= len(self.paths):
                raise _changed(number)
            task = self.task
            try:
                recording = open_recording(self.paths[number - 1], max_bytes=task.file_mb * 2**20, mappings=task.read)
            except BoundaryError:
                raise _changed(number) from None
            shape = len(recording.events), len(recording.fields), len(recording.frames)
            if shape != self.task.shapes[number - 1]:
                raise _changed(number)
            self._number, self._recording = number, recording
        return self._recording

    def _screen(self, recording: Recording, item: Item) -> Excerpt:
        from image_redact.decode import decode

        if self._read is None:
            self._read = reading()
        names = list(dict.fromkeys(frame.file for frame in recording.frames))
        name = recording.frames[item.where["frame"]].file
        left, top, width, height = item.where["box"]
        about = f"frame {names.index(name) + 1}, x {left}, y {top}"
        try:
            value = self._read(crop(decode(recording.files[name].read()), (left, top, width, height)))
        except BoundaryError:
            value = ""
        return Excerpt("", value or "(no text is read there: look at the frame)", "", about)


def excerpts(task: Task, source: Path | None = None) -> Excerpts:
    """Reads the places of an audit, from where its sample was or from ``source``.

    Raises:
        InputError: There are not the recordings that were audited.
    """
    paths = discover(source or Path(task.source))
    if any(number > len(paths) for number in task.numbers):
        raise _changed(len(paths) + 1)
    return Excerpts(task, tuple(paths[number - 1] for number in task.numbers))


def _typed(recording: Recording, item: Item) -> Excerpt:
    """The keys around a place in the order of the presses, corrections as signs."""
    rows = recording.events.select(["seq", "kind", "key", "text", "stream", "app"]).to_pylist()
    presses = [
        row for row in rows
        if row["stream"] == item.where["stream"] and row["kind"] in {*KEY_KINDS, "text"} and row["kind"] != "key_up"
    ]  # fmt: skip
    mine = set(item.where["rows"])
    at = [index for index, row in enumerate(presses) if row["seq"] in mine]
    first, last = at[0], at[-1] + 1
    before = "".join(map(_sign, presses[max(0, first - AROUND) : first]))
    after = "".join(map(_sign, presses[last : last + AROUND]))
    return Excerpt(before, "".join(map(_sign, presses[first:last])), after, f"typed in {presses[first]['app'] or '?'}")


def _sign(row: dict[str, Any]) -> str:
    return row["text"] or _SIGNS.get(row["key"] or "", "")


def _field(recording: Recording, item: Item) -> Excerpt:
    found = recording.fields[item.where["field"]]
    start, end = item.where["start"], item.where["end"]
    return Excerpt(
        found.text[max(0, start - AROUND) : start], found.text[start:end], found.text[end : end + AROUND],
        found.role.replace("_", " "),
    )  # fmt: skip


def _changed(number: int) -> InputError:
    return InputError(
        f"recording {number} of the sample is not what was audited", code="sample-changed",
        hint="give the folder that was audited with --sample, or run the audit again",
    )  # fmt: skip
