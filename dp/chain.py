"""Reads a ledger's hash chain from its first entry and checks everything that follows from it."""

from __future__ import annotations

import json
import sqlite3

from dp.schema import GENESIS, SCOPE_TOTAL, answer_hash, entry_hash
from recording.errors import InputError

_ENTRY = "seq, release_id, scope, policy, mechanism, params, event, cost, prev_hash, hash"


def read_chain(db: sqlite3.Connection, place: str) -> set[str]:
    """Every hash of the chain, `GENESIS` included.

    Checked: consecutive numbers, each hash, that no scope ever spent more than its total at the time, that the table
        of scopes
    says the same, that each answer belongs to its charge, and SQLite's own integrity check.

    Raises:
        InputError: ``ledger-tampered``; the message says what is wrong and where, never with an answer.
    """
    if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
        raise _tampered("the file is damaged", place)
    head, hashes, charges = GENESIS, {GENESIS}, {}
    totals: dict[str, int] = {}
    spent: dict[str, int] = {}
    for number, row in enumerate(db.execute(f"SELECT {_ENTRY} FROM charge ORDER BY seq"), start=1):  # noqa: S608  a constant
        *entry, prev, found = row
        seq, release_id, scope, _, mechanism, params, _, cost = entry
        if seq != number or prev != head or found != entry_hash(head, *entry):
            raise _tampered(f"entry {number} does not follow from the one before", place)
        if mechanism == SCOPE_TOTAL:
            totals[scope] = json.loads(params)["total"]
        spent[scope] = spent.get(scope, 0) + cost
        if spent[scope] > totals.get(scope, 0):
            raise _tampered(f"entry {number} passes the total of its scope", place)
        head = found
        hashes.add(found)
        charges[release_id] = found
    table = {name: (total, used) for name, total, used in db.execute("SELECT name, total, spent FROM scope")}
    if table != {name: (totals[name], spent[name]) for name in totals}:
        raise _tampered("the scopes do not follow from the charges", place)
    for release_id, data, found in db.execute("SELECT release_id, bytes, hash FROM answer"):
        if release_id not in charges or found != answer_hash(charges[release_id], data):
            raise _tampered("an answer does not belong to its charge", place)
    return hashes


def _tampered(message: str, place: str) -> InputError:
    return InputError(message, code="ledger-tampered", place=place, hint="compare it with a backup and the manifests")
