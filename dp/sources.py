"""Where events come from: recordings, Parquet files with declared columns, exports of ActivityWatch.

Each source gives pieces: a table, and whose it is. A piece is turned into a partial aggregate and forgotten, so memory
does not grow with the data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from dp.contract import Query
from dp.days import days, start_day
from dp.derive import host
from dp.rows import person_id
from recording import Recording, discover, open_recording
from recording.errors import InputError

BATCH_ROWS = 1_000_000
"""Rows of one piece of a Parquet file."""

_READ_BYTES = 2**20

MAX_JSON_BYTES = 512 * 1024 * 1024

_SIZES = (("screen_width", "screen_height"), ("monitor_width", "monitor_height"))
_WATCHED = pa.schema(
    [
        ("app", pa.string()),
        ("site", pa.string()),
        ("status", pa.string()),
        ("day", pa.string()),
        ("duration_ms", pa.int64()),
        ("presses", pa.int64()),
        ("clicks", pa.int64()),
    ]
)
_ANY_BUCKET = frozenset({"day", "duration_ms"})
# Columns of each type of bucket, the first that fits is read; some watchers of windows know addresses too.
_BUCKETS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "web.tab.current": frozenset({"site"}),
        "currentwindow": frozenset({"app", "site"}),
        "afkstatus": frozenset({"status"}),
        "os.hid.input": frozenset({"presses", "clicks"}),
    }
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Events that one call of `Query.partial` takes.

    Attributes:
        events: The rows.
        person: Whose they are; ``None`` where they have a column ``person``.
    """

    events: pa.Table = field(repr=False)
    person: str | None = field(repr=False)


def partials(query: Query, pieces: Iterable[Piece]) -> Iterator[pa.Table]:
    """Partial aggregates of ``pieces``, one by one, for `Query.vectors`. Workers may each do some."""
    for piece in pieces:
        yield query.partial(piece.events, piece.person)


def of_recording(recording: Recording, person: str) -> Piece:
    """The events of a recording with their ``day`` (see `dp.days`), and ``screen`` where its metadata give its size.

    Args:
        recording: As read, or as released.
        person: Dotted name of the attribute that names the person.

    Raises:
        InputError: ``person-unknown``: the recording has no such attribute.
    """
    name = recording.attributes.get(person)
    if name is None:
        hint = "set 'person' to a metadata key that every recording has"
        raise InputError("a recording names no person", code="person-unknown", hint=hint)
    events = recording.events
    size = _screen(recording.attributes)
    if size is not None and "screen" not in events.column_names:
        screens = pa.DictionaryArray.from_arrays(pa.array([0] * events.num_rows, pa.int8()), pa.array([size]))
        events = events.append_column("screen", screens)
    start = start_day(recording.attributes)
    return Piece(events.append_column("day", days(events["t_ns"], start)), name)


def _screen(attributes: Mapping[str, str]) -> str | None:
    last = {name.rpartition(".")[2]: value for name, value in attributes.items()}
    for names in _SIZES:
        width, height = (last.get(name, "") for name in names)
        if re.fullmatch(r"[1-9][0-9]{0,5}", width) and re.fullmatch(r"[1-9][0-9]{0,5}", height):
            return f"{width}x{height}"
    return None


def read_recordings(path: str | Path, *, person: str) -> Iterator[Piece]:
    """Every recording at ``path``, as `boundary run` finds and reads them.

    Raises:
        InputError: One cannot be read, or names no person. Nothing is skipped: that would be another answer.
    """
    for found in discover(path):
        yield of_recording(open_recording(found), person)


def read_parquet(
    path: str | Path,
    columns: Mapping[str, str],
    *,
    people: Mapping[str, str] | None = None,
    batch_rows: int = BATCH_ROWS,
) -> Iterator[Piece]:
    """A Parquet file, or those in a folder, in pieces, with the columns that are declared and no others.

    Args:
        path: File or folder.
        columns: The file's column for each column that queries name; ``person`` is required.
        people: Person of each device or account, where ``person`` names those.
        batch_rows: Most rows of a piece.

    Raises:
        InputError: ``unreadable``, ``dp-column`` for a column that a file lacks, ``dp-person`` for a device that
            ``people`` does not know.
    """
    import pyarrow.parquet as pq

    if "person" not in columns:
        raise InputError("no column is declared for 'person'", code="dp-column", hint="declare whose each row is")
    for file in _files(Path(path), ".parquet"):
        try:
            wanted = sorted(set(columns.values()))
            stored = pq.read_schema(file)
            if not set(wanted) <= set(stored.names):
                raise _missing()
            # Text stays as the codes that it is stored as: reading is faster, and so is everything after it. Buffering
            # ahead would keep the whole file in memory, and reading without a buffer a whole row group.
            text = [one.name for one in stored if one.name in wanted and one.type in {pa.string(), pa.large_string()}]
            with pq.ParquetFile(file, read_dictionary=text, pre_buffer=False, buffer_size=_READ_BYTES) as source:
                for batch in source.iter_batches(batch_size=batch_rows, columns=wanted):
                    yield piece_of(pa.Table.from_batches([batch]), columns, people=people)
        except (OSError, pa.ArrowException, UnicodeDecodeError):
            raise InputError("a Parquet file cannot be read", code="unreadable") from None


