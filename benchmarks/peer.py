"""Pages and sessions of frames against presidio-image-redactor on every frame, and against RapidOCR on every frame.

Ours is the whole pipeline under `baseline`: decode, read, find, cover, read again, encode. The pages and sessions are
of seeds that nobody tunes on; the truth is the DOM's.
"""

from __future__ import annotations

import contextlib
import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from benchmarks import _pixels
from benchmarks._harness import ROOT, Count, Result, Skip, Speed, compare
from benchmarks._image_peer import NAME, ImagePeer, image_peer
from benchmarks.covered import KEY, clear, frame_name, write_recording
from benchmarks.pages.chromium import browser
from benchmarks.pages.draw import SPLITS, Drawn, draw
from benchmarks.pages.judge import Tally, judge
from benchmarks.pages.sequences import draw_sequence
from benchmarks.screens import one_tesseract_thread
from boundary.names import frame_names
from boundary.outcome import Release
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from image_redact.decode import decode, encode
from image_redact.engines.choose import engine
from policies import load_policy
from recording import open_recording

SPLIT = "report"
SESSIONS = ("typing", "scrolling", "panel", "windows", "tabs")
EVERY = 6
"""Of a session the peers get every sixth frame, and their time counts six times: no frame costs them less."""
RAPID_SESSIONS = 3
"""The first of them, since a frame takes RapidOCR some seconds."""
STILL = 30
RAPID = "the whole RapidOCR pipeline, which reads and covers nothing"


@dataclass(frozen=True, slots=True)
class Session:
    """Frames of one recording in order."""

    name: str
    frames: tuple[Drawn, ...]


def run(*, quick: bool) -> Result:
    """Draw, cover on both sides, judge."""
    pages, sessions = drawn(quick=quick)
    speeds: list[Speed] = []
    counts: list[Count] = []
    with one_tesseract_thread(), image_peer() as peer:
        plan = build_plan(load_policy(ROOT / "policies" / "baseline.yaml"), key=KEY)
        speeds += _page_speeds(pages, plan, peer, quick=quick)
        counts += _recall(pages, plan, peer)
        for session in sessions:
            speeds.append(_session_speed(session, plan, peer))
        notes = [
            f"the peer is {peer.version} with every default, over a blank spaCy pipeline: no model of names is at hand",
            f"the peers had every {EVERY}th frame of a session, and their seconds count {EVERY} times",
            f"frames on which {NAME} failed: {peer.failed}",
        ]
        try:
            speeds += _rapid_speeds(sessions, plan)
        except Skip as reason:
            notes.append(f"against RapidOCR: skipped, {reason}")
        speeds.append(_still_speed(pages[0], plan))
    return Result(speeds=tuple(speeds), counts=tuple(counts), notes=tuple(notes))


def drawn(*, quick: bool) -> tuple[list[Drawn], list[Session]]:
    """Pages of 1920 x 1080 of every kind, and sessions. Raises `Skip` without Chromium."""
    with browser() as page:
        kinds = list(SPLITS[SPLIT])[: 1 if quick else None]
        pages = [draw(page, SPLIT, kind, 0, 1.0) for kind in kinds]
        sessions = []
        for name in SESSIONS[: 1 if quick else None]:
            frames = tuple(draw_sequence(page, SPLIT, name, 0))
            sessions.append(Session(name, frames[:EVERY] if quick else frames))
    return pages, sessions


def _page_speeds(pages: Sequence[Drawn], plan: Plan, peer: ImagePeer, *, quick: bool) -> Iterator[Speed]:
    for page in pages:
        yield compare(
            case=f"one {page.kind} page of {page.truth.width} x {page.truth.height}",
            unit="frame",
            work=1,
            peer=NAME,
            ours=lambda page=page: clear(page.png, plan),  # type: ignore[misc]  # called before the loop goes on
            theirs=lambda page=page: peer.redact(page.png),  # type: ignore[misc]
            rounds=1 if quick else 3,
            warm_up=not quick,
        )


