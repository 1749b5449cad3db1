"""The frames of a recording covered where something was found, and read again before they leave."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from boundary.echoes import echoes
from boundary.overlap import behind, decoded
from boundary.plan import Inscriber, Plan
from boundary.screens import Screens, each, index
from boundary.trace import Watch, Why, marks
from boundary.video import Sampled, is_sampled
from policies.contract import TextDetector
from recording.errors import StepFailed
from recording.model import Box, Recording

if TYPE_CHECKING:
    from text_redact.known import KnownValue


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
    from image_redact.decode import block_of, encode, written_suffix
    from image_redact.ghosts import without_ghosts

    reader, coverer, rereader = plan.reader, plan.coverer, plan.reread_screen
    if reader is None or coverer is None or rereader is None:
        raise StepFailed("frames are read but not covered and read again", code="screen-not-covered")
    names = list(screens.frames())
    hidden = _hidden(screens, boxes, plan, notes)
    traces = echoes(videos, hidden)
    residue = _Residue(index(known), detectors)
    last: tuple[Any, Any, Future[bytes] | str, Any] | None = None
    with (
        contextlib.closing(rereader.session(memory=screens.memory)) as session,
        contextlib.closing(decoded(recording.files, names, reader.max_pixels, same=_repeats(screens))) as pictures,
        behind() as later,
    ):

        def shown(name: str, pixels: Any, seen: Any) -> None:
            if watch is not None and seen is not None:
                screen = screens.read[name]
                always, unread = reader.always(screen), always_unread(screen)
                watch.frame(name, pixels, seen[0], marks(name, hidden[name], seen[1], why, always, unread))

        def read_again(covered: Any) -> list[Any]:
            return residue(session.read(covered).lines)

        def cover_one(name: str) -> Future[bytes] | str:
            nonlocal last
            data, pixels = next(pictures)()
            block = max(block_of(data), JPEG_BLOCK if is_sampled(name) else 1)
            if name in traces:
                pixels = without_ghosts(pixels, traces[name])
            asked = block, written_suffix(name), hidden[name]
            if last is not None and last[0] == asked and (last[1] is pixels or np.array_equal(last[1], pixels)):
                shown(name, pixels, last[3])
                return last[2]
            done: Future[bytes] | str = RESIDUE
            seen = None
            clean = _clean(pixels, hidden[name], coverer, block, read_again)
            if clean is not None:
                covered, regions = clean
                # Written only now, into boxes of a picture that was read and found clean: what is written is ours by
                # construction, and nothing has to be excused for looking like a value.
                if isinstance(coverer, Inscriber):
                    covered = coverer.inscribe(covered, regions, block=block)
                done = later(partial(encode, covered, written_suffix(name)))
                seen = None if watch is None else (covered, regions[len(hidden[name]) :])
            last = asked, pixels, done, seen
            shown(name, pixels, seen)
            return done

        covered, withheld = each(cover_one, names, alarm)
        files, not_encoded = each(lambda name: covered[name].result(), list(covered), alarm)
        return Covered(files, MappingProxyType({**withheld, **not_encoded}))


def _repeats(screens: Screens) -> frozenset[str]:
    """Frames with the very pixels of the frame before: reading one gives the screen of the other, and no new one."""
    return frozenset(
        name
        for before, name in pairwise(screens.read)
        if screens.read[name] is screens.read[before] and not (is_sampled(before) or is_sampled(name))
    )


def _clean(
    pixels: Any, hidden: Sequence[Any], coverer: Any, block: int, read_again: Callable[[Any], list[Any]]
) -> tuple[Any, list[Any]] | None:
    """The frame covered, and its regions; nothing where something can be read however often it is covered."""
    regions = list(hidden)
    for _ in range(1 + REPAIRS):
        covered = coverer(pixels, regions, block=block)
        left = read_again(covered)
        if not left:
            return covered, regions
        regions += left
    return None


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
    """What lines still hold that is sensitive, as regions; a line that held nothing once is not looked at again."""

    known: Any = field(repr=False)
    detectors: Sequence[TextDetector]
    empty: set[Hashable] = field(default_factory=set, repr=False)

    def __call__(self, lines: Sequence[Any]) -> list[Any]:
        from image_redact import Region, boxes, find_known
        from image_redact.known import seen_as
        from image_redact.locate import places_of

        out = []
        places: Any = None
        for line in lines:
            if seen_as(line) in self.empty:
                continue
            hits = [*find_known(line, self.known), *(hit for detect in self.detectors for hit in detect(line.text))]
            if not hits:
                self.empty.add(seen_as(line))
            if hits and places is None:
                places = places_of(lines)
            out += [Region(box, hit.label) for hit in hits for box in boxes(line, hit.start, hit.end, among=places)]
        return out


REPAIRS = 2
"""How often what a covered frame still shows is covered in addition, before the frame is withheld."""
RESIDUE = "screen-residue"
"""Code of a frame on which something sensitive could still be read after covering."""
