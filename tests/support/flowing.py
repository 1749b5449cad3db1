"""Simulated sessions as the lines that a recorder writes one after the other, and what is left of values in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks import _sessions
from boundary.live.flow import Flow
from boundary.live.hold import Hold
from boundary.live.lines import MAIN, Line
from boundary.plan import Plan, build_plan
from policies import load_policy
from recording import SourceFile, parse_files
from recording.simulate import Sensitive, Stream, draw_typist, ducktrack_files, say, type_text, values
from recording.simulate.session import draw_script, draw_setup
from text_redact.transcript import transcribe

VALUE = Sensitive("account", "halloran4815larkspur")
FIND = """\
policy: 1
name: flowing
person: user_id
find:
  - {use: text.roles}
  - {use: text.list, values: [halloran4815larkspur]}
link: {within: session}
change: {default: {use: replace}}
"""


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


def simulated(seed: int, texts: int = 4, *, kinds: bool = False) -> Session:
    """A session in which the value, or of all ``kinds`` another one each, is typed, in any of the ways there are."""
    rng = np.random.default_rng(seed)
    said = [say(f"note {number} for ", VALUE, " thanks") for number in range(texts)]
    if kinds:
        drawn = enumerate(values.texts(texts, seed=seed))
        said = [say(Sensitive("text", item.text, number)) for number, item in drawn][:texts]
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


def flown(
    lines: Sequence[Line],
    plan: Plan,
    hold: Hold,
    *,
    metadata: bytes | None = None,
    clock: Callable[[], int] | None = None,
) -> tuple[list[Line], Flow]:
    """What a flow gives for lines, and the flow."""
    flow = Flow(plan, hold=hold, metadata=metadata, clock=clock)
    return [*flow.feed(lines), *flow.end()], flow


def of_main(lines: Sequence[Line]) -> bytes:
    """The events among lines."""
    return b"".join(line.data for line in lines if line.file == MAIN)


def planned(folder: Path, text: str = FIND) -> Plan:
    """The plan of a policy."""
    (folder / "flowing.yaml").write_text(text)
    return build_plan(load_policy(folder / "flowing.yaml"), key=b"k" * 32)


def texts(lines: list[Line]) -> list[str]:
    """Every text that the events of a result hold."""
    read = parse_files("read", {MAIN: SourceFile(MAIN, of_main(lines))})
    return [passage.text.casefold() for passage in transcribe(read.events).passages]


def typing(text: str, start: float = 10.0, gap: float = 0.1, **more: object) -> list[Line]:
    """Presses and releases of a text."""
    out = []
    for number, char in enumerate(text):
        for half, action in enumerate(("press", "release")):
            when = round(start + gap * number + 0.04 * half, 3)
            name = {" ": "space", "\n": "enter"}.get(char, char)
            record = {"time_stamp": when, "action": action, "name": name, **more}
            out.append(Line(MAIN, json.dumps(record).encode() + b"\n"))
    return out


def moves(count: int, start: float) -> list[Line]:
    """Mouse moves, 100 a second."""
    return [
        Line(MAIN, b'{"time_stamp": %.2f, "action": "move", "x": %d, "y": 5}\n' % (start + n / 100, n % 900))
        for n in range(count)
    ]
