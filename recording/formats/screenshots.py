"""A folder that holds nothing but screenshots and videos of the screen, or one of either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from recording.documents import file_type, frames_of, name_fields
from recording.errors import InputError
from recording.formats._base import Stroke
from recording.lines import shown
from recording.model import EVENTS, Recording, SourceFile
from recording.timeline import Bools, Ints, Timeline


@dataclass(frozen=True, slots=True)
class Screenshots:
    """`recording.formats.Format` of plain images and videos: frames without events."""

    name: str = "screenshots"
    priority: int = 0

    def claims(self, files: Mapping[str, SourceFile]) -> bool:
        """Only images and videos, at least one of them in the folder itself."""
        read = [name for name in files if file_type(name) != "hidden"]
        return any("/" not in name for name in read) and all(file_type(name) in ("image", "video") for name in read)

    def parse(self, name: str, files: Mapping[str, SourceFile]) -> Recording:
        """One frame for each image, in the order of the names; the names are text fields.

        Videos are files that no reader has looked into: a policy may have frames taken out of them.
        """
        frames = frames_of(files)
        for file in frames:
            source = files[file]
            size = len(source.data) if source.data is not None else source.path.stat().st_size if source.path else 0
            if not size:
                raise InputError(
                    "an image file is empty", code="empty-file", place=f"{shown(file)}:1:1",
                    hint="the recorder was probably stopped while writing",
                )  # fmt: skip
        return Recording(
            name, self.name, MappingProxyType(dict(files)), EVENTS.empty_table(), name_fields(files),
            tuple(frames.values()),
        )  # fmt: skip

    def render_keys(self, recording: Recording, strokes: Sequence[Stroke], like: int) -> bytes:
        """Screenshots hold no keys.

        Raises:
            ValueError: Always.
        """
        raise ValueError("a folder of screenshots has no key events")

    def times(self, recording: Recording) -> tuple[Ints, Bools]:
        """Screenshots have no event rows."""
        return np.zeros(0, np.int64), np.zeros(0, np.bool_)

    def retime(self, recording: Recording, timeline: Timeline) -> Mapping[str, bytes]:
        """Nothing in the files is a time of the recorder; names are text fields."""
        return {}


FORMAT = Screenshots()
