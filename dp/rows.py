"""Columns of events as integers: codes for persons and keys, fixed-point numbers for values; no loop over rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dp.contract import PARTIALS, Ints
from dp.derive import derived
from dp.engine import sums
from recording.errors import InputError

MAX_ROWS = 2**26
"""Most rows of one piece; with `MAX_VALUE` a sum stays within 62 bits."""

_FEW_ROWS = 100_000
_DENSE_CELLS = 2**22

MAX_VALUE = 2**36
"""Largest value of one row, in steps of its last decimal."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as codes.

    Attributes:
        codes: int64, one for each row; -1 where the row does not count.
        names: What each code stands for; all different.
    """

    codes: Ints = field(repr=False)
    names: tuple[str, ...] = field(repr=False)


def column(events: pa.Table, name: str) -> pa.ChunkedArray:
    """A column by name, worked out from a recording's own columns where it is not there.

    Raises:
        InputError: ``dp-column``: missing and not derivable, there twice, or broken.
    """
    if not isinstance(events, pa.Table):
        raise InputError("events must be an Arrow table", code="dp-column")
    if events.num_rows > MAX_ROWS:
        raise InputError("a piece has too many rows", code="dp-too-large", hint=f"split it: at most {MAX_ROWS} rows")
    found = events.column_names.count(name)
    if found > 1:
        raise InputError("a column that the query reads is there twice", code="dp-column")
    values = events.column(name) if found else derived(events, name)
    if values is None:
        hint = "declare it for this source, or group by another"
        raise InputError("a column that the query reads is missing", code="dp-column", hint=hint)
    try:
        values.validate(full=True)
    except pa.ArrowInvalid:
        raise InputError("a column that the query reads is broken", code="dp-column") from None
    return values


def coded(values: pa.ChunkedArray, name_of: Callable[[str | None], str | None]) -> Coded:
    """Codes of a text column.

    Args:
        values: Strings (plain, large, view or dictionary) or nulls.
        name_of: Called once for each distinct value, null included; ``None`` leaves its rows out.

    Raises:
        InputError: ``dp-column``: the column holds something else than text.
    """
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if not (_is_text(kind) or pa.types.is_null(kind)):
        raise InputError("the column to group by does not hold text", code="dp-column")
    try:
        plain = values if pa.types.is_dictionary(values.type) else values.cast(pa.large_string())
        whole = plain.unify_dictionaries() if pa.types.is_dictionary(plain.type) else plain.dictionary_encode()
        distinct = whole.chunk(0).dictionary.to_pylist() if whole.num_chunks else []
        codes = pc.fill_null(_indices(whole), len(distinct)).to_numpy().astype(np.int64, copy=False)
    except (pa.ArrowException, UnicodeError):
        # Arrow quotes the value that it cannot convert.
        raise InputError("the column to group by cannot be read as text", code="dp-column") from None
    names: dict[str, int] = {}
    table = np.full(len(distinct) + 1, -1, dtype=np.int64)
    used = np.bincount(codes, minlength=len(distinct) + 1) > 0
    for index in np.flatnonzero(used):
        name = name_of(distinct[index] if index < len(distinct) else None)
        if name is not None:
            table[index] = names.setdefault(name, len(names))
    return Coded(table[codes], tuple(names))


def _indices(whole: pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.chunked_array([chunk.indices.cast(pa.int64()) for chunk in whole.chunks], pa.int64())


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def person_id(text: str | None) -> str:
    """A person's id in one spelling: composed, trimmed and case-folded, so that one person is not bounded twice.

    Raises:
        InputError: ``dp-person``: there is none.
    """
    name = unicodedata.normalize("NFC", (text or "").strip().casefold())
    try:
        name.encode()
    except UnicodeEncodeError:  # half of a character, which no file can hold
        name = ""
    if not name:
        hint = "set 'person' in the policy"
        raise InputError("a row does not name its person", code="dp-person", hint=hint)
    return name


def persons(events: pa.Table, person: str | None, *, by_day: bool = False) -> Coded:
    """Whose row each is; with ``by_day`` a person's day counts as one, from the column ``day``.

    Raises:
        InputError: ``dp-person`` or ``dp-column``.
    """
    if person is None:
        who = coded(column(events, "person"), person_id)
    elif not isinstance(person, str):
        raise InputError("a recording does not name its person", code="dp-person", hint="set 'person' in the policy")
    else:
        who = Coded(np.zeros(events.num_rows, dtype=np.int64), (person_id(person),))
    if not by_day:
        return who
    # Whatever stands for a day is one: an unknown day is a day of its own.
    day = coded(_day_text(column(events, "day")), lambda text: text or "unknown")
    pairs, codes = np.unique(who.codes * max(1, len(day.names)) + day.codes, return_inverse=True)
    split = [divmod(int(pair), max(1, len(day.names))) for pair in pairs]
    return Coded(codes.astype(np.int64), tuple(f"{who.names[one]}\x1f{day.names[when]}" for one, when in split))


def _day_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return values.cast(pa.string()) if pa.types.is_date(values.type) or pa.types.is_integer(values.type) else values


def fixed_point(values: pa.ChunkedArray, *, low: int, high: int, decimals: int = 0) -> tuple[Ints, np.ndarray]:
    """Numbers clipped to ``[low, high]`` and cut to a number of decimals, as integers in steps of the last one.

    Null and NaN are no values; infinities, negatives and values beyond 64 bits are clipped. Each row by itself: nothing
    is added up in floats.

    Args:
        values: Integers, floats, decimals, durations (as whole milliseconds) or truth values.
        low: Smallest value, not negative.
        high: Largest value; ``high * 10**decimals`` is at most `MAX_VALUE`.
        decimals: Digits behind the point that count.

    Returns:
        int64 steps (0 where there is no value), and whether there is one.

    Raises:
        InputError: ``dp-column``: the column does not hold numbers.
    """
    kind = values.type
    step = 10**decimals
    try:
        if pa.types.is_duration(kind):
            present, whole = _whole(values.cast(pa.int64()))
            # Clipped in its own unit first: a second has no room for 2^63 milliseconds.
            each, per = (1000, 1) if kind.unit == "s" else (1, {"ms": 1, "us": 10**3, "ns": 10**6}[kind.unit])
            millis = np.clip(whole, low * per // each, (high + each) * per // each) * each // per
            return np.where(present, np.clip(millis, low, high) * step, 0), present
        if pa.types.is_boolean(kind) or pa.types.is_null(kind):
            values = values.cast(pa.int64())
        if pa.types.is_integer(values.type):
            present, whole = _whole(values)
            return np.where(present, np.clip(whole, low, high) * step, 0), present
        if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            numbers = values.cast(pa.float64()).to_numpy()
            present = ~np.isnan(numbers)
            clipped = np.clip(np.where(present, numbers, low), low, high)
            return np.where(present, np.floor(clipped * step).astype(np.int64), 0), present
    except pa.ArrowException:
        raise InputError("the column of values cannot be read as numbers", code="dp-column") from None
    raise InputError("the column of values does not hold numbers", code="dp-column")


def _whole(values: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    present = pc.is_valid(values).to_numpy().astype(bool)
    numbers = pc.fill_null(values, pa.scalar(0, values.type)).to_numpy()
    # What is beyond 63 bits is far above every limit.
    return present, np.minimum(numbers, 2**63 - 1).astype(np.int64) if numbers.dtype == np.uint64 else numbers.astype(
        np.int64
    )


def partial(who: Coded, key: Coded, added: dict[str, Ints], *, keep: np.ndarray | None = None) -> pa.Table:
    """The partial aggregate of rows: each part's values added up by person and key.

    Args:
        who: Persons.
        key: Keys; rows without one do not count.
        added: Non-negative int64 values by name of the part.
        keep: Rows that count; by default all.
    """
    chosen = key.codes >= 0
    if keep is not None:
        chosen &= keep
    columns = {"person": who.codes, "key": key.codes, **{f"v_{name}": values for name, values in added.items()}}
    chosen_rows = {name: values[chosen] for name, values in columns.items()}
    # DuckDB is for what is neither small nor dense: starting it would take most of the time.
    dense = len(who.names) * len(key.names) <= _DENSE_CELLS
    few = dense or len(chosen_rows["key"]) <= _FEW_ROWS
    found = _added_up(chosen_rows, len(who.names), len(key.names), dense=dense) if few else sums(chosen_rows)
    people, keys = (pa.array(coded.names, pa.string()) for coded in (who, key))
    pieces = []
    for name in added:
        part = pa.array([name], pa.string()).take(pa.array(np.zeros(len(found["key"]), dtype=np.int64)))
        pieces.append([people.take(pa.array(found["person"])), part, keys.take(pa.array(found["key"]))])
        pieces[-1].append(pa.array(found[f"v_{name}"]))
    return pa.concat_tables([pa.Table.from_arrays(piece, schema=PARTIALS) for piece in pieces])


def _added_up(columns: dict[str, Ints], people: int, keys: int, *, dense: bool) -> dict[str, Ints]:
    """`dp.engine.sums` in one array, of all cells where there are few, else of those that occur.

    Nothing overflows: `MAX_ROWS` times `MAX_VALUE` has 62 bits, and codes are numbers of distinct names.
    """
    cells = columns["person"] * max(1, keys) + columns["key"]
    size, pairs = people * keys, None
    if not dense:
        pairs, cells = np.unique(cells, return_inverse=True)
        size = len(pairs)
    occur = np.flatnonzero(np.bincount(cells, minlength=size))
    pairs = occur if pairs is None else pairs
    out: dict[str, Ints] = {"person": pairs // max(1, keys), "key": pairs % max(1, keys)}
    for name in columns.keys() - out.keys():
        totals = np.zeros(size, dtype=np.int64)
        np.add.at(totals, cells, columns[name])
        out[name] = totals[occur]
    return out
