"""Charges for tests, and the way a release takes: reserve, draw, settle, publish."""

from __future__ import annotations

import json
import multiprocessing
import secrets
from typing import Any

from dp.ledger import Charge, Ledger
from dp.terms import Currency

EVENT = {"event": "discrete-laplace", "l1": 10, "scale": "20"}
FORK: Any = multiprocessing.get_context("fork")


def charge(name: object, cost: int = 10_000, **other: Any) -> Charge:
    """The charge of release ``r{name}``; cost in micro-epsilon."""
    given = {"policy": "p", "events": (EVENT,), "currency": Currency.PURE, **other}
    return Charge(release_id=f"r{name}", cost=cost, **given)


def release(ledger: Ledger, name: object) -> bytes:
    """What may leave for release ``r{name}``: a line of JSON that tells its name, what was spent, and a secret draw."""
    reserved = ledger.reserve(charge(name))
    if reserved.answer is not None:
        return reserved.answer
    drawn = {"release_id": f"r{name}", "after": reserved.after, "noise": secrets.token_hex(16)}
    return ledger.settle(f"r{name}", json.dumps(drawn).encode() + b"\n")


def together(count: int, work: Any) -> list[Any]:
    """Results of ``work(number)`` in ``count`` processes that start at once."""
    barrier, results = FORK.Barrier(count), FORK.SimpleQueue()

    def run(number: int) -> None:
        barrier.wait()
        try:
            results.put(work(number))
        except Exception as error:  # noqa: BLE001  the parent would wait for ever
            results.put(error)

    children = [FORK.Process(target=run, args=(number,)) for number in range(count)]
    for child in children:
        child.start()
    out = [results.get() for _ in children]
    for child in children:
        child.join()
    for result in out:
        if isinstance(result, Exception):
            raise result
    return out
