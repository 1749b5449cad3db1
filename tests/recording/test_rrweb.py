"""Rules of reading and writing rrweb recordings."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_help import sample
from web_pages import Visit, element, rich, words

from recording import (
    InputError,
    Recording,
    SourceFile,
    apply_patches,
    discover,
    field_patch,
    open_recording,
    parse_files,
)
from recording.formats import format_named
from recording.timeline import unchanged

TOKEN = "Zq7kqz"


def read(data: bytes, name: str = "session.json") -> Recording:
    """The recording in one file."""
    return parse_files("page", {name: SourceFile(name, data)})


def strings(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of every string in a JSON value; names of members too, as ``(..., "name", None)``."""
    if isinstance(value, str):
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if isinstance(key, str):
            yield (*path, key, None)
        yield from strings(inner, (*path, key))


def planted(events: list[Any], path: tuple[Any, ...]) -> list[Any]:
    """A copy with the token in the place of, or behind, one string."""
    out = copy.deepcopy(events)
    inner: Any = out
    for part in path[:-1] if path[-1] is not None else path[:-2]:
        inner = inner[part]
    if path[-1] is None:
        inner[TOKEN] = inner.pop(path[-2])
    else:
        inner[path[-1]] = TOKEN
    return out


STRUCTURE = {
    "type",
    "data",
    "timestamp",
    "source",
    "node",
    "childNodes",
    "tagName",
    "attributes",
    "id",
    "textContent",
    "texts",
    "adds",
    "removes",
    "positions",
    "payload",
    "events",
    "_cssText",
    "isStyle",
    "parentId",
}


def test_no_string_anywhere_passes_unread() -> None:
    """Whatever string of any event is another one, as a value or a name: that is a text, or its row is unread."""
    events = rich().events
    places = [path for path in strings(events) if not (path[-1] is None and path[-2] in STRUCTURE)]
    assert len(places) > 140
    sheets = 0
    for path in places:
        recording = read(json.dumps(planted(events, path)).encode())
        held = any(TOKEN in field.text for field in recording.fields)
        if not held and path[0] not in recording.unread:
            # A bare word of a style sheet is code: the test below has what is read of them.
            assert is_code(events, path), path
            sheets += 1
    assert sheets == 8


def is_code(events: list[Any], path: tuple[Any, ...]) -> bool:
    """Whether a string of the sample is a style sheet."""
    inner: Any = events
    for part in path:
        inner = inner[part] if part is not None else part
    return "style" in path or "{" in str(inner) or "/*" in str(inner)


def test_content_of_style_sheets_is_read() -> None:
    """Strings, addresses, comments, custom properties and what selectors ask for are texts; data in them are media."""
    css = (
        "/* by Ada */ :root{--who: Ada B;} a[title=\"Ada C\"]{} b[x=AdaD]::after{content:'Ada \\'E'} "
        'i{background:url( "/ada-f.png" )} u{background:url(/ada-g.png)} s{background:url(data:image/png;base64,QWRh)}'
    )
    visit = Visit().page("https://a.example/", head=(element(1000, "style", {"_cssText": css}),))
    fields = [field for field in read(visit.data()).fields if field.codec == "json-part"]
    told = " ".join(field.text for field in fields if field.role == "css")
    assert all(part in told for part in ("by Ada", "Ada B", "Ada C", "AdaD", "'E", "ada-f", "ada-g"))
    assert [field.text for field in fields if field.role == "media"] == ["data:image/png;base64,QWRh"]


def test_the_real_sample_is_read_whole() -> None:
    """Its events, their texts, and the bytes as they are."""
    path = next(sample("rrweb").glob("*.json"))
    recording = open_recording(path)
    assert (recording.format, recording.events["kind"].to_pylist()) == ("rrweb", ["window", "element"])
    assert {"about:blank", "Link click", "not link", "link"} <= {field.text for field in recording.fields}


@pytest.mark.parametrize("indent", [None, 2])
def test_every_field_is_where_it_says(indent: int | None) -> None:
    """Writing back what a field holds changes no byte, and writing something else changes only that."""
    recording = read(rich().data(indent))
    data = recording.files["session.json"].read()
    for field in recording.fields:
        if field.role == "file_name":
            continue
        patch = field_patch(recording, field, field.text)
        assert json.loads(apply_patches(data, [patch])) == json.loads(data)
        assert (
            apply_patches(data, [field_patch(recording, field, "#")])
            == data[: field.start] + (b"#" if field.codec == "json-part" else b'"#"') + data[field.end :]
        )


