"""Reads the result as a stranger would: what is still found in it keeps it inside."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc

from boundary.change import Added, Changed
from boundary.findings import gather
from boundary.leftovers import BLANK
from boundary.live.before import NOTHING, fresh, is_new, is_within, rows_before
from boundary.overriding import overriding
from boundary.pieces import pieces, without_written
from boundary.plan import Plan
from boundary.screens import Screens
from boundary.spreading import beginnings
from policies.contract import TextDetector
from recording import parse_files
from recording.errors import StepFailed
from recording.model import Hit, Passage, Recording, TextField
from recording.roles import is_member_name, is_structure
from recording.stores import INSIDE, bare_name
from text_redact.engine.literals import Literals
from text_redact.known import WHOLE_LABELS, KnownValue, KnownValues, find_known


def text_detectors(plan: Plan) -> tuple[TextDetector, ...]:
    """The second opinion, and every finding step once more whose answer does not depend on what was replaced.

    What a model found is searched as a known value; that it takes the words beside a gap for a name is no residue.
    """
    return (*plan.reread_text, *(detect for _, detect in plan.detectors.steady().text))


def verify_text(
    changed: Changed,
    media: Iterable[str],
    known: KnownValues,
    plan: Plan,
    alarm: Callable[[], None],
    *,
    left: Mapping[str, int] = NOTHING,
    source: Recording | None = None,
) -> Recording | None:
    """Parse the output again and look for anything sensitive in it.

    Args:
        media: Output names of files that hold no text; frames are verified by reading them.
        left: By file, how many of its first bytes have left before. What is in them alone is no residue any more; what
            begins there and ends behind them is one.
        source: What was changed, as its format gave it; moves of the mouse that stand as they stood are not read again.

    Returns:
        The output as it was read; ``None`` under a policy that looks for nothing.

    Raises:
        StepFailed: ``text-residue``: the record must not leave. The rule is named, the text is not.
    """
    if plan.is_empty:
        return None
    recording = parse_files("output", changed.sources(source=source), mappings=changed.mappings)
    for hit, passage in residues(recording, changed.added, known, plan, alarm, left=left):
        raise _residue(hit.rule, passage.kind)
    search_bytes(*fresh(changed, left), set(media), known)
    return recording


def residues(
    recording: Recording,
    added: Added,
    known: KnownValues,
    plan: Plan,
    alarm: Callable[[], None],
    *,
    left: Mapping[str, int] = NOTHING,
) -> Iterator[tuple[Hit, Passage]]:
    """What is still found in a result as it was read, and where; see `verify_text`."""
    session = gather(recording, frozenset(), Screens())
    overrides = overriding(recording, session.passages, plan)
    readers: dict[tuple[int, ...], _Reader] = {}
    gone = rows_before(recording, left)
    begun = beginnings(known)
    for number, passage in _recorded(session.passages, _Leave(recording, added)):
        if gone and is_within(passage, recording, gone):
            continue
        holding = overrides.maybe[number] if overrides.maybe else ()
        if holding not in readers:
            readers[holding] = _Reader(plan, holding, gone)
        alarm()
        yield from ((hit, passage) for hit, _ in begun(passage))
        yield from ((hit, passage) for hit in readers[holding](passage, overrides.ignored(number, plan), known))


class _Reader:
    """Reads passages of the result with every detector that looks where they are from; each text once."""

    def __init__(self, plan: Plan, overrides: Iterable[int], gone: frozenset[int] = frozenset()) -> None:
        self.gone = gone
        more = [plan.overrides[number].steady() for number in overrides]
        self.passage = [detect for one in (plan.detectors, *more) for _, detect in one.passage]
        self.text = (*text_detectors(plan), *(detect for one in more for _, detect in one.text))
        self.seen: dict[frozenset[str], set[str]] = {}

    def __call__(self, passage: Passage, ignored: frozenset[str], known: KnownValues) -> Iterator[Hit]:
        """Whatever is found but what an override lets stay."""
        if passage.echo:
            yield from self.search(passage, known)
            return
        for hit in (hit for detect in self.passage for hit in detect(passage)):
            if hit.label not in ignored and is_new(hit, passage, self.gone):
                yield hit
        seen = self.seen.setdefault(ignored, set())
        if passage.text in seen:
            return
        if self.gone.isdisjoint(passage.rows):  # else an equal text may stand where nothing of it has left
            seen.add(passage.text)
        for hit in (hit for detect in self.text for hit in detect(passage.text)):
            # "password: " is followed by what was put in; the value is what is left of the recorded text.
            recorded = any(char.isalnum() for char in passage.text[hit.start : hit.end])
            if hit.label not in ignored and recorded and is_new(hit, passage, self.gone):
                yield hit
        yield from self.search(passage, known)

    def search(self, passage: Passage, known: KnownValues) -> Iterator[Hit]:
        """Where a known value is left."""
        return (hit for hit in find_known(passage.text, known) if is_new(hit, passage, self.gone))


def recorded(recording: Recording, added: Added) -> Iterator[Passage]:
    """The passages of a result, with what the change put there blanked; those that say nothing left out."""
    passages = gather(recording, frozenset(), Screens()).passages
    return (passage for _, passage in _recorded(passages, _Leave(recording, added)))


def _recorded(passages: Iterable[Passage], leave: _Leave) -> Iterator[tuple[int, Passage]]:
    for number, whole in enumerate(passages):
        text = leave(whole)
        passage = whole if text == whole.text else replace(whole, text=text)
        if any(char.isalnum() for char in passage.text):
            yield number, passage


class _Leave:
    """A passage of the output with what the change put there blanked: what was recorded is left."""

    def __init__(self, recording: Recording, added: Added) -> None:
        self.added = added
        self.fields = recording.fields
        self.clips = [(field.text, self.field(field)) for field in recording.fields if field.role == "clipboard"]
        self.pasted = _blanker(added.texts)
        events = recording.events.select(["seq", "file", "start"])
        self.rows: set[int] = set()
        for file, written in added.keys.items():
            of_file = events.filter(pc.equal(events["file"], file))
            starts = of_file["start"].to_numpy()
            data = recording.files[file].read()
            for start, lines in written:
                if data.startswith(lines, start):
                    first, last = np.searchsorted(starts, [start, start + len(lines)])
                    self.rows.update(of_file["seq"][first:last].to_pylist())

    def __call__(self, passage: Passage) -> str:
        if passage.field is not None:
            return self.field(self.fields[passage.field])
        if passage.parts:
            return self.joined(passage)
        text = passage.text
        if not self.rows.isdisjoint(passage.rows):
            text = "".join(BLANK if row in self.rows else char for char, row in zip(text, passage.rows, strict=True))
        # What was pasted has no rows; it holds what the clipboard holds after the change.
        return self.paste(text, passage.rows) if -1 in passage.rows else text

    def field(self, field: TextField) -> str:
        if field.role == "file_name":
            return "" if field.text in self.added.names else bare_name(field.text)
        text, blanked = self.added.fields.get((field.file, field.start), (None, ""))
        return blanked if text == field.text else field.text

    def joined(self, passage: Passage) -> str:
        """Pieces with what was put into their fields blanked."""
        out, end = [], 0
        for at, place in passage.parts:
            out += [passage.text[end:at], self.field(self.fields[place.field])[place.start : place.end]]
            end = at + place.end - place.start
        return "".join([*out, passage.text[end:]])

    def paste(self, text: str, rows: Sequence[int]) -> str:
        """Blank in what was pasted what the change put into the clipboard, and nothing that was typed."""
        out, at = [], 0
        for pasted, group in itertools.groupby(rows, key=_is_pasted):
            end = at + sum(1 for _ in group)
            out.append(self.run(text[at:end]) if pasted else text[at:end])
            at = end
        return "".join(out)

    def run(self, text: str) -> str:
        """One pasted run as the clipboards that hold it were left; of several at once, without what was put in."""
        left = [clip[at : at + len(text)] for full, clip in self.clips for at in _all(text, full)]
        if not left:
            return self.pasted(text)
        columns = zip(text, *left, strict=True)
        return "".join(BLANK if all(char == BLANK for char in column) else said for said, *column in columns)


def _is_pasted(row: int) -> bool:
    return row < 0


def _all(part: str, text: str) -> Iterator[int]:
    """Every place of a part in a text."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _blanker(replacements: Iterable[str]) -> Callable[[str], str]:
    """Blanks what operators put in, so that a label is not taken for a value.

    Whole words only: a short replacement must not cut holes into what it is a part of.
    """
    longest = sorted((text for text in replacements if text), key=len, reverse=True)
    if not longest:
        return str
    bounded = (
        ("(?<![^\\W_])" if text[0].isalnum() else "") + re.escape(text) + ("(?![^\\W_])" if text[-1].isalnum() else "")
        for text in longest
    )
    pattern = re.compile("|".join(bounded))
    return lambda text: pattern.sub(_spaces, text)


