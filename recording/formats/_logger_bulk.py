"""Mouse positions of a log read all at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recording.formats._logger_shapes import DATE_TIME, LEVEL_AND_NAME, MOVE
from recording.lines import Lines
from recording.rows import Bulk, empty_bulk, kind_code

_LINE = rf"^(?:\[?(?P<moment>{DATE_TIME})(?:[.,](?P<frac>\d{{1,9}}))?\]?(?: ?- |:? |: ?))?{LEVEL_AND_NAME}{MOVE}\r?\n?$"


def read_bulk(lines: Lines) -> tuple[Bulk, npt.NDArray[np.int64]]:
    """Lines that are a mouse position and nothing else as columns, and the numbers of all other lines."""
    bulk = empty_bulk(len(lines))
    parts = pc.extract_regex(lines.text, _LINE)
    matched = pc.is_valid(parts).to_numpy(zero_copy_only=False)
    where = np.flatnonzero(matched)
    if not len(where):
        return bulk, np.arange(len(lines))
    found = parts.filter(pa.array(matched))
    moment = pc.replace_substring(pc.struct_field(found, "moment"), "T", " ")
    time = pc.struct_field(found, "time")
    seconds = pc.cast(pc.strptime(moment, "%Y-%m-%d %H:%M:%S", "s", error_is_null=True), pa.int64())
    # Times in the body, and dates that are none, are read one by one.
    good = np.asarray(
        pc.and_(pc.equal(time, ""), pc.or_(pc.equal(moment, ""), pc.is_valid(seconds))).to_numpy(zero_copy_only=False)
    )
    where = where[good]
    has_t = pc.is_valid(seconds).to_numpy(zero_copy_only=False)[good]
    nanos = pc.cast(pc.utf8_rpad(pc.struct_field(found, "frac"), width=9, padding="0"), pa.int64())
    t_ns = pc.fill_null(seconds, 0).to_numpy(zero_copy_only=False) * 10**9 + nanos.to_numpy(zero_copy_only=False)
    bulk.kind[where] = kind_code("move")
    bulk.t_ns[where] = t_ns[good]
    bulk.has_t[where] = has_t
    for name, column in (("x", bulk.x), ("y", bulk.y)):
        values = pc.cast(pc.struct_field(found, name), pa.float64()).to_numpy(zero_copy_only=False)
        column[where] = values[good]
    return bulk, np.flatnonzero(bulk.kind < 0)
