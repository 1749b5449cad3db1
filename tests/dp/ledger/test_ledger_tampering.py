"""History that was edited, and older copies that were put back, are found."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from charges import charge

from benchmarks._postgres import programs, run
from dp.ledger import SqliteStore, StoredLedger
from recording.errors import InputError

EDITS = [
    "UPDATE entry SET cost = 1 WHERE release_id = 'r2'",
    "UPDATE entry SET policy = 'q' WHERE release_id = 'r1'",
    "UPDATE entry SET events = '[{\"x\":1}]' WHERE release_id = 'r3'",
    "UPDATE entry SET delta = '1/3' WHERE release_id = 'r3'",
    "UPDATE entry SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 1",
    "DELETE FROM entry WHERE release_id = 'r2'",
    "DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)",
    "UPDATE entry SET prev_hash = 'x' WHERE release_id = 'r2'",
    "UPDATE entry SET seq = 99 WHERE release_id = 'r3'",
    "UPDATE entry SET release_id = 'r9' WHERE release_id = 'r3'",
    "UPDATE entry SET answer = 'x' WHERE kind = 'answer'",
    "UPDATE scope SET spent = 0",
    "UPDATE scope SET total = 9000000",
    "UPDATE scope SET delta_spent = '1/3'",
    "UPDATE scope SET currency = 'rho'",
    "INSERT INTO scope VALUES ('extra', 'epsilon', 10, 0, '0')",
    "UPDATE ledger SET head = 'x'",
    "UPDATE ledger SET seq = 3",
    "DELETE FROM ledger",
    "UPDATE answer SET bytes = 'other'",
    "UPDATE answer SET release_id = 'r2'",
    "DELETE FROM answer",
    "INSERT INTO answer VALUES ('r2', 'free')",
]


def edit(ledger: StoredLedger, statement: str) -> None:
    """Change the database behind the ledger's back, with its triggers gone; they must refuse edits before."""
    final = any(f" {table} " in f"{statement} " for table in ("entry", "answer")) and "INSERT" not in statement
    if isinstance(ledger.store, SqliteStore):
        statement = statement.replace("'other'", "x'00'").replace("'free'", "x'00'")
        db = sqlite3.connect(ledger.store.path, isolation_level=None)
        if final:
            with pytest.raises(sqlite3.IntegrityError, match="append only"):
                db.execute(statement)
        for trigger in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger[0]}")
        db.execute(statement)
        db.close()
        return
    import psycopg

    with psycopg.connect(ledger.store.url, autocommit=True) as server:  # type: ignore[attr-defined]  # the other store
        server.execute("SET search_path TO boundary_ledger")
        if final:
            with pytest.raises(psycopg.errors.RaiseException, match="append only"):
                server.execute(statement.encode())
        for table in ("entry", "answer"):
            server.execute(f"DROP TRIGGER {table}_final ON {table}".encode())
        server.execute(statement.encode())


@pytest.mark.parametrize("statement", EDITS)
def test_every_change_of_history_is_found(ledger: StoredLedger, statement: str) -> None:
    """Whatever is edited behind the ledger's back, verify refuses; triggers refuse edits of charges and answers."""
    for number in (1, 2, 3):
        ledger.reserve(charge(number))
    ledger.settle("r1", b"answer")
    ledger.verify()
    edit(ledger, statement)
    with pytest.raises(InputError) as caught:
        ledger.verify()
    assert caught.value.code == "ledger-tampered"


def test_a_deleted_answer_is_not_drawn_again(ledger: StoredLedger) -> None:
    """Whoever deletes a stored answer to get fresh noise for nothing gets none."""
    ledger.reserve(charge(1))
    ledger.settle("r1", b"answer")
    edit(ledger, "DELETE FROM answer")
    for again in (lambda: ledger.reserve(charge(1)), lambda: ledger.settle("r1", b"fresh")):
        with pytest.raises(InputError) as caught:
            again()
        assert caught.value.code == "ledger-tampered"


def restore(ledger: StoredLedger, folder: Path, *, save: bool) -> None:
    """Save a copy of the database, or put it back, as an administrator would."""
    if isinstance(ledger.store, SqliteStore):
        pair = (ledger.store.path, folder / "yesterday.db")
        shutil.copy(*(pair if save else pair[::-1]))
        return
    url, dump = ledger.store.url, str(folder / "yesterday.sql")  # type: ignore[attr-defined]  # the other store
    if save:
        run([str(programs() / "pg_dump"), "--schema=boundary_ledger", f"--file={dump}", url])
    else:
        run([str(programs() / "psql"), "--quiet", "--command=DROP SCHEMA boundary_ledger CASCADE", url])
        run([str(programs() / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", f"--file={dump}", url])


def test_an_older_copy_is_refused(ledger: StoredLedger, tmp_path: Path) -> None:
    """Yesterday's ledger verifies by itself, but not against the head in today's manifest."""
    yesterday = ledger.reserve(charge(1)).head
    restore(ledger, tmp_path, save=True)
    today = ledger.reserve(charge(2)).head
    assert ledger.verify([yesterday, today]) == today
    restore(ledger, tmp_path, save=False)
    assert ledger.verify([yesterday]) == yesterday
    with pytest.raises(InputError) as caught:
        ledger.verify([yesterday, today])
    assert caught.value.code == "ledger-rolled-back"
    # Nor does it help to charge something else on the old copy: its chain goes another way.
    ledger.reserve(charge(3))
    with pytest.raises(InputError):
        ledger.verify([today])
