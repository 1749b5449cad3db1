"""New times written into one JSON record: its own time, and every other one it holds."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from recording.json_spans import Leaf, encode_string, scan
from recording.lines import BOM
from recording.roles import KEY_MEMBERS
from recording.timeline import Timeline
from recording.times import from_iso, like_iso, like_number, to_ns

TIME_NAMES = frozenset({"time_stamp", "timestamp", "start_time", "end_time", "stop_time", "time", "t"})
"""Members that hold a moment on the recorder's clock."""

_TIME_LIKE = re.compile(r"(?i)^(?:t|ts|when)$|time|stamp|clock|moment|_ts$|_at$")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?")
_TIME_TRACES = frozenset({"time_trace", "drag_time_trace"})
_TRACES = frozenset({"trace", "drag_trace"})
# Numbers of a key record that are no times. Any other may be one: how long the key was down, since when.
_NO_TIMES = KEY_MEMBERS | frozenset(
    {"x", "y", "dx", "dy", "event_idx", "event_start_idx", "start_idx", "end_idx", "matched", "depth", "Depth", "step",
     "index", "coordinate", "coordinates", "left", "top", "right", "bottom", "w", "h", "width", "height", "stream"}
)  # fmt: skip
_NEAR_NS = 60 * 10**9
_EPOCH_NS = 10**17
"""Three years: smaller times are no calendar times, whatever they count from."""

_CANONICAL = re.compile(
    rb'(\{"time_stamp": )((?:0|[1-9]\d{0,9})\.\d{1,12})(, "action": "(?:press|release)", [^\r\n]*?)'
    rb'(, "event_idx": (?:0|[1-9]\d{0,9}))?(\}\r?\n?)'
)
MOST_KNOWN = 4_096

# Quotes within a string are escaped, so this matches members alone.
_MEMBER_TIME = re.compile(
    rb'(?i)"([a-z_]*(?:time|stamp|clock|moment)[a-z_]*|t|ts|when|[a-z_]+_(?:ts|at)|[^"\\]*(?=":\s*"\d{4}-))"\s*:\s*'
    rb'(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)")'
)


def retime_document(data: bytes, timeline: Timeline, *, file: str) -> bytes:
    """A JSON document with new times in the numbers that are times on the recorder's clock.

    Dates and times of day are text fields, and change as such.
    """
    pieces, at = [], 0
    for leaf in scan(data, file=file, start=len(BOM) if data.startswith(BOM) else 0):
        named = any(_TIME_LIKE.search(part) or "timing" in part for part in leaf.path if isinstance(part, str))
        t_ns = to_ns(leaf.text) if leaf.kind == "number" and named else None
        if t_ns is None or not timeline.clock.covers(t_ns, slack_ns=_NEAR_NS):
            continue
        moved = timeline.clock.one(t_ns)
        if moved != t_ns:
            pieces += [data[at : leaf.start], like_number(moved, leaf.text).encode()]
            at = leaf.end
    return b"".join([*pieces, data[at:]])


