"""The frames of a recording: read once, searched, covered, read again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from boundary.captions import captions
from boundary.echoes import echoes
from boundary.outcome import code_of
from boundary.plan import Inscriber, Plan
from boundary.regions import find_regions, frame_views
from boundary.trace import Watch, Why, marks
from boundary.video import Sampled, is_sampled
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
        places: Where the words are of the frame that was asked for last.
    """

    read: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    withheld: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    regions: Mapping[str, Sequence[Finding]] = field(default_factory=lambda: MappingProxyType({}))
    places: dict[str, Any] = field(default_factory=dict, repr=False)

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
    if plan.reader is None:
        return Screens()
    from image_redact.decode import decode

    reader = plan.reader
    views = frame_views(recording, frames) if plan.regions else {}
    with contextlib.closing(reader.session()) as still, contextlib.closing(reader.session(tolerance=FLICKER)) as moving:

        def read_one(name: str) -> Any:
            pixels = decode(recording.files[name].read(), max_pixels=reader.max_pixels)
            screen = (moving if is_sampled(name) else still).read(pixels)
            return screen, find_regions(name, pixels, screen, views.get(name, ScreenView()), plan)

        done, withheld = _each(read_one, [frame.file for frame in frames], alarm)
    return Screens(
        MappingProxyType({name: screen for name, (screen, _) in done.items()}),
        withheld,
        MappingProxyType({name: regions for name, (_, regions) in done.items()}),
    )


FLICKER = 12
"""How far the pixels of a video's frames may change, 0 to 255, without anything having changed: codecs flicker."""


TIME_IS_UP = "timeout"
"""Code of the recording's own time limit, which no frame may swallow."""


def _each(
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


@dataclass(frozen=True, slots=True)
class StandIn:
    """What may be written into a box: the label of what was found, and its replacement where the coverer writes it."""

    label: str
    text: str = field(default="", repr=False)


NOTHING = StandIn("")
NO_NOTES: Mapping[Box, StandIn] = MappingProxyType({})
NO_WHY: Why = MappingProxyType({})


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
    *,
    notes: Mapping[Box, StandIn] = NO_NOTES,
    videos: Sequence[Sampled] = (),
    why: Why = NO_WHY,
    watch: Watch | None = None,
) -> Covered:
    """Cover what was found, read the result with other settings, and keep only frames on which nothing is left.

    Args:
        boxes: Findings by frame.
        detectors: Text detectors for the second reading.
        notes: What may be written into a box.
        videos: What was taken out of videos.
        why: What was found, by place, for ``watch``.
        watch: Is shown every frame that passes.
    """
    from image_redact.cover import JPEG_BLOCK
    from image_redact.decode import block_of, decode, encode, written_suffix
    from image_redact.ghosts import without_ghosts

    reader, coverer, rereader = plan.reader, plan.coverer, plan.reread_screen
    if reader is None or coverer is None or rereader is None:
        raise StepFailed("frames are read but not covered and read again", code="screen-not-covered")
    hidden = _hidden(screens, boxes, plan, notes)
    traces = echoes(videos, hidden)
    residue = _Residue(index(known), detectors)
    last: tuple[Any, Any, bytes | str, Any] | None = None
    with contextlib.closing(rereader.session()) as session:

        def shown(name: str, pixels: Any, seen: Any) -> None:
            if watch is not None and seen is not None:
                screen = screens.read[name]
                always, unread = reader.always(screen), always_unread(screen)
                watch.frame(name, pixels, seen[0], marks(name, hidden[name], seen[1], why, always, unread))

        def cover_one(name: str) -> bytes | str:
            nonlocal last
            data = recording.files[name].read()
            block = max(block_of(data), JPEG_BLOCK if is_sampled(name) else 1)
            pixels = decode(data, max_pixels=reader.max_pixels)
            if name in traces:
                pixels = without_ghosts(pixels, traces[name])
            asked = block, written_suffix(name), hidden[name]
            if last is not None and last[0] == asked and np.array_equal(last[1], pixels):
                shown(name, pixels, last[3])
                return last[2]
            regions = list(hidden[name])
            covered = coverer(pixels, regions, block=block)
            left = residue(session.read(covered).lines)
            # What another reading finds is covered too, and the result read again: only what stays is withheld.
            for _ in range(REPAIRS):
                if not left:
                    break
                regions += left
                covered = coverer(pixels, regions, block=block)
                left = residue(session.read(covered).lines)
            done: bytes | str = RESIDUE
            if not left:
                # Written only now, into boxes of a picture that was read and found clean: what is written is ours by
                # construction, and nothing has to be excused for looking like a value.
                if isinstance(coverer, Inscriber):
                    covered = coverer.inscribe(covered, regions, block=block)
                done = encode(covered, written_suffix(name))
            seen = None if left or watch is None else (covered, regions[len(hidden[name]) :])
            last = asked, pixels, done, seen
            shown(name, pixels, seen)
            return done

        return Covered(*_each(cover_one, list(screens.frames()), alarm))


def always_unread(screen: Any) -> list[Any]:
    """Boxes around what nobody could read, as a reader covers them."""
    from image_redact.locate import padded

    return [padded(region) for region in screen.unread]


def _hidden(
    screens: Screens, boxes: Mapping[str, Sequence[Box]], plan: Plan, notes: Mapping[Box, StandIn]
) -> Mapping[str, Sequence[Any]]:
    """What is covered on each frame: findings, what the reader always covers, and both wherever the same pixels are."""
    from image_redact import Rect, Region
    from image_redact.sticky import Sticky

    sticky = Sticky()
    out: dict[str, list[Any]] = {}
    for name, screen in screens.read.items():
        regions = [Region(box) for box in (plan.reader.always(screen) if plan.reader is not None else ())]
        for box in boxes.get(name, ()):
            note = notes.get(box, NOTHING)
            regions.append(Region(Rect(box.x, box.y, box.width, box.height), note.label, note.text))
        sticky.learn(screen, regions)
        out[name] = regions
    return {name: sticky.apply(screen, out[name]) for name, screen in screens.read.items()}


@dataclass(frozen=True, slots=True)
class _Residue:
    """What lines still hold that is sensitive, as regions; a text that held nothing once is not looked at again."""

    known: Any = field(repr=False)
    detectors: Sequence[TextDetector]
    texts: set[str] = field(default_factory=set, repr=False)

    def __call__(self, lines: Sequence[Any]) -> list[Any]:
        from image_redact import Region, boxes, find_known
        from image_redact.locate import places_of

        out = []
        places: Any = None
        for line in lines:
            if line.text in self.texts:
                continue
            hits = [*find_known(line, self.known), *(hit for detect in self.detectors for hit in detect(line.text))]
            if not hits:
                self.texts.add(line.text)
            if hits and places is None:
                places = places_of(lines)
            out += [Region(box, hit.label) for hit in hits for box in boxes(line, hit.start, hit.end, among=places)]
        return out


REPAIRS = 2
"""How often what a covered frame still shows is covered in addition, before the frame is withheld."""
RESIDUE = "screen-residue"
"""Code of a frame on which something sensitive could still be read after covering."""
