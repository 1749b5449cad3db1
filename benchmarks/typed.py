"""Typed text: replay against the truth, keys of values left after the whole pipeline, recall typed and clean, speed.

The typist is simulated (`recording.simulate`), whose editor shares no code with the transcript.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyarrow as pa

from benchmarks import _naive
from benchmarks._harness import Count, Result, Speed, compare
from benchmarks._sessions import RUN, SECURE, Played, accented, play, runs_in, surviving, typed_texts
from benchmarks.detect import mask
from boundary.outcome import Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from policies import load_policy
from recording import SourceFile, parse_files
from recording.model import Passage
from recording.simulate import Sensitive, Stream, drop_events, ducktrack_files
from recording.simulate.session import WAYS
from text_redact.transcript import Clip, transcribe

KEY = b"benchmark key, of no secrecy..."
SEED = 90_551_377
"""Drawn once; the simulator and the transcript were worked on with others."""
LOSSES = (0.001, 0.01, 0.05)
SIGHTED = tuple(way for way in WAYS if way != "clicked")


def run(*, quick: bool) -> Result:
    """Replay by way of editing and by loss, leaks and recall by kind of value, speed of the transcript."""
    sessions = 15 if quick else 600
    notes = [
        "where the mouse put the caret, and what edits do on which editors disagree, is in no log: lines of their own",
        "a value is intact when it stands somewhere as it was meant; what was mistyped for good is another value",
    ]
    counts = [*_replay(sessions)]
    plan = build_plan(load_policy("baseline"), key=KEY)
    leaks, said = _leaks(play(sessions // (1 if quick else 3), seed=SEED + 1), plan)
    speeds = (_speed(events, rounds=1 if quick else 5) for events in _long(300 if quick else 20_000))
    return Result(speeds=tuple(speeds), counts=(*counts, *leaks), notes=(*notes, *said))


# Replay ------------------------------------------------------------------------------------------------------------


def lines(texts: Iterable[str]) -> Counter[str]:
    """The lines that hold something: recorders without field names cannot tell a Tab from a line break."""
    return Counter(line for text in texts for line in text.replace("\t", "\n").split("\n") if line.strip())


def replayed(stream: Stream, read: Callable[[Stream], Sequence[str]]) -> tuple[int, int]:
    """How many of the fields with text in them come out of ``read`` as they are, and of how many."""
    got = lines(read(stream))
    right = total = 0
    for truth in stream.fields:
        wanted = lines([truth.text])
        if wanted:
            total += 1
            right += all(got[line] >= count for line, count in wanted.items())
    return right, total


def finals(stream: Stream) -> list[str]:
    """The transcript's final texts."""
    transcript = transcribe(stream.events, [Clip(t_ns, text) for t_ns, text in stream.clips])
    return [passage.text for passage in transcript.passages if passage.role == "final"]


def _joined(stream: Stream) -> list[str]:
    return _naive.join(stream.events)


