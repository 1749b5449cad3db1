"""Frames of a session cost what changed between them and are read as if each were the first."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strokes import STROKES, blank, draw, write

from image_redact import Screen, redact_session
from image_redact.decode import Pixels, decode, encode
from image_redact.engines.contract import Placed
from image_redact.memory import Memory, Recent
from image_redact.readers import ScreenReader, ScreenRereader
from image_redact.screen import Rect
from image_redact.session import ScreenSession
from recording.errors import StepFailed
from recording.model import Hit

STEP = 24


@dataclass(frozen=True, slots=True)
class Digesting:
    """Reads a piece as one word that no other pixels would give, so that every difference shows."""

    asked: list[int] = field(default_factory=list, compare=False)
    name: str = ""

    def read(self, pieces: Sequence[Pixels]) -> Sequence[Sequence[Placed]]:
        """One word a piece, as large as it."""
        self.asked.append(len(pieces))
        return [
            [Placed((0,), Rect(0, 0, p.shape[1], p.shape[0]), 90.0, hashlib.sha256(p.tobytes()).hexdigest()[:12])]
            for p in pieces
        ]


def same(one: Screen, other: Screen) -> bool:
    """Whether two screens say the same, whatever the order."""
    return {(line.text, line.words) for line in one.lines} == {(line.text, line.words) for line in other.lines} and set(
        one.unread
    ) == set(other.unread)


def cold(pixels: Pixels) -> Screen:
    """The frame as the first of a session."""
    with ScreenSession((Digesting(),)) as session:
        return session.read(pixels)


@settings(max_examples=80, deadline=None)
@given(STROKES, st.lists(STROKES, min_size=1, max_size=4))
@example([("Save", 10, 20, 3), ("Save", 60, 20, 3)], [[("erase", 5, 5, 30)]])
def test_a_frame_of_a_session_reads_as_it_would_alone(first, then):
    """T12: what is remembered from frames before changes nothing."""
    pixels = blank()
    draw(pixels, first)
    with ScreenSession((Digesting(),)) as session:
        session.read(pixels)
        for strokes in then:
            pixels = pixels.copy()
            draw(pixels, strokes)
            assert same(session.read(pixels), cold(pixels))


@settings(max_examples=60, deadline=None)
@given(STROKES, st.lists(st.tuples(STROKES, STROKES), min_size=1, max_size=3))
def test_a_covered_frame_reads_as_it_would_alone(first, then):
    """Although its pieces are found from those of the frame before covering."""
    pixels = blank()
    draw(pixels, first)
    with ScreenSession((Digesting(),)) as before, ScreenSession((Digesting(),)) as after:
        for strokes, covers in then:
            pixels = pixels.copy()
            draw(pixels, strokes)
            before.read(pixels)
            covered = pixels.copy()
            draw(covered, covers)
            assert same(after.read(covered, beside=before), cold(covered))


def page() -> Pixels:
    """Ten lines of text."""
    pixels = blank()
    for number in range(10):
        write(pixels, f"line {number * number} of it", 20, 20 + STEP * number)
    return pixels


def test_what_was_read_is_not_read_again():
    """An equal frame asks nothing, a scrolled one asks for the line that came in, and going back asks nothing."""
    engine = Digesting()
    scrolled = np.vstack([page()[STEP:], blank()[:STEP]])
    write(scrolled, "a new one", 20, 20 + STEP * 9)
    with ScreenSession((engine,), threads=1) as session:
        for pixels in (page(), page(), scrolled, page()):
            session.read(pixels)
    assert engine.asked == [10, 1] or sum(engine.asked) <= 12


def test_flicker_below_the_tolerance_is_not_read_again_and_does_not_add_up():
    """Frames of a video: noise is passed over, but a slow change is seen once it is more than noise."""
    engine = Digesting()
    with ScreenSession((engine,), tolerance=12, threads=1) as session:
        pixels = page()
        session.read(pixels)
        asked = sum(engine.asked)
        for step in range(1, 5):
            session.read(pixels + np.uint8(step))
        assert sum(engine.asked) == asked
        session.read(pixels - np.uint8(20))
        assert sum(engine.asked) > asked


def test_a_failing_engine_fails_its_frame_alone():
    """The next frame is read from the beginning."""

    @dataclass(frozen=True, slots=True)
    class Failing:
        def read(self, pieces: Sequence[Pixels]) -> Sequence[Sequence[Placed]]:
            if any((piece == (255, 0, 255)).all(axis=2).any() for piece in pieces):
                raise StepFailed("no", code="ocr-failed")
            return Digesting().read(pieces)

    bad = page()
    bad[100:130, 100:200] = 255, 0, 255
    bad[110:120, 120:180:4] = 0
    with ScreenSession((Failing(),)) as session:
        session.read(page())
        with pytest.raises(StepFailed, match="ocr-failed"):
            session.read(bad)
        assert same(session.read(page()), cold(page()))


def test_an_engine_that_leaves_pieces_out_fails():
    """Fewer answers than questions are no reading."""

    @dataclass(frozen=True, slots=True)
    class Short:
        def read(self, pieces: Sequence[Pixels]) -> Sequence[Sequence[Placed]]:
            return Digesting().read(pieces)[1:]

    with ScreenSession((Short(),)) as session, pytest.raises(StepFailed, match="ocr-output"):
        session.read(page())


def test_the_memory_is_bounded_and_forgets_what_was_used_longest_ago():
    """A session of any length keeps so many pieces and no more."""
    held = Recent[int, str](most=3)
    for number in range(5):
        held.put(number, "read")
        assert held.get(0) is not None
    assert len(held) == 3
    assert held.get(1) is None


def test_sessions_that_share_a_memory_read_a_piece_once_with_an_engine():
    """What the reader read with the settings of the second reading is not read again; another engine reads anew."""
    memory, one, other = Memory(), Digesting(), Digesting(name="other")
    with ScreenSession((one,), memory=memory) as first, ScreenSession((one, other), memory=memory) as second:
        first.read(page())
        second.read(page())
    assert sum(one.asked) == sum(other.asked) > 0


def test_digests_of_two_memories_differ():
    """They are keyed, so that they tell nothing outside of their session."""
    assert Memory().digest(page()) != Memory().digest(page())


@dataclass(frozen=True, slots=True)
class Once:
    """Finds a word the first time that a text is read, and never again: as a model does when its context changes."""

    seen: set[str] = field(default_factory=set, compare=False)

    def __call__(self, text: str) -> list[Hit]:
        """A hit over all of the text, once."""
        known = text in self.seen
        self.seen.add(text)
        return [] if known else [Hit("X", 0, len(text), 1.0, "test")]


def test_what_was_covered_is_covered_where_the_same_pixels_come_again():
    """T13: also after scrolling, and although nothing is found there any more."""
    pixels = blank()
    write(pixels, "something secret", 20, 60)
    below = np.vstack([blank()[:40], pixels[:-40]])
    reader, rereader = ScreenReader(engines=(Digesting(),)), ScreenRereader(engines=(Nothing(),), whole=None)
    frames = [encode(frame, ".png") for frame in (pixels, below)]
    first, second = redact_session(frames, Once(), reader=reader, rereader=rereader)
    assert first.data is not None
    assert second.data is not None
    assert not (decode(first.data) != 0)[pixels != blank()].any()
    assert not (decode(second.data) != 0)[below != blank()].any()


def test_a_frame_that_fails_is_withheld_and_the_others_go_on():
    """With its code, and without its picture."""
    good = encode(page(), ".png")
    reader, rereader = ScreenReader(engines=(Digesting(),)), ScreenRereader(engines=(Nothing(),), whole=None)
    results = list(redact_session([good, b"no picture", good], lambda _: [], reader=reader, rereader=rereader))
    assert [bool(result.data) for result in results] == [True, False, True]
    assert results[1].code


@dataclass(frozen=True, slots=True)
class Nothing:
    """Reads nothing."""

    def read(self, pieces: Sequence[Pixels]) -> Sequence[Sequence[Placed]]:
        """No words."""
        return [[] for _ in pieces]
