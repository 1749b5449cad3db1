"""The journal of a run: an append-only file that says what is done, so that a run that was broken off can go on.

Every line is chained to the one before by an HMAC under the project key. Lines that do not verify, and all that come
after them, say nothing: what they told of is done again. It holds numbers of sources, codes, figures, names in the
output and digests; no content, and no path of a source. It lies in the output folder until the run has ended.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import hmac
import json
import os
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recording.errors import InputError

JOURNAL = "run.journal"
_MAC = 32
"""Hexadecimal digits of a line's HMAC-SHA-256, which begins it: 128 bits."""


_PAGE, _PART = 1 << 12, 1 << 20


class Log:
    """An append-only file of JSON objects, each chained to those before it, held by one process at a time.

    Open it with `create` or `reopen`. It is closed when nobody holds it any more; its name may be gone before.
    """

    def __init__(self, path: Path, descriptor: int, key: bytes) -> None:
        self.path = path
        self._file = descriptor
        self._key = key
        self._mac = b""
        self._end = 0
        self._close = weakref.finalize(self, os.close, descriptor)

    def append(self, data: Mapping[str, Any], *, durable: bool = True) -> int:
        """Add a line; returns where it begins.

        Args:
            durable: Flush it, and all lines before it, to disk.

        Raises:
            OSError: The disk. Half a line may be left, which says nothing to whoever reads it.
        """
        body = json.dumps(data, sort_keys=True).encode()
        mac = self._next(body)
        start, line = self._end, mac + b" " + body + b"\n"
        written = 0
        while written < len(line):
            written += os.pwrite(self._file, line[written:], start + written)
        if durable:
            os.fsync(self._file)
        self._mac, self._end = mac, start + len(line)
        return start

    def read(self, start: int) -> Any:
        """The object of the line that begins at ``start``."""
        line = b""
        while b"\n" not in line:
            part = os.pread(self._file, max(_PAGE, len(line)), start + len(line))
            if not part:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            line += part
        return json.loads(line.partition(b"\n")[0][_MAC + 1 :])

    def replay(self) -> Iterator[tuple[int, Any]]:
        """Where each line begins and what it says, from the start to the last that verifies; then call `cut`."""
        self._mac, self._end = b"", 0
        for line in self._lines():
            mac, space, body = line[:_MAC], line[_MAC : _MAC + 1], line[_MAC + 1 :]
            if space != b" " or not hmac.compare_digest(mac, self._next(body)):
                break
            start, self._mac, self._end = self._end, mac, self._end + len(line) + 1
            yield start, json.loads(body)

    def _lines(self) -> Iterator[bytes]:
        """Every line that has an end, without it."""
        at, rest = 0, b""
        while part := os.pread(self._file, _PART, at):
            at += len(part)
            *lines, rest = (rest + part).split(b"\n")
            yield from lines

    def cut(self) -> None:
        """Drop what follows the last line that verified: half a line of a run that was killed, most often."""
        os.ftruncate(self._file, self._end)

    def remove(self) -> None:
        """Take away its name. What it holds can be read as long as somebody holds it."""
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()

    def close(self) -> None:
        """Give it up; it cannot be read any more."""
        self._close()

    def _next(self, body: bytes) -> bytes:
        return hmac.new(self._key, self._mac + b" " + body, hashlib.sha256).hexdigest()[:_MAC].encode()


def create(path: Path, key: bytes) -> Log:
    """A new log that nobody else can have.

    Raises:
        InputError: ``run-in-progress``: it is there already.
        OSError: The disk.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise busy(path) from None
    return _locked(path, descriptor, key)


def reopen(path: Path, key: bytes) -> Log:
    """The log of a run that has ended somehow. Call `Log.replay` before anything is added.

    Raises:
        InputError: ``run-in-progress``: another process holds it.
        OSError: It is not there, or the disk.
    """
    return _locked(path, os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW), key)


def _locked(path: Path, descriptor: int, key: bytes) -> Log:
    log = Log(path, descriptor, key)
    try:
        # The kernel gives the lock back when the process ends, however it ends.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        log.close()
        raise busy(path) from None
    # Whoever held it may have ended, and removed it, between our opening and our locking.
    if os.fstat(descriptor).st_nlink == 0:
        log.close()
        raise busy(path)
    return log


def busy(path: Path) -> InputError:
    """The error for a folder in which another run works."""
    return InputError(
        "another run works in this folder",
        code="run-in-progress",
        place=str(path.parent),
        hint="wait until it has ended, or choose another folder with --out",
    )
