"""Rows of a table that differ in nothing but numbers and the time are read once; every other row is read on its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from recording.formats._json_record_times import TIME_NAMES
from recording.formats._mapped_rows import column_of, time_of
from recording.json_spans import Leaf
from recording.mappings import TableMapping
from recording.model import TextField
from recording.records import MOST_PIXELS, Record
from recording.roles import number_role
from recording.rows import Row
from recording.times import from_iso, to_ns

MOST_KNOWN = 4_096
_NUMBER = rb"(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)"
_MOMENT = rb'("\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?)?Z?")'
# What may differ between rows of one template: what is left without it finds the template, which then must match.
_LOOSE = b"0123456789.+-eETZ:"
_SURE = 6
"""Digits of a number that may be anybody's."""

Slow = Callable[[int, int, int], tuple[Record, Sequence[Leaf]]]


@dataclass(frozen=True, slots=True)
class _Template:
    """One shape of rows.

    Attributes:
        pattern: Matches exactly the rows that differ from the first in the literals of its groups alone.
        guarded: Groups that are text fields once they are long.
        fields: Group before each field (0 for none), bytes from its end, length, and the field of the first row.
    """

    pattern: re.Pattern[bytes] = field(repr=False)
    record: Record = field(repr=False)
    time: int
    moment: bool
    x: int
    y: int
    guarded: tuple[int, ...]
    fields: tuple[tuple[int, int, int, TextField], ...] = field(repr=False)


def _is_long(literal: bytes) -> bool:
    """Whether a number under an unknown name is a text field, as `recording.roles.number_role` has it."""
    return len(literal) > _SURE and literal.lstrip(b"-").isdigit()


def _position(literal: bytes) -> float | None:
    value = float(literal)
    return value if abs(value) < MOST_PIXELS else None


