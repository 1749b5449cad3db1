"""What an approval is bound to: the policy as it takes effect, with the lists it names, and the sample."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from boundary.review.log import Entry
from policies.listed import content_digest
from recording.errors import InputError


@dataclass(frozen=True, slots=True)
class Version:
    """`Policy.digest`, which covers lists and what is extended, and the digest of the sample it was looked at with."""

    digest: str
    sample: str

    @classmethod
    def of(cls, entry: Entry) -> Version:
        """The version that an entry of the log is about."""
        return cls(entry.digest, entry.sample)


def samples_digest(samples: Iterable[Path]) -> str:
    """SHA-256 (hex) of sample recordings in their order: names and content of all files, whatever their order on disk.

    Raises:
        InputError: Something in them cannot be read.
    """
    return hashlib.sha256(json.dumps([_tree(path) for path in samples]).encode()).hexdigest()


def _tree(place: Path) -> list[tuple[str, str]]:
    files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
    return [(path.relative_to(place.parent).as_posix(), _digest(path)) for path in files]


def _digest(file: Path) -> str:
    found = content_digest(file)
    if found is None:
        raise InputError("a file of the sample cannot be read", code="unreadable", hint="check the permissions")
    return found
