"""``boundary stream``: events of one recording from a pipe to a pipe."""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from boundary.ending import FOUND, REFUSED, USAGE, fail
from boundary.given import ApprovedOption, KeyOption, PolicyOption, built, key_of
from boundary.live.hold import EVENTS, SECONDS, Hold
from boundary.operations import EVERY_S, LogOption, MetricsOption, MetricsPortOption, Operations, TracesOption
from recording.errors import BoundaryError, InputError

if TYPE_CHECKING:
    from boundary.live.flow import Figures, Flow
    from boundary.live.lines import Line

CHUNK = 1 << 16
CLOSED, TERMINATED = 141, 143
"""As shells number a reader that went away, and SIGTERM."""

EventsOption = Annotated[int, typer.Option("--hold-events", help="Most events held back.")]
SecondsOption = Annotated[
    float, typer.Option("--hold-seconds", help="Longest that an event is held back while others come.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No summary.")]


def stream_command(
    policy: PolicyOption,
    hold_events: EventsOption = EVENTS,
    hold_seconds: SecondsOption = SECONDS,
    metadata: Annotated[
        Path | None, typer.Option("--metadata", help="The recording's metadata.json: who typed, and where.")
    ] = None,
    key_file: KeyOption = None,
    approved: ApprovedOption = None,
    metrics: MetricsOption = None,
    metrics_port: MetricsPortOption = None,
    log: LogOption = "text",
    traces: TracesOption = False,
    quiet: QuietOption = False,
) -> None:
    """Take the events of one recording from standard input to standard output while it is made, one JSON a line.

    What is held back when the command is ended by a signal does not leave.
    """
    from boundary.live.flow import Flow

    plan = built(policy, key_of(key_file), approved)
    hold = hold_of(hold_events, hold_seconds)
    about = None if metadata is None else _read(metadata)
    try:
        flow = Flow(plan, hold=hold, metadata=about, clock=time.monotonic_ns)
    except BoundaryError as error:
        fail(error, REFUSED)
    try:
        told = Operations("streams", metrics=metrics, port=metrics_port, log=log == "json", traces=traces)
    except BoundaryError as error:
        fail(error, USAGE)
    signal.signal(signal.SIGTERM, _terminated)
    gc.freeze()  # what the policy was built of stays: it need not be gone through again and again
    out = sys.stdout.buffer
    try:
        for cleared in _cleared(flow, told):
            for line in cleared:
                out.write(line.data)
                out.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        told.end(event="stopped")
        raise typer.Exit(CLOSED) from None
    figures = flow.figures
    told.end(event="done", events=figures.events, released=figures.released, withheld=figures.withheld.total())
    if not quiet and log == "text":
        _tell(figures, Console(stderr=True, soft_wrap=True))
    raise typer.Exit(0 if figures.complete else FOUND)


def _cleared(flow: Flow, told: Operations) -> Iterator[Iterable[Line]]:
    """What may leave, a chunk of the input at a time; after each it is told what the stream did."""
    from boundary.live.lines import Splitter

    split = Splitter()
    before = deepcopy(flow.figures)
    for chunk in _chunks(told):
        began = time.time_ns()
        try:
            lines = list(split(chunk))
        except InputError as error:
            yield flow.stop(error.code)
        else:
            yield flow.feed(lines)
        before = _told(flow, before, told, began)
    began = time.time_ns()
    yield flow.feed(split.end())
    yield flow.end()
    _told(flow, before, told, began)


def _chunks(told: Operations) -> Iterator[bytes]:
    """Standard input; while nothing comes, figures are written when they are due."""
    source = sys.stdin.fileno()
    while True:
        while not select.select([source], [], [], EVERY_S)[0]:
            told.beat()
        chunk = os.read(source, CHUNK)
        if not chunk:
            return
        yield chunk


def _told(flow: Flow, before: Figures, told: Operations, began: int) -> Figures:
    from boundary.live.figures import since

    events, seconds = flow.waiting
    told.set("stream_events_held", events)
    told.set("stream_delay_seconds", seconds)
    told.streamed(since(flow.figures, before), began=began)
    return deepcopy(flow.figures)


def _terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(TERMINATED)  # what is held, and what waits in buffers, must not be flushed


def hold_of(events: int, seconds: float) -> Hold:
    """The bounds of what is held back; ends the command where they hold nothing or everything."""
    try:
        return Hold(events, seconds)
    except BoundaryError as error:
        fail(error, USAGE)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail(InputError(f"cannot be read ({error.strerror})", code="unreadable", place=str(file)), USAGE)


def _tell(figures: Figures, console: Console) -> None:
    found = sum(figures.findings.values())
    console.print(
        f"{figures.events:,} events in, {figures.released:,} out; {found:,} places covered, "
        f"{figures.late:,} found late; at most {figures.held:,} events held",
        highlight=False,
    )
    for code, count in sorted(figures.withheld.items()):
        console.print(f"withheld: {count:,} events ({code})", highlight=False)
