"""Rules of taking records out of JSON arrays and putting records in."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from recording import Patch, Recording, SourceFile, apply_patches, parse_files, row_removal, separated

EVENT = {"event_type": "down", "scan_code": 30, "name": "a", "time": 1.5}
SHAPES = st.sampled_from([(None, (", ", ": ")), (None, (",", ":")), (2, (",", ": ")), (0, (" ,\t", " : "))])


def listed(count: int, *, indent: int | None, separators: tuple[str, str]) -> Recording:
    """A list of numbered key events."""
    text = json.dumps([{**EVENT, "time": float(n)} for n in range(count)], indent=indent, separators=separators)
    return parse_files("list", {"keys.json": SourceFile("keys.json", text.encode())})


@settings(deadline=None)
@given(st.data(), st.integers(1, 7), SHAPES)
def test_an_array_stays_one_whatever_goes_and_comes(
    data: st.DataObject, count: int, shape: tuple[int | None, tuple[str, str]]
) -> None:
    """Any records removed, replaced or followed by others: what is left is the list that was meant, in its order."""
    recording = listed(count, indent=shape[0], separators=shape[1])
    rows = recording.events.select(["start", "end"]).to_pylist()
    meant: list[object] = []
    patches: list[Patch] = []
    for number, row in enumerate(rows):
        fate = data.draw(st.sampled_from(["stays", "goes", "replaced", "replaced by two"]))
        new = [
            f'{{"new": {number}, "part": {part}}}' for part in range({"replaced": 1, "replaced by two": 2}.get(fate, 0))
        ]
        meant += [{**EVENT, "time": float(number)}] if fate == "stays" else [json.loads(one) for one in new]
        if fate == "goes":
            patches += row_removal(recording, [number])
        elif new:
            patches.append(Patch("keys.json", row["start"], row["end"], "".join(f"{one},\n" for one in new).encode()))
        for part in range(data.draw(st.integers(0, 2))):
            patches.append(
                Patch("keys.json", row["end"], row["end"], f'{{"behind": {number}, "at": {part}}},\n'.encode())
            )
            meant.append({"behind": number, "at": part})
    data_in = recording.files["keys.json"].read()
    assert json.loads(apply_patches(data_in, separated(recording, "keys.json", patches))) == meant


def test_arrays_beside_each_other_keep_their_own_commas() -> None:
    """Emptying one array of a document touches no other."""
    buckets = {
        name: {
            "id": name,
            "type": "x",
            "client": "c",
            "hostname": "h",
            "events": [{"timestamp": str(n)} for n in range(2)],
        }
        for name in ("one", "two", "three")
    }
    recording = parse_files("aw", {"aw.json": SourceFile("aw.json", json.dumps({"buckets": buckets}).encode())})
    patches = separated(recording, "aw.json", row_removal(recording, [1, 2, 3, 4]))
    out = json.loads(apply_patches(recording.files["aw.json"].read(), patches))["buckets"]
    assert [[event["timestamp"] for event in out[name]["events"]] for name in ("one", "two", "three")] == [
        ["0"],
        [],
        ["1"],
    ]


def test_files_that_are_not_listed_are_left_alone() -> None:
    """Lines end by themselves."""
    line = b'{"time_stamp": 1.5, "action": "press", "name": "a"}\n'
    recording = parse_files("lines", {"events.jsonl": SourceFile("events.jsonl", line * 3)})
    patches = list(row_removal(recording, [1]))
    assert separated(recording, "events.jsonl", patches) == patches
