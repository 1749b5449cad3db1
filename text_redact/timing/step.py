"""The steps ``resample``, ``quantise``, ``jitter``, ``smooth`` and ``mouse.keypads`` as policies see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from policies.contract import BuildContext, Options, Phase, StepSpec


class ResampleOptions(Options):
    """Options of ``resample``."""

    pause_s: Annotated[float, Field(ge=1, le=3600)] = Field(
        5.0, description="Seconds without a key from which on a pause shows as one; how long it was never does."
    )
    overlap: bool = Field(
        True, description="Draw which strokes overlap: releases may change places with presses of other keys."
    )


class QuantiseOptions(Options):
    """Options of ``quantise``."""

    bin_ms: Annotated[int, Field(ge=1, le=3_600_000)] = Field(
        1000, description="Width of a bin, in milliseconds; every time is put at the start of its bin."
    )


class JitterOptions(Options):
    """Options of ``jitter``."""

    max_ms: Annotated[int, Field(ge=1, le=60_000)] = Field(
        250, description="Longest delay of a key, in milliseconds; order is kept."
    )


class SmoothOptions(Options):
    """Options of ``smooth``: none."""


class KeypadsOptions(Options):
    """Options of ``mouse.keypads``."""

    titles: tuple[str, ...] = Field(
        (), description="More windows and applications that are keyboards on the screen; * and ? as in a shell."
    )


def _resample(options: ResampleOptions, context: BuildContext) -> Callable[..., object]:
    from text_redact.timing.retimers import Resample

    return Resample(round(options.pause_s * 1e9), options.overlap)


def _quantise(options: QuantiseOptions, context: BuildContext) -> Callable[..., object]:
    from text_redact.timing.retimers import Quantise

    return Quantise(options.bin_ms * 1_000_000)


def _jitter(options: JitterOptions, context: BuildContext) -> Callable[..., object]:
    from text_redact.timing.retimers import Jitter

    return Jitter(options.max_ms * 1_000_000)


def _smooth(options: SmoothOptions, context: BuildContext) -> Callable[..., object]:
    from text_redact.timing.smooth import Smooth

    return Smooth()


def _keypads(options: KeypadsOptions, context: BuildContext) -> Callable[..., object]:
    from text_redact.keypads import Keypads

    return Keypads(options.titles)


RESAMPLE = StepSpec(
    name="resample",
    phase=Phase.CHANGE,
    summary="Draws every interval and hold of typing anew, as somebody else of the population would have typed.",
    options=ResampleOptions,
    build=_resample,
    gives=frozenset({"timing.change"}),
    examples=({}, {"pause_s": 2.0, "overlap": False}),
)
QUANTISE = StepSpec(
    name="quantise",
    phase=Phase.CHANGE,
    summary="Puts every time into a bin; bins below a second leave most people recognisable.",
    options=QuantiseOptions,
    build=_quantise,
    gives=frozenset({"timing.change"}),
    examples=({}, {"bin_ms": 100}),
)
JITTER = StepSpec(
    name="jitter",
    phase=Phase.CHANGE,
    summary="Delays every key by a random time; it blurs the rhythm and makes nobody alike.",
    options=JitterOptions,
    build=_jitter,
    gives=frozenset({"timing.change"}),
    examples=({}, {"max_ms": 100}),
)
SMOOTH = StepSpec(
    name="smooth",
    phase=Phase.CHANGE,
    summary="Replaces the paths of the mouse by average ones; clicks, drags and scrolls keep their place and time.",
    options=SmoothOptions,
    build=_smooth,
    gives=frozenset({"mouse.change"}),
)
KEYPADS = StepSpec(
    name="mouse.keypads",
    phase=Phase.FIND,
    summary="Takes out clicks on keyboards and PIN pads on the screen, with the ways of the mouse around them.",
    options=KeypadsOptions,
    build=_keypads,
    gives=frozenset({"rows"}),
    examples=({}, {"titles": ["*vault door*"]}),
)
