"""What of a stream is read again before what is held."""

from __future__ import annotations

import pyarrow as pa

from boundary.live.window import context_rows


def events(*rows: tuple[str, str]) -> pa.Table:
    """Event rows of these files and kinds."""
    return pa.table({"file": [file for file, _ in rows], "kind": [kind for _, kind in rows]})


def test_of_a_file_with_keys_more_is_read_again_than_of_one_with_texts_alone() -> None:
    """A typed value is spread over many rows; a text stands in one. Moves of the mouse are no context."""
    keys = [("events.jsonl", kind) for kind in ("key_down", "move", "key_up") * 20]
    texts = [("element.jsonl", "element")] * 40
    assert context_rows(events(*keys, *texts), 16).tolist() == [
        *[n for n in range(60) if n % 3 != 1][-16:],
        *range(98, 100),
    ]


def test_the_last_row_of_every_file_is_read_again() -> None:
    """However little is asked for; and so is the last that tells the window, wherever it stands."""
    rows = [("top_window.jsonl", "window"), ("html.jsonl", "other"), ("html.jsonl", "other"), ("e.jsonl", "key_down")]
    assert context_rows(events(*rows, ("e.jsonl", "key_up")), 1).tolist() == [0, 2, 4]
