"""Carries decisions out: key rows become bursts, text fields get new text, frames and files get their names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from boundary.bursts import bursts
from boundary.deciding import Decision
from boundary.findings import Session
from boundary.leftovers import BLANK
from boundary.names import file_names, film_names, frame_names, store_names
from boundary.plan import Plan
from boundary.references import references
from boundary.replacing import Replacing, replacing
from recording import Patch, apply_patches, field_patch, row_removal, separated, unread_files
from recording.documents import file_type
from recording.dropping import VECTOR, dropped_fields
from recording.edit import before_of, places_after
from recording.mappings import HOUSE, Mappings
from recording.model import Recording, SourceFile, TextField
from recording.python_text import as_name
from recording.stores import INSIDE
from text_redact.known import KnownValues, index_known

ZERO = "0"
"""What a number becomes, whatever the operator: the source's reader expects a number there."""
UNREAD = ("media", VECTOR)
"""Roles of fields that nobody has looked at: pictures written as text, and lists of numbers."""

Place = tuple[str, int]
"""File and first byte, in the output."""


@dataclass(frozen=True, slots=True)
class Added:
    """What the change put in, so that verification does not take it for something recorded.

    Attributes:
        names: File names that were given here.
        texts: Every text that an operator gave.
        fields: By place, the text of a changed field, and the same with what was put in blanked.
        keys: By file, key rows that were written here with their first byte, in order.
        bytes: By file, what was written with its first byte, and the same with what was put in blanked; in order.
    """

    names: frozenset[str]
    texts: frozenset[str]
    fields: Mapping[Place, tuple[str, str]] = field(repr=False)
    keys: Mapping[str, Sequence[tuple[int, bytes]]] = field(repr=False)
    bytes: Mapping[str, Sequence[tuple[int, bytes, bytes]]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Changed:
    """A recording after the change, in memory only.

    Attributes:
        files: Bytes by output name.
        added: What in them was put there.
        dropped: Files that do not pass, by code.
        key_events: Key events added minus removed.
        stores: Source name of each store by its output name; what lies in them is still unpacked.
        edits: By output name of a file of text, its source name and the patches that took effect, in order.
        mappings: How the result is read: as the source was, whatever its files are called now.
    """

    files: Mapping[str, bytes] = field(repr=False)
    added: Added
    dropped: Mapping[str, int]
    key_events: int
    stores: Mapping[str, str] = field(default_factory=dict)
    edits: Mapping[str, tuple[str, Sequence[Patch]]] = field(default_factory=dict, repr=False)
    mappings: Mappings = HOUSE

    def sources(
        self, files: Mapping[str, bytes] | None = None, source: Recording | None = None
    ) -> dict[str, SourceFile]:
        """``files``, its own where none are given, to be parsed again: what lies in a store says so.

        Args:
            source: What was changed; what its files hold unchanged need not be read again.
        """
        named = self.files if files is None else files
        before = {} if source is None else {new: before_of(source, *edit) for new, edit in self.edits.items()}
        return {
            name: SourceFile(
                name,
                data,
                store=next((s for s in self.stores if name.startswith(s + INSIDE)), ""),
                before=before.get(name),
            )
            for name, data in named.items()
        }


def change(
    session: Session,
    decisions: Sequence[Decision],
    removed: frozenset[int],
    frames: Mapping[str, bytes],
    plan: Plan,
    *,
    known: KnownValues | None = None,
    person: str | None = None,
    without: frozenset[str] = frozenset(),
) -> Changed:
    """Apply everything that was decided.

    Args:
        session: The recording and its texts.
        decisions: What becomes of which place.
        removed: Rows (``seq``) that do not pass: not admitted, or pointing to a frame that was withheld.
        frames: Covered frames and videos by source name; one that is not here does not pass.
        plan: The operators, and how files are named.
        known: What is sensitive anywhere in the session: no replacement may hold any of it.
        person: Whose recording it is, for operators that treat each person's values alike.
        without: Source names of files that do not pass, since the person did not consent to it.
    """
    recording = session.recording
    known = index_known() if known is None else known
    work = _Work(session, removed, plan, replacing(session, decisions, known, plan, person))
    work.add(row_removal(recording, sorted(removed)))
    work.change_fields(decisions)
    work.change_keys(decisions)
    names = work.names(decisions, frames)
    unread = set(unread_files(recording.files))
    frame_files = {frame.file for frame in recording.frames}
    work.rename_references(names, without | ((unread | frame_files) - frames.keys()))
    unread_fields = [] if plan.is_empty else [one for one in recording.fields if one.role in UNREAD]
    work.empty([*unread_fields, *dropped_fields(recording, plan.policy.read)])
    dropped: Counter[str] = Counter({"numbers-not-read": sum(one.role == VECTOR for one in unread_fields)})
    files: dict[str, bytes] = {}
    for name, source in recording.files.items():
        if name in without:
            dropped["consent-scope"] += 1
        elif name in frame_files:
            if name in frames:
                files[names.get(name, name)] = frames[name]
        elif name in unread:
            if name in frames:
                files[names.get(name, name)] = frames[name]
            dropped["no-reader"] += file_type(name) != "video"
        else:
            files[names.get(name, name)] = work.applied(name, names.get(name, name), source.read())
    added = Added(
        frozenset(work.names_given), frozenset(work.texts), work.fields_after, work.keys_after, work.bytes_after
    )
    stores = {
        names.get(source.store, source.store): source.store for source in recording.files.values() if source.store
    }
    handed_in = {source.store or name: names.get(source.store or name) for name, source in recording.files.items()}
    mappings = plan.policy.read.renamed({old: new for old, new in handed_in.items() if new is not None})
    return Changed(files, added, +dropped, work.key_events, stores, work.edits, mappings)


class _Work:
    """The patches of one recording while they are collected."""

    def __init__(self, session: Session, removed: frozenset[int], plan: Plan, replaced: Replacing) -> None:
        self.session = session
        self.replaced = replaced
        self.recording: Recording = session.recording
        self.removed = removed
        self.plan = plan
        self.patches: defaultdict[str, list[Patch]] = defaultdict(list)
        self.fields: defaultdict[str, dict[tuple[int, int], tuple[Patch, str, str]]] = defaultdict(dict)
        self.heads: set[tuple[str, int, int]] = set()
        self.texts: set[str] = set()
        self.key_events = 0
        self.names_given: set[str] = set()
        self.fields_after: dict[Place, tuple[str, str]] = {}
        self.keys_after: dict[str, list[tuple[int, bytes]]] = {}
        self.bytes_after: dict[str, list[tuple[int, bytes, bytes]]] = {}
        self.edits: dict[str, tuple[str, list[Patch]]] = {}

    def add(self, patches: Iterable[Patch]) -> None:
        for patch in patches:
            self.patches[patch.file].append(patch)

    def replacement(self, decision: Decision, value: str) -> str:
        text = self.replaced(decision, value)
        self.texts.add(text)
        return text

    def change_fields(self, decisions: Sequence[Decision]) -> None:
        by_field: defaultdict[int, list[Decision]] = defaultdict(list)
        for decision in decisions:
            passage = self.session.passages[decision.passage]
            if passage.field is not None and passage.role != "file_name":
                by_field[passage.field].append(decision)
        for index, group in by_field.items():
            field_ = self.recording.fields[index]
            parts, blanks, at = [], [], 0
            for decision in sorted(group, key=_start):
                text = self.replacement(decision, decision.value(field_.text))
                parts += [field_.text[at : decision.start], text]
                blanks += [field_.text[at : decision.start], BLANK * len(text)]
                at = decision.end
            rest = field_.text[at:]
            if self.is_number(field_):
                self.put_field(field_, ZERO, " ")
            else:
                self.put_field(field_, "".join([*parts, rest]), "".join([*blanks, rest]))

    def put_field(self, field_: TextField, text: str, blanked: str) -> None:
        if field_.codec == "python-name":
            text, blanked = as_name(text), blanked or BLANK
        elif field_.codec == "python-part":
            text = " ".join(text.splitlines())  # a comment ends with its line
            blanked = " ".join(blanked.splitlines())
        patch = field_patch(self.recording, field_, text)
        self.fields[field_.file][field_.start, field_.end] = patch, text, blanked

    def is_number(self, field_: TextField) -> bool:
        """Whether the source holds a number there; readers of the format expect one."""
        literal = self.recording.files[field_.file].read()[field_.start : field_.start + 1]
        if field_.codec == "python-part":
            return field_.role == "number"
        return field_.codec == "json" and literal != b'"'

    def change_keys(self, decisions: Sequence[Decision]) -> None:
        for put in bursts(self.session, decisions, self.removed, self.replacement):
            self.add(put.patches)
            self.heads.add((put.patches[0].file, put.patches[0].start, put.patches[0].end))
            self.key_events += put.key_events

    def names(self, decisions: Sequence[Decision], passed: Iterable[str] = ()) -> dict[str, str]:
        """Output names, by source name, of frames, of videos and of files that cannot keep their own."""
        sensitive = {
            self.recording.fields[passage.field].file
            for decision in decisions
            for passage in (self.session.passages[decision.passage],)
            if passage.field is not None and passage.role == "file_name"
        }
        neutral = self.plan.policy.names == "neutral"
        names = {
            **frame_names(self.recording, neutral=neutral, renamed=sensitive, rewritten=self.plan.reader is not None),
            **file_names(self.recording, neutral=neutral, renamed=sensitive),
        }
        names |= film_names([name for name in passed if file_type(name) == "video"], names, self.recording)
        self.names_given = {new for old, new in names.items() if neutral or old in sensitive}
        return store_names(names, self.recording)

    def rename_references(self, names: Mapping[str, str], gone: Collection[str]) -> None:
        """What points to a file points to its new name, whatever was found in the old one, or is null."""
        for field_, new in references(self.recording, self.removed, names, gone):
            self.put_field(field_, new, BLANK * len(new))

    def empty(self, fields: Iterable[TextField]) -> None:
        """Fields that do not pass, whatever was found in them: text becomes empty, lists of numbers null."""
        for field_ in fields:
            if field_.row not in self.removed:
                self.put_field(field_, "", "")

    def applied(self, name: str, output: str, data: bytes) -> bytes:
        """The bytes of one file with its patches, of which it notes where they end up."""
        fields = self.fields[name]
        patches = separated(self.recording, name, [*self.patches[name], *(patch for patch, _, _ in fields.values())])
        effective: list[Patch] = []
        self.edits[output] = name, effective
        for patch, start in places_after(patches, len(data)):
            effective.append(patch)
            told = fields.get((patch.start, patch.end))
            blanked = b""
            if told is not None and told[0] is patch:
                self.fields_after[output, start] = told[1:]
                blanked = told[2].encode("utf-8", "replace")
            elif (name, patch.start, patch.end) in self.heads:
                self.keys_after.setdefault(output, []).append((start, patch.data))
            else:
                continue
            self.bytes_after.setdefault(output, []).append((start, patch.data, blanked))
        return apply_patches(data, patches)


def _start(decision: Decision) -> int:
    return decision.start
