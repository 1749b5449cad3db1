"""One recording through the boundary: admit, find, link, decide, change, verify; a release, or the reason why not."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa

from boundary.admission import Refused, Rows, admitted_frames
from boundary.change import change
from boundary.covering import Covered, cover_frames
from boundary.deciding import Decision
from boundary.films import as_films
from boundary.findings import Session
from boundary.looking import admitted, look
from boundary.outcome import Outcome, Release, Report, Timing, Withheld
from boundary.packing import packed
from boundary.plan import Plan
from boundary.release import make_release
from boundary.retime import retime
from boundary.scope import shown, unsaid, within
from boundary.spreading import repeats
from boundary.stand_ins import stand_ins
from boundary.trace import Done, Watch, why
from boundary.verify import text_detectors, verify_text
from boundary.video import frames_of_videos
from recording.errors import BoundaryError, StepFailed
from recording.model import Box, Finding, Passage, Recording
from recording.stores import bare_name
from text_redact.known import KnownValues, find_known, index_known
from text_redact.transcript import transcribe


@dataclass(slots=True)
class StepClock:
    """Which step runs, and when the recording's time is up."""

    deadline: float
    step: str = "read"
    spent: list[Timing] = field(default_factory=list)

    def __call__(self) -> None:
        """Raise `StepFailed` when the recording's time is up."""
        if time.monotonic() > self.deadline:
            raise StepFailed("the recording took longer than the policy allows", code="timeout", hint="limits.seconds")

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """The time of one step."""
        self.step = step
        self()
        began = time.time_ns()
        try:
            yield
        finally:
            self.spent.append((step, began, time.time_ns()))
        self()


def process(read: Callable[[], Recording], plan: Plan, *, watch: Watch | None = None) -> Outcome:
    """Take one recording through the boundary. Never raises on account of the recording: in doubt it is withheld.

    Args:
        read: Opens the recording; what it raises counts as the step ``read``.
        plan: The policy, built.
        watch: Looks on while frames are covered.
    """
    clock = StepClock(time.monotonic() + plan.policy.limits.seconds)
    return replace(_outcome(read, plan, clock, watch), timings=tuple(clock.spent))


def _outcome(read: Callable[[], Recording], plan: Plan, clock: StepClock, watch: Watch | None) -> Outcome:
    try:
        with clock.during("read"):
            held = [read()]
        # Nobody but `_process` holds it, which lets go of it before the result is read.
        return _process(held.pop(), plan, clock, watch)
    except Refused as refusal:
        return Withheld(refusal.code, "admit", "the recording is not admitted", "see the policy's admit section")
    except BoundaryError as error:
        return Withheld.because(error, clock.step)
    except MemoryError:
        return Withheld("out-of-memory", clock.step, "the recording needs more memory than there is", "split it")
    except Exception as error:  # noqa: BLE001  whatever a step raises, nothing of its record may leave
        # The class and the line of code, nothing else: messages of libraries quote what they choke on.
        return Withheld("step-raised", clock.step, f"{type(error).__name__} in {_line_of(error)}", "report this")


def _nothing_left(withheld: Mapping[str, str], videos: Mapping[str, int]) -> StepFailed:
    """The error for a recording of which not one file passed: what its frames were withheld for, most often."""
    codes = Counter(withheld.values()).most_common(1) or Counter(videos).most_common(1)
    told = f"none of its frames passed ({len(withheld)})" if withheld else "none of its videos passed"
    return StepFailed(
        told if codes else "none of its files has a reader",
        code=codes[0][0] if codes else "no-reader",
        hint="docs/running.md lists the codes of frames and videos" if codes else "convert it to a format that is read",
    )


