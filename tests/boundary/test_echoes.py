"""Where a codec may have left something of what is covered on other frames."""

from __future__ import annotations

from boundary.echoes import echoes
from boundary.video import Sampled
from image_redact import Region
from image_redact.screen import Rect

BOX = Rect(16, 16, 32, 16)
NAMES = ("a", "b", "c", "d")


def found(*, runs: tuple[int, ...], times: tuple[float, ...] = (0, 5, 6, 7, 8, 9), secret: str = "b") -> set[str]:
    """Samples a, b (twice), c, d (twice) of which one is covered: those that may show a trace of it."""
    video = Sampled("v", NAMES, times, (0, 1, 1, 2, 3, 3), 0, runs, (64, 64, 3))
    return set(echoes([video], {secret: [Region(BOX)]}))


def test_traces_last_until_the_next_key_frame() -> None:
    """A key frame is coded by itself; everything before it is predicted from what was there."""
    assert found(runs=(1, 1, 1, 1, 1, 1)) == {"c", "d"}
    assert found(runs=(1, 1, 1, 1, 2, 2)) == {"c"}
    assert found(runs=(1, 1, 1, 2, 2, 2)) == set()


def test_a_key_frame_within_a_sample_ends_what_was_before_it_alone() -> None:
    """The sample itself goes on, and what it shows is in the frames behind the key frame."""
    assert found(runs=(1, 1, 2, 2, 2, 2)) == {"c", "d"}
    assert found(runs=(1, 1, 1, 1, 2, 2), secret="a") == {"b", "c"}


def test_frames_shortly_before_may_be_predicted_from_what_comes() -> None:
    """Over a key frame too: some codecs allow it."""
    assert found(runs=(1, 2, 2, 3, 3, 3), secret="d") == {"c"}
    assert found(runs=(1, 1, 1, 1, 1, 1), times=(4.5, 5, 6, 7, 8, 9)) == {"a", "c", "d"}


def test_what_is_covered_nowhere_leaves_no_trace() -> None:
    """Then frames stay as they are."""
    assert found(runs=(1,) * 6, secret="elsewhere") == set()
