"""What a policy does to a sample recording: its texts as a timeline, its screens before and after."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from boundary.explaining import explain_decisions
from boundary.joined import with_fields_of
from boundary.looking import Looked
from boundary.outcome import Report, Withheld
from boundary.pipeline import process
from boundary.plan import Plan
from boundary.replacing import replacing
from boundary.review.timeline import Found, Moment, moments
from boundary.sheet_tiles import picture
from boundary.trace import Mark, Watch
from recording.errors import StepFailed
from recording.model import Recording

SCREENS = 60
"""Frames of a recording that are kept to look at, spread over it by chance."""
LARGEST = 300_000
"""Bytes of one picture, at most."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame to look at.

    Attributes:
        number: Of the frame in its recording, from 1.
        width: In pixels, of the frame; pictures may be smaller.
        after: JPEG of the covered frame, as it would leave.
        before: JPEG of the frame as captured; shown only to who asks for it, and then it is logged.
    """

    number: int
    width: int
    height: int
    marks: tuple[Mark, ...]
    after: bytes = field(repr=False)
    before: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Preview:
    """What became of a sample recording.

    Attributes:
        digest: Of the policy.
        withheld: Why it would not leave; ``None`` where it would.
        report: Figures; ``None`` where it is withheld, or holds nothing but screens that were not read.
        moments: Its texts in order of time, with what was found masked.
        found: Every finding of a text.
        shots: Frames that were covered and verified; empty where screens were not read.
        frames: Frames of the recording, those taken out of videos included once they were.
        videos: Videos of the recording.
        held: Frames withheld, by code.
        screens: Whether screens were read: what is seen on them is then searched in texts, too.
    """

    digest: str
    withheld: Withheld | None
    report: Report | None
    moments: tuple[Moment, ...] = field(default=(), repr=False)
    found: tuple[Found, ...] = field(default=(), repr=False)
    shots: tuple[Shot, ...] = field(default=(), repr=False)
    frames: int = 0
    videos: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    screens: bool = False


def preview(recording: Recording, plan: Plan, *, screens: bool) -> Preview:
    """Take a recording through a policy and release nothing. Never raises on account of the recording.

    Args:
        screens: Read and cover its frames, which takes seconds for each; without, they are left out.
    """
    watch = _Watch(plan)
    looked = recording if screens else without_media(recording)
    videos = sum(name.lower().endswith(_VIDEOS) for name in recording.files)
    if not looked.files:  # a folder of screenshots: without them there is nothing to judge
        return Preview(plan.policy.digest, None, None, frames=len(recording.frames), videos=videos)
    outcome = process(lambda: looked, plan, watch=watch)
    return Preview(
        digest=plan.policy.digest,
        withheld=outcome if isinstance(outcome, Withheld) else None,
        report=None if isinstance(outcome, Withheld) else outcome.report,
        moments=watch.moments,
        found=watch.found,
        shots=tuple(sorted(watch.shots.values(), key=_number)),
        frames=watch.count if screens else len(recording.frames),
        videos=videos,
        held=_counted(watch.held.values()),
        screens=screens,
    )


def without_media(recording: Recording) -> Recording:
    """The texts of a recording alone: what can be looked at again with every key that a reviewer presses."""
    shown = {frame.file for frame in recording.frames}
    files = {
        name: file
        for name, file in recording.files.items()
        if name not in shown and not name.lower().endswith(_MEDIA)
    }  # fmt: skip
    return replace(with_fields_of(recording, files), frames=(), files=files)


_VIDEOS = (".mp4", ".mkv", ".webm", ".avi", ".mov", ".m4v")
_MEDIA = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", *_VIDEOS)


@dataclass(slots=True)
class _Watch(Watch):
    """Keeps what the page shows."""

    plan: Plan
    moments: tuple[Moment, ...] = ()
    found: tuple[Found, ...] = ()
    shots: dict[str, Shot] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def decided(self, seen: Looked, person: str | None) -> None:
        """Keep the texts, with what takes the place of each finding."""
        session = seen.session
        change = replacing(session, seen.decisions, seen.known, self.plan, person)
        texts = [decision for decision in seen.decisions if session.passages[decision.passage].kind != "screen"]
        told = explain_decisions(seen, self.plan, texts)
        self.found = tuple(
            Found(number, why, change(decision, why.value))
            for number, (decision, why) in enumerate(zip(texts, told, strict=True))
        )
        self.moments = moments(session, texts, self.found)

    def frame(self, name: str, before: Any, after: Any, marks: Sequence[Mark]) -> None:
        """Keep a frame, and give up the one with the worst lot when there are too many."""
        try:
            pictures = picture(after, LARGEST), picture(before, LARGEST)
        except StepFailed:
            self.held[name] = "picture-too-large"  # of the page only: the recording's verdict does not change
            return
        height, width = after.shape[:2]
        self.shots[name] = Shot(0, width, height, tuple(marks), *pictures)
        if len(self.shots) > SCREENS:
            del self.shots[max(self.shots, key=_lot)]

    def ended(self, frames: Sequence[str], withheld: Mapping[str, str]) -> None:
        """Number the frames, and keep why others did not pass."""
        self.count = len(set(frames))
        numbers = {name: number for number, name in enumerate(dict.fromkeys(frames), start=1)}
        self.shots = {name: replace(shot, number=numbers.get(name, 0)) for name, shot in self.shots.items()}
        self.held.update(withheld)


def _lot(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _number(shot: Shot) -> int:
    return shot.number


def _counted(codes: Any) -> dict[str, int]:
    out: dict[str, int] = {}
    for code in codes:
        out[code] = out.get(code, 0) + 1
    return dict(sorted(out.items()))
