"""Videos never pass. Where the policy says so, what was taken out of them does, covered like any screenshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from boundary.plan import Plan
from recording.documents import file_type
from recording.errors import InputError
from recording.model import Frame, Recording, SourceFile

if TYPE_CHECKING:
    from image_redact.reel import Reel

MAX_FRAMES = 4_000
"""Most samples of one video; a longer one is dropped whole, not cut short in silence."""

MAX_BYTES = 512 * 2**20
"""Most memory for the samples of one recording, which are kept as what changed from one to the next."""

SAMPLED = "video-"
"""How the names of frames begin that were taken out of videos."""

START_KEYS = ("video_start_timestamp", "obs_record_state_timings.OBS_WEBSOCKET_OUTPUT_STARTED.0")
"""Metadata that says when, on the events' clock in seconds, the video began (OpenCUA; DuckTrack)."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A video and what was taken out of it.

    Attributes:
        name: Source name of the video.
        samples: Names of the frames, in order.
        times: Seconds of every frame of the video.
        shown: For each of them the number of the sample that it shows, or that is shown in its place.
        between: Frames in whose place the sample before them is shown, though they differ from it.
        runs: For each frame of the video how many key frames came before or with it.
        shape: Rows, columns and channels of its pictures.
    """

    name: str = field(repr=False)
    samples: tuple[str, ...]
    times: tuple[float, ...] = field(repr=False)
    shown: tuple[int, ...] = field(repr=False)
    between: int
    runs: tuple[int, ...] = field(repr=False)
    shape: tuple[int, ...]


def frames_of_videos(
    recording: Recording, plan: Plan, alarm: Callable[[], None]
) -> tuple[Recording, Mapping[str, int], tuple[Sampled, ...]]:
    """Add a frame for every sampled moment of every video.

    Returns:
        The recording with the frames, how many videos did not pass or pass as something else, by code, and what was
        taken out of each.

    Raises:
        MissingExtra: The policy wants videos written, and PyAV is not installed.
    """
    videos = [name for name in sorted(recording.files) if file_type(name) == "video"]
    codes: Counter[str] = Counter()
    taken: list[Sampled] = []
    files: dict[str, SourceFile] = {}
    frames: list[Frame] = []
    if plan.policy.video == "drop" or plan.reader is None:
        return recording, Counter({"video-not-passed": len(videos)}) if videos else codes, ()
    if plan.policy.video == "mp4" and videos:
        from image_redact.film import require_av

        require_av()
    began, left = _began(recording), MAX_BYTES
    for number, name in enumerate(videos, start=1):
        try:
            video, reel = _sampled(recording, name, number, plan, alarm, left)
        except InputError as error:
            codes[error.code] += 1
            continue
        codes["video-as-frames"] += plan.policy.video == "frames"
        codes["video-frames-between"] += video.between
        left -= reel.size
        taken.append(video)
        for index, (frame, at) in enumerate(zip(video.samples, _times(video), strict=True)):
            files[frame] = SourceFile(frame, load=partial(_bitmap, reel, index))
            frames.append(Frame(frame, t_ns=None if began is None else began + round(at * 1e9)))
    if frames:
        both = MappingProxyType({**recording.files, **files})
        recording = replace(recording, files=both, frames=(*recording.frames, *frames))
    return recording, +codes, tuple(taken)


def is_sampled(frame: str) -> bool:
    """Whether a frame was taken out of a video, so that its pixels are smeared though its file is lossless."""
    return frame.startswith(SAMPLED)


def _sampled(
    recording: Recording, name: str, number: int, plan: Plan, alarm: Callable[[], None], most: int
) -> tuple[Sampled, Reel]:
    from image_redact.reel import Reel
    from image_redact.video import too_long, watch

    source, reel = recording.files[name], Reel()
    samples: list[str] = []
    times: list[float] = []
    shown: list[int] = []
    runs: list[int] = []
    between, shape = 0, (0, 0, 0)
    stem = _stem(recording, number)
    for moment in watch(
        source.path if source.path is not None else source.read(),
        every_s=plan.policy.video_every_s,
        max_pixels=plan.reader.max_pixels if plan.reader is not None else 0,
        tick=alarm,
    ):
        if moment.pixels is not None:
            reel.add(moment.pixels)
            if len(reel) > MAX_FRAMES or reel.size > most:
                raise too_long("more of the video changes than can be looked at", "raise release.video_every_s")
            # Names are seen where the policy keeps them: they must not tell times that a timing step changes.
            told = (
                f"{len(samples):06d}"
                if plan.retimer or plan.smoother
                else f"t-{round(moment.seconds * 1000):09d}ms-{len(samples)}"
            )
            samples.append(f"{stem}{told}.png")
            shape = moment.pixels.shape
        times.append(moment.seconds)
        shown.append(len(samples) - 1)
        runs.append((runs[-1] if runs else 0) + moment.key)
        between += moment.between
    reel.close()
    return Sampled(name, tuple(samples), tuple(times), tuple(shown), between, tuple(runs), shape), reel


def _stem(recording: Recording, number: int) -> str:
    """How the names of a video's frames begin, unlike any name of the recording; a folder where that has some."""
    divider = "-" if recording.format == "screenshots" else "/"
    more = ""
    while any(name.startswith(f"{SAMPLED}{number:02d}{more}{divider}") for name in recording.files):
        more += "x"
    return f"{SAMPLED}{number:02d}{more}{divider}"


def _times(video: Sampled) -> list[float]:
    """Seconds at which each sample begins."""
    begun = dict(zip(reversed(video.shown), reversed(video.times), strict=True))
    return [begun[index] for index in range(len(video.samples))]


def _bitmap(reel: Reel, index: int) -> bytes:
    """A picture as a file that costs nothing to pack: it is unpacked again at once."""
    from image_redact.decode import import_cv2

    return bytes(import_cv2().imencode(".bmp", reel[index])[1])


def _began(recording: Recording) -> int | None:
    for key in START_KEYS:
        try:
            return int(Decimal(recording.attributes[key]) * 10**9)
        except (KeyError, InvalidOperation, ValueError):
            continue
    return None
