"""Attackers who know people again by how they type: two sessions each, and the question which two belong together.

Every attacker sees defended data on both sides, and learns from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks._typists import Typed

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """How well an attacker did among ``people``.

    Attributes:
        people: Probes, each of which has one match among as many.
        first: Probes whose match came first.
        tenth: Probes whose match was among the first ten.
        eer: Equal error rate of deciding pair by pair, 0 to 1; 0.5 is a guess.
    """

    people: int
    first: int
    tenth: int
    eer: float


def by_means(pairs: Sequence[tuple[Typed, Typed]]) -> Score:
    """Mean hold of each key and mean interval of each pair of keys, compared in units of the population's spread."""
    names: dict[str, int] = {}
    sides = [[_means(session, names) for session in side] for side in zip(*pairs, strict=True)]
    tables = [_table(rows, len(names)) for rows in sides]
    spread = np.nanstd(np.concatenate(tables), axis=0)
    use = np.isfinite(spread) & (spread > 0) & (np.isfinite(tables[0]).mean(0) > 0.02)
    left, right = (table[:, use] / spread[use] for table in tables)
    return score(_distances(left, right))


def _means(session: Typed, names: dict[str, int]) -> dict[int, float]:
    sums: dict[str, list[float]] = {}
    gaps = np.diff(session.down_ms)
    same = np.diff(session.sentence) == 0
    for key, held in zip(session.key, (session.up_ms - session.down_ms).tolist(), strict=True):
        sums.setdefault(key, []).append(min(held, 400.0))
    for index in np.flatnonzero(same & (gaps < 2000)).tolist():
        sums.setdefault(f"{session.key[index]} {session.key[index + 1]}", []).append(float(gaps[index]))
    return {names.setdefault(name, len(names)): float(np.mean(values)) for name, values in sums.items()}


def _table(rows: Sequence[dict[int, float]], width: int) -> Floats:
    out = np.full((len(rows), width), np.nan)
    for row, values in enumerate(rows):
        out[row, list(values)] = list(values.values())
    return out


def _distances(left: Floats, right: Floats) -> Floats:
    """Mean absolute difference over what both have; shape (probes, enrolled)."""
    there, known = np.isfinite(left).astype(np.float32), np.isfinite(left)
    filled = np.where(known, left, 0).astype(np.float32)
    out = np.empty((len(right), len(left)), np.float32)
    for row, probe in enumerate(right):
        has = np.isfinite(probe)
        apart = np.abs(filled[:, has] - probe[has].astype(np.float32)) * there[:, has]
        out[row] = apart.sum(1) / np.maximum(1, there[:, has].sum(1))
    return out.astype(np.float64)


def by_discriminant(pairs: Sequence[tuple[Typed, Typed]]) -> Score:
    """Linear discriminant analysis over statistics of sentences, the order of presses and releases among them.

    What varies within the enrolled sessions is learnt from them, and weighs little.
    """
    enrolled = [_sentences(session) for session, _ in pairs]
    probes = np.array([_sentences(session).mean(0) for _, session in pairs])
    centres = np.array([rows.mean(0) for rows in enrolled])
    within = np.concatenate([rows - rows.mean(0) for rows in enrolled])
    covariance = within.T @ within / len(within) + 1e-4 * np.eye(within.shape[1])
    values, vectors = np.linalg.eigh(covariance)
    whiten = vectors / np.sqrt(np.maximum(values, 1e-9))
    left, right = centres @ whiten, probes @ whiten
    between = np.cov(left.T)
    strength, axes = np.linalg.eigh(between)
    keep = axes[:, np.argsort(strength)[-20:]]
    left, right = left @ keep, right @ keep
    return score(np.sqrt(np.maximum(0, (right**2).sum(1)[:, None] + (left**2).sum(1) - 2 * right @ left.T)))


def _sentences(session: Typed) -> Floats:
    """One row for each sentence: logarithms of holds and intervals, overlaps, pauses."""
    out = []
    for number in np.unique(session.sentence):
        which = session.sentence == number
        down, up = session.down_ms[which], session.up_ms[which]
        keys = [key for key, here in zip(session.key, which, strict=True) if here]
        hold, gap = np.log(np.maximum(1, up - down)), np.log(np.maximum(1, np.diff(down)))
        flight = (down[1:] - up[:-1]) / 100
        space = np.array([key == "space" for key in keys])
        erase = np.array([key == "backspace" for key in keys])
        letter = ~space & ~erase
        parts = [*np.quantile(hold, (0.1, 0.5, 0.9)), *np.quantile(gap, (0.1, 0.25, 0.5, 0.75, 0.9))]
        parts += [_mean(hold[space]), _mean(gap[space[1:]]), _mean(gap[space[:-1]]), _mean(gap[erase[1:]])]
        parts += [_mean(hold[letter]), float(hold.std()), float(gap.std()), float((flight < 0).mean()), _mean(flight)]
        parts += [_mean(hold[1:] - gap), float((np.exp(gap) > 1000).mean()), *np.quantile(flight, (0.1, 0.5))]
        parts += [_mean(flight[space[1:]] < 0), _mean(flight[space[:-1]] < 0), _mean(hold[erase])]
        out.append(parts)
    table = np.array(out)
    return np.where(np.isfinite(table), table, 0.0)


def _mean(values: npt.NDArray[Any]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def score(distances: Floats) -> Score:
    """Ranks and equal error rate of a square of distances whose diagonal holds the matches; ties count half."""
    own = np.diag(distances)
    closer = (distances < own[:, None]).sum(1) + ((distances == own[:, None]).sum(1) - 1) / 2
    others = np.sort(distances[~np.eye(len(own), dtype=bool)])
    accepted = np.searchsorted(others, np.sort(own), side="right") / len(others)
    refused = 1 - np.arange(1, len(own) + 1) / len(own)
    at = int(np.argmin(np.abs(accepted - refused)))
    return Score(
        len(own), int((closer < 0.75).sum()), int((closer < 10).sum()), float((accepted[at] + refused[at]) / 2)
    )
