"""New times written into the records of a JSON array; what stands between the records stays."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recording.formats._json_record_times import RecordTimes
from recording.model import KEY_KINDS
from recording.timeline import Timeline


def retime_list(data: bytes, events: pa.Table, timeline: Timeline, *, file: str) -> bytes:
    """The bytes of a document with the times and the order of ``timeline``.

    Args:
        data: The document.
        events: Its event rows, all of one file, in file order from row 0.
        timeline: What is to be written.
        file: Name for error places.
    """
    starts, ends = events["start"].to_pylist(), events["end"].to_pylist()
    typing = np.asarray(pc.is_in(events["kind"], value_set=pa.array([*sorted(KEY_KINDS), "text"])).to_numpy())
    write = RecordTimes(data, timeline, file=file)
    pieces, at = [], 0
    for place, row in enumerate(timeline.order.tolist()):
        record = write(starts[row], ends[row], row, typing=bool(typing[row]), slot=None)
        pieces += [data[at : starts[place]], record.encode("utf-8")]
        at = ends[place]
    return b"".join([*pieces, data[at:]])
