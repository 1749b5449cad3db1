"""Re-identification by typing rhythm under each timing step, and what typing speed is left of it.

Simulated people are drawn from the statistics beside the repository; with ``BOUNDARY_AALTO=FOLDER`` those of a folder
in the Aalto format are taken instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks._harness import Count, Result, shared
from benchmarks._reidentify import Score, by_discriminant, by_means
from benchmarks._typists import Typed, read_aalto, simulate
from text_redact.timing.retimers import Jitter, Quantise, Resample

MS = 1_000_000
PAUSE_NS = 5_000 * MS
DEFENCES: dict[str, Callable[..., object] | None] = {
    "none": None,
    "jitter 100 ms": Jitter(100 * MS),
    "jitter 250 ms": Jitter(250 * MS),
    "quantise 50 ms": Quantise(50 * MS),
    "quantise 100 ms": Quantise(100 * MS),
    "quantise 250 ms": Quantise(250 * MS),
    "quantise 1000 ms": Quantise(1000 * MS),
    "resample, rows' order kept": Resample(PAUSE_NS, overlap=False),
    "resample": Resample(PAUSE_NS),
}
REPEATS = 3
"""Draws of ``resample``: at chance one probe in all people is right, and one draw says little."""


def run(*, quick: bool) -> Result:
    """Attack every defence with both attackers."""
    people = 60 if quick else 1_000
    folder = os.environ.get("BOUNDARY_AALTO")
    if folder:
        pairs, source = list(read_aalto(Path(folder), people)), "a folder in the Aalto format"
    else:
        pairs, source = list(simulate(shared("typing_stats.json"), people, seed=7)), "simulated from typing_stats.json"
    counts, notes = (
        [],
        [f"{len(pairs)} people, {source}; 8 sentences enrolled, 7 to be recognised; chance {1 / len(pairs):.5f}"],
    )
    before = speeds(pairs)
    for name, defence in DEFENCES.items():
        repeats = REPEATS if name == "resample" and not quick else 1
        means, discriminants, after = [], [], []
        for repeat in range(repeats):
            seen = pairs if defence is None else defended(pairs, defence, repeat)
            means.append(by_means(seen))
            discriminants.append(by_discriminant(seen))
            after.append(speeds(seen))
        for attacker, scores in (("means", means), ("discriminant", discriminants)):
            counts += _counts(f"{name}, {attacker}", scores)
        wpm, median = np.mean(after, axis=0)
        notes.append(
            f"{name}: mean speed {wpm:.1f} words a minute ({wpm / before[0] - 1:+.1%}), "
            f"mean of the people's median intervals {median:.0f} ms ({median / before[1] - 1:+.1%})"
        )
    notes.append("equal error rates are given in ten-thousandths; 5000 is a guess")
    return Result(counts=tuple(counts), notes=tuple(notes))


def _counts(name: str, scores: Sequence[Score]) -> list[Count]:
    of = sum(score.people for score in scores)
    return [
        Count(figure=f"rank 1: {name}", ours=sum(score.first for score in scores), of=of),
        Count(figure=f"rank 10: {name}", ours=sum(score.tenth for score in scores), of=of),
        Count(figure=f"equal error: {name}", ours=round(float(np.mean([s.eer for s in scores])) * 10_000), of=10_000),
    ]


def defended(
    pairs: Sequence[tuple[Typed, Typed]], defence: Callable[..., object], repeat: int = 0
) -> list[tuple[Typed, Typed]]:
    """Every session through a timing step, each a recording of its own."""
    return [
        tuple(  # type: ignore[misc]
            apply(session, defence, f"{repeat} {person} {side}".encode()) for side, session in enumerate(pair)
        )
        for person, pair in enumerate(pairs)
    ]


def apply(session: Typed, defence: Callable[..., object], seed: bytes) -> Typed:
    """One session through a timing step, as its reader sees it: presses in the order in which they stand."""
    events, t_ns, which, up = session.events()
    everywhere = np.ones(len(t_ns), np.bool_)
    line = defence(events, t_ns, everywhere, ~everywhere, seed)
    times = np.asarray(line.new_ns, np.float64) / MS  # type: ignore[attr-defined]
    down_ms, up_ms = np.empty(len(session.key)), np.empty(len(session.key))
    down_ms[which[up == 0]], up_ms[which[up == 1]] = times[up == 0], times[up == 1]
    return replace(session, down_ms=down_ms, up_ms=up_ms)


def speeds(pairs: Sequence[tuple[Typed, Typed]]) -> tuple[float, float]:
    """Means over sessions: words a minute, and the median interval in milliseconds, within sentences."""
    words, medians = [], []
    for pair in pairs:
        for session in pair:
            gaps = np.diff(session.down_ms)[np.diff(session.sentence) == 0]
            words.append(session.chars / 5 / (gaps.sum() / 60_000))
            medians.append(float(np.median(gaps)))
    return float(np.mean(words)), float(np.mean(medians))