def _replay(sessions: int) -> list[Count]:
    by_way: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for played in play(sessions, seed=SEED, ways=SIGHTED, blind=False):
        _add(by_way["all ways of editing"], played.stream)
        _add(by_way[f"way: {played.way}"], played.stream)
    lossy = list(play(max(10, sessions // 6), seed=SEED + 2, ways=SIGHTED, blind=False))
    for rate in LOSSES:
        for number, played in enumerate(lossy):
            rng = np.random.default_rng([SEED, number])
            _add(by_way[f"{rate:.1%} of the key events dropped"], drop_events(played.stream, rate, rng))
    for played in play(max(10, sessions // 6), seed=SEED + 3):
        _add(by_way["mouse puts the caret somewhere"], played.stream)
    for played in play(max(10, sessions // 6), seed=SEED + 4, ways=SIGHTED, blind=False, contested=True):
        _add(by_way["edits on which editors disagree"], played.stream)
    for composed in (True, False):
        name = f"dead keys, letters recorded {'with their accents' if composed else 'bare'}"
        for played in accented(max(9, sessions // 3), seed=SEED + 6, composed=composed):
            _add(by_way[name], played.stream)
    return [
        Count(figure=f"replay, fields, {name}", ours=c["ours"], peer=c["peer"], of=c["all"])
        for name, c in by_way.items()
    ]


def _add(counter: Counter[str], stream: Stream) -> None:
    right, total = replayed(stream, finals)
    counter["ours"] += right
    counter["all"] += total
    counter["peer"] += replayed(stream, _joined)[0]


# Leaks and recall --------------------------------------------------------------------------------------------------


def clean(mark: Sensitive, text: str, plan: Plan) -> bool:
    """Whether every letter and digit of the value is found in its text as it was meant."""
    start = text.index(mark.value)
    passage = Passage(text, "typed", "final", secure=mark.kind == SECURE, rows=tuple(range(len(text))))
    hits = [hit for _, hit in (*plan.detectors.in_text(text), *plan.detectors.in_passage(passage))]
    hidden = mask(len(text), [(hit.start, hit.end) for hit in hits])
    return all(hidden[at] for at in range(start, start + len(mark.value)) if text[at].isalnum())


def _leaks(sessions: Iterable[Played], plan: Plan) -> tuple[list[Count], list[str]]:
    total: Counter[str] = Counter()
    kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    codes: Counter[str] = Counter()
    chance: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    before: list[str] = []
    for played in sessions:
        files = ducktrack_files(played.stream)
        sources = {name: SourceFile(name, data) for name, data in files.items()}
        outcome = process(lambda sources=sources: parse_files("typed", sources), plan)  # type: ignore[misc]
        total["sessions"] += 1
        found = [mark for mark, text in played.meant.items() if clean(mark, text, plan)]
        if isinstance(outcome, Withheld):
            codes[outcome.code] += 1
        else:
            total["released"] += 1
            _rows_left(played, files["events.jsonl"], outcome, set(found), total, kinds)
            seen = typed_texts(outcome.files["events.jsonl"])
            seen += [data.decode() for name, data in outcome.files.items() if name != "events.jsonl"]
            hits.update(runs_in((mark.value for mark in found), seen))
            chance.update(runs_in(before, seen))
        before = [mark.value for mark in found]
    return _leak_counts(total, kinds, hits, chance), [
        f"withheld: {count} with {code}" for code, count in sorted(codes.items())
    ]


def _rows_left(
    played: Played,
    source: bytes,
    outcome: Release,
    found: set[Sensitive],
    total: Counter[str],
    kinds: defaultdict[str, Counter[str]],
) -> None:
    """Count the presses of each value that came through."""
    left = surviving(source, outcome.files["events.jsonl"])
    shortcut = {row for row, key in enumerate(played.stream.events["key"].to_pylist()) if key == "v"}
    texts = played.stream.events["text"].to_pylist()
    for trace in played.stream.traces:
        # The key of a paste tells nothing of what was pasted.
        presses = {row for row in trace.presses if row not in shortcut or texts[row] not in {None, "v", "V"}}
        through = presses & left
        is_clean = trace.mark in found
        intact = any(trace.mark.value in piece for piece in trace.finals)
        kind = kinds[trace.mark.kind]
        kind["all"] += 1
        kind["clean"] += is_clean
        kind["typed"] += not through
        if intact:
            total["intact"] += 1
            total["intact clean"] += is_clean
            total["intact typed"] += not through
        if is_clean:
            total["presses"] += len(presses)
            total["through"] += len(through)
            total["values"] += 1
            total["values through"] += bool(through)
            total["intact presses"] += len(presses) if intact else 0
            total["intact through"] += len(through) if intact else 0
            total["releases"] += len(trace.releases)
            total["releases through"] += len(trace.releases & left)
            kind["through"] += bool(through)


def _leak_counts(
    total: Counter[str], kinds: defaultdict[str, Counter[str]], hits: Counter[str], chance: Counter[str]
) -> list[Count]:
    everything = sum(kinds.values(), Counter[str]())
    return [
        Count(figure="sessions released", ours=total["released"], of=total["sessions"]),
        Count(figure="leak: presses of clean-detected values left", ours=total["through"], of=total["presses"]),
        Count(
            figure="leak: the same, values intact somewhere", ours=total["intact through"], of=total["intact presses"]
        ),
        Count(figure="leak: releases of those keys left", ours=total["releases through"], of=total["releases"]),
        Count(figure="leak: clean-detected values with a press left", ours=total["values through"], of=total["values"]),
        Count(figure=f"leak: runs of {RUN} of the value in any output text", ours=hits["hits"], of=hits["all"]),
        Count(figure=f"chance: runs of {RUN} of another session's values there", ours=chance["hits"], of=chance["all"]),
        Count(figure="recall on the clean text", ours=everything["clean"], of=everything["all"]),
        Count(figure="recall on the typed stream: no press left", ours=everything["typed"], of=everything["all"]),
        Count(figure="recall on the clean text, values intact", ours=total["intact clean"], of=total["intact"]),
        Count(figure="recall on the typed stream, values intact", ours=total["intact typed"], of=total["intact"]),
        *(
            Count(figure=f"{figure}: {kind}", ours=counter[name], of=counter["all"])
            for kind, counter in sorted(kinds.items())
            for figure, name in (("clean", "clean"), ("typed", "typed"))
        ),
    ]


# Speed -------------------------------------------------------------------------------------------------------------


def _long(size: int) -> list[pa.Table]:
    """One stream of many sessions, ``size`` events, one after the other in the same windows."""
    tables: list[pa.Table] = []
    have = 0
    for played in play(size // 100 + 2, seed=SEED + 5):
        tables.append(played.stream.events)
        have += len(played.stream.events)
        if have >= size:
            break
    whole = pa.concat_tables(tables).slice(0, size).combine_chunks()
    return [whole.set_column(0, whole.schema.field(0), pa.array(range(len(whole)), pa.int64()))]


def _speed(events: pa.Table, *, rounds: int) -> Speed:
    return compare(
        case="transcript of simulated sessions",
        unit="event",
        work=len(events),
        peer=_naive.NAME,
        ours=lambda: transcribe(events),
        theirs=lambda: _naive.join(events),
        rounds=rounds,
    )