class RecordTimes:
    """Writes the records of one file anew; made for one file and dropped after it."""

    def __init__(self, data: bytes, timeline: Timeline, *, file: str) -> None:
        self._data, self._timeline, self._file = data, timeline, file
        self._plain: dict[bytes, bool] = {}

    def __call__(self, start: int, end: int, seq: int, *, typing: bool, slot: tuple[int, int] | None) -> str:
        """The line in bytes ``start..end`` with new times.

        Args:
            seq: Its event row.
            typing: It stands for a key: numbers that may be times and are none on this clock become 0.
            slot: Bytes of the line whose place it takes, and whose running number it gets.
        """
        if typing:
            fast = self._canonical(start, end, seq, slot)
            if fast is not None:
                return fast
        line = self._data[start:end]
        if not line.strip():
            return line.decode()
        if not typing and slot is None and b"trace" not in line:
            return _MEMBER_TIME.sub(functools.partial(self._member, seq), line).decode()
        leaves = list(scan(self._data, file=self._file, start=start, end=end))
        pieces: list[bytes] = []
        at = start
        traces = self._traces(leaves)
        for leaf in leaves:
            new = traces.get(leaf.start)
            if new is None:
                new = self._literal(leaf, seq, typing=typing)
            if slot is not None and leaf.path == ("event_idx",) and leaf.kind == "number":
                new = self._number(*slot) or new
            if new is not None:
                pieces += [self._data[at : leaf.start], new]
                at = leaf.end
        pieces.append(self._data[at:end])
        return b"".join(pieces).decode()

    def _canonical(self, start: int, end: int, seq: int, slot: tuple[int, int] | None) -> str | None:
        """Key lines of the usual shape, of which the middle repeats all the time; ``None`` for any other."""
        found = _CANONICAL.fullmatch(self._data, start, end)
        if found is None or not self._timeline.timed[seq]:
            return None
        plain = self._plain.get(found[3])
        if plain is None:
            leaves = scan(self._data, file=self._file, start=start, end=end)
            others = [leaf for leaf in leaves if leaf.path not in (("time_stamp",), ("event_idx",))]
            plain = not any(leaf.kind == "number" or _MOMENT.search(leaf.text) for leaf in others)
            if len(self._plain) < MOST_KNOWN:
                self._plain[found[3]] = plain
        if not plain:
            return None
        time = like_number(int(self._timeline.new_ns[seq]), found[2].decode()).encode()
        number = found[4] or b""
        if slot is not None and number:
            number = b', "event_idx": ' + (self._number(*slot) or number.rpartition(b" ")[2])
        return b"".join((found[1], time, found[3], number, found[5])).decode()

    def _member(self, seq: int, found: re.Match[bytes]) -> bytes:
        """A member of a record that holds no trace, without a look at the rest: trees of screens are long."""
        kind = "string" if found[3] is not None else "number"
        text = (found[3] or found[2]).decode()
        # Nested members are not told from outer ones: the record's own time is known by its value.
        new = self._literal(Leaf((found[1].decode(),), 0, 0, kind, text), seq, typing=False)
        whole = found[0]
        return whole if new is None else whole[: found.start(2) - found.start()] + new

    def _number(self, start: int, end: int) -> bytes | None:
        """The running number in a line."""
        for leaf in scan(self._data, file=self._file, start=start, end=end):
            if leaf.path == ("event_idx",) and leaf.kind == "number":
                return self._data[leaf.start : leaf.end]
        return None

    def _literal(  # noqa: PLR0911  a table of shapes, one return each
        self, leaf: Leaf, seq: int, *, typing: bool
    ) -> bytes | None:
        """What replaces a literal; ``None`` to keep it."""
        line = self._timeline
        delta = int(line.new_ns[seq] - line.old_ns[seq]) if line.timed[seq] else 0
        if leaf.kind == "string":
            t_ns = from_iso(leaf.text) if _MOMENT.fullmatch(leaf.text) else None
            if t_ns is None:
                return None
            return encode_string(like_iso(self._moved(t_ns, leaf, seq, delta), leaf.text), ensure_ascii=True)
        if leaf.kind != "number":
            return None
        t_ns = to_ns(leaf.text)
        if typing and leaf.name not in TIME_NAMES | _TIME_TRACES:
            known = leaf.name in _NO_TIMES or leaf.text.lstrip("-") in ("0", "1", "0.0", "1.0")
            if not known and not (t_ns is not None and t_ns > _EPOCH_NS and line.clock.covers(t_ns)):
                return b"0"
        if t_ns is None or not (_TIME_LIKE.search(leaf.name) or (typing and leaf.name not in _NO_TIMES)):
            return None
        if not line.clock.covers(t_ns, slack_ns=_NEAR_NS) and abs(t_ns) < _EPOCH_NS:
            # A length of time, or a clock that nobody else reads.
            return b"0" if typing else None
        moved = self._moved(t_ns, leaf, seq, delta)
        return None if moved == t_ns else like_number(moved, leaf.text).encode()

    def _moved(self, t_ns: int, leaf: Leaf, seq: int, delta: int) -> int:
        line = self._timeline
        if len(leaf.path) == 1 and line.timed[seq] and t_ns == int(line.old_ns[seq]):
            return int(line.new_ns[seq])
        if line.timed[seq] and not line.clock.covers(t_ns, slack_ns=_NEAR_NS):
            # A time on another clock moves by as much as its record does.
            return t_ns + delta
        return line.clock.one(t_ns)

    def _traces(self, leaves: Sequence[Leaf]) -> dict[int, bytes]:
        """Copies of mouse paths inside records, where mouse paths change; by first byte of the literal."""
        if self._timeline.motion is None:
            return {}
        groups: defaultdict[tuple[str | int, ...], list[Leaf]] = defaultdict(list)
        times: defaultdict[tuple[str | int, ...], list[Leaf]] = defaultdict(list)
        for leaf in leaves:
            if leaf.kind == "number" and leaf.name in _TRACES and len(leaf.path) > 2 and leaf.path[-1] in (0, 1):
                groups[(*leaf.path[:-2], leaf.path[-1])].append(leaf)
            elif leaf.kind == "number" and leaf.name in _TIME_TRACES:
                times[leaf.path[:-1]].append(leaf)
        out: dict[int, bytes] = {}
        for group in groups.values():
            values = np.array([float(leaf.text) for leaf in group])
            share = np.linspace(0, 1, len(values))
            done = share**3 * (10 - 15 * share + 6 * share**2)
            whole = all("." not in leaf.text for leaf in group)
            for leaf, value in zip(group, values[0] + (values[-1] - values[0]) * done, strict=True):
                out[leaf.start] = (str(round(value)) if whole else str(round(value, 4))).encode()
        for group in times.values():
            ends = [to_ns(leaf.text) for leaf in (group[0], group[-1])]
            if ends[0] is None or ends[1] is None:
                continue
            first, last = (self._timeline.clock.one(t_ns) for t_ns in (ends[0], ends[1]))
            for number, leaf in enumerate(group):
                t_ns = first + (last - first) * number // max(1, len(group) - 1)
                out[leaf.start] = like_number(t_ns, leaf.text).encode()
        return out
