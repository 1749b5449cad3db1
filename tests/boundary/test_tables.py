"""Tables and trajectories through the boundary: what is planted anywhere does not leave, all else leaves as it was."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping

import pyarrow as pa
import pytest
from recording_help import sample
from table_help import EMPTY, TEXT, as_batch, parquet, png, policy_of, released, table_of, through

from boundary import Stage
from boundary.outcome import Release, Withheld
from policies.policy import Policy
from recording import open_recording

MAIL, CARD = "jane.doe@corp.example", "4111 1111 1111 1111"
BOTH = ["text", *(pytest.param(name, marks=pytest.mark.slow) for name in ("baseline", "strict"))]
MAPPED = """\
policy: 1
name: mapped
{extends}read:
  unknown: {unknown}
  mappings:
    - files: "*.jsonl"
      time: {{column: ts, unit: ms}}
      kind: {{column: evt, values: {{kd: key_down, ku: key_up, paste: text, mm: move}}}}
      key: keyname
      text: pasted
      x: pos.left
      y: pos.top
      app: program
      window: caption
      field: label
      secure: hidden
      person: who
      texts: {{remark: description}}
      keep: [build]
{find}"""


def mapped(*, extends: str = "text", unknown: str = "scan") -> str:
    """A policy with a mapping; ``text`` stands for patterns alone."""
    above = "" if extends in {"", "text"} else f"extends: [{extends}]\n"
    return MAPPED.format(extends=above, unknown=unknown, find=TEXT if extends == "text" else "")


def policy_named(name: str) -> Policy | str:
    """A shipped policy, or the one of patterns alone."""
    return policy_of(f"policy: 1\nname: text\n{TEXT}") if name == "text" else name


def vendor(typed: str = "hello", **more: object) -> bytes:
    """A vendor's own JSON lines: keys one by one, then a text that was pasted."""
    rows: list[dict[str, object]] = [{"ts": 1000, "evt": "mm", "pos": {"left": 5, "top": 6.5}, "build": "rel-77a"}]
    for number, char in enumerate(typed):
        where = {"keyname": char, "program": "Editor", "caption": "Notes"}
        rows += [{"ts": 2000 + 200 * number + 100 * up, "evt": "ku" if up else "kd", **where} for up in (0, 1)]
    rows.append({"ts": 90_000, "evt": "paste", "pasted": "fine", "program": "Editor", **more})
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def only(files: Mapping[str, bytes]) -> bytes:
    """The one file of a release, whatever it is called."""
    (data,) = files.values()
    return data


def rows_of(data: bytes) -> list[dict[str, object]]:
    """JSON lines as objects."""
    return [json.loads(line) for line in data.splitlines()]


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


TABLE = pa.table(
    {
        "timestamp": pa.array([1_700_000_000_000_000 + n * 10**6 for n in range(4)], pa.timestamp("us", "UTC")),
        "note": ["fine", None, "", "good"],
        "label": pa.array(["aa", "bb", None, "aa"]).dictionary_encode(),
        "nested": pa.array([{"list": ["bb", "cc"], "n": 1}] * 4),
        "pairs": pa.array([[("kk", "vv")]] * 4, pa.map_(pa.string(), pa.string())),
        "bytes": pa.array([b"dd", b"ee", None, b""], pa.binary()),
        "born": pa.array([None, 1, 2, 3], pa.date32()),
        "score": [0.5, 1.5, None, 2.0],
    }
)


def planted(column: str, value: str) -> pa.Table:
    """The table with a value in one column of one row."""
    rows = TABLE.to_pylist()
    cell = {"nested": {"list": ["x", value], "n": 2}, "pairs": [("kk", value)], "bytes": value.encode()}.get(
        column, value
    )
    rows[1][column] = cell
    return pa.Table.from_pylist(rows, TABLE.schema)


@pytest.mark.parametrize("text", [EMPTY, mapped(extends="").replace("*.jsonl", "*.parquet")])
def test_an_empty_policy_leaves_every_row(text):
    """With a mapping and without, row groups included."""
    data = parquet(TABLE, row_group_size=3)
    (out,) = released({"t.parquet": data}, policy_of(text)).values()
    assert table_of(out).schema.equals(TABLE.schema)
    assert table_of(out).equals(TABLE)


@pytest.mark.parametrize("column", ["note", "label", "nested", "pairs", "bytes"])
@pytest.mark.parametrize("policy", BOTH)
def test_nothing_leaves_by_any_column_of_parquet(policy, column):
    """Texts, dictionaries, lists in objects, maps, bytes: the file's raw bytes hold none of it, nor its statistics."""
    data = parquet(planted(column, f"to {MAIL}"), compression="none", row_group_size=2)
    assert MAIL.encode() in data
    (out,) = released({"t.parquet": data}, policy_named(policy)).values()
    assert b"jane" not in out
    assert b"corp.example" not in out
    assert table_of(out).schema.equals(TABLE.schema)
    assert table_of(out)["score"].equals(TABLE["score"])


