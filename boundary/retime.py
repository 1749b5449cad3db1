"""Gives a changed recording new times and mouse paths, and keeps the account of what the change put into it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from boundary.change import Added, Changed, Place
from boundary.plan import Plan
from recording import parse_files
from recording.errors import StepFailed
from recording.formats import format_named
from recording.model import Recording, TextField
from recording.timeline import Bools, Ints, Timeline, unchanged


def retime(changed: Changed, source: Recording, plan: Plan) -> Changed:
    """``changed`` with the times and mouse positions that the policy's steps give it.

    This comes after everything else has changed, so that keys which were put in are timed like all others, and what
    was taken out leaves no gap of its own length.

    Raises:
        StepFailed: ``timing-not-written``: reading the result again does not give the new times.
        InputError: The format cannot write them.
    """
    if plan.retimer is None and plan.smoother is None:
        return changed
    old = parse_files("output", changed.sources(), mappings=changed.mappings)
    format_ = format_named(old.format)
    t_ns, timed = format_.times(old)
    if not np.any(timed):
        return changed
    seed, rows = _seed(source, plan), _written(old, changed.added)
    line = unchanged(t_ns, timed)
    if plan.retimer is not None:
        written = np.zeros(len(t_ns), np.bool_)
        written[[row for group in rows.values() for row in group]] = True
        line = plan.retimer(old.events, t_ns, timed, written, seed)
    if plan.smoother is not None:
        line = plan.smoother(old.events, line, seed)
    files = {**changed.files, **format_.retime(old, line)}
    new = parse_files("output", changed.sources(files), mappings=changed.mappings)
    _check(old, new, line, *format_.times(new))
    return replace(changed, files=files, added=_Account(old, new, line, rows).moved(changed.added))


def _seed(source: Recording, plan: Plan) -> bytes:
    """A secret of the project key and the recording: nobody without the key can draw the same numbers."""
    digest = hashlib.sha256()
    for name in sorted(source.files):
        data = source.files[name].data
        if data is not None:
            digest.update(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest())
            digest.update(hashlib.sha256(data).digest())
    return hmac.new(plan.key, b"timing" + digest.digest(), hashlib.sha256).digest()


def _written(old: Recording, added: Added) -> dict[Place, list[int]]:
    """Rows that the change wrote, by the place where they start."""
    starts, ends = old.events["start"].to_numpy(), old.events["end"].to_numpy()
    names = old.events["file"].combine_chunks().dictionary_encode()
    codes = names.indices.to_numpy()
    out: dict[Place, list[int]] = {}
    for code, file in enumerate(names.dictionary.to_pylist()):
        of_file = np.flatnonzero(codes == code)
        for start, lines in added.keys.get(file, ()):
            inside = of_file[(starts[of_file] >= start) & (ends[of_file] <= start + len(lines))]
            out[file, start] = inside.tolist()
    return out


def _check(old: Recording, new: Recording, line: Timeline, t_ns: Ints, timed: Bools) -> None:
    """The result must read as it was meant: the same rows, at the new times, in the new order."""
    names = ["kind", "key", "text", "stream", "file"]
    same = (
        len(old.events) == len(new.events)
        and old.events.select(names).take(line.order).combine_chunks().equals(new.events.select(names).combine_chunks())
        and np.array_equal(timed, line.timed[line.order])
        and np.array_equal(t_ns[timed], line.new_ns[line.order][timed])
        and len(old.fields) == len(new.fields)
    )
    if not same:
        raise StepFailed(
            "the new times do not read back", code="timing-not-written",
            hint="this recorder writes times in a way that cannot be changed; leave the timing step out for it",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Account:
    """Where things stood before their times changed, and where they stand now."""

    old: Recording = field(repr=False)
    new: Recording = field(repr=False)
    line: Timeline = field(repr=False)
    rows: Mapping[Place, Sequence[int]] = field(repr=False)

    def moved(self, added: Added) -> Added:
        """What was put in, by its new places."""
        fields: dict[Place, tuple[str, str]] = {}
        pieces: dict[str, list[tuple[int, bytes, bytes]]] = {}
        for before, after in self.pairs():
            told = added.fields.get((before.file, before.start))
            if told is None or told[0] != before.text:
                continue
            blanked = told[1] if before.text == after.text else " " * len(after.text)
            fields[after.file, after.start] = after.text, blanked
            data = self.new.files[after.file].read()[after.start : after.end]
            pieces.setdefault(after.file, []).append((after.start, data, blanked.encode("utf-8", "replace")))
        keys: dict[str, list[tuple[int, bytes]]] = {}
        for file, start, data in self.lines():
            keys.setdefault(file, []).append((start, data))
            pieces.setdefault(file, []).append((start, data, b""))
        return replace(
            added,
            fields=fields,
            keys={file: sorted(lines) for file, lines in keys.items()},
            bytes={file: sorted(items) for file, items in pieces.items()},
        )

    def pairs(self) -> list[tuple[TextField, TextField]]:
        """Every text field before and after; fields of a row stay in its order."""
        order = self.line.order.tolist()
        before = sorted(self.old.fields, key=_place)
        after = sorted(
            self.new.fields,
            key=lambda item: (item.file, -1 if item.row is None else order[item.row], item.start),
        )
        return list(zip(before, after, strict=True))

    def lines(self) -> list[tuple[str, int, bytes]]:
        """Rows that the change wrote: file, first byte and bytes. Each by itself, since others may stand between."""
        rows = [row for group in self.rows.values() for row in group]
        place = np.empty(len(self.line.order), np.int64)
        place[self.line.order] = np.arange(len(place))
        table = self.new.events.select(["file", "start", "end"]).take(place[rows] if rows else np.zeros(0, np.int64))
        return [
            (row["file"], row["start"], self.new.files[row["file"]].read()[row["start"] : row["end"]])
            for row in table.to_pylist()
        ]


def _place(item: TextField) -> tuple[str, int, int]:
    return item.file, -1 if item.row is None else item.row, item.start
