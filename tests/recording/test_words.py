"""Words listed one by one: read as lines, and written so that they read as the new text."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from recording.json_spans import scan
from recording.words import word_lines, write_line


def lines_of(data: bytes) -> list[str]:
    """The texts of the lines in a JSON text."""
    return [line.text for line in word_lines(list(scan(data, file="", containers=True)))]


def listed(*rows: str, **more: str) -> bytes:
    """Words with boxes, all as strings, as Tesseract's data come out of screenpipe."""
    return json.dumps([
        {"text": word, "conf": "96.1", "left": str(50 * n), "top": str(20 * line), "width": "40", "height": "14",
         "line_num": str(line), **more}
        for line, row in enumerate(rows) for n, word in enumerate(row.split())
    ]).encode()  # fmt: skip


def test_words_of_one_line_are_one_text() -> None:
    """By number, by place where there is none, and as spoken."""
    assert lines_of(listed("card 4111 1111", "best regards")) == ["card 4111 1111", "best regards"]
    by_place = json.loads(listed("card 4111 1111", "best regards"))
    for word in by_place:
        del word["line_num"]
    assert lines_of(json.dumps(by_place).encode()) == ["card 4111 1111", "best regards"]
    assert lines_of(b'{"a": [{"word": "Jane", "start": 0.1}, {"word": "Doe", "start": 0.4}]}') == ["Jane Doe"]


def test_lists_that_say_more_are_read_string_by_string() -> None:
    """An object with another text, or with objects of its own, is no word: nothing in it would be looked at."""
    assert lines_of(b'[{"text": "Jane", "note": "call 555"}]') == []
    assert lines_of(b'[{"text": "Jane", "box": {"note": "x"}}]') == []
    assert lines_of(b'[{"text": "Jane", "tags": ["x"]}]') == []
    assert lines_of(b'[{"text": "Jane"}, "loose"]') == []
    assert lines_of(b'[{"text": "Jane", "word": "x"}]') == []


def test_a_value_becomes_one_box_as_wide_as_what_stands_for_it() -> None:
    """Neither how many words there were nor how wide they were is told; the others stay to the byte."""
    short, long = listed("pay 4111 now"), listed("pay 4111 1111 1111 1111 now")
    told = []
    for data in (short, long):
        (line,) = word_lines(list(scan(data, file="", containers=True)))
        words = json.loads(b"[%s]" % write_line(data[line.start : line.end], "pay [CARD] now"))
        assert [word["text"] for word in words] == ["pay", "[CARD]", "now"]
        told.append(words[1])
        assert data.startswith(b"[" + json.dumps(words[0]).encode())
    assert told[0] == told[1]
    assert told[0]["width"] == str(round(0.55 * 14 * 6))


words = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1, max_size=5)


@given(st.lists(words, min_size=1, max_size=8), st.data())
def test_what_was_written_reads_as_it_was_meant(old: list[str], data: st.DataObject) -> None:
    """Any part of a line may be replaced; words that stay and the new text are read back, and nothing else."""
    first = data.draw(st.integers(0, len(old) - 1))
    last = data.draw(st.integers(first + 1, len(old)))
    new = " ".join([*old[:first], data.draw(words), *old[last:]])
    source = listed(" ".join(old))
    (line,) = word_lines(list(scan(source, file="", containers=True)))
    written = b"[%s]" % write_line(source[line.start : line.end], new)
    assert lines_of(written) == [new]
