"""The day of each event, where a day of a person is what is protected.

A day must depend on its own row and on what is said once of the recording, and on no other row: otherwise taking one
day away would move events of another. So each day is counted from its own rows alone, gaps and held keys included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from recording.errors import InputError
from recording.timeline import DAY_NS
from recording.times import to_ns

FIRST, LAST = 10_957, 47_481
"""2000-01-01 and 2099-12-31 in days since 1970: what is outside is no date, but a clock that counts from elsewhere."""

_STARTS = frozenset({"start_time", "started_at"})


def start_day(attributes: Mapping[str, str]) -> int | None:
    """Day since 1970 on which a recording began, as its metadata say; ``None`` where they do not, or not clearly.

    ``start_time`` or ``started_at``: ISO 8601 (UTC where an offset is given, else the recorder's own clock), or
    seconds to nanoseconds since 1970.
    """
    told = {_day(value.strip()) for name, value in attributes.items() if name.rpartition(".")[2] in _STARTS}
    return told.pop() if len(told) == 1 else None


def _day(text: str) -> int | None:
    nanoseconds = to_ns(text)
    if nanoseconds is None:
        try:
            moment = datetime.fromisoformat(text)
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            return None
        nanoseconds = int(moment.timestamp()) * 10**9
    day = nanoseconds // DAY_NS
    return day if FIRST <= day <= LAST else None


def days(times: pa.ChunkedArray, start: int | None) -> pa.ChunkedArray:
    """Day since 1970 (int64) of each time in nanoseconds: its own, else ``start``, else null."""
    own = pc.divide(times, DAY_NS)
    known = pc.and_(pc.greater_equal(times, FIRST * DAY_NS), pc.less_equal(own, LAST))
    return pc.if_else(pc.fill_null(known, False), own, pa.scalar(start, pa.int64()))


def by_day(events: pa.Table, count: Callable[[pa.Table], pa.Table]) -> pa.Table:
    """Partial aggregates of a recording, day by day; rows without a day do not count.

    Args:
        events: Rows with the schema `recording.model.EVENTS`; ``day`` as `days` gives it, or it is worked out here.
        count: `dp.contract.Query.partial` for one person.

    Raises:
        InputError: ``dp-clock``: no row has a day, so nothing would be counted.
    """
    if "day" not in events.column_names:
        events = events.append_column("day", days(events["t_ns"], None))
    dated = events.filter(pc.is_valid(events["day"]))
    if events.num_rows and not dated.num_rows:
        hint = "set 'unit_of_privacy' to 'person', or have recordings say their 'start_time'"
        raise InputError("neither clock nor metadata of the recording tell its days", code="dp-clock", hint=hint)
    found = sorted(pc.unique(dated["day"]).to_pylist())
    return pa.concat_tables([count(dated.filter(pc.equal(dated["day"], day))) for day in found] or [count(dated)])