def _spaces(match: re.Match[str]) -> str:
    return BLANK * len(match.group())


def search_bytes(files: Mapping[str, bytes], added: Added, media: Collection[str], known: KnownValues) -> None:
    """Known values as they were typed, in the raw bytes and the names: whatever the parser did not look at.

    What the change wrote is looked past at the very places where it was written, and nowhere else: an operator may have
    made up what somebody is called in another file.

    Raises:
        StepFailed: ``text-residue``.
    """
    values = [value for value in known if len(value.value) >= MIN_BYTES]
    size = sum(len(data) for name, data in files.items() if name not in media)
    breaks = max((value.value.count("\n") for value in values), default=0)
    search = Literals.of((value.value.casefold() for value in values), size=size)
    for name, data in files.items():
        # What lies in a store was named by its reader.
        head = "" if name.partition(INSIDE)[0] in added.names else f"{name}\n"
        kept = b"" if name in media else data
        for piece, written in pieces(kept, added.bytes.get(name, ()), breaks=breaks):
            before, head = head, ""
            if not search.within(before, piece):
                continue
            text = before + without_written(piece, written).decode("utf-8", "replace")
            # A password may be an ordinary word ("password"): what the format itself says is not about it.
            left = _without_structure(text).casefold()
            found = search.within("", left.encode("utf-8", "surrogatepass"))
            if found and _whole(value for value in values if value.value.casefold() in found).search(left):
                raise _residue("link:bytes", "file")


