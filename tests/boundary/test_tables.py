"""JSON lines of a vendor through the boundary: what is planted in any column does not leave, all else stays."""

from __future__ import annotations

import json

import pytest
from table_help import BOTH, MAIL, as_batch, mapped, only, policy_of, released, rows_of, through

from boundary import Stage
from boundary.outcome import Release, Withheld


def vendor(typed: str = "hello", **more: object) -> bytes:
    """A vendor's own JSON lines: keys one by one, then a text that was pasted."""
    rows: list[dict[str, object]] = [{"ts": 1000, "evt": "mm", "pos": {"left": 5, "top": 6.5}, "build": "rel-77a"}]
    for number, char in enumerate(typed):
        where = {"keyname": char, "program": "Editor", "caption": "Notes"}
        rows += [{"ts": 2000 + 200 * number + 100 * up, "evt": "ku" if up else "kd", **where} for up in (0, 1)]
    rows.append({"ts": 90_000, "evt": "paste", "pasted": "fine", "program": "Editor", **more})
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def test_an_empty_policy_leaves_mapped_lines_to_the_byte():
    """A mapping says how lines are read, and changes none."""
    data = vendor("abc", other="unknown")
    assert released({"log.jsonl": data}, policy_of(mapped(extends=""))) == {"log.jsonl": data}


def test_keys_of_a_vendor_are_typed_text():
    """An address typed key by key is found, and typed anew in the vendor's own columns."""
    out = only(released({"log.jsonl": vendor(f"to {MAIL} ")}, policy_of(mapped())))
    keys = [row for row in rows_of(out) if row["evt"] == "kd"]
    typed = "".join(str(row["keyname"]) for row in keys)
    assert "EMAIL_ADDRESS" in typed
    assert "jane" not in typed
    assert all(isinstance(row["ts"], int) for row in keys)
    assert {row["evt"] for row in rows_of(out)} == {"mm", "kd", "ku", "paste"}


@pytest.mark.parametrize("column", ["pasted", "program", "caption", "label", "remark", "other", "ts", "evt", "keyname"])
@pytest.mark.parametrize("policy", BOTH)
def test_nothing_leaves_by_any_column(policy, column):
    """Declared or not, of the right type or not: an address is found wherever it stands."""
    outcome = through({"log.jsonl": vendor(**{column: f"to {MAIL}"})}, policy_of(mapped(extends=policy)))
    if isinstance(outcome, Release):
        assert all(b"jane" not in data for data in outcome.files.values())
    else:
        assert column not in {"pasted", "program", "caption", "label", "remark", "other"}


def test_what_is_kept_is_kept_and_what_is_unknown_is_dropped():
    """``keep`` passes as it is; a string that nobody declared is emptied, numbers and declared texts stay."""
    data = vendor(other="strange words", count=7, deep={"a": ["b c", 1]}, remark="fine")
    (row,) = (row for row in rows_of(only(released({"log.jsonl": data}, policy_of(mapped(unknown="drop")))))
              if row["evt"] == "paste")  # fmt: skip
    assert (row["other"], row["count"], row["deep"], row["remark"]) == ("", 7, {"a": ["", 1]}, "fine")
    assert b"rel-77a" in only(released({"log.jsonl": data}, policy_of(mapped(unknown="drop"))))


def test_what_is_typed_at_once_into_a_field_that_hides_it_is_a_password():
    """Whatever it is."""
    data = vendor(pasted="correct horse", hidden=True, label="Pass")
    out = only(released({"log.jsonl": data}, policy_of(mapped())))
    assert b"horse" not in out
    assert b"PASSWORD" in out


def test_pieces_that_follow_each_other_are_read_as_one():
    """An address in three pastes is found in each of them."""
    lines = [
        {"ts": number, "evt": "paste", "pasted": piece}
        for number, piece in enumerate(("jane.d", "oe@corp", ".example"))
    ]
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    out = only(released({"log.jsonl": data}, policy_of(mapped())))
    assert b"jane" not in out
    assert b"corp" not in out


def test_the_person_is_a_column_and_one_for_each_file():
    """Several people in one file are refused."""
    data = vendor(who="p1") + vendor(who="p2")
    outcome = through({"log.jsonl": data}, policy_of(mapped()))
    assert isinstance(outcome, Withheld)
    assert outcome.code == "mixed-people"


def test_times_of_a_vendor_get_new_values_in_their_unit():
    """Keys are typed at another pace; milliseconds stay whole."""
    data = vendor("hello world this is text")
    policy = mapped().replace("{use: replace}}", "{use: replace}, timing: {use: resample}}")
    before = [row["ts"] for row in rows_of(data) if row["evt"] == "kd"]
    after = rows_of(only(released({"log.jsonl": data}, policy_of(policy))))
    times = [row["ts"] for row in after if row["evt"] == "kd"]
    assert len(times) == len(before)
    assert all(isinstance(time, int) for time in times)
    assert times != before


def test_a_mapping_holds_for_a_file_that_gets_another_name():
    """Verification reads the result as the source was read, though its name was somebody's."""
    policy = policy_of(mapped().replace('"*.jsonl"', '"jane.doe@*.jsonl"'))
    outcome = through({f"{MAIL}.jsonl": vendor(f"to {MAIL} ")}, policy)
    assert isinstance(outcome, Release), outcome
    (name,) = outcome.files
    assert "jane" not in name
    assert b"jane" not in only(outcome.files)


def test_a_batch_of_arrow_is_read_by_the_mapping():
    """What engines hand over goes the same way."""
    out = Stage(policy_of(mapped()))(as_batch({"log.jsonl": vendor(f"to {MAIL} ")}))
    (row,) = out.to_pylist()
    assert row["verdict"] == "released", row
    assert b"jane" not in row["files"][0]["data"]


def test_overrides_look_at_what_was_typed_in_pieces():
    """What is looked for in an application alone is found there, though it was pasted in two pieces."""
    override = """\
overrides:
  - when: {app: Editor}
    find: [{use: text.list, label: PROJECT, values: [Heronwood]}]
"""
    rows = [
        {"ts": n, "evt": "paste", "pasted": piece, "program": "Editor"} for n, piece in enumerate(("Heron", "wood"))
    ]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    out = only(released({"log.jsonl": data}, policy_of(mapped() + override)))
    assert b"Heron" not in out
    assert b"wood" not in out
