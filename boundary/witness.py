"""What else remembers how far a ledger had come: the manifests of earlier runs, and a file in the state folder.

A ledger that was restored from a backup, or copied and used beside the original, verifies by itself and has budget
again. So every head that left in a manifest, or that this machine ever saw, must be in its chain.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from boundary.state import state_folder
from dp.ledger import Store, identity, verify
from recording.errors import InputError

_LARGEST = 64 * 2**20


def check_ledger(store: Store, manifests: Iterable[Path] = (), *, strict: bool = False) -> dict[str, str]:
    """Verify a ledger against everything that remembers it; its mark for the manifest.

    Args:
        store: The database of the ledger.
        manifests: Manifests of earlier runs.
        strict: The manifests are known to be of this ledger; otherwise those of other ledgers are passed over.

    Raises:
        InputError: ``ledger-tampered``, ``ledger-rolled-back``, ``witness-unreadable``, or the ledger cannot be read.
    """
    name = identity(store)[0]
    heads = {head for ledger, place, head in _seen() if place == _place(store) or (name and ledger == name)}
    for manifest in manifests:
        heads |= {head for ledger, head in manifest_heads(manifest) if strict or ledger == name}
    head = verify(store, heads)
    return {"id": name, "head": head}


def remember(store: Store) -> None:
    """Write down the head of a ledger, durably; call it after a charge and before anything is published.

    Raises:
        InputError: ``witness-unreadable``: the state folder cannot be written.
    """
    ledger, head = identity(store)
    line = {"ledger": ledger, "place": _place(store), "head": head}
    if not ledger or (ledger, line["place"], head) in _seen():
        return
    file = _file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # One write: lines of two processes do not mix. The break before it ends a line that a crash cut short.
            os.write(descriptor, b"\n" + json.dumps(line).encode() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unreadable(file, error) from None


def manifest_heads(file: Path) -> tuple[tuple[str, str], ...]:
    """The ledger's identity and each head that a manifest holds; empty where its run had no ledger.

    Raises:
        InputError: ``manifest-unreadable``.
    """
    try:
        with file.open("rb") as stream:
            manifest: Any = json.loads(stream.read(_LARGEST))  # one that is longer is cut, and so no JSON
        ledger = {1: manifest}[manifest["manifest"]]["ledger"]
        if ledger is None:
            return ()
        heads = [ledger["head"], *(entry["ledger_head"] for entry in manifest["aggregates"].values())]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        hint = "give the manifest.json of a run"
        raise InputError("not a manifest", code="manifest-unreadable", place=str(file), hint=hint) from None
    return tuple((str(ledger["id"]), str(head)) for head in heads if head)


def beside(out: Path) -> Iterator[Path]:
    """Manifests of earlier runs in the folders beside ``out``; those that no run wrote are left out."""
    for file in sorted(out.absolute().parent.glob("*/manifest.json")):
        try:
            manifest_heads(file)
        except InputError:
            continue
        yield file


def _file() -> Path:
    return state_folder() / "ledger-heads.jsonl"


def _place(store: Store) -> str:
    return store.place if "://" in store.place else str(Path(store.place).resolve())


def _seen() -> set[tuple[str, str, str]]:
    """Ledger, place and head of every line; a line that a crash cut short says nothing."""
    file = _file()
    try:
        data = file.read_bytes() if file.exists() else b""
    except OSError as error:
        raise _unreadable(file, error) from None
    seen = set()
    for line in data.splitlines():
        try:
            told = json.loads(line)
            seen.add((str(told["ledger"]), str(told["place"]), str(told["head"])))
        except (ValueError, LookupError, TypeError):
            continue
    return seen


def _unreadable(file: Path, error: OSError) -> InputError:
    message = f"what earlier runs saw of the ledger cannot be read or written ({error.strerror})"
    return InputError(message, code="witness-unreadable", place=str(file), hint="check the permissions")
