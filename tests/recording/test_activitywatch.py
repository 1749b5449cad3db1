"""Rules of reading and writing exports of ActivityWatch."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recording import InputError, Recording, SourceFile, apply_patches, field_patch, parse_files
from recording.formats import format_named
from recording.timeline import unchanged

HOST = "Stilt-9.corp.example"


def bucket(name: str, kind: str, *events: dict[str, Any], host: str = HOST) -> dict[str, Any]:
    """A bucket as aw-server exports it."""
    return {
        "id": f"{name}_{host}",
        "created": "2024-01-01T08:00:00+00:00",
        "name": None,
        "type": kind,
        "client": name,
        "hostname": host,
        "data": {},
        "events": list(events),
    }


def event(second: int, **data: Any) -> dict[str, Any]:
    """An event of a bucket."""
    return {"timestamp": f"2024-01-01T10:00:{second:02}.250000+00:00", "duration": 4.5, "data": data}


def export() -> dict[str, Any]:
    """A day of several watchers, newest first."""
    told = [
        bucket(
            "aw-watcher-window",
            "currentwindow",
            event(20, app="Mail", title="Inbox"),
            event(10, app="Code", title="x.py"),
        ),
        bucket(
            "aw-watcher-web-chrome",
            "web.tab.current",
            event(21, url="https://a.example/", title="A", audible=False, incognito=False, tabCount=3),
        ),
        bucket(
            "aw-watcher-input", "os.hid.input", event(12, presses=7, clicks=1, deltaX=3, deltaY=4, scrollX=0, scrollY=0)
        ),
        bucket("aw-watcher-afk", "afkstatus", event(5, status="not-afk")),
        bucket(
            "aw-watcher-vim",
            "app.editor.activity",
            event(11, file="/home/x/notes.py", project="north", language="python"),
        ),
    ]
    return {one["id"]: one for one in told}


def read(document: Any, indent: int | None = None) -> Recording:
    """The recording in one export."""
    return parse_files("aw", {"day.json": SourceFile("day.json", json.dumps(document, indent=indent).encode())})


@pytest.mark.parametrize("wrapped", [False, True])
def test_both_wrappings_are_read_alike(wrapped: bool) -> None:
    """An event is a row, with what its watcher says; where there is none, the window of that time is its place."""
    recording = read({"buckets": export()} if wrapped else export())
    rows = recording.events.to_pylist()
    assert recording.format == "activitywatch"
    assert [row["kind"] for row in rows] == ["window", "window", "window", "other", "marker", "other"]
    assert [(row["app"], row["window"]) for row in rows[:5]] == [
        ("Mail", "Inbox"),
        ("Code", "x.py"),
        ("Mail", "A"),
        ("Code", "x.py"),
        (None, None),
    ]
    assert rows[0]["t_ns"] == 1_704_103_220_250_000_000
    assert recording.attributes == {"hostname": HOST}


def test_the_machine_is_a_text_of_its_own_everywhere() -> None:
    """In ids as names and as values, and by itself; what is left of an id names the watcher."""
    recording = read({"buckets": export()}, indent=2)
    hosts = [field for field in recording.fields if field.role == "host_name"]
    assert [field.text for field in hosts] == [HOST] * 15
    data = recording.files["day.json"].read()
    out = json.loads(apply_patches(data, [field_patch(recording, field, 'a"b') for field in hosts]))
    assert set(out["buckets"]) == {key.replace(HOST, 'a"b') for key in export()}
    assert {one["id"] for one in out["buckets"].values()} == set(out["buckets"])
    assert HOST not in json.dumps(out)


def test_counts_and_times_are_no_texts() -> None:
    """Everything else that is written is one."""
    texts = {field.text: field.role for field in read(export()).fields if field.role != "host_name"}
    assert texts == {
        "Mail": "app",
        "Code": "app",
        "Inbox": "window_title",
        "x.py": "window_title",
        "A": "window_title",
        "https://a.example/": "url",
        "/home/x/notes.py": "text",
        "north": "text",
        "python": "text",
        "2024-01-01T08:00:00+00:00": "wall_clock",
        "day.json": "file_name",
    }


def test_unknown_watchers_and_hosts_are_texts() -> None:
    """Somebody wrote a watcher of their own, for a machine without a name; members of their own are texts, too."""
    one = bucket("north-watch", "north.kind", event(1, who="Ada", number=7654321), host="")
    told = {field.text for field in read({"north-watch of Ada_": one}).fields}
    assert {"north-watch of Ada", "north-watch", "north.kind", "Ada", "who", "7654321", "number"} <= told


def test_old_times_give_the_old_bytes() -> None:
    """Stamps with fractions and zones."""
    recording = read({"buckets": export()}, indent=1)
    write = format_named("activitywatch")
    line = unchanged(*write.times(recording))
    assert write.retime(recording, line)["day.json"] == recording.files["day.json"].read()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"buckets": {', "json-syntax"),
        ('{"buckets": {}}', "activitywatch"),
        ('{"buckets": {"a": [1]}}', "activitywatch"),
        ('{"buckets": {"a": {"hostname": "h", "events": ' + "[" * 230 + "]" * 230 + "}}}", "json-depth"),
    ],
)
def test_what_is_no_export_is_refused(text: str, code: str) -> None:
    """With a code."""
    with pytest.raises(InputError) as caught:
        parse_files("aw", {"day.json": SourceFile("day.json", text.encode())})
    assert caught.value.code == code


@pytest.mark.parametrize(
    "odd",
    [
        '{"timestamp":"soon","duration":NaN,"data":[]}',
        "{}",
        '{"timestamp":1e999,"data":{"app":1,"app":"x","title":null}}',
        '{"data":{"title":"\\ud800"},"timestamp":"2024-01-01T10:00:00Z"}',
        "[]",
    ],
)
def test_odd_events_are_rows(odd: str) -> None:
    """Other types, repeated members, surrogates, no time: a row each."""
    text = f'{{"buckets": {{"a_h": {{"type":"currentwindow","hostname":"h","events":[{odd},{odd}]}}}}}}'
    recording = parse_files("aw", {"day.json": SourceFile("day.json", text.encode())})
    write = format_named("activitywatch")
    assert len(recording.events) == 2
    assert write.retime(recording, unchanged(*write.times(recording)))["day.json"] == text.encode()