def _whole(values: Iterable[KnownValue]) -> re.Pattern[str]:
    r"""What the search for known values counts too: secrets anywhere, other values as whole words.

    The letter of an escape in JSON ("\\nJane") is no part of a word.
    """
    parts = []
    for value in values:
        text = re.escape(value.value.casefold())
        if value.label not in WHOLE_LABELS:
            before = r"(?:(?<![^\W_])|(?<=\\[bfnrt]))" if value.value[0].isalnum() else ""
            text = before + text + (r"(?![^\W_])" if value.value[-1].isalnum() else "")
        parts.append(text)
    return re.compile("|".join(parts) or r"(?!)")


MIN_BYTES = 6
"""Shortest value looked for in raw bytes, in characters; shorter ones are in numbers by chance."""

_MEMBER = re.compile(r'"(?P<name>\w{1,40})"(?P<colon>[ \t]*:[ \t]*)(?:"(?P<value>[\w .]{0,40})")?')


def _without_structure(text: str) -> str:
    """JSON text without member names of known recorders and without values of closed vocabularies."""
    return _MEMBER.sub(_structure, text)


def _structure(match: re.Match[str]) -> str:
    name, value = match["name"], match["value"]
    kept = name if not is_member_name(name) else ""
    if value is not None and is_structure(name, value):
        value = ""
    return f'"{kept}"{match["colon"]}' + ("" if value is None else f'"{value}"')


def _residue(rule: str, kind: str) -> StepFailed:
    return StepFailed(
        f"the result still holds something sensitive (rule {rule}, {kind})",
        code="text-residue",
        hint="the record is withheld; try the same source with another policy",
    )
