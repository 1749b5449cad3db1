"""The log of a review: lines of JSON, each with the hash of the one before; only ever appended to."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from boundary.state import state_folder
from recording.errors import InputError

LOG = "review-log.jsonl"
_BEGUN = "begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that somebody did.

    Attributes:
        seq: Its number, from 1.
        time: UTC, to the second.
        who: Name that the launch of the page was given.
        account: Account of the operating system that the page ran under.
        action: One of `states.Action`, or what changes no state: ``begun``, ``open``, ``view``, ``reveal``.
        policy: Name of the policy.
        digest: Of the policy as it takes effect, the lists that it names included.
        sample: Of the sample recordings.
        detail: Codes and numbers; never recorded content.
        prev: Hash of the entry before.
        hash: SHA-256 (hex) of all of the above.
    """

    seq: int
    time: str
    who: str
    account: str
    action: str
    policy: str = ""
    digest: str = ""
    sample: str = ""
    detail: str = ""
    prev: str
    hash: str = ""

    def expected_hash(self) -> str:
        """The hash that the entry should have."""
        told = {name: value for name, value in asdict(self).items() if name != "hash"}
        return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


Guard = Callable[[Sequence[Entry]], None]
"""Raises where an entry must not be written after those there are."""


def read_log(file: Path) -> tuple[Entry, ...]:
    """Every entry, oldest first, the chain checked; empty where there is no log yet.

    A last line without its end was never finished, so nobody was told that it was written: it does not count.

    Raises:
        InputError: ``review-log-tampered``, ``review-log-rolled-back``, or it cannot be read.
    """
    remembered = _remembered()  # before the log: another launch may write both while this one reads
    try:
        data = file.read_bytes() if file.exists() else b""
    except OSError as error:
        raise _unusable(file, error) from None
    entries, prev = [], ""
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), start=1):
        entry = _parsed(line, number, file)
        if entry.seq != number or entry.prev != prev or entry.hash != entry.expected_hash():
            raise tampered(number, file)
        entries.append(entry)
        prev = entry.hash
    _check_remembered(entries, remembered, file)
    return tuple(entries)


def append(file: Path, *, guard: Guard, who: str, account: str, action: str, **about: str) -> Entry:
    """Write one entry, durably. Launches that share the folder take turns, and each sees what the others wrote.

    Args:
        guard: Asked under the lock, so that no two people do what only one of them may.
        about: Fields of `Entry`.

    Raises:
        InputError: See `read_log`.
    """
    with _locked(file):
        entries = list(read_log(file))
        guard(entries)
        try:
            with os.fdopen(_opened(file), "r+b") as stream:
                whole = stream.read()
                stream.truncate(whole.rfind(b"\n") + 1)
                stream.seek(0, os.SEEK_END)
                if not entries:
                    # What tells this log from every other one.
                    first = {"who": who, "account": account, "action": _BEGUN, "detail": secrets.token_hex(16)}
                    entries.append(_entry(1, "", first))
                    stream.write(_line(entries[0]))
                told = {"who": who, "account": account, "action": action, **about}
                made = _entry(len(entries) + 1, entries[-1].hash, told)
                stream.write(_line(made))
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise _unusable(file, error) from None
        _remember(entries[0].detail, made)
        return made


def tampered(number: int, file: Path) -> InputError:
    """The error of a log whose history was changed, or holds what its rules forbid."""
    message = f"entry {number} of the review log does not follow from those before"
    return InputError(message, code="review-log-tampered", place=str(file), hint="compare it with a backup")


def _entry(seq: int, prev: str, about: dict[str, str]) -> Entry:
    time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    draft = Entry(seq=seq, time=time, prev=prev, **about)
    return Entry(**{**asdict(draft), "hash": draft.expected_hash()})


def _line(entry: Entry) -> bytes:
    return json.dumps(asdict(entry), sort_keys=True).encode() + b"\n"


_TYPES = {field.name: int if field.name == "seq" else str for field in fields(Entry)}


def _parsed(line: bytes, number: int, file: Path) -> Entry:
    try:
        told: Any = json.loads(line)
        if {name: type(value) for name, value in told.items()} != _TYPES:
            raise tampered(number, file)
        return Entry(**told)
    except (ValueError, AttributeError, RecursionError):
        raise tampered(number, file) from None


def _opened(file: Path) -> int:
    """A file for its owner alone, or for a group where its folder was made for that group."""
    made = not file.exists()
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    if made:
        os.fchmod(descriptor, 0o600 | (file.parent.stat().st_mode & 0o060))
    return descriptor


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    import fcntl

    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = _opened(file.with_suffix(".lock"))
    except OSError as error:
        raise _unusable(file, error) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


# A log that was restored from a backup is whole by itself, and a revoked approval is in force again. So this account
# remembers, outside the log, how far it had come.


def _memory() -> Path:
    return state_folder() / "review-heads.jsonl"


def _remember(log: str, entry: Entry) -> None:
    file = _memory()
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(
                descriptor, b"\n" + json.dumps({"log": log, "seq": entry.seq, "head": entry.hash}).encode() + b"\n"
            )
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unusable(file, error) from None


def _remembered() -> list[bytes]:
    memory = _memory()
    try:
        return memory.read_bytes().splitlines() if memory.exists() else []
    except OSError as error:
        raise _unusable(memory, error) from None


def _check_remembered(entries: Sequence[Entry], lines: Iterable[bytes], file: Path) -> None:
    for line in lines if entries else ():
        try:
            told = json.loads(line)
            mine, seq, head = told["log"] == entries[0].detail, int(told["seq"]), told["head"]
        except (ValueError, LookupError, TypeError):
            continue  # a line that a crash cut short says nothing
        if mine and (seq > len(entries) or entries[seq - 1].hash != head):
            message = "the review log is older than it was, or another one with its name"
            raise InputError(message, code="review-log-rolled-back", place=str(file), hint="find the newest copy")


def _unusable(file: Path, error: OSError) -> InputError:
    message = f"the review log cannot be read or written ({error.strerror})"
    return InputError(message, code="review-log-unusable", place=str(file), hint="check the permissions")
