"""Where a codec may have left something of what is covered on other frames of the same video."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from boundary.video import Sampled

if TYPE_CHECKING:
    from image_redact.screen import Rect

AHEAD_S = 2.0
"""How long before a text appears frames may be predicted from it; encoders look ahead by 16 frames at most."""


def echoes(videos: Iterable[Sampled], hidden: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Rect]]:
    """Boxes of other samples that may have left a trace on a sample, by its name.

    What was on the screen can be in every frame up to the next key frame, and in those shortly before it.

    Args:
        videos: What was taken out of each video.
        hidden: Regions that are covered, by frame.
    """
    out: dict[str, set[Rect]] = {}
    for video in videos:
        boxes = [{region.box for region in hidden.get(name, ())} for name in video.samples]
        first: dict[int, int] = {}
        last: dict[int, int] = {}
        for index, number in enumerate(video.shown):
            first.setdefault(number, index)
            last[number] = index
        run = -1
        traces: set[Rect] = set()
        for number, name in enumerate(video.samples):
            # A sample that begins with a key frame holds nothing of what was before.
            traces = traces if video.runs[first[number]] == run else set()
            out.setdefault(name, set()).update(traces)
            run = video.runs[last[number]]
            traces = (traces if video.runs[first[number]] == run else set()) | boxes[number]
            before = number - 1
            while before >= 0 and video.times[first[before]] >= video.times[first[number]] - AHEAD_S:
                out[video.samples[before]].update(boxes[number])
                before -= 1
    return {name: sorted(found) for name, found in out.items() if found}
