"""The ledger over any database: every rule of admission stands here, once.

Budget is spent by one conditional statement, ``UPDATE ... WHERE spent + cost <= total``, which locks the row of the
scope and reads what it locked; so two writers can never both take what is left for one. The head of the chain is the
second lock, always taken after the scope's, so that writers cannot wait for each other in a circle.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, TypeVar

from dp.epsilon import epsilon_text
from dp.ledger import reading
from dp.ledger.charging import events_text
from dp.ledger.contract import Balance, Charge, Reservation
from dp.ledger.schema import COLUMNS, PLACES, Entry, add_delta, answer_hash
from dp.ledger.store import Execute, Overtaken, Store
from dp.terms import Currency
from recording.errors import BudgetExceeded, InputError

T = TypeVar("T")
_ATTEMPTS = 20
_SPEND = """
UPDATE scope SET spent = spent + ? WHERE name = ? AND spent + ? <= total RETURNING total, spent, delta_spent
"""
# Changes nothing, but holds the row: no charge can slip in between its sums and the entry that repeats them.
_LOCK = "UPDATE scope SET spent = spent WHERE name = ? RETURNING total, spent, delta_spent"
_ANSWER = """
SELECT (SELECT answer FROM entry WHERE release_id = ? AND kind = 'answer'),
  (SELECT bytes FROM answer WHERE release_id = ?)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLedger:
    """A `Ledger` in a database, as one scope sees it. Holds no connection: it pickles, forks, and threads share it.

    Attributes:
        store: The database.
        scope: Account that charges go to.
        total: Total of the scope in millionths, as the policy says. A lower total than the ledger's is taken over,
            unless more is spent already; a higher one is refused until `raise_total` was called.
        currency: What the scope counts; fixed when it is opened.
        delta: Largest sum of deltas of the scope, or ``None``: then it is summed and only kept below 1.
    """

    store: Store
    scope: str
    total: int
    currency: Currency
    delta: Fraction | None = None

    @contextmanager
    def held(self) -> Iterator[StoredLedger]:
        """The same over one open connection, for many releases in a row; see `Store.held`."""
        with self.store.held() as store:
            yield replace(self, store=store)

    def reserve(self, charge: Charge) -> Reservation:
        """See `Ledger.reserve`."""
        place = self.store.place
        events = events_text(charge, scope=self.scope, total=self.total, currency=self.currency, place=place)
        asked: dict[str, str | int] = {
            "scope": self.scope,
            "currency": self.currency.value,
            "policy": charge.policy,
            "events": events,
        }
        asked |= {"cost": charge.cost, "delta": str(add_delta(Fraction(0), charge.delta))}

        def work(run: Execute) -> Reservation:
            entry = find(run, charge.release_id, "charge")
            if entry is None:
                self._take_total(run)
                entry = self._spend(run, charge.release_id, asked)
            if any(getattr(entry, name) != value for name, value in asked.items()):
                raise self._refused("this release was charged under other terms", "release-conflict")
            return Reservation(
                total=entry.total,
                before=entry.spent - entry.cost,
                after=entry.spent,
                delta=Fraction(entry.delta_spent),
                head=entry.hash,
                answer=self._answer(run, entry),
            )

        return self._transact(work)

    def settle(self, release_id: str, answer: bytes) -> bytes:
        """See `Ledger.settle`."""

        def work(run: Execute) -> bytes:
            charged = find(run, release_id, "charge")
            if charged is None:
                raise self._refused("an answer without a charge", "ledger-uncharged")
            stored = self._answer(run, charged)
            if stored is not None:
                return stored
            sql = "INSERT INTO answer (release_id, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING release_id"
            if not run(sql, release_id, answer):
                raise Overtaken
            total, spent, delta = run(_LOCK, charged.scope)[0]
            told = {"scope": charged.scope, "currency": charged.currency, "answer": answer_hash(charged.hash, answer)}
            append(run, kind="answer", release_id=release_id, total=total, spent=spent, delta_spent=delta, **told)
            return answer

        return self._transact(work)

    def raise_total(self) -> None:
        """Accept a ``total`` above the ledger's, on a person's explicit word; the chain keeps a record of it."""
        self._transact(lambda run: self._take_total(run, may_rise=True))

    def balance(self) -> Balance:
        """See `Ledger.balance`."""
        for scope in reading.scopes(self.store):
            if scope.name == self.scope:
                return scope.balance
        return Balance(total=self.total, spent=0)

    def events(self, scope: str | None = None) -> tuple[Mapping[str, object], ...]:
        """See `Ledger.events`."""
        entries = reading.history(self.store, scope or self.scope)
        return tuple(event for entry in entries if entry.kind == "charge" for event in json.loads(entry.events))

    def head(self) -> str:
        """See `Ledger.head`."""
        return reading.identity(self.store)[1]

    def identity(self) -> str:
        """See `Ledger.identity`."""
        return reading.identity(self.store)[0]

    def verify(self, heads: Iterable[str] = ()) -> str:
        """See `Ledger.verify`."""
        return reading.verify(self.store, heads)

    # One transaction's parts ---------------------------------------------------------------------------------------

    def _transact(self, work: Callable[[Execute], T]) -> T:
        for _ in range(_ATTEMPTS):
            try:
                with self.store.write() as run:
                    return work(run)
            except Overtaken:
                continue
        raise self._refused("the ledger failed: too many writers", "ledger-failed", "try again")

    def _take_total(self, run: Execute, *, may_rise: bool = False) -> None:
        """Open the scope, or bring its total to the policy's."""
        rows = run("SELECT total, spent, currency, delta_spent FROM scope WHERE name = ?", self.scope)
        total, spent, currency, delta = rows[0] if rows else (0, 0, self.currency.value, "0")
        if currency != self.currency.value:
            hint = f"the scope counts {currency}; use another scope"
            raise self._refused("a scope keeps its currency", "ledger-currency", hint)
        if total == self.total:
            return
        if not rows:
            sql = "INSERT INTO scope VALUES (?, ?, ?, 0, '0') ON CONFLICT DO NOTHING RETURNING name"
            taken = run(sql, self.scope, self.currency.value, self.total)
        elif self.total > total and not may_rise:
            hint = "a person must say so: boundary budget raise"
            raise self._refused("the policy gives the scope more than the ledger", "budget-raised", hint)
        elif self.total < spent:
            hint = f"at least {epsilon_text(spent)}"
            raise self._refused("the total is below what is spent", "budget-below-spent", hint)
        else:
            sql = "UPDATE scope SET total = ? WHERE name = ? AND total = ? AND spent = ? RETURNING name"
            taken = run(sql, self.total, self.scope, total, spent)
        if not taken:
            raise Overtaken
        told = {"scope": self.scope, "currency": currency, "total": self.total, "spent": spent, "delta_spent": delta}
        append(run, kind="total", release_id="", **told)

    def _spend(self, run: Execute, release_id: str, asked: Mapping[str, Any]) -> Entry:
        cost, delta = asked["cost"], Fraction(asked["delta"])
        rows = run(_SPEND, cost, self.scope, cost)
        # While we waited for the row somebody else may have charged the same release.
        if find(run, release_id, "charge") is not None:
            raise Overtaken
        if not rows:
            left = run("SELECT total - spent FROM scope WHERE name = ?", self.scope)[0][0]
            unit = self.currency.value
            raise self._exceeded(f"{epsilon_text(left)} {unit} left, the release costs {epsilon_text(cost)}")
        total, spent, before = rows[0]
        after = add_delta(Fraction(before), delta)
        if after >= 1 or (self.delta is not None and after > self.delta):
            raise self._exceeded("too little delta left")
        if delta:
            run("UPDATE scope SET delta_spent = ? WHERE name = ?", str(after), self.scope)
        return append(
            run, kind="charge", release_id=release_id, total=total, spent=spent, delta_spent=str(after), **asked
        )

    def _answer(self, run: Execute, charged: Entry) -> bytes | None:
        # One statement, and so one view: an answer that is stored just now is seen whole or not at all.
        told, data = run(_ANSWER, charged.release_id, charged.release_id)[0]
        if told is None and data is None:
            return None
        if data is None or answer_hash(charged.hash, data) != told:
            raise self._refused("a stored answer was changed", "ledger-tampered")
        return bytes(data)

    def _refused(self, message: str, code: str, hint: str = "") -> InputError:
        return InputError(message, code=code, place=self.store.place, hint=hint)

    def _exceeded(self, why: str) -> BudgetExceeded:
        message, place = f"scope '{self.scope}' has {why}", self.store.place
        return BudgetExceeded(message, code="budget-exceeded", place=place, hint="nothing was charged")


def find(run: Execute, release_id: str, kind: str) -> Entry | None:
    """The entry of this kind for this release."""
    rows = run(f"SELECT {COLUMNS} FROM entry WHERE release_id = ? AND kind = ?", release_id, kind)  # noqa: S608  constants
    return Entry.of_row(rows[0]) if rows else None


def append(run: Execute, *, release_id: str, **told: Any) -> Entry:
    """Chain one more entry to the head, which stays locked until the transaction ends."""
    seq, prev = run("UPDATE ledger SET seq = seq + 1 RETURNING seq, head")[0]
    at = datetime.now(UTC).isoformat(timespec="seconds")
    entry = Entry(seq=seq, release_id=release_id or f"scope-total:{seq}", at=at, prev_hash=prev, **told)
    entry = replace(entry, hash=entry.expected_hash())
    run(f"INSERT INTO entry ({COLUMNS}) VALUES ({PLACES})", *astuple(entry))  # noqa: S608  constants
    run("UPDATE ledger SET head = ?", entry.hash)
    return entry
