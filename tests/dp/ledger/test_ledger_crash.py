"""Sudden death at any point: nothing is out that was not charged, and asking again gives the same bytes for free."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from charges import FORK, release

from benchmarks._postgres import Server
from dp.ledger import SqliteStore, Store, StoredLedger, history, open_ledger
from dp.ledger.store import Execute
from dp.terms import Currency
from recording.errors import InputError

pytestmark = [pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"), pytest.mark.timeout(900)]
COST = 10_000


def roomy(url: str) -> StoredLedger:
    """A ledger that all releases fit into."""
    return open_ledger(url, scope="team", total=10**12, currency=Currency.PURE)


def published(file: Path) -> dict[str, set[bytes]]:
    """The distinct lines that went out, by release id; a line that was cut off while it was written counts as out."""
    out: dict[str, set[bytes]] = {}
    for line in file.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            out.setdefault(json.loads(line)["release_id"], set()).add(line)
    return out


def judge(ledger: StoredLedger, file: Path) -> None:
    """Everything that must hold after any number of deaths."""
    out, spent = published(file), ledger.balance().spent
    ledger.verify()
    charged = {entry.release_id for entry in history(ledger.store) if entry.kind == "charge"}
    assert out.keys() <= charged, "released and not charged"
    assert spent == COST * len(charged) <= ledger.total
    assert all(len(answers) == 1 for answers in out.values()), "one release, two answers"
    assert all({release(ledger, name[1:])} == answers for name, answers in out.items())
    assert ledger.balance().spent == spent, "asking again costs nothing"
    # A charge whose answer was never stored is completed, not paid again: there is at most one.
    assert len(out) <= len(charged) <= len(out) + 1


@pytest.mark.parametrize("kills", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_a_killed_process_publishes_nothing_uncharged(url: str, tmp_path: Path, kills: int) -> None:
    """After up to 200 SIGKILLs at random moments all that is out is charged, once, and comes back byte for byte."""
    ledger, file = roomy(url), tmp_path / "published"
    file.touch()

    def publish(first: int) -> None:
        out = os.open(file, os.O_WRONLY | os.O_APPEND)
        for number in itertools.count(first):
            os.write(out, release(ledger, number))

    chance = random.Random(kills)
    for _ in range(kills):
        size = file.stat().st_size
        # Two that are out already are asked for again, and then whatever the last one left unfinished.
        child = FORK.Process(target=publish, args=(max(0, len(published(file)) - 2),))
        child.start()
        while file.stat().st_size == size and child.is_alive():
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.08))
        child.kill()
        child.join()
        assert child.exitcode == -signal.SIGKILL
    judge(ledger, file)


@dataclass(frozen=True)
class Doomed:
    """A store whose process is killed before its ``last``-th statement, of all transactions together."""

    store: Store
    statements: Any
    last: int

    @property
    def place(self) -> str:
        """The store's."""
        return self.store.place

    @contextmanager
    def write(self) -> Iterator[Execute]:
        """The store's, counted: each statement, and the commit."""
        with self.store.write() as run:

            def counted(sql: str, *values: object) -> Any:
                self.count()
                return run(sql, *values)

            yield counted
            self.count()

    def count(self) -> None:
        """Die when it is time."""
        if next(self.statements) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def test_death_before_every_single_statement_is_harmless(url: str, tmp_path: Path) -> None:
    """A release that dies before its first, second, ... statement or commit is completed at one price."""
    file = tmp_path / "published"
    file.touch()
    ledger = roomy(url)
    for last in itertools.count(1):

        def publish(last: int = last) -> None:
            doomed: Any = Doomed(ledger.store, itertools.count(1), last)
            own = StoredLedger(store=doomed, scope="team", total=ledger.total, currency=Currency.PURE)
            line = release(own, last)
            with file.open("ab") as out:
                out.write(line)

        child = FORK.Process(target=publish)
        child.start()
        child.join()
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL
        with file.open("ab") as out:
            out.write(release(ledger, last))
        judge(ledger, file)
    assert last > 10, "a release has more statements than that"


@pytest.mark.slow
def test_a_server_that_lost_its_power_has_every_charge(fragile: Server, tmp_path: Path) -> None:
    """PostgreSQL and all of its processes are killed between and during charges; what was promised is there again."""
    ledger, file = roomy(fragile.url()), tmp_path / "published"
    file.touch()

    def publish(first: int) -> None:
        out = os.open(file, os.O_WRONLY | os.O_APPEND)
        with contextlib.suppress(InputError):  # the server is gone
            for number in itertools.count(first):
                os.write(out, release(ledger, number))

    for wait in (0.05, 0.2):
        size = file.stat().st_size
        child = FORK.Process(target=publish, args=(len(published(file)),))
        child.start()
        while file.stat().st_size == size and child.is_alive():
            time.sleep(0.001)
        time.sleep(wait)
        fragile.kill()
        child.join()
        assert child.exitcode == 0
        fragile.start()
    judge(ledger, file)


def test_a_server_that_may_lose_commits_is_refused(fragile: Server) -> None:
    """With fsync off a crash would give spent budget back, so nothing is charged; asynchronous commits are not used."""
    fragile.control("-m", "fast", "-w", "stop")
    fragile.start(fsync="off")
    try:
        with pytest.raises(InputError) as caught:
            release(roomy(fragile.url()), 1)
        assert caught.value.code == "ledger-not-durable"
    finally:
        fragile.control("-m", "fast", "-w", "stop")
        fragile.start(synchronous_commit="off")
    with roomy(fragile.url()).store.write() as run:
        assert run("SHOW synchronous_commit") == [("on",)]


def test_a_server_that_is_away_is_an_error_without_a_password() -> None:
    """The error names host and database, and never the password of the URL."""
    url = "postgresql://somebody:s3cret@/ledger?host=/nonexistent"
    ledger = open_ledger(url, scope="team", total=10, currency=Currency.PURE)
    with pytest.raises(InputError) as caught:
        ledger.balance()
    assert caught.value.code == "ledger-failed"
    assert "s3cret" not in f"{caught.value}{ledger!r}"
    assert caught.value.place == "postgresql:///nonexistent/ledger"


def test_sqlite_finds_itself_damaged(tmp_path: Path) -> None:
    """Bytes overwritten in the middle of the file are found by verify."""
    ledger = roomy(str(tmp_path / "dp.db"))
    for number in range(30):
        release(ledger, number)
    assert isinstance(ledger.store, SqliteStore)
    with ledger.store.path.open("r+b") as data:
        data.seek(3 * 4096)
        data.write(b"\x00" * 4096)
    with pytest.raises(InputError) as caught:
        ledger.verify()
    assert caught.value.code in {"ledger-tampered", "ledger-failed"}