def piece_of(table: pa.Table, columns: Mapping[str, str], *, people: Mapping[str, str] | None = None) -> Piece:
    """Rows of a table as a piece; arguments as in `read_parquet`.

    Raises:
        InputError: ``dp-column`` for a column that the table lacks, ``dp-person`` for a device that ``people`` does not
            know.
    """
    if not set(columns.values()) <= set(table.column_names):
        raise _missing()
    events = pa.table({name: table.column(actual) for name, actual in columns.items()})
    return Piece(events if people is None else _mapped(events, people), None)


def _missing() -> InputError:
    return InputError("a declared column is not in the data", code="dp-column", hint="see 'columns'")


def _mapped(events: pa.Table, people: Mapping[str, str]) -> pa.Table:
    known = {person_id(device): person for device, person in people.items()}
    index = events.column_names.index("person")
    coded = events.column(index).cast(pa.string()).combine_chunks().dictionary_encode()
    names = []
    for device in coded.dictionary.to_pylist():
        name = known.get(person_id(device))
        if name is None:
            # Its rows would be bounded apart from those of the person's other devices.
            raise InputError("a device belongs to nobody that is known", code="dp-person", hint="add it to 'people'")
        names.append(name)
    return events.set_column(index, "person", pa.array(names, pa.string()).take(coded.indices))


def read_activitywatch(
    path: str | Path, *, bucket: str = "currentwindow", people: Mapping[str, str] | None = None
) -> Iterator[Piece]:
    """Exports of ActivityWatch (``aw-server`` JSON), one or those in a folder: a row for each event or poll.

    Columns: ``app``, ``site`` (host of the address), ``status``, ``day``, ``duration_ms``, and, for the watcher of
    input, ``presses`` and ``clicks`` of each poll. Titles and addresses are not taken over.

    Args:
        path: File or folder.
        bucket: Type of the buckets to read: ``currentwindow``, ``web.tab.current``, ``afkstatus``, ``os.hid.input``.
        people: Person of each host name; without it the host is the person, which is right only for one device each.

    Raises:
        InputError: ``unreadable``, ``json-syntax``, ``activitywatch``: it is no such export; ``dp-person``: a bucket
            names no host, or one that ``people`` does not know.
    """
    known = None if people is None else {person_id(name): person for name, person in people.items()}
    for file in _files(Path(path), ".json"):
        for found in _buckets(file):
            if found.get("type") != bucket:
                continue
            hostname = found.get("hostname")
            who = person_id(_text(hostname))
            if known is not None and who not in known:
                raise InputError("a host belongs to nobody that is known", code="dp-person", hint="add it to 'people'")
            rows = found.get("events")
            if not isinstance(rows, list):
                raise InputError("a bucket has no list of events", code="activitywatch")
            yield Piece(_watched(rows), who if known is None else known[who])


def bucket_for(columns: frozenset[str]) -> str:
    """Type of the buckets that have these columns, to be read by `read_activitywatch`.

    Raises:
        InputError: ``dp-column``: no type of bucket has them all.
    """
    told = columns - _ANY_BUCKET
    found = next((kind for kind, own in _BUCKETS.items() if told <= own), None) if told else "currentwindow"
    if found is None:
        hint = f"a statistic of an export uses columns of one bucket: {', '.join(sorted(_WATCHED.names))}"
        raise InputError("no bucket of ActivityWatch has these columns together", code="dp-column", hint=hint)
    return found


def _buckets(file: Path) -> list[dict[str, Any]]:
    try:
        if file.stat().st_size > MAX_JSON_BYTES:
            raise InputError("an export is too large", code="too-large", hint="export fewer days at a time")
        data = json.loads(file.read_bytes())
    except OSError:
        raise InputError("an export cannot be read", code="unreadable") from None
    except (ValueError, RecursionError):
        raise InputError("an export is not JSON", code="json-syntax") from None
    # The server's own interface wraps the buckets, its library gives them bare.
    bare = isinstance(data, dict) and "buckets" not in data
    buckets = data if bare else data.get("buckets") if isinstance(data, dict) else None
    found = list(buckets.values()) if isinstance(buckets, dict) else None
    if not found or not all(isinstance(one, dict) and (not bare or "hostname" in one) for one in found):
        raise InputError("this is no export of ActivityWatch", code="activitywatch")
    return found


def _watched(rows: list[Any]) -> pa.Table:
    out: list[dict[str, Any]] = []
    for row in rows:
        data = row.get("data") if isinstance(row, dict) else None
        if not isinstance(data, dict):
            raise InputError("an event of a bucket has no data", code="activitywatch")
        app, status, url = (_text(data.get(name)) for name in ("app", "status", "url"))
        stamp = _text(row.get("timestamp"))
        day = stamp[:10] if stamp and re.match(r"\d{4}-\d\d-\d\d", stamp) else None
        figures = {name: _count(data.get(name), 1) for name in ("presses", "clicks")}
        spent = _count(row.get("duration"), 1000)
        out.append({"app": app, "site": host(url), "status": status, "day": day, "duration_ms": spent, **figures})
    return pa.Table.from_pylist(out, schema=_WATCHED)


def _text(value: object) -> str | None:
    # A lone surrogate, which JSON can hold and UTF-8 cannot, becomes a question mark.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _count(value: object, factor: int) -> int | None:
    """A number of JSON as a whole one within 62 bits, cut, never wrapped; ``None`` for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124  NaN
        return None
    if abs(value) >= 2**40:
        return 2**62 if value > 0 else -(2**62)
    return int(value * factor)


def _files(path: Path, suffix: str) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted(file for file in path.rglob(f"*{suffix}") if file.is_file()) if path.is_dir() else []
    if not found:
        raise InputError(f"there is no {suffix} file", code="unreadable")
    return found
