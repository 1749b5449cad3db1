"""Covered frames of a video become a video again."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from boundary.plan import Plan
from boundary.video import Sampled
from recording.model import Recording, SourceFile

if TYPE_CHECKING:
    from image_redact.decode import Pixels
    from image_redact.sound import Samples


def as_films(
    recording: Recording,
    videos: Sequence[Sampled],
    covered: Mapping[str, bytes],
    plan: Plan,
    alarm: Callable[[], None],
) -> tuple[Mapping[str, bytes], Mapping[str, int]]:
    """Put the covered frames of each video into an MP4, where the policy says so.

    At every time of the source the film shows the covered sample of that time, and a black picture where that sample
    was withheld. Nothing else of the source goes into it: what is shown was covered, read again and found clean before.
    Where the policy keeps the sound, it is silent for as long as the picture is black.

    Args:
        recording: The source of the sound.
        videos: What was taken out of each video.
        covered: Covered frames by name.

    Returns:
        What passes, by source name, the frames of videos replaced by the videos; and how many videos did so, by code.

    Raises:
        StepFailed: ``video-not-written``.
    """
    if plan.policy.video != "mp4" or not videos:
        return covered, {}
    from image_redact.film import write_film

    sampled = {name for video in videos for name in video.samples}
    passed = {name: data for name, data in covered.items() if name not in sampled}
    films = 0
    for video in videos:
        if any(name in covered for name in video.samples):
            films += 1
            sound = _sound(recording.files[video.name], video, covered, alarm) if plan.policy.audio == "keep" else ()
            passed[video.name] = write_film(_moments(video, covered, plan, alarm), sound)
    codes = {"video-as-mp4": films, "video-not-passed": len(videos) - films}
    return passed, {code: count for code, count in codes.items() if count}


def _moments(
    video: Sampled, covered: Mapping[str, bytes], plan: Plan, alarm: Callable[[], None]
) -> Iterator[tuple[float, Pixels]]:
    import numpy as np

    from image_redact.decode import decode

    nothing = np.zeros(video.shape, np.uint8)
    before, pixels = "", nothing
    for at, number in _schedule(video, plan):
        alarm()
        name = video.samples[number]
        if name != before:
            data = covered.get(name)
            before, pixels = name, nothing if data is None else decode(data)
        yield at, pixels


def _schedule(video: Sampled, plan: Plan) -> Iterator[tuple[float, int]]:
    """Times, and the number of the sample shown from each on.

    They are the source's, unless the policy changes times: then the picture changes at whole multiples of
    ``video_every_s`` alone, since a film that shows each key at its moment would undo what the timing step did.
    """
    if plan.retimer is None and plan.smoother is None:
        yield from zip(video.times, video.shown, strict=True)
        return
    every = plan.policy.video_every_s
    for step in range(int(video.times[-1] / every) + 2):
        at = bisect.bisect_right(video.times, step * every) - 1
        yield step * every, video.shown[max(at, 0)]


def _sound(
    file: SourceFile, video: Sampled, covered: Mapping[str, bytes], alarm: Callable[[], None]
) -> Iterator[tuple[float, Samples]]:
    """The sound of a video, silent wherever what was shown at its time, or just before it, does not pass."""
    from image_redact.film import SOUND_RATE
    from image_redact.sound import sound_of

    for seconds, samples in sound_of(file.path if file.path is not None else file.read()):
        alarm()
        first = max(0, bisect.bisect_right(video.times, seconds) - 1)
        until = seconds + len(samples) / 2 / SOUND_RATE
        last = max(first, bisect.bisect_right(video.times, until) - 1)
        shown = {video.shown[at] for at in range(max(0, first - 1), last + 1)}
        yield seconds, samples if all(video.samples[number] in covered for number in shown) else samples * 0
