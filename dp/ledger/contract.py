"""What a ledger takes and gives. Amounts are whole millionths of the scope's currency; deltas are exact fractions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from dp.terms import Currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a release asks the ledger for. Nothing in it may come from the data.

    Attributes:
        release_id: Identity of the release; charged at most once.
        policy: Digest of the policy.
        events: The mechanisms as JSON objects of integers and strings, so that a better accountant can total them
            again. At least one.
        cost: Millionths of ``currency``.
        currency: What ``cost`` is counted in; that of the ledger.
        delta: Upper bound on what the release adds to delta.
    """

    release_id: str
    policy: str
    events: tuple[Mapping[str, object], ...]
    cost: int
    currency: Currency
    delta: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A committed charge.

    Attributes:
        total: Total of the scope when it was charged.
        before: Spent before this charge.
        after: Spent with it.
        delta: Sum of the deltas of the scope, with this charge's.
        head: Hash of the charge in the chain.
        answer: The stored answer, ``None`` when nothing has been published yet.
    """

    total: int
    before: int
    after: int
    delta: Fraction = Fraction(0)
    head: str
    answer: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """State of a scope.

    Attributes:
        total: What may be spent in all.
        spent: What is spent.
        delta: Sum of the deltas of everything charged.
    """

    total: int
    spent: int
    delta: Fraction = Fraction(0)

    @property
    def left(self) -> int:
        """What can still be charged."""
        return self.total - self.spent


class Ledger(Protocol):
    """**Protocol:** a ledger as one scope sees it: reserve and commit, draw, settle, publish.

    A crash after the reservation costs budget and publishes nothing; asking again for the same release draws (no
    answer had left) or returns the stored bytes, and charges nothing. Nothing is ever refunded: whether a draw had been
    seen by anybody cannot be known afterwards.
    """

    @property
    def scope(self) -> str:
        """Account that charges go to."""
        ...

    def reserve(self, charge: Charge) -> Reservation:
        """Charge and commit; or, for a release id that is charged already, return that charge and its answer.

        Raises:
            BudgetExceeded: ``budget-exceeded``; nothing was charged.
            InputError: ``release-conflict`` for a release id charged under other terms, ``ledger-charge`` for a charge
                that makes no sense, ``ledger-currency``, ``budget-raised``, ``budget-below-spent``, or the ledger
                cannot be used (``ledger-...``). Nothing was charged, unless the connection broke while committing:
                asking again tells.
        """
        ...

    def settle(self, release_id: str, answer: bytes) -> bytes:
        """Store the answer of a charged release and commit; the bytes that may be published, the first ones stored."""
        ...

    def balance(self) -> Balance:
        """What the scope has and has spent."""
        ...

    def events(self, scope: str | None = None) -> tuple[Mapping[str, object], ...]:
        """Every mechanism event charged to ``scope`` (by default this ledger's), oldest first."""
        ...

    def head(self) -> str:
        """Hash of the newest entry, of all scopes; `GENESIS` where there is no ledger yet."""
        ...

    def identity(self) -> str:
        """What this ledger and its copies, and no other, are known by; empty where there is no ledger yet."""
        ...

    def verify(self, heads: Iterable[str] = ()) -> str:
        """Recompute the chain and everything that follows from it, and return the head.

        Args:
            heads: Heads from earlier manifests. One that is not in the chain shows that an older copy was put back.

        Raises:
            InputError: ``ledger-tampered`` or ``ledger-rolled-back``.
        """
        ...
