"""Makes the `Release` of one recording: files, figures, digests, and the tallies that stay inside until noised."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from boundary.admission import Rows
from boundary.outcome import Release, Report
from boundary.plan import Plan
from boundary.register import fold
from recording.model import Recording, SourceFile


def make_release(
    recording: Recording,
    files: Mapping[str, bytes],
    report: Report,
    rows: Rows,
    plan: Plan,
    *,
    person: str | None,
    name_cleared: bool,
) -> Release:
    """Put together what may leave.

    Args:
        recording: The source; its digest is keyed.
        files: What verification cleared, by output name.
        rows: What was let in, and what of it counts in statistics.
        name_cleared: Whether the recording's own name may be used in the output.
    """
    digest = digest_of(recording, plan.key)
    return Release(
        files=files,
        report=report,
        digest_in=digest,
        digests_out={name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
        person=person,
        subject=subject_mark(plan.key, digest, person) if person else None,
        tallies=tallies_of(recording, rows.counted(recording.events), person, plan),
        name_cleared=name_cleared,
    )


def subject_mark(key: bytes, digest_in: str, person: str) -> str:
    """Says to who has the key, and to nobody else, whose record it is (HMAC-SHA-256, hex).

    The record's own digest goes into it, so that two records of one person bear marks that nothing connects.
    """
    told = b"subject\0" + digest_in.encode() + b"\0" + fold(person).encode("utf-8", "surrogatepass")
    return hmac.new(key, told, hashlib.sha256).hexdigest()


def tallies_of(recording: Recording, events: pa.Table, person: str | None, plan: Plan) -> tuple[Any, ...]:
    """What each statistic of the policy counts in some events of a recording; it stays inside."""
    if person is None or plan.policy.person is None or not plan.aggregates:
        return ()  # nobody's share can be bounded: every statistic is refused for it
    from dp.sources import of_recording

    piece = of_recording(replace(recording, events=events), plan.policy.person)
    return tuple(aggregate.tally(piece.events, person) for aggregate in plan.aggregates)


def digest_of(recording: Recording, key: bytes) -> str:
    """Keyed digest of every file that was handed in, with its name (HMAC-SHA-256, hex)."""
    return digest_files(recording.handed_in, key)


def digest_files(files: Mapping[str, SourceFile], key: bytes) -> str:
    """The same of files by name."""
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for name, source in sorted(files.items()):
        mac.update(len(name.encode()).to_bytes(8, "big") + name.encode())
        for part in _parts(source):
            mac.update(part)
    return mac.hexdigest()


def _parts(source: SourceFile) -> Iterator[bytes]:
    """The length of a file in 8 bytes, then the file: videos need not fit into memory."""
    if source.data is not None or source.path is None:
        data = source.read()
        yield len(data).to_bytes(8, "big")
        yield data
        return
    with source.path.open("rb") as file:
        yield file.seek(0, 2).to_bytes(8, "big")
        file.seek(0)
        while part := file.read(1 << 20):
            yield part
