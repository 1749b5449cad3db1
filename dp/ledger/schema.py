"""The tables of a ledger, the same in SQLite and PostgreSQL, and the hashes that chain its entries."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass, fields
from fractions import Fraction
from typing import Any, Literal

GENESIS = "0" * 64
"""Head where there is no ledger yet."""

MAX_AMOUNT = 2**62
"""No total and no cost is larger, so that their sum fits into 64 bits."""

Kind = Literal["total", "charge", "answer"]
"""An entry opens a scope or changes its total, charges a release, or says that its answer was stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the chain. Its fields, in this order, are the columns of the table ``entry``.

    Attributes:
        seq: Number, from 1.
        kind: See `Kind`.
        release_id: Identity of the release, or ``scope-total:SEQ``.
        scope: Account.
        currency: Of the scope.
        policy: Digest of the policy of a charge.
        events: Mechanism events of a charge as a JSON list.
        cost: Of a charge, in millionths of the currency.
        delta: Of a charge, a fraction such as ``1/1000000``.
        total: Of the scope from here on.
        spent: Of the scope from here on.
        delta_spent: Of the scope from here on.
        answer: SHA-256 (hex) of the stored answer, for an answer.
        at: When, UTC, ISO 8601 with seconds.
        prev_hash: Hash of the entry before, or the ledger's identity.
        hash: Hash of this one.
    """

    seq: int
    kind: Kind
    release_id: str
    scope: str
    currency: str
    policy: str = ""
    events: str = "[]"
    cost: int = 0
    delta: str = "0"
    total: int
    spent: int
    delta_spent: str
    answer: str = ""
    at: str
    prev_hash: str
    hash: str = ""

    def expected_hash(self) -> str:
        """SHA-256 (hex) over the JSON list of the previous hash and every field before it."""
        *content, prev, _ = astuple(self)
        return hashlib.sha256(canonical([prev, *content]).encode()).hexdigest()

    @staticmethod
    def of_row(row: tuple[Any, ...]) -> Entry:
        """The entry of a row with the columns `COLUMNS`."""
        return Entry(**dict(zip(_NAMES, row, strict=True)))


_NAMES = tuple(field.name for field in fields(Entry))
COLUMNS = ", ".join(_NAMES)
"""Columns of the table ``entry``."""
PLACES = ", ".join("?" * len(_NAMES))
"""As many placeholders."""


def tables(*, integer: str, blob: str, end: str) -> str:
    """The statements that make the tables, in the types of one database; ``end`` closes a table."""
    return f"""
CREATE TABLE ledger (
  id TEXT PRIMARY KEY,
  version {integer} NOT NULL CHECK (version = 2),
  seq {integer} NOT NULL,
  head TEXT NOT NULL
) {end};
CREATE TABLE scope (
  name TEXT PRIMARY KEY,
  currency TEXT NOT NULL,
  total {integer} NOT NULL CHECK (total > 0),
  spent {integer} NOT NULL CHECK (spent >= 0 AND spent <= total),
  delta_spent TEXT NOT NULL
) {end};
CREATE TABLE entry (
  seq {integer} PRIMARY KEY CHECK (seq > 0),
  kind TEXT NOT NULL CHECK (kind IN ('total', 'charge', 'answer')),
  release_id TEXT NOT NULL,
  scope TEXT NOT NULL REFERENCES scope (name),
  currency TEXT NOT NULL,
  policy TEXT NOT NULL,
  events TEXT NOT NULL,
  cost {integer} NOT NULL CHECK (cost >= 0),
  delta TEXT NOT NULL,
  total {integer} NOT NULL,
  spent {integer} NOT NULL CHECK (spent >= 0 AND spent <= total),
  delta_spent TEXT NOT NULL,
  answer TEXT NOT NULL,
  at TEXT NOT NULL,
  prev_hash TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL UNIQUE,
  UNIQUE (release_id, kind)
) {end};
CREATE INDEX entry_scope ON entry (scope, seq);
CREATE TABLE answer (
  release_id TEXT PRIMARY KEY,
  bytes {blob} NOT NULL
) {end};
"""


def answer_hash(charge: str, data: bytes) -> str:
    """SHA-256 (hex) that ties an answer to its charge."""
    return hashlib.sha256(charge.encode() + b"\n" + data).hexdigest()


def canonical(value: object) -> str:
    """JSON with sorted keys and no white space, so that equal values have equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


_EXACT_BITS, _GRID_BITS = 1024, 512


def add_delta(spent: Fraction, delta: Fraction) -> Fraction:
    """The sum; exact, unless its denominator passes 2^1024: then rounded up to a multiple of 2^-512.

    Sums of fractions of unlike denominators would otherwise grow without bound. Rounding up never understates.
    """
    exact = spent + delta
    if exact.denominator.bit_length() <= _EXACT_BITS:
        return exact
    return Fraction(-(-exact.numerator * 2**_GRID_BITS // exact.denominator), 2**_GRID_BITS)