def _line_of(error: Exception) -> str:
    """Module and line that raised, without its text."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def _process(recording: Recording, plan: Plan, clock: StepClock, watch: Watch | None = None) -> Release:
    rows, person = admitted(recording, plan, clock)
    if plan.is_empty:
        if plan.aggregates:
            raise StepFailed(
                "a policy of statistics alone lets no recording pass",
                code="statistics-alone",
                hint="use boundary release, or extend a policy that finds and changes",
            )
        return _unchanged(recording, rows, plan, person, clock)
    removed = rows.removed
    source = recording
    seen = look(source, rows, plan, clock)
    session, screens, known, decisions = seen.session, seen.screens, seen.known, seen.decisions
    recording, videos, sampled = session.recording, seen.videos, seen.sampled
    pixel_findings = seen.pixels
    silent = unsaid(source, rows.scope)
    decisions = within(session, decisions, silent)
    findings = [*(decision.finding for decision in decisions), *pixel_findings]
    if watch is not None:
        watch.decided(seen, person)
    with clock.during("change.screen"):
        covered = Covered({}, {})
        if screens.read:
            notes = stand_ins(session, decisions, known, plan, person)
            reasons = why((decision.finding for decision in decisions), pixel_findings)
            covered = cover_frames(
                recording,
                screens,
                _boxes(findings),
                known,
                text_detectors(plan),
                plan,
                clock,
                notes=notes,
                videos=sampled,
                why=reasons,
                watch=watch,
            )
    withheld = {**screens.withheld, **covered.withheld}
    if watch is not None:
        watch.ended([frame.file for frame in recording.frames], withheld)
    with clock.during("change.video"):
        pixels, films = as_films(recording, sampled, covered.files, plan, clock)
    with clock.during("change.text"):
        mute = recording.unread | repeats(session, decisions)
        gone = removed | silent.rows | mute | _pointing(source, covered.files) | _pointing(recording, covered.files)
        changed = change(session, decisions, gone, pixels, plan, known=known, person=person, without=silent.files)
    if not changed.files:
        raise _nothing_left(withheld, videos)
    with clock.during("change.timing"):
        changed = retime(changed, source, plan)
    if watch is not None:
        watch.changed(Done(session, decisions, pixel_findings, removed, screens, changed))
    report = Report(
        events=len(recording.events),
        removed=len(removed | silent.rows | mute),
        key_events=changed.key_events,
        frames=len(recording.frames),
        findings=_by_label(decisions, session.passages, pixel_findings),
        rules=dict(sorted(Counter(finding.rule for finding in findings).items())),
        frames_withheld=dict(sorted(Counter(withheld.values()).items())),
        files_dropped={
            **changed.dropped,
            **Counter(videos) + Counter(films),
            **_dropped_frames(recording, covered.files, withheld),
        },
    )
    # What was read is let go of before the result is read: a recording is in memory once, with all its texts.
    source = _kept(source)
    del recording, seen, session, decisions, findings
    with clock.during("verify"):
        media = [name for name in changed.files if name.lower().endswith((".png", ".jpg", ".jpeg", ".mp4"))]
        verify_text(changed, media, known, plan, clock, source=source)
    with clock.during("pack"):
        files = packed(changed, source, known)
    with clock.during("release"):
        clear = _name_cleared(source, known, plan)
        return make_release(source, files, report, rows, plan, person=person, name_cleared=clear)


def _kept(source: Recording) -> Recording:
    """What verification, packing and the release ask of a source: no texts, and no rows where the store is there."""
    files = source.files if source.moves is not None or not source.packed else MappingProxyType({})
    return replace(source, fields=(), joined=(), files=files)


def _boxes(findings: Iterable[Finding]) -> dict[str, list[Box]]:
    out: dict[str, list[Box]] = {}
    for finding in findings:
        if isinstance(finding.span, Box):
            out.setdefault(finding.span.frame, []).append(finding.span)
    return out


def _by_label(
    decisions: Iterable[Decision], passages: tuple[Passage, ...], regions: Iterable[Finding]
) -> dict[str, dict[str, int]]:
    out: dict[str, Counter[str]] = {}
    for finding in regions:
        out.setdefault(finding.label, Counter())["screen"] += 1
    for decision in decisions:
        out.setdefault(decision.finding.label, Counter())[passages[decision.passage].kind] += 1
    return {label: dict(sorted(kinds.items())) for label, kinds in sorted(out.items())}


def _dropped_frames(recording: Recording, passed: Collection[str], withheld: Collection[str]) -> dict[str, int]:
    """Frames that no step was there to read, or that were not admitted."""
    count = sum(f.file not in passed and f.file not in withheld for f in recording.frames)
    return {"frame-not-cleared": count} if count else {}


def _unchanged(recording: Recording, rows: Rows, plan: Plan, person: str | None, clock: StepClock) -> Release:
    """A policy that looks for nothing changes nothing, but what it does not admit still goes."""
    silent = unsaid(recording, rows.scope)
    removed = rows.removed | silent.rows
    source, recording = recording, shown(recording, rows.scope)
    with clock.during("change"):
        _, videos, _ = frames_of_videos(recording, plan, clock)
        clear = {frame.file for frame in admitted_frames(recording, plan, rows.removed)}
        nothing = Session(recording, transcribe(recording.events.slice(0, 0)), ())
        pixels = {name: recording.files[name].read() for name in clear}
        gone = removed | _pointing(source, clear)
        changed = change(nothing, (), gone, pixels, plan, without=silent.files)
    if not changed.files:
        raise _nothing_left({}, videos)
    with clock.during("change.timing"):
        changed = retime(changed, recording, plan)
    with clock.during("pack"):
        files = packed(changed, source, index_known())
    with clock.during("release"):
        report = Report(
            events=len(recording.events),
            removed=len(removed),
            frames=len(recording.frames),
            files_dropped={**changed.dropped, **videos, **_dropped_frames(recording, pixels, {})},
        )
        return make_release(source, files, report, rows, plan, person=person, name_cleared=True)


def _pointing(recording: Recording, passed: Collection[str]) -> frozenset[int]:
    """Rows that stand for a frame which does not pass; one that says more than that stays."""
    rows = sorted({f.row for f in recording.frames if f.row is not None and f.file not in passed})
    kinds = recording.events["kind"].take(pa.array(rows, pa.int64())).to_pylist()
    return frozenset(row for row, kind in zip(rows, kinds, strict=True) if kind == "frame")


def _name_cleared(recording: Recording, known: KnownValues, plan: Plan) -> bool:
    """Whether nothing is found in the recording's own name, which people choose."""
    name = bare_name(recording.name)
    hits = plan.detectors.in_text(name) or plan.detectors.in_passage(Passage(name, "field", "file_name"))
    return not hits and not find_known(name, known)
