"""What an approval is bound to: the policy as it takes effect, the lists and models it names, and the sample."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boundary.review.log import Entry
from policies import Policy
from recording.errors import InputError

_LIVE = (("admit", "consent"), ("release", "budget", "ledger"))
"""Files that change from day to day and are not the policy's own words: who consents, what was spent."""
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Version:
    """SHA-256 (hex) of the policy, of the files it names, and of the sample it was looked at with."""

    digest: str
    files: str
    sample: str

    @classmethod
    def of(cls, entry: Entry) -> Version:
        """The version that an entry of the log is about."""
        return cls(entry.digest, entry.files, entry.sample)


def version(policy: Policy, sample: str) -> Version:
    """The version that stands on disk now, looked at with a sample of digest ``sample``.

    Raises:
        InputError: A file that the policy names cannot be read.
    """
    return Version(policy.digest, files_digest(policy), sample)


def files_digest(policy: Policy) -> str:
    """SHA-256 (hex) of every file that the policy names: a list with a name taken out is another policy.

    Any text of the policy that is the name of a file counts, whatever step it is for; of folders only a ``model``,
    since any word may be the name of some folder.
    """
    named = sorted({(value, path[-1] == "model") for path, value in _texts(policy.effective, ())})
    parts = []
    for value, is_model in named:
        place = policy.folder / value
        if _is(place.is_file):
            parts.append((value, _file_digest(place)))
        elif is_model and _is(place.is_dir):
            parts.append((value, tree_digest(place)))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def tree_digest(folder: Path) -> str:
    """SHA-256 (hex) of all files in a folder, or of one file: names and content, whatever their order on disk.

    Raises:
        InputError: Something in it cannot be read.
    """
    files = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
    base = folder.parent if folder.is_file() else folder
    parts = [(path.relative_to(base).as_posix(), _file_digest(path)) for path in files]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def samples_digest(samples: Iterable[Path]) -> str:
    """SHA-256 (hex) of sample recordings, in their order."""
    return hashlib.sha256(json.dumps([tree_digest(path) for path in samples]).encode()).hexdigest()


def _texts(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if path in _LIVE:
        return
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _texts(value, (*path, str(key)))
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value, (*path, ""))
    elif isinstance(node, str) and 0 < len(node) <= _LONGEST and node.isprintable() and path:
        yield path, node


def _is(test: Any) -> bool:
    try:
        return bool(test())
    except OSError:  # a text too long for a name
        return False


def _file_digest(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        message = f"a file cannot be read ({error.strerror})"
        raise InputError(message, code="unreadable", place=str(file), hint="check the permissions") from None
