"""The frames of a recording, read once; what the steps ask of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from boundary.captions import captions
from boundary.outcome import code_of
from boundary.overlap import behind, decoded
from boundary.plan import Plan
from boundary.regions import find_regions, frame_views, open_regions
from boundary.video import is_sampled
from policies.contract import ScreenView
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
        places: Where the words are of the frame that was asked for last.
        memory: What engines read, for whoever reads the frames again.
    """

    read: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    withheld: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    regions: Mapping[str, Sequence[Finding]] = field(default_factory=lambda: MappingProxyType({}))
    places: dict[str, Any] = field(default_factory=dict, repr=False)
    memory: Any = field(default=None, repr=False)

    def frames(self) -> Iterable[str]:
        """Names of the frames that were read."""
        return self.read

    def lines(self, frame: str) -> list[str]:
        """The text lines of a frame."""
        return [line.text for line in self.read[frame].lines]

    def confidence(self, frame: str, line: int, start: int, end: int) -> float:
        """OCR's confidence, 0 to 100, in the least sure of the words at code points ``start..end`` of a line."""
        words = self.read[frame].lines[line].words
        return float(min((w.confidence for w in words if w.start < end and start < w.end), default=0.0))

    def is_closed(self, frame: str, line: int) -> bool:
        """Whether a line is one without its spaces, whose words nobody wrote like that."""
        return bool(self.read[frame].lines[line].closed)

    def captions(self, frame: str) -> Sequence[str]:
        """For every line the words that introduce it: to its left, or right above it, or the head of its column."""
        return captions(self.read[frame].lines)

    def search(self, frame: str, line: int, known: Any) -> Sequence[Hit]:
        """Known values in a line, with tolerance for OCR's errors."""
        from image_redact import find_known

        return find_known(self.read[frame].lines[line], known)

    def searched(self, frame: str, line: int) -> Hashable:
        """Equal for lines in which `search` finds the same."""
        from image_redact.known import seen_as

        key: Hashable = seen_as(self.read[frame].lines[line])
        return key

    def boxes(self, frame: str, line: int, start: int, end: int) -> tuple[Box, ...]:
        """The pixels of code points ``start..end`` of a line, a box for every row that they stand on.

        None where a line of several rows was put together and they stand on one: then it is for the row's own line to
        say whether that is sensitive.
        """
        from image_redact import boxes
        from image_redact.locate import places_of

        lines = self.read[frame].lines
        if frame not in self.places:
            self.places.clear()
            self.places[frame] = places_of(lines)
        rects = boxes(lines[line], start, end, among=self.places[frame])
        if len(rects) == 1 and len(boxes(lines[line], 0, len(lines[line].text))) > 1:
            return ()
        return tuple(Box(frame, *rect) for rect in rects)


def index(known: Iterable[KnownValue]) -> Any:
    """Known values prepared for `Screens.search`."""
    from image_redact import Known, index_known

    return index_known([Known(value.value, value.label) for value in known])


def read_frames(recording: Recording, frames: Sequence[Frame], plan: Plan, alarm: Callable[[], None]) -> Screens:
    """Read every frame. One that cannot be read is withheld; it does not take the others with it."""
    from image_redact.memory import Memory

    if plan.reader is None:
        return Screens()
    reader, memory = plan.reader, Memory()
    names = [frame.file for frame in frames]
    views = frame_views(recording, frames) if plan.regions else {}
    regions = open_regions(plan)
    with (
        contextlib.closing(reader.session(memory=memory)) as still,
        contextlib.closing(reader.session(tolerance=FLICKER, memory=memory)) as moving,
        contextlib.closing(decoded(recording.files, names, reader.max_pixels)) as pictures,
        behind() as later,
    ):

        def read_one(name: str) -> Any:
            _, pixels = next(pictures)()
            screen = (moving if is_sampled(name) else still).read(pixels)
            view = views.get(name, ScreenView())
            return screen, later(lambda: find_regions(name, pixels, screen, view, plan, regions))

        read, unread = each(read_one, names, alarm)
        found, unsearched = each(lambda name: read[name][1].result(), list(read), alarm)
    return Screens(
        MappingProxyType({name: read[name][0] for name in found}),
        MappingProxyType({**unread, **unsearched}),
        found,
        memory=memory,
    )


FLICKER = 12
"""How far the pixels of a video's frames may change, 0 to 255, without anything having changed: codecs flicker."""


TIME_IS_UP = "timeout"
"""Code of the recording's own time limit, which no frame may swallow."""


def each(
    do: Callable[[str], Any], frames: Sequence[str], alarm: Callable[[], None]
) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """What ``do`` makes of each frame, in order, and the codes, given as text, of those that do not pass."""
    results = {}
    for name in frames:
        alarm()
        try:
            results[name] = do(name)
        except (InputError, StepFailed) as error:
            if error.code == TIME_IS_UP:
                raise
            results[name] = code_of(error)
    return (
        MappingProxyType({name: done for name, done in results.items() if not isinstance(done, str)}),
        MappingProxyType({name: done for name, done in results.items() if isinstance(done, str)}),
    )
