"""The attack on typing rhythm knows people again, and what it reads is read right."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from benchmarks import __main__ as program
from benchmarks._harness import Skip, shared
from benchmarks._reidentify import by_discriminant, by_means, score
from benchmarks._typists import Typed, read_aalto, simulate
from benchmarks.timing import DEFENCES, defended, speeds

HEAD = (
    "PARTICIPANT_ID\tTEST_SECTION_ID\tSENTENCE\tUSER_INPUT\tKEYSTROKE_ID\tPRESS_TIME\tRELEASE_TIME\tLETTER\tKEYCODE\n"
)


@pytest.fixture(scope="module")
def statistics() -> Path:
    """The published statistics, where the machine has them."""
    try:
        return shared("typing_stats.json")
    except Skip as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def people(statistics: Path) -> list[tuple[Typed, Typed]]:
    """Eighty simulated typists in two sessions each."""
    return list(simulate(statistics, 80, seed=11))


def test_without_a_defence_both_attackers_know_most_people_again(people: list[tuple[Typed, Typed]]) -> None:
    """An attack that finds nobody would clear any defence."""
    assert by_means(people).first > 40
    assert by_discriminant(people).first > 40


@pytest.mark.slow
def test_after_resampling_both_attackers_are_left_with_guessing(people: list[tuple[Typed, Typed]]) -> None:
    """Over ten draws of eighty people, not more than twice as many are found as a guess finds."""
    step = DEFENCES["resample"]
    assert step is not None
    scores = [attack(defended(people, step, repeat)) for repeat in range(5) for attack in (by_means, by_discriminant)]
    assert sum(found.first for found in scores) <= 2 * len(scores)
    assert all(found.eer > 0.35 for found in scores)


@pytest.mark.slow
def test_resampling_keeps_the_typing_speed_of_the_population(statistics: Path) -> None:
    """Mean words a minute and mean median interval of eight hundred people stay within five hundredths."""
    many = list(simulate(statistics, 800, seed=5))
    step = DEFENCES["resample"]
    assert step is not None
    before, after = np.array(speeds(many)), np.array(speeds(defended(many, step)))
    assert np.all(np.abs(after / before - 1) < 0.05)


def test_simulated_people_have_the_published_speed_and_overlap(people: list[tuple[Typed, Typed]]) -> None:
    """The medians of intervals, the holds and the share of overlapping strokes are near those of the statistics."""
    sessions = [session for pair in people for session in pair]
    same = [np.diff(session.sentence) == 0 for session in sessions]
    gaps = [float(np.median(np.diff(s.down_ms)[here])) for s, here in zip(sessions, same, strict=True)]
    overlaps = [float((s.up_ms[:-1] > s.down_ms[1:])[here].mean()) for s, here in zip(sessions, same, strict=True)]
    assert 150 < np.mean(gaps) < 210
    assert 0.13 < np.mean(overlaps) < 0.27
    assert 95 < np.mean([float((s.up_ms - s.down_ms).mean()) for s in sessions]) < 120


def test_scores_count_ranks_from_the_nearest_and_ties_as_halves() -> None:
    """A table of equal distances is a guess."""
    exact = score(1 - np.eye(20))
    assert (exact.first, exact.tenth, exact.eer) == (20, 20, 0.0)
    equal = score(np.ones((20, 20)))
    assert (equal.first, equal.people) == (0, 20)


def test_a_folder_of_the_aalto_format_is_read(tmp_path: Path) -> None:
    """One file for each person, one line for press and release, in no order of time; the rest is passed over."""
    for person in range(2):
        lines = [HEAD]
        for section in range(15):
            rows = [
                f"{person}\t{section}\tab cd ef\tab cd ef \t{n}\t{1000 + 200 * n}\t{1090 + 200 * n}\t{letter}\t65\n"
                for n, letter in enumerate(["SHIFT", "a", "b", " ", "c", "d", "BKSP", "d", " ", "e", "f"])
            ]
            lines += reversed(rows)
        lines.append(f"{person}\t99\tx\tx\t1\tnever\t\ta\t65\n")
        (tmp_path / f"{person}_keystrokes.txt").write_text("".join(lines))
    pairs = list(read_aalto(tmp_path, 10))
    assert len(pairs) == 2
    enrolled, probe = pairs[0]
    assert (enrolled.sentence.max() + 1, probe.sentence.max() + 1) == (8, 7)
    assert enrolled.key[:7] == ("shift", "a", "b", "space", "c", "d", "backspace")
    assert enrolled.chars == 8 * 9
    with pytest.raises(Skip):
        list(read_aalto(tmp_path / "none", 1))


@pytest.mark.slow
def test_quick_run_gives_three_figures_for_each_defence_and_attacker(statistics: Path, tmp_path: Path) -> None:
    """Every row of the table is there."""
    assert program.main(["timing", "--quick", "--out", str(tmp_path)], Console(file=io.StringIO())) == 0
    record = json.loads((tmp_path / "timing.json").read_text("utf-8"))
    assert len(record["counts"]) == 3 * 2 * len(DEFENCES)
    assert all(0 <= count["ours"] <= count["of"] for count in record["counts"])
