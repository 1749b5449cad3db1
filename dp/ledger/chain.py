"""Reads a ledger's hash chain from its first entry and checks everything that follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from dp.ledger.schema import COLUMNS, GENESIS, Entry, add_delta, answer_hash
from dp.ledger.store import Execute
from recording.errors import InputError

_PAGE = 5_000


def entries(run: Execute, scope: str | None = None) -> Iterator[Entry]:
    """Every entry, or those of one scope, oldest first; read page by page."""
    last = 0
    chosen = "" if scope is None else " AND scope = ?"
    sql = f"SELECT {COLUMNS} FROM entry WHERE seq > ?{chosen} ORDER BY seq LIMIT {_PAGE}"  # noqa: S608  constants
    while rows := run(sql, last, *(() if scope is None else (scope,))):
        yield from map(Entry.of_row, rows)
        last = rows[-1][0]


def read_chain(run: Execute, place: str) -> set[str]:
    """Every hash of the chain, `GENESIS` and the ledger's identity included.

    Checked: consecutive numbers, each hash, that no scope ever spent more than its total at the time, that each entry's
    running sums follow from the ones before, that the tables of the ledger and of the scopes say the same, that every
    answer is the one that was stored, and that none is missing.

    Raises:
        InputError: ``ledger-tampered``; the message says what is wrong and where, never with an answer.
    """
    marks = run("SELECT id, seq, head FROM ledger")
    if len(marks) != 1:
        raise tampered("the mark of the ledger is gone", place)
    identity, count, newest = marks[0]
    head, hashes, number = identity, {GENESIS, identity}, 0
    accounts: dict[str, tuple[str, int, int, Fraction]] = {}
    charges: dict[str, str] = {}
    answers: dict[str, str] = {}
    for number, entry in enumerate(entries(run), start=1):
        if entry.seq != number or entry.prev_hash != head or entry.hash != entry.expected_hash():
            raise tampered(f"entry {number} does not follow from the one before", place)
        accounts[entry.scope] = _follow(entry, accounts.get(entry.scope), place)
        if entry.kind == "charge":
            charges[entry.release_id] = entry.hash
        elif entry.kind == "answer":
            answers[entry.release_id] = entry.answer
        head = entry.hash
        hashes.add(head)
    if (number, head) != (count, newest):
        raise tampered("the chain does not end at the ledger's head", place)
    table = {row[0]: (*row[1:4], Fraction(row[4])) for row in run(_SCOPES)}
    if table != accounts:
        raise tampered("the scopes do not follow from the charges", place)
    _check_answers(run, charges, answers, place)
    return hashes


def _check_answers(run: Execute, charges: Mapping[str, str], answers: Mapping[str, str], place: str) -> None:
    stored = {row[0] for row in run("SELECT release_id FROM answer")}
    if stored != set(answers):
        raise tampered("an answer is missing or was never charged", place)
    for release_id, expected in answers.items():
        # One by one: the answers together may be larger than memory.
        data = run("SELECT bytes FROM answer WHERE release_id = ?", release_id)[0][0]
        if release_id not in charges or answer_hash(charges[release_id], data) != expected:
            raise tampered("an answer is not the one that was stored", place)


_SCOPES = "SELECT name, currency, total, spent, delta_spent FROM scope ORDER BY name"


def _follow(entry: Entry, before: tuple[str, int, int, Fraction] | None, place: str) -> tuple[str, int, int, Fraction]:
    """The account of a scope after ``entry``: currency, total, spent and delta."""
    if before is None and entry.kind != "total":
        raise tampered(f"entry {entry.seq} charges a scope that was never opened", place)
    currency, total, spent, delta = before or (entry.currency, entry.total, 0, Fraction(0))
    if entry.kind == "total":
        total = entry.total
    after = (currency, total, spent + entry.cost, add_delta(delta, Fraction(entry.delta)))
    if after != (entry.currency, entry.total, entry.spent, Fraction(entry.delta_spent)):
        raise tampered(f"the sums of entry {entry.seq} do not follow from the ones before", place)
    if after[2] > total or (entry.kind != "charge" and (entry.cost or entry.delta != "0")):
        raise tampered(f"entry {entry.seq} passes the total of its scope", place)
    return after


def tampered(message: str, place: str) -> InputError:
    """The error of a ledger whose history was changed."""
    return InputError(message, code="ledger-tampered", place=place, hint="compare it with a backup and the manifests")
