"""The three ways to change the times of a recording: drawn anew, put into bins, delayed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from recording.timeline import Timeline
from text_redact.timing.chance import Chance
from text_redact.timing.keys import Bools, Ints
from text_redact.timing.resample import resample
from text_redact.timing.session import Log, NewTimes, timeline


@dataclass(frozen=True, slots=True)
class Resample:
    """Every interval and hold of typing drawn from the population.

    Attributes:
        pause_ns: A longer gap beside a key stays a pause, of a length that is drawn.
        overlap: Whether releases may change places with the presses of other keys.
    """

    pause_ns: int
    overlap: bool = True

    def __call__(self, events: pa.Table, t_ns: Ints, timed: Bools, written: Bools, seed: bytes) -> Timeline:
        """New times; see `boundary.plan.Retimer`."""
        chance = Chance(seed)

        def retime(log: Log) -> NewTimes:
            made = resample(
                log.t_ns, log.is_key, log.is_move, log.written, log.strokes,
                pause_ns=self.pause_ns, overlap=self.overlap, chance=chance,
            )  # fmt: skip
            return NewTimes(made.new_ns, made.free, made.typing)

        return timeline(events, t_ns, timed, written, retime)


@dataclass(frozen=True, slots=True)
class Quantise:
    """Every time put at the start of its bin."""

    bin_ns: int

    def __call__(self, events: pa.Table, t_ns: Ints, timed: Bools, written: Bools, seed: bytes) -> Timeline:
        """New times; see `boundary.plan.Retimer`."""

        def retime(log: Log) -> NewTimes:
            everywhere = np.ones(len(log.t_ns), np.bool_)
            return NewTimes(log.t_ns // self.bin_ns * self.bin_ns, ~everywhere, everywhere)

        return timeline(events, t_ns, timed, written, retime)


@dataclass(frozen=True, slots=True)
class Jitter:
    """Every key delayed by up to ``most_ns``, and whatever comes after it as far as needed to stay after it.

    The delay is drawn as kloak does: not before the key in front of it, and otherwise uniformly.
    """

    most_ns: int

    def __call__(self, events: pa.Table, t_ns: Ints, timed: Bools, written: Bools, seed: bytes) -> Timeline:
        """New times; see `boundary.plan.Retimer`."""
        chance = Chance(seed)

        def retime(log: Log) -> NewTimes:
            new = np.maximum.accumulate(log.t_ns)
            keys = np.flatnonzero(log.is_key)
            drawn = chance.uniform(len(keys)).tolist()
            last, delayed = int(new[0]), []
            for time, share in zip(new[keys].tolist(), drawn, strict=True):
                least = min(max(0, last - time), self.most_ns)
                last = max(last, time + least + int(share * (self.most_ns - least)))
                delayed.append(last)
            new[keys] = delayed
            return NewTimes(np.maximum.accumulate(new), np.zeros(len(new), np.bool_), log.is_key)

        return timeline(events, t_ns, timed, written, retime)
