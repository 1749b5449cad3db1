"""What can be read from a ledger without charging: its scopes, its history, and whether it is the one it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from dp.ledger.chain import entries, read_chain, tampered
from dp.ledger.contract import Balance
from dp.ledger.schema import GENESIS, Entry
from dp.ledger.store import Store
from dp.terms import Currency
from recording.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """An account: its name, what it counts, how it stands, and how many releases were charged to it."""

    name: str
    currency: Currency
    balance: Balance
    charges: int


_SCOPES = """
SELECT name, currency, total, spent, delta_spent,
  (SELECT count(*) FROM entry WHERE entry.scope = scope.name AND kind = 'charge')
FROM scope ORDER BY name
"""


def scopes(store: Store) -> tuple[Scope, ...]:
    """Every scope by name; none where there is no ledger yet."""
    with store.read() as run:
        rows = run(_SCOPES) if run else ()
        return tuple(
            Scope(
                name=name,
                currency=Currency(currency),
                balance=Balance(total=total, spent=spent, delta=Fraction(delta)),
                charges=charges,
            )
            for name, currency, total, spent, delta, charges in rows
        )


def history(store: Store, scope: str | None = None) -> tuple[Entry, ...]:
    """Every entry, or those of one scope, oldest first."""
    with store.read() as run:
        return tuple(entries(run, scope)) if run else ()


def identity(store: Store) -> tuple[str, str]:
    """What the ledger is known by, and its head; ``""`` and `GENESIS` where there is none yet."""
    with store.read() as run:
        rows = run("SELECT id, head FROM ledger") if run else (("", GENESIS),)
    if len(rows) != 1:
        raise tampered("the mark of the ledger is gone", store.place)
    return rows[0][0], rows[0][1]


def verify(store: Store, heads: Iterable[str] = ()) -> str:
    """See `dp.ledger.contract.Ledger.verify`."""
    seen, head = {GENESIS}, GENESIS
    with store.read() as run:
        if run is not None:
            if not store.check(run):
                raise tampered("the file is damaged", store.place)
            seen = read_chain(run, store.place)
            head = run("SELECT head FROM ledger")[0][0]
    if not seen.issuperset(heads):
        raise InputError(
            "an earlier release is not in the ledger: an older copy was put back, or it was begun anew",
            code="ledger-rolled-back",
            place=store.place,
            hint="find the newest ledger; budget that was spent cannot be had again",
        )
    return head
