"""The frames of a recording: read once, searched, covered, read again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from boundary.outcome import code_of
from boundary.plan import Plan
from boundary.regions import find_regions, frame_views
from policies.contract import ScreenView, TextDetector
from recording.errors import InputError, StepFailed
from recording.model import Box, Finding, Frame, Hit, Recording

if TYPE_CHECKING:
    from text_redact.known import KnownValue


@dataclass(frozen=True, slots=True)
class Screens:
    """What was read on the frames.

    Attributes:
        read: `image_redact.Screen` by frame.
        withheld: Frames that could not be read, with the code why; they do not pass.
        regions: What detectors of pixels found, by frame.
    """

    read: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    withheld: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    regions: Mapping[str, Sequence[Finding]] = field(default_factory=lambda: MappingProxyType({}))

    def frames(self) -> Iterable[str]:
        """Names of the frames that were read."""
        return self.read

    def lines(self, frame: str) -> list[str]:
        """The text lines of a frame."""
        return [line.text for line in self.read[frame].lines]

    def caption(self, frame: str, line: int) -> str:
        """The words that introduce a line, as a form does: to its left on the same row, or right above it."""
        lines = self.read[frame].lines
        return _caption(lines[line].box, [(other.box, other.text) for other in lines if other is not lines[line]])

    def search(self, frame: str, line: int, known: Any) -> Sequence[Hit]:
        """Known values in a line, with tolerance for OCR's errors."""
        from image_redact import find_known

        return find_known(self.read[frame].lines[line], known)

    def box(self, frame: str, line: int, start: int, end: int) -> Box:
        """The pixels of code points ``start..end`` of a line."""
        from image_redact import boxes

        rect = boxes(self.read[frame].lines[line], start, end)[0]
        return Box(frame, rect.x, rect.y, rect.width, rect.height)


MAX_CAPTION = 40
"""Longest caption, in code points; what is longer is a sentence."""


def _caption(box: Any, others: Sequence[tuple[Any, str]]) -> str:
    left: tuple[int, str] | None = None
    above: tuple[int, str] | None = None
    for other, text in others:
        if len(text) > MAX_CAPTION or not any(char.isalpha() for char in text):
            continue
        shared = min(box.bottom, other.bottom) - max(box.y, other.y)
        gap = box.x - other.right
        if shared * 2 > min(box.height, other.height) and gap >= 0 and (left is None or gap < left[0]):
            left = gap, text
        drop = box.y - other.bottom
        if 0 <= drop <= 2 * box.height and abs(box.x - other.x) <= box.height and (above is None or drop < above[0]):
            above = drop, text
    return left[1] if left else above[1] if above else ""


def index(known: Iterable[KnownValue]) -> Any:
    """Known values prepared for `Screens.search`."""
    from image_redact import Known, index_known

    return index_known([Known(value.value, value.label) for value in known])


def read_frames(recording: Recording, frames: Sequence[Frame], plan: Plan, alarm: Callable[[], None]) -> Screens:
    """Read every frame. One that cannot be read is withheld; it does not take the others with it."""
    if plan.reader is None:
        return Screens()
    from image_redact.decode import decode

    reader = plan.reader
    views = frame_views(recording, frames) if plan.regions else {}

    def read_one(name: str) -> Any:
        alarm()
        try:
            pixels = decode(recording.files[name].read(), max_pixels=reader.max_pixels)
            screen = reader.read(pixels)
            return screen, find_regions(name, pixels, screen, views.get(name, ScreenView()), plan)
        except (InputError, StepFailed) as error:
            if error.code == TIME_IS_UP:
                raise
            return code_of(error)

    done, withheld = _each(read_one, [frame.file for frame in frames])
    return Screens(
        MappingProxyType({name: screen for name, (screen, _) in done.items()}),
        withheld,
        MappingProxyType({name: regions for name, (_, regions) in done.items()}),
    )


TIME_IS_UP = "timeout"
"""Code of the recording's own time limit, which no frame may swallow."""


def _each(do: Callable[[str], Any], frames: Sequence[str]) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """What ``do`` makes of each frame, and the codes, given as text, of those that do not pass.

    OCR runs in processes of its own, so threads use every core.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with ThreadPoolExecutor(max_workers=cores) as pool:
        results = dict(zip(frames, pool.map(do, frames), strict=True))
    return (
        MappingProxyType({name: done for name, done in results.items() if not isinstance(done, str)}),
        MappingProxyType({name: done for name, done in results.items() if isinstance(done, str)}),
    )


@dataclass(frozen=True, slots=True)
class Covered:
    """Frames after covering: bytes by source name, and the codes of those that did not pass."""

    files: Mapping[str, bytes] = field(repr=False)
    withheld: Mapping[str, str]


def cover_frames(
    recording: Recording,
    screens: Screens,
    boxes: Mapping[str, Sequence[Box]],
    known: Iterable[KnownValue],
    detectors: Sequence[TextDetector],
    plan: Plan,
    alarm: Callable[[], None],
) -> Covered:
    """Cover what was found, read the result with other settings, and keep only frames on which nothing is left.

    Args:
        boxes: Findings by frame.
        detectors: Text detectors for the second reading.
    """
    from image_redact import Rect, find_known
    from image_redact.cover import JPEG_BLOCK
    from image_redact.decode import decode, encode

    values = index(known)
    reader, coverer, rereader = plan.reader, plan.coverer, plan.reread_screen
    if reader is None or coverer is None or rereader is None:
        raise StepFailed("frames are read but not covered and read again", code="screen-not-covered")

    def cover_one(name: str) -> bytes | str:
        alarm()
        data = recording.files[name].read()
        is_jpeg = data.startswith(b"\xff\xd8")
        found = [Rect(box.x, box.y, box.width, box.height) for box in boxes.get(name, ())]
        found += reader.always(screens.read[name])
        covered = coverer(decode(data, max_pixels=reader.max_pixels), found, block=JPEG_BLOCK if is_jpeg else 1)
        try:
            again = rereader.read(covered)
        except (InputError, StepFailed) as error:
            if error.code == TIME_IS_UP:
                raise
            return code_of(error)
        if any(find_known(line, values) or any(detect(line.text) for detect in detectors) for line in again.lines):
            return RESIDUE
        return encode(covered, ".jpg" if is_jpeg else ".png")

    return Covered(*_each(cover_one, list(screens.frames())))


RESIDUE = "screen-residue"
"""Code of a frame on which something sensitive could still be read after covering."""
