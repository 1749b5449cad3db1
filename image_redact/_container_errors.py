"""What is said about picture files that cannot be read."""

from __future__ import annotations

from recording.errors import InputError


def broken(reason: str) -> InputError:
    """The error for a file whose bytes contradict its format."""
    return InputError(f"the picture is damaged: {reason}", code="image-broken", hint="capture or copy it again")


def truncated() -> InputError:
    """The error for a file that stops before its end."""
    return InputError("the picture ends too early", code="image-truncated", hint="copy the file again, whole")


def several_frames() -> InputError:
    """The error for an animation or a file of many pages: frames that nobody looked at must not pass."""
    return InputError(
        "the picture has several frames", code="image-animated", hint="save each frame as a picture of its own"
    )


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Refuse a picture without pixels, or with more than allowed."""
    if width < 1 or height < 1:
        raise broken("it has no pixels")
    if width * height > max_pixels:
        raise InputError(
            f"the picture has {width} x {height} pixels, more than the {max_pixels} allowed",
            code="image-too-large",
            hint="raise max_pixels if this is a real capture",
        )
