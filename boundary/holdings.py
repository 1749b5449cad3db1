"""Which releases hold a person's records: manifests are asked, with the key that their marks were made with."""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boundary.release import subject_mark
from boundary.state import key_mark
from recording.errors import InputError

MANIFEST = "manifest.json"
_LARGEST = 2**28
"""Most bytes of a manifest: a million recordings."""


@dataclass(frozen=True, slots=True)
class Held:
    """A record of the person that left.

    Attributes:
        name: What it is called in the release.
        source: Keyed digest of what it was made of.
        digests: SHA-256 (hex) of its files, by name: whoever got it can find it by them.
        report: What the manifest says of it (`boundary.outcome.Report`).
    """

    name: str
    source: str
    digests: Mapping[str, str]
    report: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Holding:
    """A release and what it holds of the person.

    Attributes:
        folder: Where it lies.
        policy: Name of the policy that it left under, and its digest.
        records: The person's.
        unknown: Records that name no person, or whose marks another key made: whose they are cannot be told.
        statistics: Statistics that left with it; who counts in them is not written down anywhere.
        problem: A code where it could not be read at all.
    """

    folder: Path
    policy: tuple[str, str] = ("", "")
    records: tuple[Held, ...] = ()
    unknown: int = 0
    statistics: tuple[str, ...] = ()
    problem: str = ""


def holdings(
    folders: Sequence[Path],
    person: str,
    key: bytes,
    *,
    older: Sequence[bytes] = (),
    sources: Collection[str] = frozenset(),
) -> list[Holding]:
    """What every release at or under some folders holds of a person.

    Args:
        key: The project key of the releases.
        older: Keys that it replaced: a release that bears the mark of one is asked with that one.
        sources: Keyed digests of recordings that are known to be the person's, so that releases without marks match.

    Raises:
        InputError: ``no-release``: a folder holds none, or is not there.
    """
    found: dict[Path, Holding] = {}
    for folder in folders:
        places = list(_releases(folder))
        if not places:
            hint = "give the --out folder of a run, or a folder of them"
            raise InputError("no release here", code="no-release", place=str(folder), hint=hint)
        for place in places:
            found.setdefault(place.resolve(), _asked(place, person, (key, *older), sources))
    return list(found.values())


def _releases(folder: Path) -> Iterator[Path]:
    """Folders that hold a release; what lies in one is not searched. A run that was broken off has no manifest."""
    closed: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=closed.append):
        if MANIFEST in files or "recordings" in folders:
            folders.clear()
            yield Path(place)
        folders.sort()
    # What cannot be looked into may hold anything.
    yield from (Path(error.filename) for error in closed if not isinstance(error, FileNotFoundError))


def _asked(folder: Path, person: str, keys: Sequence[bytes], sources: Collection[str]) -> Holding:
    try:
        with (folder / MANIFEST).open("rb") as stream:
            told: Any = json.loads(stream.read(_LARGEST))  # one that is longer is cut, and so no JSON
        told = {1: told}[told["manifest"]]
        policy = str(told["policy"]["name"]), str(told["policy"]["digest"])
        key = next((one for one in keys if told.get("key") == key_mark(one)), keys[0])
        ours = told.get("key") == key_mark(key)
        statistics = tuple(sorted(map(str, told.get("aggregates", {}))))
        records = list(told.get("recordings", []))
        held: list[Held] = []
        unknown = 0
        for one in records:
            if _is_of(one, person, key, sources):
                held.append(Held(str(one["name"]), str(one["digest_in"]), dict(one["files"]), dict(one["report"])))
            else:
                unknown += not (ours and one.get("subject"))
        return Holding(folder, policy, tuple(held), unknown, statistics)
    except FileNotFoundError:
        return Holding(folder, problem="manifest-missing")
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Holding(folder, problem="manifest-unreadable")


def _is_of(record: Mapping[str, Any], person: str, key: bytes, sources: Collection[str]) -> bool:
    digest = str(record["digest_in"])
    mark = str(record.get("subject") or "")
    return digest in sources or hmac.compare_digest(mark.encode(), subject_mark(key, digest, person).encode())
