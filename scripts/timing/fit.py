"""Fit the population model of `text_redact.timing` to published summary statistics of typing.

``python scripts/timing/fit.py STATISTICS.json`` prints what ``population.json`` says of intervals. The statistics are
quantiles by transition and means over participants (Dhakal et al., CHI 2018, recomputed on a public subset); no record
of a person is read. A typist is one number, the tempo. An interval is log-normal around the median of its transition,
and now and then a pause is added by a factor.
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Floats = npt.NDArray[np.float64]

TYPISTS, STROKES = 1500, 40
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
NAMES = {
    "letter": "letter_letter",
    "same": "same_letter",
    "to_space": "to_space",
    "after_space": "after_space",
    "erase_first": "to_bksp_first",
    "erase_next": "bksp_bksp",
    "after_erase": "after_bksp",
    "other": "other",
}
BY_TEMPO = {"same": 0.4, "erase_next": 0.35}
GRID = tuple(itertools.product((0.32, 0.34, 0.36), ((0.8, 0.25), (1.0, 0.25), (1.2, 0.25)), (0.3, 0.7)))
"""Tried in turn: spread of the tempo, logarithm of the pause factor (mean, spread), what the tempo does to pauses."""

FLOOR_MS = 20.0


Setting = tuple[float, tuple[float, float], float]


def intervals(entry: dict[str, float], setting: Setting, draws: tuple[Floats, ...]) -> Floats:
    """Intervals in milliseconds, shape (typists, strokes)."""
    tempo_sd, pause_log, pause_by = setting
    tempo, noise, chance, length = draws
    log = np.log(entry["median_ms"]) + entry["by_tempo"] * tempo_sd * tempo[:, None] + entry["within"] * noise
    share = np.minimum(0.6, entry["pause"] * np.exp(pause_by * tempo_sd * tempo))[:, None]
    log += (chance < share) * (pause_log[0] + pause_log[1] * length)
    return np.asarray(np.maximum(FLOOR_MS, np.exp(log)))


def _draws(seed: int) -> tuple[Floats, ...]:
    rng = np.random.default_rng(seed)
    shape = TYPISTS, STROKES
    return rng.standard_normal(TYPISTS), rng.standard_normal(shape), rng.random(shape), rng.standard_normal(shape)


def fit_transition(target: list[float], by_tempo: float, setting: Setting, seed: int) -> dict[str, float]:
    """Median, spread and share of pauses whose pooled quantiles come closest to ``target``."""
    draws = _draws(seed)

    def entry(x: Floats) -> dict[str, float]:
        return {
            "median_ms": float(np.exp(x[0])),
            "within": float(np.clip(np.exp(x[1]), 0.12, 0.6)),
            "pause": float(0.5 / (1 + np.exp(-x[2]))),
            "by_tempo": by_tempo,
        }

    def loss(x: Floats) -> float:
        got = np.quantile(intervals(entry(x), setting, draws), QUANTILES)
        return float(np.sum(np.log(got / np.array(target)) ** 2))

    start = np.array([np.log(target[2]), np.log(0.3), -2.5])
    return entry(minimize(loss, start, method="Nelder-Mead", options={"maxiter": 400}).x)


def participants(gaps: dict[str, dict[str, float]], setting: Setting, shares: dict[str, float]) -> dict[str, float]:
    """What the statistics call ``per_participant``, of the model."""
    rng = np.random.default_rng(99)
    tempo = rng.standard_normal(TYPISTS)
    shape = TYPISTS, 600
    which = rng.choice(len(shares), shape, p=np.array(list(shares.values())) / sum(shares.values()))
    every = np.zeros(shape)
    for number, name in enumerate(shares):
        draws = tempo, rng.standard_normal(shape), rng.random(shape), rng.standard_normal(shape)
        every = np.where(which == number, intervals(gaps[name], setting, draws), every)
    mean = every.mean(1)
    return {
        "iki_mean": float(mean.mean()),
        "iki_mean_sd": float(mean.std()),
        "iki_median": float(np.median(every, axis=1).mean()),
        "iki_median_sd": float(np.median(every, axis=1).std()),
        "sd_log": float(np.log(every).std(1).mean()),
        # Characters a minute over five; a text takes more strokes than it has characters.
        "wpm": float((12_000 / (mean * 1.173)).mean()),
        "wpm_sd": float((12_000 / (mean * 1.173)).std()),
    }


def main(path: Path) -> None:
    """Fit, print the file, and how close it comes on standard error."""
    said: dict[str, Any] = json.loads(path.read_text("utf-8"))
    table = said["iki_ms_by_transition"]
    shares = {name: float(table[source]["n"]) for name, source in NAMES.items()}
    person = said["per_participant"]
    wanted = {"iki_mean": "iki_mean_ms", "iki_median": "iki_median_ms", "wpm": "wpm", "sd_log": "sd_log_iki"}
    best: tuple[float, Setting, dict[str, dict[str, float]]] | None = None
    for setting in GRID:
        gaps = {
            name: fit_transition(table[source]["p5_25_50_75_95"], BY_TEMPO.get(name, 1.0), setting, index)
            for index, (name, source) in enumerate(NAMES.items())
        }
        got = participants(gaps, setting, shares)
        error = sum(float(np.log(got[mine] / person[theirs]["mean"])) ** 2 for mine, theirs in wanted.items())
        error += sum(
            float(np.log(got[f"{mine}_sd"] / person[wanted[mine]]["sd"])) ** 2 / 9
            for mine in ("iki_mean", "iki_median", "wpm")
        )
        print(round(error, 5), setting, {name: round(value, 2) for name, value in got.items()}, file=sys.stderr)
        if best is None or error < best[0]:
            best = error, setting, gaps
    assert best is not None
    tempo_sd, pause_log, pause_by = best[1]
    rounded = {n: {k: float(f"{v:.3g}") for k, v in entry.items()} for n, entry in best[2].items()}
    fitted = {"tempo_sd": tempo_sd, "pause_log": pause_log, "pause_by_tempo": pause_by, "floor_ms": FLOOR_MS}
    print(json.dumps({**fitted, "gaps": rounded}, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
