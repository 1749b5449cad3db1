"""What a run did, and the two files that say so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from boundary.outcome import Outcome, Release, Withheld
from boundary.versions import versions
from policies import Policy


@dataclass(frozen=True, slots=True)
class Entry:
    """One source: where it is, its name in the output (empty when it was withheld), and what became of it."""

    source: Path = field(repr=False)
    name: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did.

    Attributes:
        out: The output folder.
        entries: Every source in order.
        aggregates: Released statistics by id; `dp.Answer` or what else the step gives.
        refused: Statistics that were withheld by id, and why.
        ledger: Identity and head of the budget ledger after the run, where there is one.
    """

    out: Path
    entries: tuple[Entry, ...]
    aggregates: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, Withheld] = field(default_factory=dict)
    ledger: Mapping[str, str] | None = None

    @property
    def releases(self) -> tuple[Release, ...]:
        """What left."""
        return tuple(entry.outcome for entry in self.entries if isinstance(entry.outcome, Release))

    @property
    def withheld(self) -> tuple[tuple[Entry, Withheld], ...]:
        """Sources that did not leave."""
        return tuple((entry, entry.outcome) for entry in self.entries if isinstance(entry.outcome, Withheld))

    @property
    def complete(self) -> bool:
        """Whether everything left: no source, no frame and no statistic was withheld."""
        frames = any(release.report.frames_withheld for release in self.releases)
        return not self.withheld and not frames and not self.refused


def withheld_lines(result: Result) -> Iterator[bytes]:
    """JSON lines of ``withheld.jsonl``; a withheld source is known by its number, never by its name."""
    for number, entry in enumerate(result.entries, start=1):
        if isinstance(entry.outcome, Withheld):
            yield _line({"source": number, **_reason(entry.outcome)})
            continue
        for code, count in entry.outcome.report.frames_withheld.items():
            yield _line({"source": number, "recording": entry.name, "code": code, "frames": count})
    for name, verdict in sorted(result.refused.items()):
        yield _line({"aggregate": name, **_reason(verdict)})


def _reason(verdict: Withheld) -> dict[str, object]:
    return {name: getattr(verdict, name) for name in ("code", "step", "message", "hint")}


def _line(data: Mapping[str, object]) -> bytes:
    return (json.dumps(data) + "\n").encode()


def manifest(result: Result, policy: Policy, *, files: Mapping[str, str], key: str) -> dict[str, object]:
    """Content of ``manifest.json``: under which policy, with what, came which files out of which sources.

    Args:
        files: SHA-256 (hex) of every file about statistics.
        key: Which key the marks of persons are made with (`boundary.state.key_mark`).
    """
    recordings = [
        {
            "name": entry.name,
            "source": number,
            "digest_in": entry.outcome.digest_in,
            "subject": entry.outcome.subject,
            "files": dict(entry.outcome.digests_out),
            "report": asdict(entry.outcome.report),
        }
        for number, entry in enumerate(result.entries, start=1)
        if isinstance(entry.outcome, Release)
    ]
    codes = Counter(verdict.code for _, verdict in result.withheld)
    return {
        "manifest": 1,
        "key": key,
        "policy": {"name": policy.name, "digest": policy.digest},
        "steps": [use.spec.name for use in policy.uses()],
        "versions": versions(),
        "sources": len(result.entries),
        "recordings": recordings,
        "withheld": dict(sorted(codes.items())),
        "files": dict(files),
        "ledger": dict(result.ledger) if result.ledger else None,
        "aggregates": {
            name: {"file": f"aggregates/{name}.json", "ledger_head": getattr(answer, "ledger_head", "")}
            for name, answer in sorted(result.aggregates.items())
        },
        "aggregates_withheld": {name: verdict.code for name, verdict in sorted(result.refused.items())},
    }