def test_unknown_columns_of_parquet_are_emptied():
    """Strings of columns that nobody declared; numbers and times stay."""
    policy = policy_of("policy: 1\nname: p\nread: {unknown: drop}\n" + TEXT)
    (out,) = released({"t.parquet": parquet(TABLE)}, policy).values()
    row = table_of(out).to_pylist()[0]
    assert (row["note"], row["nested"], row["bytes"]) == ("fine", {"list": ["", ""], "n": 1}, b"")
    assert row["timestamp"] == TABLE.to_pylist()[0]["timestamp"]


def test_long_lists_of_numbers_do_not_pass_unless_they_are_kept():
    """An embedding tells the text that it was made of, and a picture may be written as numbers."""
    table = pa.table({"vector": [[0.5] * 80, None], "pixels": [[[1] * 10] * 10, [[2]]], "few": [[1, 2]] * 2})
    keep = "policy: 1\nname: k\nread: {mappings: [{files: '*.parquet', keep: [vector]}]}\n" + TEXT
    (dropped,) = table_of(only(released({"t.parquet": parquet(table)}, policy_named("text")))).slice(0, 1).to_pylist()
    (kept,) = table_of(only(released({"t.parquet": parquet(table)}, policy_of(keep)))).slice(0, 1).to_pylist()
    assert dropped == {"vector": None, "pixels": None, "few": [1, 2]}
    assert kept == {"vector": [0.5] * 80, "pixels": None, "few": [1, 2]}


def test_a_name_of_a_column_that_tells_something_withholds_the_file():
    """It cannot be changed, since every reader knows it."""
    outcome = through({"t.parquet": parquet(pa.table({MAIL: ["x y"]}))}, policy_named("text"))
    assert isinstance(outcome, Withheld)


def test_pictures_that_nobody_reads_leave_their_rows():
    """A policy without a step for screens: the column is null, the rows stay, and their texts are scanned."""
    table = pa.table({"shot": pa.array([png(), png(shade=9)], pa.binary()), "note": ["fine", f"to {MAIL}"]})
    policy = policy_of("policy: 1\nname: t\nfind: [{use: text.pii}]\nchange: {default: {use: redact}}\n")
    out = only(released({"t.parquet": parquet(table)}, policy))
    assert table_of(out)["shot"].to_pylist() == [None, None]
    assert b"jane" not in out


def test_pictures_of_a_file_pass_where_nothing_is_looked_for():
    """Byte for byte."""
    table = pa.table({"shot": pa.array([png(), None, png(shade=9)], pa.binary()), "note": ["a b", "c d", "e f"]})
    (out,) = released({"t.parquet": parquet(table)}, policy_of(EMPTY)).values()
    assert table_of(out).equals(table)


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


def trajectory(*codes: str) -> bytes:
    """OSWorld's lines, one for each step."""
    return "".join(
        json.dumps({"step_num": n, "action": code, "reward": 0}) + "\n" for n, code in enumerate(codes)
    ).encode()


ERASED = """pyautogui.write('jane.doe@corp.exampel')
pyautogui.press('backspace')
pyautogui.press('backspace')
pyautogui.write('le')"""


@pytest.mark.parametrize("policy", BOTH)
@pytest.mark.parametrize(
    "codes",
    [
        (f"pyautogui.write('{MAIL}')",),
        ("pyautogui.write('jane.do')", "time.sleep(1)", 'pyautogui.write("e@corp.example", interval=0.1)'),
        ("pyautogui.typewrite('jane.d' 'oe@corp.' + '''example''')",),
        ("\n".join(f"pyautogui.press('{char}')" for char in MAIL),),
        (f"pyautogui.typewrite({list(MAIL)!r})",),
        (f"x = 1  # mail {MAIL}\npyautogui.click(x, 5)",),
        (f"pyautogui.write('{MAIL}'",),
        (f"pyautogui.write(f'{{x}} {MAIL}')",),
        (ERASED,),
    ],
)  # fmt: skip
def test_what_an_agent_types_does_not_leave(policy, codes):
    """In one call or in many, in comments and in code that does not parse; what parsed before still does."""
    out = released({"traj.jsonl": trajectory(*codes)}, policy_named(policy))["traj.jsonl"]
    for piece in (b"jane", b"corp", b"exampel", *(("'j'", "'@'") if "press" in codes[0] or "list" in codes[0] else ())):
        assert (piece if isinstance(piece, bytes) else piece.encode()) not in out
    for old, row in zip(codes, rows_of(out), strict=True):
        try:
            ast.parse(old)
        except SyntaxError:
            continue
        if "f'" not in old:
            ast.parse(str(row["action"]))


