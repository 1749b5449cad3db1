"""The budget ledger on SQLite and PostgreSQL: durable charges a second, and whether many writers can overspend it.

Ours also chains every entry, keeps the events and looks for the release among those already charged. Both keep a
connection open in each process; one writer is measured with a connection for each charge as well.
"""

from __future__ import annotations

import itertools
import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import _naive_ledger
from benchmarks._harness import Count, Result, Speed, compare
from benchmarks._postgres import Unavailable, server
from dp.ledger import Charge, Ledger, open_ledger
from dp.terms import Currency
from recording.errors import BudgetExceeded

FORK: Any = multiprocessing.get_context("fork")
WRITERS, SPENDS, AFFORDABLE = 8, 60, 100
EVENT = {"event": "discrete-laplace", "l1": 10, "query": "apps", "scale": "20"}
Opened = Callable[[str, int, ExitStack], Callable[[str, int], bool]]
"""Given an address and a total: a function that charges one release, and says whether it was admitted."""


def run(*, quick: bool) -> Result:
    """One writer and eight on each database, then the race for what is left."""
    speeds: list[Speed] = []
    counts: list[Count] = []
    notes: list[str] = []
    runs = 1 if quick else 20
    for name, database in (("SQLite", _sqlite), ("PostgreSQL", _postgres)):
        try:
            with database() as url:
                kinds = ((1, _ours_anew), (1, _ours), (WRITERS, _ours))
                speeds += [_speed(name, url, writers, opened, quick=quick) for writers, opened in kinds]
                counts += _races(name, url, runs)
        except Unavailable as reason:
            notes.append(f"{name} skipped: {reason}")
    notes.append("the disk's flush bounds every figure; a peer without a durable commit would be no ledger")
    return Result(speeds=tuple(speeds), counts=tuple(counts), notes=tuple(notes))


@contextmanager
def _sqlite() -> Iterator[Callable[[], str]]:
    """Addresses of fresh databases."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = itertools.count()
        yield lambda: str(Path(folder) / f"{next(numbers)}.db")


@contextmanager
def _postgres() -> Iterator[Callable[[], str]]:
    import psycopg

    with server() as started:

        def fresh() -> str:
            with psycopg.connect(started.url(), autocommit=True) as db:
                db.execute("SET client_min_messages TO warning")
                db.execute("DROP SCHEMA IF EXISTS boundary_ledger CASCADE")
            return started.url()

        yield fresh


def _ours(url: str, total: int, stack: ExitStack) -> Callable[[str, int], bool]:
    ledger = open_ledger(url, scope="benchmark", total=total, currency=Currency.PURE)
    return _spend(stack.enter_context(ledger.held()))


def _ours_anew(url: str, total: int, stack: ExitStack) -> Callable[[str, int], bool]:
    del stack
    return _spend(open_ledger(url, scope="benchmark", total=total, currency=Currency.PURE))


def _spend(ledger: Ledger) -> Callable[[str, int], bool]:
    def spend(release_id: str, cost: int) -> bool:
        terms = {"policy": "p", "events": (EVENT,), "currency": Currency.PURE}
        try:
            ledger.reserve(Charge(release_id=release_id, cost=cost, **terms))  # type: ignore[arg-type]  # mixed values
        except BudgetExceeded:
            return False
        return True

    return spend


def _theirs(url: str, total: int, stack: ExitStack) -> Callable[[str, int], bool]:
    del stack
    return _naive_ledger.opened(url, total=total)


def _speed(name: str, fresh: Callable[[], str], writers: int, opened: Opened, *, quick: bool) -> Speed:
    each = (2 if quick else 240) // writers or 1

    def ours() -> None:
        _spend_all(opened, fresh(), writers, each, 10**9)

    def theirs() -> None:
        url = fresh()
        _naive_ledger.begin(url)
        _spend_all(_theirs, url, writers, each, 10**9)

    how = ", a connection for each charge" if opened is _ours_anew else ""
    case = f"{name}, {writers} writer{'s' if writers > 1 else ''}, all admitted{how}"
    work = writers * each
    peer, rounds = _naive_ledger.NAME, 1 if quick else 5
    return compare(case=case, unit="charge", work=work, peer=peer, ours=ours, theirs=theirs, rounds=rounds)


def _races(name: str, fresh: Callable[[], str], runs: int) -> Iterator[Count]:
    exact = [0, 0]
    worst = AFFORDABLE
    for _ in range(runs):
        admitted = _spend_all(_ours, fresh(), WRITERS, SPENDS, AFFORDABLE)
        url = fresh()
        _naive_ledger.begin(url)
        peer = _spend_all(_theirs, url, WRITERS, SPENDS, AFFORDABLE)
        exact[0] += admitted == AFFORDABLE
        exact[1] += peer == AFFORDABLE
        worst = max(worst, peer)
    what = f"{name}: runs in which exactly {AFFORDABLE} of {WRITERS * SPENDS} were admitted"
    yield Count(figure=what, ours=exact[0], peer=exact[1], of=runs)
    yield Count(
        figure=f"{name}: what was affordable, of what the peer admitted in its worst run", ours=AFFORDABLE, of=worst
    )


def _spend_all(opened: Opened, url: str, writers: int, each: int, total: int) -> int:
    """How many of ``each`` charges of 1 by each of ``writers`` processes, which start at once, were admitted."""
    barrier, results = FORK.Barrier(writers), FORK.SimpleQueue()

    def work(writer: int) -> None:
        count = 0
        try:
            with ExitStack() as stack:
                spend = opened(url, total, stack)
                barrier.wait()
                count = sum(spend(f"{writer}/{number}", 1) for number in range(each))
        finally:
            results.put(count)

    children = [FORK.Process(target=work, args=(number,)) for number in range(writers)]
    for child in children:
        child.start()
    admitted: int = sum(results.get() for _ in children)
    for child in children:
        child.join()
    return admitted
