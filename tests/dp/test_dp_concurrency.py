"""Many processes and sudden death: the budget holds, and one release has one answer."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import random
import signal
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dp import Charge, CountEventsOptions, Ledger, count_events, release_counts
from dp._diffprivlib import geometric
from recording.errors import BudgetExceeded

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
FORK: Any = multiprocessing.get_context("fork")

COST = 10_000
QUERY = CountEventsOptions(id="q", by="app", keys=("Mail",), max_groups=1, max_per_group=1000, epsilon=Decimal("0.01"))
VECTOR = count_events([], QUERY)


def release(ledger: Ledger, name: str) -> bytes:
    """Release zero counts with noise under ``name``."""
    return release_counts(VECTOR, QUERY, ledger=ledger, policy_digest="p", release_id=name).to_json()


def together(count: int, work: Any) -> list[Any]:
    """Results of ``work(number)`` in ``count`` processes that start at once."""
    barrier, results = FORK.Barrier(count), FORK.SimpleQueue()

    def run(number: int) -> None:
        barrier.wait()
        results.put(work(number))

    children = [FORK.Process(target=run, args=(number,)) for number in range(count)]
    for child in children:
        child.start()
    out = [results.get() for _ in children]
    for child in children:
        child.join()
    return out


def test_eight_processes_spend_exactly_what_there_is(tmp_path: Path) -> None:
    """Of 8 x 60 charges on one ledger, created by whoever comes first, exactly the 100 that fit are admitted."""
    ledger = Ledger(tmp_path / "dp.db", scope="team", total=1_000_000)

    def spend(worker: int) -> int:
        admitted = 0
        for number in range(60):
            charge = Charge(release_id=f"{worker}/{number}", policy="", mechanism="", params="", event="", cost=10_000)
            try:
                ledger.reserve(charge)
                admitted += 1
            except BudgetExceeded:
                pass
        return admitted

    assert sum(together(8, spend)) == 100
    assert ledger.balance().left == 0
    ledger.verify()


def test_processes_that_ask_for_one_release_get_one_answer(tmp_path: Path) -> None:
    """Six callers of one release id get the same bytes and pay once."""
    geometric()
    ledger = Ledger(tmp_path / "dp.db", scope="team", total=10_000)
    answers = together(6, lambda _: [release(ledger, "one") for _ in range(3)])
    assert len({data for mine in answers for data in mine}) == 1
    assert ledger.balance().left == 0


def test_a_thousand_questions_cannot_average_the_noise_away(tmp_path: Path) -> None:
    """The same release asked again and again is one charge and one distinct answer."""
    ledger = Ledger(tmp_path / "dp.db", scope="team", total=10_000)
    assert len({release(ledger, "one") for _ in range(1_000)}) == 1


def test_a_killed_process_publishes_nothing_uncharged(tmp_path: Path) -> None:
    """After 20 kills at random moments all that is out is charged, and asking again gives the same bytes for free."""
    geometric()
    ledger, published = Ledger(tmp_path / "dp.db", scope="team", total=10**12), tmp_path / "published"
    published.touch()

    def publish(first: int) -> None:
        out = os.open(published, os.O_WRONLY | os.O_APPEND)
        for number in itertools.count(first):
            os.write(out, release(ledger, f"r{number}"))

    chance = random.Random(20)
    for _ in range(20):
        size = published.stat().st_size
        # Two that are out already are asked for again, and then whatever the last one left unfinished.
        child = FORK.Process(target=publish, args=(max(0, len(by_release(published)) - 2),))
        child.start()
        while published.stat().st_size == size and child.is_alive():
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.04))
        child.kill()
        child.join()
        assert child.exitcode == -signal.SIGKILL
        ledger.verify()
    out, spent = by_release(published), ledger.balance().spent
    assert all(len(answers) == 1 for answers in out.values())
    assert all(json.loads(answer)["after"] <= spent for answers in out.values() for answer in answers)
    assert all({release(ledger, name)} == answers for name, answers in out.items())
    assert ledger.balance().spent == spent
    # A charge whose answer was never stored is completed, not paid again: every release up to the last costs once.
    assert len(out) * COST <= spent <= (len(out) + 1) * COST


def by_release(published: Path) -> dict[str, set[bytes]]:
    """The distinct lines that went out, by release id."""
    out: dict[str, set[bytes]] = {}
    for line in published.read_bytes().splitlines(keepends=True):
        out.setdefault(json.loads(line)["release_id"], set()).add(line)
    return out