def _recall(pages: Sequence[Drawn], plan: Plan, peer: ImagePeer) -> Iterator[Count]:
    ours, theirs = Tally(), Tally()
    for page in pages:
        before = _pixels.load(page.png)
        released = clear(page.png, plan)
        if released is None:
            raise RuntimeError("a page of the benchmark was withheld")
        judge(before, _pixels.load(released), page.truth, page.kind, ours)
        judge(before, _pixels.load(peer.redact(page.png)), page.truth, page.kind, theirs)
    for group, what in sorted(ours.of):
        if group in ("group", "kind"):
            key = group, what
            figure = f"covered, all of {what}" if group == "group" else f"covered, {what}"
            yield Count(figure=figure, ours=ours.covered[key], of=ours.of[key], peer=theirs.covered[key])
    yield Count(figure="ordinary words hit", ours=ours.words_hit, of=ours.words, peer=theirs.words_hit)


def _session_speed(session: Session, plan: Plan, peer: ImagePeer) -> Speed:
    sample = session.frames[::EVERY]
    first = session.frames[0].truth
    return compare(
        case=f"{session.name}, {len(session.frames)} frames of {first.width} x {first.height}",
        unit="frame",
        work=len(session.frames),
        peer=f"{NAME} on every frame",
        ours=lambda: clear_session(session.frames, plan),
        theirs=lambda: [peer.redact(frame.png) for frame in sample],
        rounds=1,
        warm_up=False,
        peer_share=len(sample) / len(session.frames),
    )


def _rapid_speeds(sessions: Sequence[Session], plan: Plan) -> Iterator[Speed]:
    try:
        from rapidocr import RapidOCR
    except ImportError:
        raise Skip("rapidocr is not installed") from None
    if plan.reader is None:
        raise Skip("baseline reads no screens")
    with_rapid = replace(plan, reader=replace(plan.reader, engines=(engine("rapidocr"),)))  # type: ignore[type-var]
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    whole = RapidOCR()
    whole(decode(sessions[0].frames[0].png))
    for session in sessions[:RAPID_SESSIONS]:
        sample = [decode(frame.png) for frame in session.frames[::EVERY]]
        yield compare(
            case=f"{session.name}, {len(session.frames)} frames, ours reads by RapidOCR",
            unit="frame",
            work=len(session.frames),
            peer=RAPID,
            ours=lambda session=session: clear_session(session.frames, with_rapid),  # type: ignore[misc]
            theirs=lambda sample=sample: [whole(frame) for frame in sample],  # type: ignore[misc]
            rounds=1,
            warm_up=False,
            peer_share=len(sample) / len(session.frames),
        )


def _still_speed(page: Drawn, plan: Plan) -> Speed:
    """What each frame that shows nothing new costs: a session of equal frames less a session of one."""
    # The same picture in other bytes every time, as recorders write it: equal files would not even be decoded.
    again = replace(page, png=encode(decode(page.png), ".png"))
    if again.png == page.png:
        raise RuntimeError("the page was not encoded differently")

    def seconds(count: int) -> float:
        start = perf_counter()
        clear_session([(page, again)[number % 2] for number in range(count)], plan)
        return perf_counter() - start

    def recoded() -> float:
        start = perf_counter()
        for number in range(STILL):
            encode(decode((page, again)[number % 2].png), ".png")
        return perf_counter() - start

    seconds(1)
    pairs = [(seconds(1 + STILL) - seconds(1), recoded()) for _ in range(3)]
    return Speed(
        case="a frame equal to the one before, 1920 x 1080",
        unit="frame",
        work=STILL,
        peer="decoding and encoding it",
        ours_s=tuple(max(ours, 1e-6) for ours, _ in pairs),
        peer_s=tuple(theirs for _, theirs in pairs),
    )


def clear_session(frames: Sequence[Drawn], plan: Plan) -> dict[int, bytes]:
    """Frames through the whole pipeline as one recording: covered pictures by number.

    Raises:
        RuntimeError: The recording, or more than a tenth of its frames, was withheld: its time would say nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "session"
        write_recording(source, *(frame.png for frame in frames))
        outcome = process(lambda: open_recording(source), plan)
        if not isinstance(outcome, Release):
            raise RuntimeError(f"the session was withheld: {outcome.code}")  # noqa: TRY004  a verdict, not a type
        names = frame_names(open_recording(source), neutral=True, renamed=())
        out = {}
        for number in range(len(frames)):
            with contextlib.suppress(KeyError):
                out[number] = outcome.files[names[frame_name(number)]]
    if len(out) < 0.9 * len(frames):
        raise RuntimeError("frames of the session were withheld")
    return out
