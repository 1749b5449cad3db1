"""Many writers at once: the budget holds exactly, and one release has one answer, in both databases."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from charges import FORK, charge, release, together

from benchmarks._postgres import in_memory
from dp.ledger import SqliteStore, StoredLedger
from recording.errors import BudgetExceeded, InputError

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """As elsewhere, and in memory where possible: writers that never wait for a disk meet more often."""
    if request.param == "postgres":
        yield request.getfixturevalue("database")
        return
    with TemporaryDirectory(dir=in_memory() or tmp_path) as folder:
        yield f"{folder}/var/dp.db"


def admitted(ledger: StoredLedger, *, held: bool) -> int:
    """How many of 60 charges by each of 8 processes a ledger admits; each process may keep its connection."""

    def spend(worker: int) -> int:
        count = 0
        with ledger.held() if held else nullcontext(ledger) as own:
            for number in range(60):
                try:
                    own.reserve(charge(f"{worker}/{number}"))
                    count += 1
                except BudgetExceeded:
                    pass
        return count

    return sum(together(8, spend))


@pytest.mark.parametrize(
    ("run", "held"),
    [
        pytest.param(number, held, marks=pytest.mark.slow if number > 1 else ())
        for held, runs in ((False, 20), (True, 5))
        for number in range(1, runs + 1)
    ],
)
def test_eight_processes_spend_exactly_what_there_is(ledger: StoredLedger, run: int, held: bool) -> None:
    """Of 8 x 60 charges on a ledger that whoever comes first begins, exactly the 100 that fit are admitted."""
    assert admitted(ledger, held=held) == 100
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


def test_threads_share_a_connection(ledger: StoredLedger) -> None:
    """The same over one connection that all of them use."""
    names = [*range(12), *["one"] * 8]
    with ledger.held() as own, ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda name: release(own, name), names))
    assert len(set(answers)) == 13
    assert ledger.balance().spent == 130_000
    ledger.verify()


def test_a_refusal_leaves_a_connection_as_it_was(ledger: StoredLedger) -> None:
    """After a refused charge and after reading, the same connection charges on; others are not kept waiting."""
    with ledger.held() as own:
        release(own, "one")
        with pytest.raises(BudgetExceeded):
            own.reserve(charge("dear", cost=10**6))
        assert own.verify() == own.head()
        release(ledger, "two")
        release(own, "three")
        assert own.balance().spent == 30_000
    ledger.verify()


def test_a_connection_serves_no_other_process(ledger: StoredLedger) -> None:
    """A process forked while a connection is held is refused, and its parent can go on; the connection is not sent."""
    with ledger.held() as own:
        release(own, "one")

        def child() -> None:
            try:
                release(own, "two")
            except InputError as error:
                os._exit(7 if error.code == "ledger-forked" else 1)

        process = FORK.Process(target=child)
        process.start()
        process.join()
        assert process.exitcode == 7
        release(own, "three")
        with pytest.raises(TypeError):
            pickle.dumps(own)
    assert ledger.balance().spent == 20_000


def test_a_file_that_was_replaced_is_charged_no_more(ledger: StoredLedger) -> None:
    """Where another file is put in the place of the open one, its charges would be found by nobody."""
    if not isinstance(ledger.store, SqliteStore):
        pytest.skip("a connection belongs to one PostgreSQL database")
    release(ledger, "one")
    path = ledger.store.path
    with ledger.held() as own:
        release(own, "two")
        path.rename(path.with_name("moved.db"))
        with pytest.raises(InputError) as caught:
            release(own, "three")
        assert caught.value.code == "ledger-failed"
        path.write_bytes(path.with_name("moved.db").read_bytes())
        with pytest.raises(InputError) as caught:
            release(own, "three")
        assert caught.value.code == "ledger-moved"


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
