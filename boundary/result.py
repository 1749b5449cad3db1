"""What a run did, and the two files that say so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from textwrap import indent
from typing import Any

from boundary.outcome import Outcome, Release, Report, Withheld
from boundary.versions import versions
from boundary.writer import to_json
from policies import Policy


@dataclass(frozen=True, slots=True)
class Entry:
    """One source: where it is, its name in the output (empty when it was withheld), and what became of it."""

    source: Path = field(repr=False)
    name: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of a whole run.

    Attributes:
        released: Recordings that left.
        withheld: Sources that did not, by code.
        reports: The sums of all reports of what left.
    """

    released: int
    withheld: Mapping[str, int]
    reports: Report


def totals(entries: Iterable[Entry]) -> Totals:
    """The figures of many entries, taken one by one."""
    released = 0
    codes: Counter[str] = Counter()
    sums = Report()
    for entry in entries:
        if isinstance(entry.outcome, Withheld):
            codes[entry.outcome.code] += 1
            continue
        released += 1
        report = entry.outcome.report
        sums = _sum(sums, report)
    return Totals(released, dict(sorted(codes.items())), sums)


def _sum(one: Report, other: Report) -> Report:
    labels = {*one.findings, *other.findings}
    return Report(
        events=one.events + other.events,
        removed=one.removed + other.removed,
        key_events=one.key_events + other.key_events,
        frames=one.frames + other.frames,
        findings={label: _added(one.findings.get(label, {}), other.findings.get(label, {})) for label in labels},
        rules=_added(one.rules, other.rules),
        frames_withheld=_added(one.frames_withheld, other.frames_withheld),
        files_dropped=_added(one.files_dropped, other.files_dropped),
    )


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did.

    Attributes:
        out: The output folder.
        entries: Every source in order. Of a run they are read from disk one by one, since there may be any number.
        aggregates: Released statistics by id; `dp.Answer` or what else the step gives.
        refused: Statistics that were withheld by id, and why.
        ledger: Identity and head of the budget ledger after the run, where there is one.
    """

    out: Path
    entries: Sequence[Entry]
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
        return not self.refused and not any(
            isinstance(entry.outcome, Withheld) or entry.outcome.report.frames_withheld for entry in self.entries
        )


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
    first = {"first": verdict.first} if verdict.first else {}
    return {"code": verdict.code, **first} | {name: getattr(verdict, name) for name in ("step", "message", "hint")}


def _line(data: Mapping[str, object]) -> bytes:
    return (json.dumps(data) + "\n").encode()


def manifest_parts(result: Result, policy: Policy, *, files: Mapping[str, str], key: str) -> Iterator[bytes]:
    """``manifest.json`` piece by piece: under which policy, with what, came which files out of which sources.

    Args:
        files: SHA-256 (hex) of every file about statistics.
        key: Which key the marks of persons are made with (`boundary.state.key_mark`).
    """
    about = {
        "manifest": 1,
        "key": key,
        "policy": {"name": policy.name, "digest": policy.digest},
        "steps": [use.spec.name for use in policy.uses()],
        "versions": versions(),
        "sources": len(result.entries),
        "recordings": [],
        "withheld": totals(result.entries).withheld,
        "files": dict(files),
        "ledger": dict(result.ledger) if result.ledger else None,
        "aggregates": {
            name: {"file": f"aggregates/{name}.json", "ledger_head": getattr(answer, "ledger_head", "")}
            for name, answer in sorted(result.aggregates.items())
        },
        "aggregates_withheld": {name: verdict.code for name, verdict in sorted(result.refused.items())},
    }
    # Texts in JSON hold no line breaks, so that this stands nowhere else.
    head, place, tail = to_json(about).partition(b'\n  "recordings": []')
    yield head + place[:-1]
    between = b"\n"
    for number, entry in enumerate(result.entries, start=1):
        if isinstance(entry.outcome, Release):
            yield between + indent(to_json(_recording(number, entry)).decode().rstrip("\n"), "    ").encode()
            between = b",\n"
    yield (b"]" if between == b"\n" else b"\n  ]") + tail


def _recording(number: int, entry: Entry) -> dict[str, object]:
    assert isinstance(entry.outcome, Release)
    return {
        "name": entry.name,
        "source": number,
        "digest_in": entry.outcome.digest_in,
        "subject": entry.outcome.subject,
        "files": dict(entry.outcome.digests_out),
        "report": asdict(entry.outcome.report),
    }
