"""From a recording to findings: gather every text, find what is sensitive in it, and find that everywhere else."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import starmap

import pyarrow as pa
import pyarrow.compute as pc

from boundary.field_texts import field_passages
from boundary.joined import joined_passages
from boundary.link import NOT_LINKED
from boundary.overriding import NONE, Overriding
from boundary.plan import Detectors, Plan
from boundary.screens import Screens, index
from boundary.typist import typist_values
from policies.policy import StepUse
from recording.errors import StepFailed
from recording.model import Hit, Passage, Recording
from text_redact.known import KnownValues, find_known, index_known, known_value
from text_redact.labels.vocabulary import NAMED, kind_of
from text_redact.transcript import Clip, Transcript, transcribe
from text_redact.words import is_nearly_ordinary, is_ordinary

Alarm = Callable[[], None]
"""Raises `StepFailed` when the recording has used up its time."""


@dataclass(frozen=True, slots=True)
class Session:
    """A recording with every text it ever held, the screens included, and the overrides that hold for each."""

    recording: Recording = field(repr=False)
    transcript: Transcript = field(repr=False)
    passages: tuple[Passage, ...] = field(repr=False)
    overrides: Overriding = NONE


def gather(recording: Recording, removed: frozenset[int], screens: Screens) -> Session:
    """Collect the passages of what was let in.

    Args:
        removed: Rows (``seq``) that were not admitted.
        screens: What was read on the frames.
    """
    events = recording.events
    fields = [(i, f) for i, f in enumerate(recording.fields) if f.row not in removed]
    clips = _clips(recording, removed)
    kept = events.filter(pc.invert(pc.is_in(events["seq"], value_set=_seqs(removed)))) if removed else events
    transcript = transcribe(kept, clips)
    passages = list(transcript.passages)
    passages += field_passages(kept, fields)
    if recording.joined:
        passages += joined_passages(recording, {i for i, _ in fields})
    passages += [
        Passage(
            text,
            "screen",
            "closed" if screens.is_closed(frame, index) else "line",
            frame=frame,
            line=index,
            label=caption,
        )
        for frame in screens.frames()
        for index, (text, caption) in enumerate(zip(screens.lines(frame), screens.captions(frame), strict=True))
    ]
    return Session(recording, transcript, tuple(passages))


def _seqs(rows: Iterable[int]) -> pa.Array:
    return pa.array(sorted(rows), pa.int64())


def _clips(recording: Recording, removed: frozenset[int]) -> list[Clip]:
    rows = {f.row: f.text for f in recording.fields if f.role == "clipboard" and f.row is not None}
    if not rows:
        return []
    wanted = recording.events.filter(pc.is_in(recording.events["seq"], value_set=_seqs(rows)))
    times = zip(wanted["seq"].to_pylist(), wanted["t_ns"].to_pylist(), strict=True)
    return [Clip(t, rows[seq]) for seq, t in times if t is not None and seq not in removed]


@dataclass(frozen=True, slots=True)
class Found:
    """A hit, and the policy's step that made it; ``None`` for a known value of the session.

    ``of`` is the whole value where the hit is a piece of one, or one of several spellings of it.
    """

    hit: Hit
    use: StepUse | None
    of: str = field(default="", repr=False)


Hits = tuple[Found, ...]
"""Of one passage. Most have none, and a tuple of none takes no room: a recording may have a million passages."""


def find(session: Session, plan: Plan, alarm: Alarm) -> list[Hits]:
    """Hits of every detector, passage by passage."""
    if any(len(passage.text) > plan.policy.limits.text_chars for passage in session.passages):
        raise StepFailed("a text is longer than allowed", code="text-too-long", hint="raise limits.text_chars")
    out = _find(session.passages, plan.detectors, plan, alarm)
    for number, detectors in enumerate(plan.overrides):
        here = [at for at, holding in enumerate(session.overrides.maybe) if number in holding] if detectors else []
        for at, more in zip(here, _find([session.passages[at] for at in here], detectors, plan, alarm), strict=True):
            out[at] = (*out[at], *more)
    for number, passage in enumerate(session.passages):
        ignored = session.overrides.ignored(number, plan) if passage.kind != "screen" else frozenset()
        if ignored:
            out[number] = tuple(f for f in out[number] if f.hit.label not in ignored)
    return out


def _find(passages: Sequence[Passage], detectors: Detectors, plan: Plan, alarm: Alarm) -> list[Hits]:
    steady = detectors.steady()
    # Words that run into each other, or stand behind any words, are names to a model; patterns are what lines without
    # spaces, and captions that name no field of a person, are read for.
    whole = find_in_texts(_whole_texts(passages), detectors, alarm)
    apart = find_in_texts(_bare_texts(passages), steady, alarm)
    guesses = detectors.guesses()
    out: list[Hits] = []
    for passage in passages:
        alarm()
        if passage.echo and len(passage.text) > ECHO_CHARS:
            out.append(())
            continue
        read = apart if passage.role == "closed" or passage.echo else whole
        found = list(read.get(passage.text, ()))
        lead = _lead(passage)
        read = whole if _leads(passage) else apart
        for behind in read.get(lead + passage.text, ()) if lead else ():
            if behind.hit.end > len(lead):
                start, end = max(0, behind.hit.start - len(lead)), behind.hit.end - len(lead)
                found.append(Found(replace(behind.hit, start=start, end=end), behind.use))
        if passage.kind == "screen":
            found = [f for f in found if f.use not in guesses or not _is_small(passage.text, f.hit, plan)]
        found += [Found(hit, use) for use, hit in detectors.in_passage(passage)]
        if passage.kind == "screen" and plan.reader is not None and plan.reader.is_no_name(passage.text):
            found = [f for f in found if f.use not in guesses]
        out.append(tuple(found))
    return out


def _is_small(line: str, hit: Hit, plan: Plan) -> bool:
    """Whether a guess is in small letters, and all of its line, or ordinary words, or a misread one of menus.

    On screens names have capitals but for what people write to each other in sentences.
    """
    value = line[hit.start : hit.end]
    if not value.islower():
        return False
    ordinary = all(is_ordinary(word) for word in re.findall(r"[^\W\d_]+", value))
    return len(line.split()) == 1 or ordinary or _is_misread(value, plan)


def _is_misread(guess: str, plan: Plan) -> bool:
    """Whether a guess may be what OCR has made of a word of menus or, in small letters, of any ordinary one."""
    menus = plan.reader is not None and plan.reader.may_be_no_name(guess)
    return menus or (guess.islower() and is_nearly_ordinary(guess))


def _whole_texts(passages: Iterable[Passage]) -> Iterator[str]:
    for passage in passages:
        if passage.role != "closed" and not passage.echo:
            yield passage.text
            if _leads(passage):
                yield _lead(passage) + passage.text


def _bare_texts(passages: Iterable[Passage]) -> Iterator[str]:
    for passage in passages:
        if passage.role == "closed" or (passage.echo and len(passage.text) <= ECHO_CHARS):
            yield passage.text
        if passage.label and not _leads(passage) and not (passage.echo and len(passage.text) > ECHO_CHARS):
            yield _lead(passage) + passage.text


def _leads(passage: Passage) -> bool:
    """Whether a model is to read a text behind its label, too: any two words look like a name to it."""
    return (
        passage.role != "closed" and not passage.echo and (passage.kind != "screen" or kind_of(passage.label) in NAMED)
    )


def find_in_texts(texts: Iterable[str], detectors: Detectors, alarm: Alarm) -> dict[str, Hits]:
    """Hits of the detectors that need the words alone, by each text that has some; each distinct text is read once."""
    distinct = list(dict.fromkeys(texts))
    out: dict[str, Hits] = {}
    for start in range(0, len(distinct), BATCH):
        alarm()
        batch = distinct[start : start + BATCH]
        for text, hits in zip(batch, detectors.in_texts(batch), strict=True):
            if hits:
                out[text] = tuple(Found(hit, use) for use, hit in hits)
    return out


ECHO_CHARS = 200
"""Longest value, in code points, that is read although another one holds all of it; what is longer is read once."""

BATCH = 256
"""Texts handed to the detectors at once; the clock is looked at between two batches."""


def _lead(passage: Passage) -> str:
    """What introduces a bare value: the label of its field says what it is."""
    return f"{passage.label.rstrip(' :*')}: " if passage.label else ""


def known_values(session: Session, found: Sequence[Sequence[Found]], plan: Plan, screens: Screens) -> KnownValues:
    """Every value found in the session, and who typed it on which machine, as something to search for.

    What OCR read on a screen without being sure is covered there, but searched nowhere else: misread words that look
    like names are like many words.
    """
    values = list(typist_values(session.recording))
    guesses = plan.detectors.guesses()
    if plan.link is None:
        return index_known(value for value in starmap(known_value, values) if value is not None)
    for passage, hits in zip(session.passages, found, strict=True):
        if passage.kind == "typed" and passage.secure and passage.role in {"before_edit", "erased"}:
            continue  # a piece of a password is a common word more often than not
        values += [
            (f.hit.label, f.of or passage.text[f.hit.start : f.hit.end])
            for f in hits
            if f.hit.label not in NOT_LINKED and _is_sure(passage, f, screens, plan if f.use in guesses else None)
        ]
    return plan.link(values)


def _is_sure(passage: Passage, found: Found, screens: Screens, guessed: Plan | None) -> bool:
    """Whether the value is read right: one that was ``guessed`` may also be a misread word of menus."""
    hit = found.hit
    if passage.frame is None or passage.line is None:
        return True
    if guessed is not None and _is_misread(passage.text[hit.start : hit.end], guessed):
        return False
    return screens.confidence(passage.frame, passage.line, hit.start, hit.end) >= SURE


SURE = 75.0
"""OCR's confidence, 0 to 100, from which a value that it read is searched elsewhere."""


def link(
    session: Session,
    found: Sequence[Sequence[Found]],
    known: KnownValues,
    screens: Screens,
    alarm: Alarm,
) -> list[Hits]:
    """Add the hits of known values to what was found."""
    if not known:
        return [tuple(hits) for hits in found]
    out = []
    indexed = index(known) if any(True for _ in screens.frames()) else None
    cache: dict[tuple[str, bool], Sequence[Hit]] = {}
    # The frames of a session show the same lines again and again.
    seen: dict[Hashable, Sequence[Hit]] = {}
    for passage, hits in zip(session.passages, found, strict=True):
        alarm()
        if passage.kind == "screen" and passage.frame is not None and passage.line is not None:
            line = screens.searched(passage.frame, passage.line)
            if line not in seen:
                seen[line] = screens.search(passage.frame, passage.line, indexed)
            linked = seen[line]
        else:
            key = (passage.text, passage.role == "erased")
            if key not in cache:
                cache[key] = find_known(passage.text, known, pieces=key[1])
            linked = cache[key]
        out.append((*hits, *(Found(hit, None) for hit in linked)))
    return out