def test_values_of_one_field_are_a_series() -> None:
    """Attribute, input and mutation; a field that is drawn anew carries on, two fields of one name do not mix."""
    visit = Visit().page(
        "https://a.example/", element(10, "input", {"name": "q", "value": "a"}), element(11, "input", {"name": "q"})
    )
    visit.value(10, "ab").value(11, "x").mutate(attributes=[{"id": 10, "attributes": {"value": "abc"}}])
    visit.mutate(
        removes=[{"parentId": 4, "id": 10}],
        adds=[{"parentId": 4, "nextId": 11, "node": element(12, "input", {"name": "q", "value": "abcd"})}],
    )
    series: dict[str, list[str]] = {}
    for field in read(visit.data()).fields:
        if field.series:
            series.setdefault(field.series, []).append(field.text)
    assert sorted(series.values()) == [["a", "ab", "abc", "abcd"], ["x"]]


def test_passwords_are_secure_and_stay_so() -> None:
    """A field of type password, also after somebody had it shown, and whatever was masked while recording."""
    visit = Visit().page("https://a.example/", element(10, "input", {"type": "password"}), element(11, "input", {}))
    visit.value(10, "one").mutate(attributes=[{"id": 10, "attributes": {"type": "text"}}]).value(10, "two").value(
        11, "****"
    ).value(11, "no")
    assert {field.text: field.secure for field in read(visit.data()).fields if field.role == "input"} == {
        "one": True,
        "two": True,
        "****": True,
        "no": False,
    }


def test_a_field_is_introduced_by_its_label() -> None:
    """What stands before a field on the page, or its own names, say what its value is."""
    form = (
        element(10, "label", {"for": "d"}, words(11, "Date of birth")),
        element(12, "input", {"id": "d"}),
        element(13, "input", {"name": "card_number"}),
    )
    fields = read(Visit().page("https://a.example/", *form).value(12, "1.2.1990").value(13, "4").data()).fields
    assert {field.text: field.label for field in fields if field.role == "input"} == {
        "1.2.1990": "Date of birth",
        "4": "card number",
    }


def test_pieces_of_a_line_are_read_as_one() -> None:
    """Inline elements do not part a text, blocks and line breaks do; also what comes later, one node at a time."""
    visit = Visit().page(
        "https://a.example/",
        element(
            10,
            "p",
            {},
            words(11, "to "),
            element(12, "b", {}, words(13, "jane")),
            words(14, "@x.example"),
            element(15, "br"),
            words(16, "next"),
        ),
        element(17, "p", {}, words(18, "other")),
        element(19, "p", {}, words(20, "0 ")),
    )
    visit.mutate(
        adds=[
            {"parentId": 19, "nextId": None, "node": element(21, "i", {})},
            {"parentId": 21, "nextId": None, "node": words(22, "joe")},
            {"parentId": 19, "nextId": None, "node": words(23, "@y.example")},
        ]
    ).mutate(texts=[{"id": 13, "value": "ann"}])
    recording = read(visit.data())
    lines = {one.text for one in recording.joined}
    assert lines == {"to jane@x.example", "0 joe@y.example", "to ann@x.example"}


def test_rows_say_what_happened_where() -> None:
    """Kinds, places, address and title of the page at that moment."""
    events = read(rich().data()).events.to_pylist()
    assert [row["kind"] for row in events[:13]] == [
        "marker",
        "marker",
        "window",
        "element",
        "move",
        "button_down",
        "button_up",
        "other",
        "scroll",
        "other",
        "input",
        "other",
        "other",
    ]
    assert (events[4]["x"], events[4]["y"], events[4]["window"]) == (9.0, 8.0, "People")
    assert events[4]["url"] == "https://crm.example/people?of=north#list"
    assert events[0]["t_ns"] == 1_700_000_000_083 * 10**6


@pytest.mark.parametrize("wrap", ["list", "object", "lines"])
def test_all_wrappings_are_read_alike(wrap: str) -> None:
    """A list, a list under ``events``, and an event on each line are the same recording."""
    events = rich().events
    name = "session.jsonl" if wrap == "lines" else "session.json"
    text = (
        "".join(f"{json.dumps(e)}\n" for e in events)
        if wrap == "lines"
        else json.dumps(events if wrap == "list" else {"events": events})
    )
    recording = read(text.encode(), name)
    plain = read(rich().data())
    names = ["kind", "t_ns", "x", "y", "url", "window"]
    assert recording.format == "rrweb"
    assert recording.events.select(names).equals(plain.events.select(names))
    assert [field.text for field in recording.fields if field.row is not None] == [
        f.text for f in plain.fields if f.row is not None
    ]


def test_old_times_give_the_old_bytes_and_new_ones_are_read_back() -> None:
    """Milliseconds with and without a fraction, moments in payloads, and nothing else."""
    visit = rich().event(
        5, {"tag": "t", "payload": {"at": 1_700_000_000_500, "iso": "2023-11-14T22:13:21.000Z", "n": 12}}
    )
    visit.events[-1]["timestamp"] += 0.25
    visit.events[-1]["delay"] = 250
    recording = read(visit.data())
    write = format_named("rrweb")
    line = unchanged(*write.times(recording))
    assert write.retime(recording, line)["session.json"] == visit.data()
    new = line.new_ns + 5_000 * 10**6
    moved = type(line)(
        line.old_ns,
        new,
        line.timed,
        line.order,
        type(line.clock)(
            line.clock.exact_old,
            line.clock.exact_new + 5_000 * 10**6,
            line.clock.knots_old,
            line.clock.knots_new + 5_000 * 10**6,
            line.clock.flat,
        ),
    )
    out = json.loads(write.retime(recording, moved)["session.json"])
    assert [b["timestamp"] - a["timestamp"] for a, b in zip(visit.events, out, strict=True)] == [5000] * len(out)
    assert out[-1]["data"]["payload"] == {"at": 1_700_000_005_500, "iso": "2023-11-14T22:13:26.000Z", "n": 12}
    assert out[-1]["delay"] == 5250


