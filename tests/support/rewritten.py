"""Carries a rewriting out on a table of events, as `boundary.bursts` does on bytes, and judges the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pyarrow as pa

from recording.model import EVENTS
from text_redact.keyboard import physical
from text_redact.mirror import mapped
from text_redact.rewrite import Rewriting, Value, rewrite
from text_redact.transcript import Clip, Transcript, transcribe


def carried_out(events: pa.Table, new: Rewriting) -> pa.Table:
    """The rows that stay and the new ones, numbered anew; bare presses where the recorder has no releases."""
    rows = events.to_pylist()
    pairs = any(row["kind"] == "key_pair" for row in rows)
    out = []
    for row in rows:
        inserts = [insert for insert in new.inserts if insert.row == row["seq"]]
        written = {
            instead: [
                row | {"kind": kind, "key": key if len(key) > 1 or kind == "key_up" else key.lower(), "text": text}
                for insert in inserts
                if insert.instead is instead
                for kind, key, text in insert.strokes
            ]
            for instead in (True, False)
        }
        out += [*written[True], *([] if row["seq"] in new.removed else [row]), *written[False]]
    if pairs:
        out = [row | {"kind": "key_pair"} if row["kind"] == "key_down" else row for row in out]
        out = [row for row in out if row["kind"] != "key_up"]
    return pa.Table.from_pylist([row | {"seq": seq} for seq, row in enumerate(out)], schema=EVENTS)


def finals(transcript: Transcript) -> Counter[str]:
    """Final texts, blanks at their ends aside."""
    return Counter(text for p in transcript.passages if p.role == "final" and (text := p.text.strip()))


def expected(transcript: Transcript, values: Sequence[Value], new: Rewriting) -> Counter[str]:
    """Final texts with each run of characters that went replaced."""
    owners: dict[int, int] = {}
    for number, value in enumerate(values):
        for row in value.rows:
            owners.setdefault(row, number)
    out: Counter[str] = Counter()
    for passage in transcript.passages:
        if passage.role == "final":
            gone = {row: owners[row] for row in passage.rows if row in owners}
            assert all(row in gone or row not in new.removed for row in passage.rows)
            out[mapped((passage.text, passage.rows), gone, [value.text for value in values]).strip()] += 1
    out.pop("", None)
    return out


def unpaired(events: pa.Table) -> int:
    """Releases without a press, and presses without a release."""
    down: set[str] = set()
    bad = 0
    for row in events.to_pylist():
        key = physical(row["key"] or "")
        if row["kind"] == "key_down":
            down.add(key)
        elif row["kind"] == "key_up":
            bad += key not in down
            down.discard(key)
    return bad + len(down)


def keys_of(events: pa.Table) -> list[tuple[str, str, str]]:
    """Kind, key and text of each event."""
    return [(row["kind"], row["key"] or "", row["text"] or "") for row in events.to_pylist()]


def rewritten(events: pa.Table, rows: Iterable[int], text: str, clips: Sequence[Clip] = ()) -> pa.Table:
    """The events with one value replaced."""
    return carried_out(events, rewrite(transcribe(events, clips), 0, [Value(frozenset(rows), text)]))
