"""Sources: recordings, declared Parquet columns and ActivityWatch exports become pieces, and nothing is skipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dp.derive import derived, host
from dp.queries import CountEventsOptions, CountUsersOptions, HeatmapOptions, HistogramOptions, SumOptions
from dp.sources import of_recording, partials, read_activitywatch, read_parquet, read_recordings
from recording.errors import InputError
from recording.model import EVENTS, Recording

ROOT = Path(__file__).resolve().parents[2]
SECRET = "jane.doe"


def recording(rows: list[dict[str, Any]], **attributes: str) -> Recording:
    """A recording with these events; what is not given is null."""
    empty = {"secure": False, "stream": 0, "file": "f", "start": 0, "end": 0}
    full = [{**dict.fromkeys(EVENTS.names), **empty, "seq": seq, **row} for seq, row in enumerate(rows)]
    events = pa.Table.from_pylist(full, schema=EVENTS)
    return Recording(name="r", format="f", files={}, events=events, attributes=attributes)


def key(name: str, kind: str = "key_down", t: int = 0) -> dict[str, Any]:
    """One key row at ``t`` ms."""
    return {"kind": kind, "key": name, "t_ns": t * 10**6}


def test_columns_of_a_recording_are_worked_out() -> None:
    """Presses, shortcuts, gaps, sites and clicks come from the events; times that go back count as 0."""
    rows = [
        key("ctrl_l", t=0),
        key("c", t=100),
        key("c", "key_up", t=150),
        key("ctrl_l", "key_up", t=200),
        key("shift", t=300),
        key("a", t=250),
        {"kind": "button_down", "x": 5.0, "y": 6.0, "url": "https://u:p@Www.Example.org:80/q?" + SECRET},
        {"kind": "move", "x": 9.0, "y": 9.0, "url": "not an [address"},
    ]
    events = recording(rows).events

    def column(name: str) -> list[Any]:
        values = derived(events, name)
        assert values is not None
        return list(values.to_pylist())

    assert column("press") == ["ctrl_l", "c", None, None, "shift", "a", None, None]
    assert column("shortcut") == [None, "ctrl+c", *[None] * 6]
    assert column("dwell_ms") == [100, 50, 50, 100, 0, None, None, None]
    assert column("interval_ms") == [None, 100, None, None, 200, 0, None, None]
    assert column("site") == [*[None] * 6, "example.org", None]
    assert (column("click_x"), column("click_y")) == ([*[None] * 6, 5.0, None], [*[None] * 6, 6.0, None])
    assert derived(events, "mood") is None
    assert derived(pa.table({"url": ["x"]}), "site") is None


def test_clocks_at_the_ends_of_64_bits_do_not_wrap() -> None:
    """The gap between the earliest and the latest time that fits is positive, and the way back is 0."""
    times = [-(2**63) + 1, 2**63 - 1, -(2**63) + 1]
    gaps = derived(recording([{"kind": "other", "t_ns": t} for t in times]).events, "dwell_ms")
    assert gaps is not None
    assert gaps.to_pylist()[0] == pytest.approx(2**64 / 10**6, rel=1e-9)
    assert gaps.to_pylist()[1:] == [0, None]


@pytest.mark.parametrize("url", [None, "", "about:blank", "https://", "https://[::1", "x" * 10_000])
def test_what_is_no_address_has_no_site(url: str | None) -> None:
    """Anything without a host gives none and raises nothing."""
    assert host(url) is None


def test_recordings_become_statistics() -> None:
    """A recording is read as `boundary run` reads it; twice the same person is bounded once."""
    (piece,) = read_recordings(ROOT / "samples" / "office", person="user_id")
    query = CountEventsOptions(id="q", keys=("Chromium", "XTerm"), max_groups=3, max_per_group=1_000, epsilon=1)
    keys, values = query.vectors(partials(query, [piece, piece]))["events"]
    assert dict(zip(keys, values.tolist(), strict=True)) == {"Chromium": 1_000, "XTerm": 690, "other": 0}
    spent = SumOptions(
        id="q", value="dwell_ms", clip=(0, 60_000), unit="s", unit_size=1000, max_per_group=36_000, epsilon=1
    )
    assert 30 < spent.vectors(partials(spent, [piece]))["sum"][1][0] < 3_600


def test_the_size_of_the_screen_comes_from_the_metadata() -> None:
    """A recording that says how large its screen is gets its clicks on the map of that class."""
    query = HeatmapOptions(id="q", grid=(2, 2), screens={"fhd": (1920, 1080)}, max_groups=2, epsilon=1)
    click = {"kind": "button_down", "x": 1919.0, "y": 0.0}
    about = {"user": "p", "m.screen_width": "1920", "m.screen_height": "1080"}
    keys, values = query.vectors(partials(query, [of_recording(recording([click], **about), "user")]))["clicks"]
    assert dict(zip(keys, values.tolist(), strict=True))["fhd/0000/0001"] == 1
    with pytest.raises(InputError) as caught:
        of_recording(recording([click]), "user")
    assert caught.value.code == "person-unknown"


def test_a_shortcut_histogram_counts_no_typing() -> None:
    """Letters without a modifier are no shortcut and are not even counted as 'other'."""
    query = HistogramOptions(id="q", by="shortcut", keys=("ctrl+c",), max_groups=2, max_per_group=9, epsilon=1)
    events = recording([key("p"), key("w"), key("ctrl"), key("c"), key("v")]).events
    assert query.vectors([query.partial(events, "p")])["presses"][1].tolist() == [1, 1]


@pytest.mark.parametrize("bad", ["th", "ctrl+the", "alt+ctrl+c", "a b", "hyper+a", "ctrl+"])
def test_sequences_of_keys_are_no_public_keys(bad: str) -> None:
    """An n-gram, or modifiers in another order, is refused with the policy."""
    with pytest.raises(ValueError, match=r"key|modifiers"):
        HistogramOptions(id="q", by="shortcut", keys=(bad,), max_groups=1, max_per_group=9, epsilon=1)


def test_parquet_is_read_in_pieces_by_declared_columns(tmp_path: Path) -> None:
    """Two devices of one person are one person; columns that are not declared are not read."""
    table = pa.table({"dev": ["d1", "D2 ", "d3"] * 10, "prog": ["Mail"] * 30, "secret": [SECRET] * 30})
    pq.write_table(table, tmp_path / "a.parquet")
    pq.write_table(table, tmp_path / "b.parquet")
    columns = {"person": "dev", "app": "prog"}
    people = {"d1": "ann", "d2": "ann", "d3": "bob"}
    query = CountEventsOptions(id="q", keys=("Mail",), max_per_group=25, epsilon=1)
    pieces = list(read_parquet(tmp_path, columns, people=people, batch_rows=7))
    assert len(pieces) == 10
    assert {name for piece in pieces for name in piece.events.column_names} == {"person", "app"}
    assert query.vectors(partials(query, pieces))["events"][1].tolist() == [45, 0]
    with pytest.raises(InputError) as caught:
        list(read_parquet(tmp_path, columns, people={"d1": "ann"}))
    assert caught.value.code == "dp-person"


@pytest.mark.parametrize(
    ("columns", "code"), [({"app": "prog"}, "dp-column"), ({"person": "dev", "app": "nope"}, "dp-column")]
)
def test_missing_columns_of_parquet_are_refused(tmp_path: Path, columns: dict[str, str], code: str) -> None:
    """No person and no such column end the release."""
    pq.write_table(pa.table({"dev": ["d"], "prog": ["x"]}), tmp_path / "a.parquet")
    with pytest.raises(InputError) as caught:
        list(read_parquet(tmp_path, columns))
    assert caught.value.code == code


def export(*events: dict[str, Any], kind: str = "currentwindow", host: Any = "laptop") -> bytes:
    """An ActivityWatch export with one bucket."""
    return json.dumps({"buckets": {"b": {"type": kind, "hostname": host, "events": list(events)}}}).encode()


def test_activitywatch_gives_time_and_counts_per_poll(tmp_path: Path) -> None:
    """Durations are seconds in the export and whole milliseconds here; polls of input carry counts."""
    window = {"timestamp": "2026-01-05T10:00:00Z", "duration": 90.5, "data": {"app": "Mail", "title": SECRET}}
    wrong = {"timestamp": 7, "duration": -3, "data": {"app": "Mail"}}
    absurd = {"duration": 1e300, "data": {"app": "Mail"}}
    (tmp_path / "laptop.json").write_bytes(export(window, wrong, absurd))
    poll = {"duration": 5, "data": {"presses": 12, "clicks": 2**70}}
    (tmp_path / "desk.json").write_bytes(export(poll, kind="os.hid.input", host="Desk"))
    people = {"laptop": "ann", "desk": "ann"}
    (piece,) = read_activitywatch(tmp_path, people=people)
    assert SECRET not in str(piece.events.to_pylist())
    assert piece.person == "ann"
    assert piece.events.column("day").to_pylist() == ["2026-01-05", None, None]
    spent = SumOptions(
        id="q", value="duration_ms", clip=(0, 3_600_000), unit="s", unit_size=1000, max_per_group=9000, epsilon=1
    )
    assert spent.vectors(partials(spent, [piece]))["sum"][1].tolist() == [90 + 3600]
    presses = SumOptions(id="q", value="presses", clip=(0, 600), unit="presses", max_per_group=9000, epsilon=1)
    found = read_activitywatch(tmp_path, bucket="os.hid.input", people=people)
    assert presses.vectors(partials(presses, found))["sum"][1].tolist() == [12]
    people_seen = CountUsersOptions(id="q", epsilon=1)
    both = [
        *read_activitywatch(tmp_path, people=people),
        *read_activitywatch(tmp_path, bucket="os.hid.input", people=people),
    ]
    assert people_seen.vectors(partials(people_seen, both))["people"][1].tolist() == [1]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{", "json-syntax"),
        (b"[]", "activitywatch"),
        (b'{"buckets": {}}', "activitywatch"),
        (export({"duration": 1}), "activitywatch"),
        (export(host=None), "dp-person"),
        (export(host="stranger"), "dp-person"),
        (b"[" * 100_000, "json-syntax"),
    ],
)
def test_bad_exports_are_refused(tmp_path: Path, data: bytes, code: str) -> None:
    """What is no export, names nobody or somebody unknown is refused, without content."""
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(InputError) as caught:
        list(read_activitywatch(tmp_path, people={"laptop": "ann"}))
    assert caught.value.code == code
    assert "stranger" not in str(caught.value)
