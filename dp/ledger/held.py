"""A store over one connection that stays open, for many transactions in a row."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from dp.ledger.store import Execute, Store
from recording.errors import InputError

C = TypeVar("C")


class Connected(Store, Protocol[C]):
    """**Protocol:** a store that can use a connection again."""

    def connect(self) -> C:
        """A connection that any thread may use, one at a time."""
        ...

    def writing(self, db: C) -> AbstractContextManager[Execute]:
        """`Store.write` on this connection, which is left as it was found."""
        ...

    def reading(self, db: C) -> AbstractContextManager[Execute | None]:
        """`Store.read` on this connection, which is left as it was found."""
        ...

    def close(self, db: C) -> None:
        """Let the connection go; raises nothing."""
        ...

    def mark(self) -> object:
        """What changes when another database is put in its place."""
        ...


@dataclass(frozen=True, slots=True)
class Held(Generic[C]):
    """A `Store` over an open connection. Neither pickles nor forks."""

    base: Connected[C]
    db: C = field(repr=False)
    mark: object
    pid: int
    turn: threading.Lock

    @property
    def place(self) -> str:
        """The store's."""
        return self.base.place

    @contextmanager
    def write(self) -> Iterator[Execute]:
        """See `Store.write`."""
        with self._mine(), self.base.writing(self.db) as run:
            yield run

    @contextmanager
    def read(self) -> Iterator[Execute | None]:
        """See `Store.read`."""
        with self._mine(), self.base.reading(self.db) as run:
            yield run

    def held(self) -> AbstractContextManager[Store]:
        """Itself."""
        return nullcontext(self)

    def check(self, run: Execute) -> bool:
        """The store's."""
        return self.base.check(run)

    @contextmanager
    def _mine(self) -> Iterator[None]:
        # Before the lock, which another thread may have held when the process forked.
        if os.getpid() != self.pid:
            hint = "open the ledger in the process that uses it"
            raise InputError("a ledger's connection was forked", code="ledger-forked", place=self.place, hint=hint)
        with self.turn:
            if self.base.mark() != self.mark:
                # Charges would go into a file that nobody finds again.
                raise InputError("the ledger was replaced", code="ledger-moved", place=self.place)
            yield


@contextmanager
def hold(store: Connected[C]) -> Iterator[Store]:
    """See `Store.held`."""
    db, pid = store.connect(), os.getpid()
    try:
        yield Held(store, db, store.mark(), pid, threading.Lock())
    finally:
        # Closing a parent's connection would end the parent's session.
        if os.getpid() == pid:
            store.close(db)
