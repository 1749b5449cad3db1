"""The SQLite schema of the ledger, and the hash that chains its entries."""

from __future__ import annotations

import hashlib
import json

GENESIS = "0" * 64
"""Head of a ledger without entries."""

APPLICATION_ID = 0x62_64_70_31
"""Marks a SQLite file as a ledger (``bdp1``)."""

SCOPE_TOTAL = "scope-total"
"""Mechanism of the entries that open a scope or change its total; they cost nothing."""

# Triggers keep honest programs from changing history; the chain shows what others did.
SCHEMA = f"""
PRAGMA application_id = {APPLICATION_ID};
CREATE TABLE scope (
  name TEXT PRIMARY KEY,
  total INTEGER NOT NULL CHECK (total > 0),
  spent INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0 AND spent <= total)
) STRICT;
CREATE TABLE charge (
  release_id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL UNIQUE CHECK (seq > 0),
  scope TEXT NOT NULL REFERENCES scope (name),
  policy TEXT NOT NULL,
  mechanism TEXT NOT NULL,
  params TEXT NOT NULL,
  event TEXT NOT NULL,
  cost INTEGER NOT NULL CHECK (cost >= 0),
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE answer (
  release_id TEXT PRIMARY KEY REFERENCES charge (release_id),
  bytes BLOB NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER charge_is_final BEFORE UPDATE ON charge BEGIN SELECT RAISE (ABORT, 'append only'); END;
CREATE TRIGGER charge_stays BEFORE DELETE ON charge BEGIN SELECT RAISE (ABORT, 'append only'); END;
CREATE TRIGGER answer_is_final BEFORE UPDATE ON answer BEGIN SELECT RAISE (ABORT, 'append only'); END;
CREATE TRIGGER answer_stays BEFORE DELETE ON answer BEGIN SELECT RAISE (ABORT, 'append only'); END;
"""


def entry_hash(prev: str, *fields: str | int) -> str:
    """SHA-256 (hex) over the JSON list of the previous hash and the fields: seq, release id, ..., cost."""
    return hashlib.sha256(canonical([prev, *fields]).encode()).hexdigest()


def answer_hash(charge: str, data: bytes) -> str:
    """SHA-256 (hex) that ties an answer to its charge."""
    return hashlib.sha256(charge.encode() + b"\n" + data).hexdigest()


def canonical(value: object) -> str:
    """JSON with sorted keys and no white space, so that equal values have equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
