"""A recording that is being made, on its way through a policy: lines in, cleared lines out, in their order."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from boundary.admission import Refused
from boundary.live.clear import Before, Cleared, clear
from boundary.live.hold import Hold
from boundary.live.lines import MAIN, Line, marker, time_of
from boundary.live.window import COVERED, Window, context_rows, open_window
from boundary.outcome import Withheld
from boundary.plan import Plan
from recording.errors import BoundaryError, InputError
from text_redact.known import KnownValue

DECIDED = 8
"""Where a bound is reached, an eighth of what it holds must be decided; as much as can be is."""
MOST_KNOWN = 10_000
"""Values of a session that are searched for; of more the one that was found longest ago is forgotten, and counted."""


@dataclass(slots=True)
class Figures:
    """What a stream did: counts, labels and codes, never content.

    Attributes:
        events: Lines read.
        released: Lines that left; what was put in the place of others counts too.
        withheld: Lines that did not, by code.
        findings: Places covered, by label.
        late: Places found only after some of their lines had left.
        forgotten: Values that were dropped from the list of what is searched for.
        held: Most lines held at once, which is how many came at most before one was decided.
    """

    events: int = 0
    released: int = 0
    withheld: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    late: int = 0
    forgotten: int = 0
    held: int = 0

    @property
    def complete(self) -> bool:
        """Whether every line was decided on and left."""
        return not self.withheld


class Flow:
    """One session. `feed` it lines in their order, then `end` it; both give what may leave.

    What it gives depends on the lines alone, not on when or in what pieces they come, unless it is told the time at
    which they do. A window that cannot be cleared is withheld, and a line that says so (``"action": "withheld"``, a
    code, a count) stands for it. A line that cannot be read ends the stream: from then on nothing is known about
    windows and fields, so nothing leaves.

    Args:
        clock: Nanoseconds; how long a line is held counts from when it came. Input that was recorded before, and comes
            faster than it was made, then waits for others until ``hold.events`` are there, which costs far less an
            event. By default the recorder's clock counts.

    Attributes:
        figures: What it did so far.
        closed: The code that ended it, empty while it goes on.
        raised: Class and line of code of the last error that nobody raised on purpose.

    Raises:
        InputError: ``stream-timing`` or ``stream-statistics``: the policy has steps that need the whole session.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        hold: Hold | None = None,
        metadata: bytes | None = None,
        clock: Callable[[], int] | None = None,
    ) -> None:
        refuse_whole_sessions(plan)
        self._clock = clock
        self.plan = plan
        self.hold = hold or Hold()
        self.metadata = metadata
        self.figures = Figures()
        self.closed = ""
        self._context: list[Line] = []
        self._held: list[Line] = []
        self._times: list[int] = []
        self._known: dict[tuple[str, str], KnownValue] = {}
        self._before = Before()
        self.raised = ""

    @property
    def waiting(self) -> tuple[int, float]:
        """How many events are held, and over how many seconds of the recorder's clock."""
        return len(self._held), (self._times[-1] - self._times[0]) / 1e9 if self._times else 0.0

    def feed(self, lines: Iterable[Line]) -> Iterable[Line]:
        """Take lines; what may leave now."""
        hold_ns = int(self.hold.seconds * 1e9)
        for line in lines:
            self.figures.events += 1
            if self.closed:
                self.figures.withheld[self.closed] += 1
                continue
            self._held.append(line)
            t_ns = time_of(line) if self._clock is None else self._clock()
            self._times.append(max(t_ns or 0, self._times[-1] if self._times else 0))
            if len(self._held) >= self.hold.events:
                yield from self._pass(self.hold.events // DECIDED)
            elif self._times[-1] - self._times[0] >= hold_ns:
                limit = self._times[0] + hold_ns // DECIDED
                yield from self._pass(int(np.searchsorted(self._times, limit, side="right")))

    def end(self) -> Iterable[Line]:
        """There are no more lines: what is held leaves, as far as it is cleared."""
        if self._held and not self.closed:
            yield from self._pass(len(self._held))

    def stop(self, code: str) -> Iterable[Line]:
        """Something came that is no line: nothing leaves any more."""
        self.figures.events += 1
        if self.closed:
            self.figures.withheld[self.closed] += 1
            return ()
        self._held.append(Line(MAIN, b"\n"))
        return self._close(code)

    def _pass(self, due: int) -> Iterable[Line]:
        self.figures.held = max(self.figures.held, len(self._held))
        try:
            window = open_window(self._context, self._held, self.metadata, self.plan)
        except BoundaryError as error:
            return self._close(Withheld.because(error, "read").code)
        except Exception:  # noqa: BLE001  whatever reading raises, nothing more is known about the stream
            return self._close("step-raised")
        cleared = self._cleared(window, due)
        if isinstance(cleared, Cleared):
            return self._release(window, cleared)
        return self._withhold(window, cleared)

    def _cleared(self, window: Window, due: int) -> Cleared | str:
        """What may leave, or the code that says why nothing may."""
        try:
            return clear(window, self._before, self.plan, self.hold, due=due)
        except Refused as refusal:
            return refusal.code
        except BoundaryError as error:
            return Withheld.because(error, "stream").code
        except MemoryError:
            return "out-of-memory"
        except Exception as error:  # noqa: BLE001  whatever a step raises, nothing of these lines may leave
            self.raised = _place(error)
            return "step-raised"

    def _release(self, window: Window, cleared: Cleared) -> list[Line]:
        figures = self.figures
        out = list(cleared.lines)
        figures.released += sum(line.data.count(b"\n") for line in out)
        figures.findings.update(cleared.findings)
        figures.late += cleared.late
        last = window.held[cleared.cut - 1]
        out += [self._marked(code, count, last) for code, count in cleared.withheld.items()]
        self._remember(cleared.known)
        self._before = Before(tuple(self._known.values()), cleared.tail)
        for number in cleared.torn:
            self._held[number] = replace(self._held[number], covered=True)
        self._advance(window, cleared.cut, cleared.covered)
        return out

    def _withhold(self, window: Window, code: str) -> list[Line]:
        """Nothing of what is held leaves; it still tells where the focus is and what was typed before."""
        # Nothing but how many: not even when, since it may be that the person did not consent.
        out = [self._marked(code, len(window.held), None)]
        self._advance(window, len(window.held), range(len(window.at)))
        return out

    def _close(self, code: str) -> list[Line]:
        out = [self._marked(code, len(self._held), None)]
        self.closed, self._held, self._times, self._context = code, [], [], []
        return out

    def _marked(self, code: str, events: int, like: Line | None) -> Line:
        self.figures.withheld[code] += events
        return marker(code, events, like)

    def _advance(self, window: Window, cut: int, covered: Container[int]) -> None:
        """Keep the end of what is done with: what follows is read behind it."""
        events = window.recording.events
        done = np.flatnonzero(window.at < cut)
        kept = done[context_rows(events.select(["kind", "file"]).take(done), self.hold.context)]
        files = window.recording.files
        rows = events.select(["file", "start", "end"]).take(kept).to_pylist()
        self._context = [
            Line(at["file"], data, covered=row in covered or window.at[row] == COVERED)
            for row, at in zip(kept.tolist(), rows, strict=True)
            if (data := files[at["file"]].read()[at["start"] : at["end"]]).strip()
        ]
        self._held, self._times = self._held[cut:], self._times[cut:]

    def _remember(self, known: Iterable[KnownValue]) -> None:
        for value in known:
            self._known.pop((value.label, value.key), None)
            self._known[value.label, value.key] = value
        while len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]
            self.figures.forgotten += 1


def refuse_whole_sessions(plan: Plan) -> None:
    """Raise `InputError` for a policy with steps that need the whole session."""
    hint = "take whole recordings through it with boundary run, or leave the step out for streams"
    if plan.retimer is not None or plan.smoother is not None:
        raise InputError("times and paths are drawn for whole sessions", code="stream-timing", hint=hint)
    if plan.aggregates:
        raise InputError("statistics are counted over whole recordings", code="stream-statistics", hint=hint)


def _place(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