DEEP = '{"type":2,"data":' + '{"node":' * 230 + "1" + "}" * 231


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[{"type":4,"data":{"href":"a"},"timestamp":1}', "json-syntax"),
        ('[{"type":4,"data":{"href":"a"},"timestamp":1}, "packed"]', "rrweb-event"),
        ('[{"type":4,"data":{"href":"a"},"timestamp":1}, [1]]', "rrweb-event"),
        ('[{"type":4,"data":{"href":"a"},"timestamp":1}, 7]', "rrweb-event"),
        (f'[{{"type":4,"data":{{}},"timestamp":1}}, {DEEP}]', "json-depth"),
        ('[{"type":4,"data":{"href":"\udc80"},"timestamp":1}]', "invalid-utf8"),
    ],
)
def test_broken_recordings_are_refused(text: str, code: str) -> None:
    """With a code, and never with what they hold."""
    with pytest.raises(InputError) as caught:
        read(text.encode("utf-8", "surrogateescape"))
    assert caught.value.code == code


HOSTILE = [
    '{"type":2,"data":{"node":{"id":1,"type":2,"tagName":"p","childNodes":[{"id":1,"type":2,"childNodes":[{"id":1,"type":3,"textContent":"x"}]}]}},"timestamp":1}',
    '{"type":3,"data":{"source":0,"adds":[{"parentId":5,"nextId":5,"node":{"id":5,"type":2,"tagName":"b","childNodes":[{"id":5,"type":3}]}}],"texts":[{"id":5,"value":"y"}]},"timestamp":NaN}',
    '{"type":3,"data":{"source":0,"adds":"no","texts":{"id":1},"removes":[1,null],"attributes":[{"id":1,"attributes":[1]}]},"timestamp":1e999}',
    '{"type":3,"data":{"source":5,"id":' + "9" * 5000 + ',"text":"a","text":"b"},"timestamp":' + "8" * 400 + "}",
    '{"type":3,"data":{"source":5,"id":true,"text":"\\ud800","isChecked":false},"timestamp":-0.0}',
    '{"type":"x","data":null,"data":{"source":[]},"timestamp":"soon"}',
    '{"type":3,"data":{"source":1,"positions":[{"x":1e400,"y":"z"}]},"timestamp":1}',
    "{}",
]


@pytest.mark.parametrize("event", HOSTILE)
def test_odd_events_are_read_without_a_crash(event: str) -> None:
    """Cycles, members of other types, huge numbers, repeated members, surrogates, NaN: a row each, no endless loop."""
    head = '{"type":4,"data":{"href":"a"},"timestamp":1}'
    recording = read(f"[{head}, {event}, {event}]".encode())
    write = format_named("rrweb")
    assert len(recording.events) == 3
    assert (
        write.retime(recording, unchanged(*write.times(recording)))["session.json"]
        == recording.files["session.json"].read()
    )


MEMBERS = ["id", "node", "childNodes", "textContent", "attributes", "value", "text", "adds", "texts", "parentId", "x"]
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4)),
    max_leaves=12,
)


@settings(deadline=None, max_examples=80)
@given(
    st.lists(
        st.fixed_dictionaries({"type": st.integers(0, 7), "data": JSON, "timestamp": st.integers(0, 2**41)}), max_size=4
    )
)
def test_arbitrary_events_are_read_and_stay_as_they_are(events: list[Any]) -> None:
    """Whatever their data are, every event is a row and old times give the old bytes."""
    data = json.dumps([{"type": 4, "data": {"href": ""}, "timestamp": 1}, *events]).encode()
    recording = read(data)
    write = format_named("rrweb")
    assert len(recording.events) == len(events) + 1
    assert write.retime(recording, unchanged(*write.times(recording)))["session.json"] == data


def test_documents_are_found_by_how_they_begin(tmp_path: Path) -> None:
    """A folder of sessions is as many recordings; documents that are none are left out, as before."""
    (tmp_path / "a.json").write_bytes(rich().data())
    (tmp_path / "b.json").write_bytes(b"\xef\xbb\xbf\n" + rich().data(2))
    (tmp_path / "package.json").write_text('{"name": "x", "type": "module"}')
    assert [path.name for path in discover(tmp_path)] == ["a.json", "b.json"]
    assert open_recording(tmp_path / "b.json").format == "rrweb"