class RowReader:
    """Reads the rows of one file; made for one reading and dropped after it.

    Args:
        data: The file.
        slow: Reads one row in full: its record and its leaves.
        mapping: What the columns are, where they are declared.
    """

    def __init__(self, data: bytes, slow: Slow, mapping: TableMapping | None) -> None:
        self._data, self._slow, self._mapping = data, slow, mapping
        self._known: dict[bytes, _Template] = {}

    def __call__(self, start: int, end: int, seq: int) -> Record:
        """The record in bytes ``start..end``; raises what ``slow`` raises."""
        key = self._data[start:end].translate(None, _LOOSE)
        known = self._known.get(key)
        if known is not None:
            found = known.pattern.fullmatch(self._data, start, end)
            if found is not None and not any(_is_long(found[group]) for group in known.guarded):
                t_ns = self._time(known, found)
                if t_ns is not None or not known.moment:
                    return self._filled(known, found, start, seq, t_ns)
        record, leaves = self._slow(start, end, seq)
        if known is None and len(self._known) < MOST_KNOWN:
            template = self._template(record, leaves, start, end)
            if template is not None:
                self._known[key] = template
        return record

    def _filled(self, known: _Template, found: re.Match[bytes], start: int, seq: int, t_ns: int | None) -> Record:
        fields = []
        for group, off, size, one in known.fields:
            at = (found.end(group) if group else start) + off
            fields.append(TextField(one.file, at, at + size, one.codec, one.role, one.text, seq))
        row = known.record.row
        if known.time or known.x or known.y:
            row = Row(
                row.kind, t_ns, row.key, row.text,
                _position(found[known.x]) if known.x else row.x,
                _position(found[known.y]) if known.y else row.y,
                row.button, row.app, row.window, row.url, row.field, row.secure,
            )  # fmt: skip
        return Record(row, tuple(fields), known.record.values, known.record.element)

    def _time(self, known: _Template, found: re.Match[bytes]) -> int | None:
        if not known.time:
            return known.record.row.t_ns
        literal = found[known.time].decode()
        if known.moment:
            return from_iso(literal[1:-1])
        return to_ns(literal) if self._mapping is None else time_of(self._mapping, literal)

    def _template(self, record: Record, leaves: Sequence[Leaf], start: int, end: int) -> _Template | None:
        held = {one.start for one in record.fields}
        clock = self._clock(leaves)
        if self._is_twice(leaves):
            return None
        groups: list[Leaf] = []
        pieces, at, guarded = [], start, []
        for leaf in leaves:
            moment = leaf is clock and leaf.kind == "string" and leaf.start not in held
            if not (moment and re.fullmatch(_MOMENT, self._data[leaf.start : leaf.end])) and not self._varies(
                leaf, held, clock
            ):
                continue
            groups.append(leaf)
            pieces += [re.escape(self._data[at : leaf.start]), _MOMENT if moment else _NUMBER]
            at = leaf.end
            if leaf.kind == "number" and self._may_be_text(leaf, "1" * (_SURE + 1)):
                guarded.append(len(groups))
        if any(one.start <= leaf.start < one.end for one in record.fields for leaf in groups):
            return None
        pattern = re.compile(b"".join([*pieces, re.escape(self._data[at:end])]))
        number = {id(leaf): index for index, leaf in enumerate(groups, start=1)}
        x, y = (next((n for n, leaf in enumerate(groups, 1) if self._is(leaf, axis)), 0) for axis in ("x", "y"))
        time = number.get(id(clock), 0)
        return _Template(
            pattern, replace(record, fields=()), time, bool(time) and groups[time - 1].kind == "string", x, y,
            tuple(guarded), tuple(self._placed(one, groups, start) for one in record.fields),
        )  # fmt: skip

    def _placed(self, one: TextField, groups: Sequence[Leaf], start: int) -> tuple[int, int, int, TextField]:
        before = sum(leaf.end <= one.start for leaf in groups)
        off = one.start - (groups[before - 1].end if before else start)
        return before, off, one.end - one.start, one

    def _clock(self, leaves: Sequence[Leaf]) -> Leaf | None:
        """The leaf that the row's time was read from: the declared one, or the only one of the usual names."""
        if self._mapping is not None:
            return next((leaf for leaf in leaves if leaf.kind != "key" and column_of(leaf) == self._mapping.time), None)
        times = [leaf for leaf in leaves if leaf.kind != "key" and leaf.path and leaf.path[0] in TIME_NAMES]
        return times[0] if len(times) == 1 and len(times[0].path) == 1 else None

    def _varies(self, leaf: Leaf, held: set[int], clock: Leaf | None) -> bool:
        """Whether the record does not depend on this number but for the time and the position."""
        if leaf.kind != "number" or leaf.start in held or self._may_be_text(leaf, "1"):
            return False
        mapping = self._mapping
        if mapping is None:
            return leaf.name not in TIME_NAMES or leaf is clock
        free = {mapping.time, mapping.x, mapping.y, *mapping.keep}
        return column_of(leaf) in free or column_of(leaf) not in mapping.columns()

    def _is_twice(self, leaves: Sequence[Leaf]) -> bool:
        """Whether two literals stand where the time or a position is read from: which one counts depends on both."""
        single = [leaf for leaf in leaves if leaf.kind != "key"]
        if self._mapping is not None:
            wanted = {self._mapping.time, self._mapping.x, self._mapping.y} - {""}
            told = [column for leaf in single if (column := column_of(leaf)) in wanted]
        else:
            told = [str(leaf.path[0]) for leaf in single if len(leaf.path) == 1]
        return len(set(told)) != len(told)

    def _may_be_text(self, leaf: Leaf, literal: str) -> bool:
        declared = self._mapping is not None and column_of(leaf) in self._mapping.columns()
        return not declared and number_role(leaf.name, literal, metadata=False) is not None

    def _is(self, leaf: Leaf, axis: str) -> bool:
        if self._mapping is not None:
            return bool(getattr(self._mapping, axis)) and column_of(leaf) == getattr(self._mapping, axis)
        return leaf.path == (axis,)
