"""OpenTelemetry spans of what was done, part by part, with codes, and without anything recorded.

Nothing is sent anywhere by itself: spans go to whatever tracer provider the process was given, and to none where it
was given none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boundary.outcome import Outcome, Release
from recording.errors import not_installed

if TYPE_CHECKING:
    from boundary.live.flow import Figures


def tracer() -> Any:
    """The process's tracer.

    Raises:
        MissingExtra: OpenTelemetry is not installed.
    """
    try:
        from opentelemetry import trace
    except ImportError:
        raise not_installed("OpenTelemetry", "traces") from None
    return trace.get_tracer("boundary")


def trace_outcome(using: Any, number: int, outcome: Outcome) -> None:
    """One span for a recording, by the number of its source, and one in it for each part of the pipeline."""
    from opentelemetry import trace

    if not outcome.timings:
        return
    start = min(began for _, began, _ in outcome.timings)
    end = max(ended for _, _, ended in outcome.timings)
    known: dict[str, str | int] = {"boundary.source": number}
    if isinstance(outcome, Release):
        known |= {"boundary.outcome": "released", "boundary.events": outcome.report.events}
    else:
        known |= {"boundary.outcome": "withheld", "boundary.code": outcome.code, "boundary.step": outcome.step}
    whole = using.start_span("recording", start_time=start, attributes=known)
    inside = trace.set_span_in_context(whole)
    for step, began, ended in outcome.timings:
        using.start_span(step, context=inside, start_time=began).end(end_time=ended)
    whole.end(end_time=end)


def trace_stream(using: Any, figures: Figures, began: int, ended: int) -> None:
    """One span for what a stream decided at a time, in nanoseconds since 1970."""
    known: dict[str, str | int] = {"boundary.events": figures.released}
    if figures.withheld:
        known |= {"boundary.withheld": figures.withheld.total(), "boundary.code": min(figures.withheld)}
    using.start_span("window", start_time=began, attributes=known).end(end_time=ended)
