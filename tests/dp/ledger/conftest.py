"""The two databases that every rule of the ledger is tested on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks._postgres import Server, Unavailable, in_memory, server
from dp.ledger import StoredLedger, open_ledger
from dp.terms import Currency


def _started(folder: Path | None = None) -> Iterator[Server]:
    """A real server, skipped with the reason where there is none."""
    try:
        with server(folder=folder) as started:
            yield started
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for the whole session.

    In memory where that is possible: hundreds of thousands of durable commits are waited for otherwise. Clients that
    die do not take the server's files with them; servers that die are `fragile`, on the disk.
    """
    yield from _started(in_memory())


@pytest.fixture
def fragile() -> Iterator[Server]:
    """A server of one's own, to kill."""
    yield from _started()


@pytest.fixture
def database(postgres: Server) -> str:
    """The URL of a database without a ledger. Always the same one: making another takes a checkpoint of the disk."""
    import psycopg

    with psycopg.connect(postgres.url(), autocommit=True) as db:
        db.execute("SET client_min_messages TO warning")
        db.execute("DROP SCHEMA IF EXISTS boundary_ledger CASCADE")
    return postgres.url()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger may be, in one database after the other; not begun yet."""
    return str(tmp_path / "var" / "dp.db") if request.param == "sqlite" else request.getfixturevalue("database")


@pytest.fixture
def ledger(url: str) -> StoredLedger:
    """A ledger with a total of 1, not begun yet."""
    return open_ledger(url, scope="team", total=1_000_000, currency=Currency.PURE)
