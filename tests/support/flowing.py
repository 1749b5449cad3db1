"""Simulated sessions as the lines that a recorder writes one after the other, and what is left of values in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks import _sessions
from boundary.live.flow import Flow
from boundary.live.hold import Hold
from boundary.live.lines import MAIN, Line
from boundary.plan import Plan
from recording.simulate import Sensitive, Stream, draw_typist, ducktrack_files, say, type_text
from recording.simulate.session import draw_script, draw_setup

VALUE = Sensitive("account", "halloran4815larkspur")


@dataclass(frozen=True)
class Session:
    """A simulated session: its files, its lines in the order of time, and what was typed."""

    files: dict[str, bytes] = field(repr=False)
    lines: Sequence[Line] = field(repr=False)
    stream: Stream = field(repr=False)

    def left(self, events: bytes) -> set[int]:
        """Presses of the value that are still in the events; the V of a paste tells nothing."""
        through = _sessions.surviving(self.files[MAIN], events)
        keys = self.stream.events["key"].to_pylist()
        return {row for trace in self.stream.traces for row in trace.presses & through if keys[row] != "v"}


def simulated(seed: int, texts: int = 4) -> Session:
    """A session in which the value is typed several times, in any of the ways there are."""
    rng = np.random.default_rng(seed)
    said = [say(f"note {number} for ", VALUE, " thanks") for number in range(texts)]
    stream = type_text(draw_script(said, rng), draw_typist(rng), rng, setup=draw_setup(rng))
    return session_of(stream)


def session_of(stream: Stream) -> Session:
    """A simulated stream as a session."""
    files = ducktrack_files(stream)
    order = [
        (json.loads(line)["time_stamp"], name == MAIN, name, number, line)
        for name, data in files.items()
        if name.endswith(".jsonl")
        for number, line in enumerate(data.splitlines(keepends=True))
    ]
    return Session(files, [Line(name, line) for *_, name, _, line in sorted(order)], stream)


def flown(lines: Sequence[Line], plan: Plan, hold: Hold, *, metadata: bytes | None = None) -> tuple[list[Line], Flow]:
    """What a flow gives for lines, and the flow."""
    flow = Flow(plan, hold=hold, metadata=metadata)
    return [*flow.feed(lines), *flow.end()], flow


def of_main(lines: Sequence[Line]) -> bytes:
    """The events among lines."""
    return b"".join(line.data for line in lines if line.file == MAIN)