def test_what_an_agent_does_not_type_stays_to_the_byte():
    """Coordinates, keys, sleeps, numbers."""
    data = trajectory("pyautogui.click(x=0.9722, y=0.9701)", "pyautogui.hotkey('ctrl', 'c'); time.sleep(0.50)",
                      'pyautogui.press("enter")', "DONE")  # fmt: skip
    assert released({"traj.jsonl": data}, policy_named("text"))["traj.jsonl"] == data


@pytest.mark.slow
def test_the_real_sample_goes_through_strict():
    """AgentNetBench: nothing of what was typed is anywhere in the result, the code still parses."""
    folder = sample("agentnetbench")
    assert open_recording(folder).format == "trajectory"
    (outcome,) = Stage("strict")([folder])
    assert isinstance(outcome, Release), outcome
    raw = b"\0".join(data for name, data in outcome.files.items() if not name.endswith((".png", ".jpg"))).lower()
    for value in (b"george", b"orwell", b"catalonia", b"goodreads"):
        assert value not in raw
    for name, data in outcome.files.items():
        if name.endswith(".json"):
            for step in json.loads(data)["steps"]:
                ast.parse(step["action"])


def keyboard(text: str, times: pa.Array) -> pa.Table:
    """Keys pressed one after another, in columns that recorders use."""
    names = [name for char in text for name in (char, char)]
    return pa.table(
        {
            "timestamp": times.take(pa.array(range(len(names)))),
            "action": ["press", "release"] * len(text),
            "name": names,
            "x": pa.array([None] * len(names), pa.float64()),
        }
    )


CLOCKS = {
    "moments": pa.array([1_700_000_000_000 + 110 * n for n in range(400)], pa.timestamp("ms", "UTC")),
    "seconds": pa.array([1_700_000_000.25 + 0.11 * n for n in range(400)]),
    "milliseconds": pa.array([1_700_000_000_000 + 110 * n for n in range(400)]),
}


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("timing", ["", ", timing: {use: resample}"])
def test_keys_in_parquet_are_typed_text(clock, timing):
    """An address is typed anew, in rows of the same types and with times on the same clock."""
    table = keyboard(f"to {MAIL} and so on", CLOCKS[clock])
    policy = policy_of(f"policy: 1\nname: k\n{TEXT}".replace("{use: replace}}", f"{{use: replace}}{timing}}}"))
    out = table_of(only(released({"k.parquet": parquet(table)}, policy)))
    typed = "".join(row["name"] for row in out.to_pylist() if row["action"] == "press")
    assert "jane" not in typed
    assert "EMAIL_ADDRESS" in typed.upper()
    assert out.schema.equals(table.schema)
    assert out["timestamp"].null_count == 0
    assert out["timestamp"].combine_chunks().equals(table["timestamp"].combine_chunks()) is False


def test_who_did_not_consent_to_pictures_gives_rows_without():
    """What was typed in steps still finds its places when the pictures and their names are gone."""
    from boundary.joined import with_fields_of
    from recording import SourceFile, parse_files

    files = {"traj.jsonl": trajectory("write('ab')", "write('cd')"), "a.png": png(), "b.png": png()}
    recording = parse_files("t", {name: SourceFile(name, data) for name, data in files.items()})
    left = with_fields_of(recording, {"traj.jsonl"})
    (one,) = left.joined
    assert len(left.fields) == len(recording.fields) - 2
    assert [left.fields[place.field].text for _, place in one.parts] == ["ab", "cd"]


@pytest.mark.slow
def test_screenshots_are_covered_and_put_back():
    """In a binary column, and beside the steps of an agent: an address on them is gone, the picture is in its place."""
    import cv2
    import numpy as np

    pixels = np.full((120, 640, 3), 255, np.uint8)
    cv2.putText(pixels, MAIL, (20, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (0, 0, 0), 2)
    shot = cv2.imencode(".png", pixels)[1].tobytes()
    table = pa.table({"shot": pa.array([shot, None], pa.binary()), "note": ["aa", "bb"]})
    (covered, nothing) = table_of(only(released({"t.parquet": parquet(table)}, "baseline")))["shot"].to_pylist()
    assert nothing is None
    assert covered.startswith(b"\x89PNG")
    assert covered != shot
    steps = {
        "traj.jsonl": json.dumps({"step_num": 1, "action": "WAIT", "screenshot_file": "step_1.png"}).encode() + b"\n"
    }
    out = released(
        {**steps, "step_1.png": shot}, policy_of("policy: 1\nname: n\nextends: [baseline]\nrelease: {names: neutral}\n")
    )
    (row,) = rows_of(out["traj.jsonl"])
    assert out[str(row["screenshot_file"])] != shot


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
