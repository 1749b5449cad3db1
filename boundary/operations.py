"""What a command tells those who operate it: metrics, logs and traces, of each recording or of what a stream did.

All three are given codes, labels and counts alone; none of them ever sees a recording, its name or its place.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO

import typer

from boundary.outcome import Outcome, Release
from boundary.state import ledger_path
from recording.errors import BoundaryError

if TYPE_CHECKING:
    from boundary.live.flow import Figures
    from boundary.metrics import Metrics, Part

MetricsOption = Annotated[
    Path | None, typer.Option("--metrics", help="File for Prometheus's textfile collector, written as it goes.")
]
MetricsPortOption = Annotated[
    int | None, typer.Option("--metrics-port", min=1, max=65535, help="Serve metrics at this port of 127.0.0.1.")
]
LogOption = Annotated[
    Literal["text", "json"],
    typer.Option("--log", help="json: lines on standard error, for each recording, message or part of a stream."),
]
TracesOption = Annotated[
    bool, typer.Option("--traces", help="OpenTelemetry spans, to the provider that the process was given.")
]

OnOutcome = Callable[[int, Outcome], None]
EVERY_S = 5.0
"""Least seconds between two writings of the metrics file."""


def log_line(run: str, *, event: str, level: str = "info", **known: object) -> str:
    """One JSON line: time, level, run, event, and what else is given that is not ``None``."""
    line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level, "run": run, "event": event}
    return json.dumps(line | {key: value for key, value in known.items() if value is not None})


def logging_to(stream: TextIO, run: str) -> OnOutcome:
    """Writes a line for each outcome: its source by number, code and step, and no message of anybody."""

    def told(number: int, outcome: Outcome) -> None:
        seconds = round(sum(ended - began for _, began, ended in outcome.timings) / 1e9, 3)
        if isinstance(outcome, Release):
            report = outcome.report
            line = log_line(
                run, event="released", source=number, seconds=seconds, events=report.events, frames=report.frames,
                frames_withheld=sum(report.frames_withheld.values()),
            )  # fmt: skip
        else:
            line = log_line(
                run, event="withheld", level="warning", source=number, seconds=seconds, code=outcome.code,
                step=outcome.step,
            )  # fmt: skip
        stream.write(line + "\n")
        stream.flush()

    return told


class Operations:
    """What a command tells while it runs and when it ends; with no options, nothing.

    Args:
        parts: What the command works on (`boundary.metrics.Part`).
        metrics: File to write, see `boundary.metrics.write_metrics`.
        port: Port of 127.0.0.1 to serve metrics at.
        log: Whether to write JSON lines to standard error.
        traces: Whether to make spans.

    Raises:
        MissingExtra: What is asked for is not installed.
        InputError: The port is taken, or the file cannot be written.
    """

    def __init__(
        self,
        *parts: Part,
        metrics: Path | None = None,
        port: int | None = None,
        log: bool = False,
        traces: bool = False,
    ) -> None:
        self.run = secrets.token_hex(8)
        self._file, self._log, self._written = metrics, log, 0.0
        self._logged = logging_to(sys.stderr, self.run) if log else None
        self._metrics: Metrics | None = None
        self._tracer: Any = None
        if metrics is not None or port is not None:
            from boundary.metrics import make_metrics, serve_metrics

            self._metrics = make_metrics(*parts)
            if port is not None:
                serve_metrics(self._metrics, port)
            self._write()
        if traces:
            from boundary.traces import tracer

            self._tracer = tracer()

    def __call__(self, number: int, outcome: Outcome) -> None:
        """Tell what became of one source."""
        if self._metrics is not None:
            from boundary.metrics import observe

            observe(self._metrics, outcome)
        if self._logged is not None:
            self._logged(number, outcome)
        if self._tracer is not None:
            from boundary.traces import trace_outcome

            trace_outcome(self._tracer, number, outcome)
        self.beat()

    def streamed(self, figures: Figures, *, began: int) -> None:
        """Tell what a stream did since ``began``, in nanoseconds since 1970."""
        if self._metrics is not None:
            from boundary.metrics import observe_stream

            observe_stream(self._metrics, figures)
        if figures.released:
            places = sum(figures.findings.values())
            self.line("released", events=figures.released, places=places, late=figures.late or None)
        for code, count in sorted(figures.withheld.items()):
            self.line("withheld", level="warning", events=count, code=code)
        if self._tracer is not None and (figures.released or figures.withheld):
            from boundary.traces import trace_stream

            trace_stream(self._tracer, figures, began, time.time_ns())
        self.beat()

    def add(self, family: str, amount: float = 1, **labels: str) -> None:
        """Count something in a family of `boundary.metrics.COUNTERS`."""
        if self._metrics is not None:
            self._metrics.add(family, amount, **labels)

    def set(self, family: str, value: float) -> None:
        """Say how much of something there is, in a family of `boundary.metrics.GAUGES` that has no labels."""
        if self._metrics is not None:
            self._metrics.families[family].set(value)

    def line(self, event: str, *, level: str = "info", **known: object) -> None:
        """Write a line of the log."""
        if self._log:
            sys.stderr.write(log_line(self.run, event=event, level=level, **known) + "\n")
            sys.stderr.flush()

    def beat(self) -> None:
        """Write the metrics file where that is due."""
        if time.monotonic() - self._written > EVERY_S:
            self._write()

    def end(self, *, event: str, code: str | None = None, ledger: str | Path | None = None, **known: object) -> None:
        """Tell how the command ended, and what the accounts have left, where there is a ledger."""
        self.line(event, level="info" if code is None else "error", code=code, **known)
        if self._metrics is None:
            return
        place = ledger_path(None if ledger is None else str(ledger))
        if "budget_left" in self._metrics.families and ("://" in str(place) or Path(place).exists()):
            self._budget(place)
        self._write()

    def _budget(self, place: str | Path) -> None:
        from boundary.metrics import observe_budget
        from dp.ledger import open_store, scopes

        assert self._metrics is not None
        try:
            observe_budget(self._metrics, scopes(open_store(place)))
        except BoundaryError:
            return  # a ledger that cannot be read has failed the run already, with its code

    def _write(self) -> None:
        self._written = time.monotonic()
        if self._file is not None and self._metrics is not None:
            from boundary.metrics import write_metrics

            write_metrics(self._metrics, self._file)
