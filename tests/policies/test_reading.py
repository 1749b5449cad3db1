"""The section ``read``: mistakes have a line and a column, mappings are what readers take, extending adds to it."""

from __future__ import annotations

import pytest
from table_help import policy_of

from policies.reading import Kind
from recording.errors import PolicyError
from recording.mappings import HOUSE
from recording.model import KINDS

HEAD = "policy: 1\nname: p\n"
FULL = """\
read:
  unknown: drop
  mappings:
    - files: [A*.jsonl, "logs/*.parquet"]
      time: {column: ts, unit: us}
      kind: {column: evt, values: {kd: key_down, paste: text}}
      key: k
      x: pos.x
      y: pos.y
      texts: {note: description}
      keep: [build]
      unknown: scan
"""


def test_kinds_are_those_of_events():
    """The language names every kind that a row can have, and no other."""
    assert Kind.__args__ == KINDS  # type: ignore[attr-defined]


def test_a_mapping_is_what_readers_take():
    """Columns by what they are; the first mapping that claims a name holds, by its whole name where it has a slash."""
    read = policy_of(HEAD + FULL).read
    table = read.of("a-17.JSONL")
    assert read.unknown == "drop"
    assert table is not None
    assert (table.time, table.unit, table.key, table.x, table.unknown) == ("ts", "us", "k", "pos.x", "scan")
    assert table.kinds == (("kd", "key_down"), ("paste", "text"))
    assert table.columns() == {"ts", "evt", "k", "pos.x", "pos.y", "note", "build"}
    assert read.of("logs/x.parquet") == table
    assert read.of("deep/a.jsonl") == table
    assert read.of("x.parquet") is None
    assert policy_of(HEAD).read == HOUSE


def test_a_file_with_another_name_keeps_its_mapping():
    """Whatever signs its new name holds."""
    read = policy_of(HEAD + FULL).read
    again = read.renamed({"a-1.jsonl": "file[1]*.jsonl", "b.jsonl": "c.jsonl"})
    assert again.of("file[1]*.jsonl") is not None
    assert again.of("file1x.jsonl") is None
    assert again.of("c.jsonl") is None
    assert read.renamed({"a-1.jsonl": "a-2.jsonl"}) is read


@pytest.mark.parametrize(
    ("lines", "place", "code"),
    [
        ("read: {unknown: pass}\n", "3:17", "wrong-value"),
        ("read: {unkown: drop}\n", "3:8", "unknown-key"),
        ("read:\n  mappings:\n    - time: {column: ts}\n", "5:7", "missing-key"),
        ("read:\n  mappings:\n    - files: a\n      time: {column: ts, unit: h}\n", "6:32", "wrong-value"),
        ("read:\n  mappings:\n    - files: a\n      kind: {column: e, values: {kd: pressed}}\n", "6:38", "wrong-value"),
        ("read:\n  mappings:\n    - files: a\n", "5:7", "wrong-value"),
        ("read:\n  mappings:\n    - {files: a, key: k, text: k}\n", "5:7", "wrong-value"),
        ("read:\n  mappings:\n    - {files: a, x: k}\n", "5:7", "wrong-value"),
        ("read:\n  mappings:\n    - {files: a, key: k, texts: {n: nonsense}}\n", "5:37", "wrong-value"),
        ("admit: {}\nread: {unknown: drop}\n", "4:1", "section-order"),
    ],
)
def test_mistakes_have_a_place(lines, place, code):
    """Line, column and code; nothing is read before."""
    with pytest.raises(PolicyError) as caught:
        policy_of(HEAD + lines)
    assert [f"{one.line}:{one.column}" for one in caught.value.diagnostics if one.code == code] == [place]


def test_a_policy_on_top_puts_its_mappings_first(tmp_path):
    """The first that fits holds, so that who extends a policy may say more exactly how its own files are read."""
    from policies import load_policy

    (tmp_path / "base.yaml").write_text(HEAD + "read: {unknown: drop, mappings: [{files: '*', key: old}]}\n")
    (tmp_path / "top.yaml").write_text(
        "policy: 1\nname: t\nextends: [base.yaml]\nread: {mappings: [{files: 'a*', key: new}]}\n"
    )
    read = load_policy(tmp_path / "top.yaml").read
    assert read.unknown == "drop"
    assert [table.key for table in read.tables] == ["new", "old"]
