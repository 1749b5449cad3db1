"""Many writers at once: the budget holds exactly, and one release has one answer, in both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from charges import charge, release, together

from dp.ledger import StoredLedger
from recording.errors import BudgetExceeded

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def admitted(ledger: StoredLedger) -> int:
    """How many of 60 charges by each of 8 processes a ledger admits."""

    def spend(worker: int) -> int:
        count = 0
        for number in range(60):
            try:
                ledger.reserve(charge(f"{worker}/{number}"))
                count += 1
            except BudgetExceeded:
                pass
        return count

    return sum(together(8, spend))


@pytest.mark.parametrize(
    "run", [pytest.param(number, marks=pytest.mark.slow if number > 1 else ()) for number in range(1, 21)]
)
def test_eight_processes_spend_exactly_what_there_is(ledger: StoredLedger, run: int) -> None:
    """Of 8 x 60 charges on a ledger that whoever comes first begins, exactly the 100 that fit are admitted."""
    assert admitted(ledger) == 100
    assert ledger.balance().left == 0
    assert len(ledger.events()) == 100
    ledger.verify()


def test_processes_that_ask_for_one_release_get_one_answer(ledger: StoredLedger) -> None:
    """Six callers of one release id, which is all that the budget has room for, get the same bytes and pay once."""
    tight = replace(ledger, total=10_000)
    answers = together(6, lambda _: [release(tight, "one") for _ in range(3)])
    assert len({data for mine in answers for data in mine}) == 1
    assert tight.balance().left == 0
    tight.verify()


def test_threads_share_a_ledger(ledger: StoredLedger) -> None:
    """Four threads of one process, each with releases of its own and one that all want, agree."""
    names = [*range(12), *["one"] * 8]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda name: release(ledger, name), names))
    assert len(set(answers)) == 13
    assert ledger.balance().spent == 130_000
    ledger.verify()


def test_scopes_are_written_side_by_side(ledger: StoredLedger) -> None:
    """Writers of six scopes neither wait for each other in a circle nor break the one chain that holds them all."""

    def spend(worker: int) -> int:
        own = replace(ledger, scope=f"team-{worker % 6}")
        return sum(own.reserve(charge(f"{worker}/{number}")).after > 0 for number in range(8))

    assert sum(together(6, spend)) == 48
    ledger.verify()


@pytest.mark.parametrize("times", [50, pytest.param(1_000, marks=pytest.mark.slow)])
def test_asking_again_cannot_average_the_noise_away(ledger: StoredLedger, times: int) -> None:
    """The same release asked up to 1000 times is one charge and one distinct answer."""
    assert len({release(ledger, "one") for _ in range(times)}) == 1
    assert ledger.balance().spent == 10_000
    assert len(ledger.events()) == 1
