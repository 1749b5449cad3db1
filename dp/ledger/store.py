"""What a database must offer to hold a ledger: transactions of plain SQL with ``?`` for values."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Execute(Protocol):
    """**Protocol:** runs one statement in the open transaction and gives its rows."""

    def __call__(self, sql: str, *values: object) -> Sequence[tuple[Any, ...]]:
        """Rows of ``sql``, of which each ``?`` stands for the next value; none for a statement without rows."""
        ...


class Overtaken(Exception):
    """Another writer got in between."""


class Store(Protocol):
    """**Protocol:** a database. Holds no connection (but see `held`), so it pickles, forks and is shared by threads."""

    @property
    def place(self) -> str:
        """Where it is, for messages; without a password."""
        ...

    def write(self) -> AbstractContextManager[Execute]:
        """One transaction, made durable when the block ends and undone when it raises; makes the tables if needed.

        Raises:
            Overtaken: The transaction is undone; try again.
            InputError: ``ledger-failed``, ``ledger-unreadable``.
        """
        ...

    def read(self) -> AbstractContextManager[Execute | None]:
        """One unchanging view; ``None`` where there is no ledger yet, and nothing is made then."""
        ...

    def held(self) -> AbstractContextManager[Store]:
        """The same over one connection, which stays open until the block ends: for many transactions in a row.

        It serves this process only, one thread after the other; a process forked inside the block gets
        ``ledger-forked``, and must not open the same SQLite file by itself: SQLite's locks do not survive a fork.
        """
        ...

    def check(self, run: Execute) -> bool:
        """Whether the database finds itself undamaged, as far as it can tell."""
        ...
