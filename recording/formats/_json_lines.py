"""Reads JSON lines one by one, and key lines that differ in nothing but time and number only once."""

from __future__ import annotations

import re
from dataclasses import replace

from recording.model import KEY_KINDS
from recording.records import Record, read_record
from recording.times import to_ns

MOST_KNOWN = 4_096
"""Distinct key lines remembered; keyboards have a few hundred."""

# A key line with its time and running number set aside, in canonical JSON numbers; what is left repeats all the time.
_TIMED = re.compile(
    rb'(\{"time_stamp": )((?:0|[1-9]\d{0,9})\.\d{1,12})(, "action": "(?:press|release)", [^\r\n]*?)'
    rb'(, "event_idx": (?:0|[1-9]\d{0,9}))?(\}\r?\n?)'
)


class LineReader:
    """Reads the lines of one file; made for one reading and dropped after it."""

    def __init__(self, data: bytes, file: str, *, main: bool) -> None:
        self._data, self._file, self._main = data, file, main
        self._known: dict[tuple[bytes, bool], Record] = {}

    def __call__(self, start: int, end: int, seq: int) -> Record:
        """The record in bytes ``start..end``; raises `InputError` as `read_record` does."""
        found = _TIMED.fullmatch(self._data, start, end) if self._main else None
        if found is None:
            return self._read(start, end, seq)
        key = (found[3], found[4] is None)
        known = self._known.get(key)
        if known is not None:
            own = {"time_stamp": found[2].decode()}
            if found[4] is not None:
                own["event_idx"] = found[4].rpartition(b" ")[2].decode()
            row = replace(known.row, t_ns=to_ns(own["time_stamp"]))
            return replace(known, row=row, values=known.values | own)
        record = self._read(start, end, seq)
        # Text fields have places of their own, so only records without any are the same.
        same = not record.fields and record.row.kind in KEY_KINDS and b'"time' not in key[0]
        if same and len(self._known) < MOST_KNOWN:
            self._known[key] = record
        return record

    def _read(self, start: int, end: int, seq: int) -> Record:
        return read_record(self._data, start, end, file=self._file, seq=seq, main=self._main)
