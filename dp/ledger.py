"""The budget ledger: one SQLite file that cannot be overspent by concurrency or a crash.

Order of a release: reserve and commit, draw, store the answer and commit, publish. A crash after the reservation
costs budget but publishes nothing; asking again for the same release draws (no answer had left) or returns the stored
bytes, and charges nothing. Amounts are integer micro-epsilon. WAL with ``synchronous=FULL`` makes each commit
durable; ``BEGIN IMMEDIATE`` lets one writer at a time read and write the budget.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from dp.chain import read_chain
from dp.epsilon import epsilon_text
from dp.schema import APPLICATION_ID, GENESIS, SCHEMA, SCOPE_TOTAL, answer_hash, canonical, entry_hash
from dp.terms import Currency
from recording.errors import BudgetExceeded, InputError

BUSY_SECONDS = 60.0
"""How long a caller waits for the writers before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a release asks the ledger for. Nothing in it may come from the data.

    Attributes:
        release_id: Identity of the release; charged at most once.
        policy: Digest of the policy.
        events: Each mechanism as an event that a better accountant can total again.
        cost: In millionths of the currency.
        currency: Of the scope.
        delta: Charged beside it, exact.
    """

    release_id: str
    policy: str
    events: tuple[Mapping[str, object], ...]
    cost: int
    currency: Currency = Currency.PURE
    delta: Fraction = Fraction(0)

    @property
    def mechanism(self) -> str:
        """Name of the first mechanism."""
        return str(self.events[0].get("event", "none")) if self.events else "none"

    @property
    def params(self) -> str:
        """Currency and delta as JSON; of an entry that sets a total, the total."""
        if self.mechanism == SCOPE_TOTAL:
            return canonical({"total": self.events[0]["total"]})
        return canonical({"currency": self.currency, "delta": str(self.delta)})

    @property
    def event(self) -> str:
        """The events as JSON."""
        return canonical(self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A committed charge.

    Attributes:
        total: Total of the scope when it was charged, in micro-epsilon.
        before: Spent before this charge.
        after: Spent with it.
        head: Hash of the charge in the chain.
        answer: The stored answer, ``None`` when nothing has been published yet.
    """

    total: int
    before: int
    after: int
    head: str
    answer: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """State of a scope in micro-epsilon."""

    total: int
    spent: int

    @property
    def left(self) -> int:
        """What can still be charged."""
        return self.total - self.spent


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger file as one scope sees it. Holds no connection, so it pickles, forks and may be shared by threads.

    The file is created on first use, readable by its owner only.

    Attributes:
        path: The SQLite file, on a local disk.
        scope: Account that charges go to.
        total: Total of the scope in micro-epsilon, as the policy says. A lower total than the ledger's is taken over,
            unless more is spent already; a higher one is refused until `raise_total` was called.
    """

    path: Path
    scope: str = field(kw_only=True)
    total: int = field(kw_only=True)

    def reserve(self, charge: Charge) -> Reservation:
        """Charge and commit; or, for a release id that is charged already, return that charge and its answer.

        Raises:
            BudgetExceeded: ``budget-exceeded``; nothing was charged.
            InputError: ``release-conflict`` for a release id charged under other terms, ``budget-raised``,
                ``budget-below-spent``, or the ledger cannot be used (``ledger-...``).
        """
        with self._write() as db:
            known = db.execute("SELECT seq FROM charge WHERE release_id = ?", (charge.release_id,)).fetchone()
            if known is None:
                self._take_total(db)
                self._spend(db, charge.cost)
                self._append(db, charge)
            return self._reservation(db, charge)

    def settle(self, release_id: str, answer: bytes) -> bytes:
        """Store the answer of a charged release and commit; the bytes that may be published, the first ones stored."""
        with self._write() as db:
            row = db.execute("SELECT hash FROM charge WHERE release_id = ?", (release_id,)).fetchone()
            if row is None:
                raise InputError("an answer without a charge", code="ledger-uncharged", place=str(self.path))
            stored = self._answer(db, release_id, row[0])
            if stored is None:
                db.execute("INSERT INTO answer VALUES (?, ?, ?)", (release_id, answer, answer_hash(row[0], answer)))
            return answer if stored is None else stored

    def balance(self) -> Balance:
        """What the scope has and has spent."""
        if not self.path.exists():
            return Balance(total=self.total, spent=0)
        with self._open() as db:
            row = db.execute("SELECT total, spent FROM scope WHERE name = ?", (self.scope,)).fetchone()
        return Balance(total=row[0], spent=row[1]) if row else Balance(total=self.total, spent=0)

    def head(self) -> str:
        """Hash of the newest entry, of all scopes; `GENESIS` for a ledger without entries."""
        if not self.path.exists():
            return GENESIS
        with self._open() as db:
            return _head(db)[1]

    def verify(self, heads: Iterable[str] = ()) -> str:
        """Recompute the chain, the spent totals and the answers' hashes, and return the head.

        Args:
            heads: Heads from earlier manifests. One that is not in the chain shows that an older copy was put back.

        Raises:
            InputError: ``ledger-tampered`` or ``ledger-rolled-back``.
        """
        seen = {GENESIS}
        if self.path.exists():
            with self._open() as db:
                db.execute("BEGIN")
                seen = read_chain(db, str(self.path))
                head = _head(db)[1]
        else:
            head = GENESIS
        if not seen.issuperset(heads):
            raise InputError(
                "an earlier release is not in the ledger: an older copy was put back",
                code="ledger-rolled-back",
                place=str(self.path),
            )
        return head

    def events(self, scope: str) -> tuple[Mapping[str, object], ...]:
        """Every mechanism that was charged to a scope, in order."""
        if not self.path.exists():
            return ()
        with self._open() as db:
            rows = db.execute("SELECT event FROM charge WHERE scope = ? AND cost > 0 ORDER BY seq", (scope,)).fetchall()
        return tuple(event for (text,) in rows for event in json.loads(text))

    def raise_total(self) -> None:
        """Accept a ``total`` above the ledger's, on a person's explicit word; the chain keeps a record of it."""
        with self._write() as db:
            self._take_total(db, may_rise=True)

    # One transaction's parts ---------------------------------------------------------------------------------------

    def _take_total(self, db: sqlite3.Connection, *, may_rise: bool = False) -> None:
        """Open the scope, or bring its total to the policy's."""
        row = db.execute("SELECT total, spent FROM scope WHERE name = ?", (self.scope,)).fetchone()
        if row is not None and row[0] == self.total:
            return
        place = str(self.path)
        if row is None:
            db.execute("INSERT INTO scope (name, total) VALUES (?, ?)", (self.scope, self.total))
        elif self.total > row[0] and not may_rise:
            hint = "a person must raise it in the ledger, or start a new scope"
            raise InputError(
                "the policy gives the scope more than the ledger", code="budget-raised", place=place, hint=hint
            )
        elif self.total < row[1]:
            hint = f"at least {epsilon_text(row[1])}"
            raise InputError("the total is below what is spent", code="budget-below-spent", place=place, hint=hint)
        else:
            db.execute("UPDATE scope SET total = ? WHERE name = ?", (self.total, self.scope))
        seq = _head(db)[0] + 1
        event = {"event": SCOPE_TOTAL, "total": self.total}
        self._append(db, Charge(release_id=f"{SCOPE_TOTAL}:{seq}", policy="", events=(event,), cost=0))

    def _spend(self, db: sqlite3.Connection, cost: int) -> None:
        if cost < 1:
            raise InputError("a charge must cost something", code="ledger-cost", place=str(self.path))
        spent = "UPDATE scope SET spent = spent + ?1 WHERE name = ?2 AND spent + ?1 <= total"
        if db.execute(spent, (cost, self.scope)).rowcount != 1:
            left = db.execute("SELECT total - spent FROM scope WHERE name = ?", (self.scope,)).fetchone()[0]
            raise BudgetExceeded(
                f"scope '{self.scope}' has {epsilon_text(left)} epsilon left, the release costs {epsilon_text(cost)}",
                code="budget-exceeded",
                place=str(self.path),
                hint="nothing was charged",
            )

    def _append(self, db: sqlite3.Connection, charge: Charge) -> None:
        last, prev = _head(db)
        entry = (last + 1, charge.release_id, self.scope, charge.policy, charge.mechanism, charge.params, charge.event)
        db.execute(
            "INSERT INTO charge (seq, release_id, scope, policy, mechanism, params, event, cost, prev_hash, hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*entry, charge.cost, prev, entry_hash(prev, *entry, charge.cost)),
        )

    def _reservation(self, db: sqlite3.Connection, charge: Charge) -> Reservation:
        """The committed terms of ``charge``; refused when they are not the ones asked for now."""
        terms = "seq, hash, scope, policy, mechanism, params, event, cost"
        seq, head, *found = db.execute(
            f"SELECT {terms} FROM charge WHERE release_id = ?",  # noqa: S608  a constant
            (charge.release_id,),
        ).fetchone()
        asked = [self.scope, charge.policy, charge.mechanism, charge.params, charge.event, charge.cost]
        if found != asked:
            raise InputError(
                "this release was charged under other terms", code="release-conflict", place=str(self.path)
            )
        earlier = "FROM charge WHERE scope = ? AND seq < ?"
        before = db.execute(f"SELECT coalesce(sum(cost), 0) {earlier}", (self.scope, seq)).fetchone()[0]
        total = db.execute(
            f"SELECT json_extract(params, '$.total') {earlier} AND mechanism = ? ORDER BY seq DESC LIMIT 1",
            (self.scope, seq, SCOPE_TOTAL),
        ).fetchone()[0]
        answer = self._answer(db, charge.release_id, head)
        return Reservation(total=total, before=before, after=before + charge.cost, head=head, answer=answer)

    def _answer(self, db: sqlite3.Connection, release_id: str, charge_hash: str) -> bytes | None:
        row = db.execute("SELECT bytes, hash FROM answer WHERE release_id = ?", (release_id,)).fetchone()
        if row is None:
            return None
        if answer_hash(charge_hash, row[0]) != row[1]:
            raise InputError("a stored answer was changed", code="ledger-tampered", place=str(self.path))
        return bytes(row[0])

    # The file ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """One immediate transaction, committed unless the block raises."""
        if not self.path.exists():
            self._create()
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            # Leaving without COMMIT closes the connection, which rolls back.
            yield db
            db.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._errors(), closing(_connect(self.path)) as db:
            marks = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "journal_mode")]
            if marks != [APPLICATION_ID, "wal"]:
                raise InputError("not a budget ledger", code="ledger-unreadable", place=str(self.path))
            yield db

    def _create(self) -> None:
        """Make a whole ledger beside the path and link it into place: two creators at once leave one complete file."""
        with self._errors():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=self.path.parent, prefix=".ledger-") as folder:
                fresh = Path(folder) / "ledger"
                os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
                with closing(_connect(fresh)) as db:
                    db.execute("PRAGMA journal_mode = WAL")
                    db.executescript(SCHEMA)
                try:
                    os.link(fresh, self.path)
                except FileExistsError:
                    return
            _sync(self.path.parent)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Say that the ledger failed, with SQLite's or the system's name for it and nothing else."""
        try:
            yield
        except sqlite3.Error as error:
            kind = getattr(error, "sqlite_errorname", type(error).__name__)
            raise InputError(f"the ledger failed: {kind}", code="ledger-failed", place=str(self.path)) from None
        except OSError as error:
            kind = type(error).__name__
            raise InputError(f"the ledger failed: {kind}", code="ledger-failed", place=str(self.path)) from None


def _connect(path: Path) -> sqlite3.Connection:
    # mode=rw: a missing file is an error, never an empty database with the default permissions.
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _head(db: sqlite3.Connection) -> tuple[int, str]:
    row = db.execute("SELECT seq, hash FROM charge ORDER BY seq DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_ledger(url_or_path: str, *, scope: str, total: int, currency: Currency) -> Ledger:
    """The ledger at a path."""
    return Ledger(Path(url_or_path), scope=scope, total=total)
