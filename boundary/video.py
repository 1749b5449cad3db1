"""Videos never pass. Where the policy says so, frames taken out of them do, covered like any screenshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from boundary.plan import Plan
from recording.errors import InputError
from recording.model import Frame, Recording, SourceFile

SUFFIXES = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm"})
MAX_FRAMES = 2_000
"""Most frames taken from one video; a longer one is dropped whole, not cut short in silence."""

SAMPLED = "video-"
"""How the folders of frames begin that were taken out of videos."""

START_KEYS = ("video_start_timestamp", "obs_record_state_timings.OBS_WEBSOCKET_OUTPUT_STARTED.0")
"""Metadata that says when, on the events' clock in seconds, the video began (OpenCUA; DuckTrack)."""


def frames_of_videos(
    recording: Recording, plan: Plan, alarm: Callable[[], None]
) -> tuple[Recording, Mapping[str, int]]:
    """Add a frame for every sampled moment of every video.

    Returns:
        The recording with the frames, and how many videos did not pass, by code.
    """
    videos = [name for name in sorted(recording.files) if PurePosixPath(name).suffix.lower() in SUFFIXES]
    codes: Counter[str] = Counter()
    files: dict[str, SourceFile] = {}
    frames: list[Frame] = []
    for number, name in enumerate(videos, start=1):
        path = recording.files[name].path
        if plan.policy.video != "frames" or plan.reader is None or path is None:
            codes["video-not-passed"] += 1
            continue
        try:
            taken = dict(_sampled(path, f"{SAMPLED}{number:02d}", recording, plan, alarm))
        except InputError as error:
            codes[error.code] += 1
            continue
        codes["video-as-frames"] += 1
        files |= {frame.file: source for frame, source in taken.items()}
        frames += taken
    if frames:
        both = MappingProxyType({**recording.files, **files})
        recording = replace(recording, files=both, frames=(*recording.frames, *frames))
    return recording, codes


def is_sampled(frame: str) -> bool:
    """Whether a frame was taken out of a video, so that its pixels are smeared though its file is lossless."""
    return frame.startswith(SAMPLED)


def _sampled(
    path: Path, folder: str, recording: Recording, plan: Plan, alarm: Callable[[], None]
) -> list[tuple[Frame, SourceFile]]:
    from image_redact.decode import encode
    from image_redact.video import sample

    began = _began(recording)
    out = []
    for seconds, pixels in sample(path, every_s=plan.policy.video_every_s, max_frames=MAX_FRAMES):
        alarm()
        name = f"{folder}/t-{round(seconds * 1000):09d}ms.png"
        when = None if began is None else began + round(seconds * 1e9)
        out.append((Frame(name, t_ns=when), SourceFile(name, encode(pixels, ".png"))))
    return out


def _began(recording: Recording) -> int | None:
    for key in START_KEYS:
        try:
            return int(Decimal(recording.attributes[key]) * 10**9)
        except (KeyError, InvalidOperation, ValueError):
            continue
    return None
