"""``boundary release`` on Parquet files and exports of ActivityWatch: told by content, bounded over files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tiny_recording import Desk, left_of

from boundary.counting import Count, Counted, count
from boundary.data import Kind, find_data
from boundary.outcome import Withheld
from boundary.plan import Plan, build_plan
from boundary.release_cli import release_statistics
from boundary.tables import table_digest
from boundary.withdrawing import withdraw
from policies import load_policy
from recording.errors import InputError

SECRET = "jane.doe"
POLICY = """\
policy: 1
name: tables
person: {person}
{more}
release:
  budget: {{scope: tests, epsilon: 10, ledger: ledger.db}}
  data: {data}
  aggregates:
    - {{use: dp.count_events, id: apps, keys: [Mail, Crm], max_groups: 2, max_per_group: 500, epsilon: 1}}
    - {{use: dp.count_users, id: people, epsilon: 1}}
"""
Made = Callable[..., Plan]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Builds the plan of the policy with a person, columns and people, and admit steps."""

    def make(
        person: str = "dev", *, data: str = "{columns: {app: prog}}", more: str = "", policy: str = POLICY
    ) -> Plan:
        (tmp_path / "p.yaml").write_text(policy.format(person=person, data=data, more=more))
        return build_plan(load_policy(tmp_path / "p.yaml"), key=b"k" * 32)

    return make


def parquet(path: Path, *rows: tuple[str | None, str | None], times: int = 1) -> Path:
    """A file of devices and programs, and a column that nobody asked for."""
    who, what = zip(*rows, strict=True)
    table = pa.table({"dev": who, "prog": what, "title": [SECRET] * len(rows)})
    pq.write_table(pa.concat_tables([table] * times), path)
    return path


def export(path: Path, host: str, **buckets: list[dict[str, Any]]) -> Path:
    """An export of one host; each bucket has the type that its name stands for."""
    kinds = {"window": "currentwindow", "input": "os.hid.input", "afk": "afkstatus", "web": "web.tab.current"}
    found = {f"aw_{name}_{host}": {"type": kinds[name], "hostname": host, "events": events}
             for name, events in buckets.items()}  # fmt: skip
    path.write_text(json.dumps({"buckets": found}))
    return path


def counts(path: Path, kind: Kind, plan: Plan) -> list[dict[tuple[str, str], int]]:
    """What each statistic counted, exactly, by person and key."""
    found = count(Count(path, kind), plan)
    assert isinstance(found, Counted), found
    return [{(row["person"], row["key"]): row["value"] for row in tally.to_pylist()} for tally in found.tallies]


def refused(path: Path, kind: Kind, plan: Plan) -> Withheld:
    """Why nothing was counted."""
    found = count(Count(path, kind), plan)
    assert isinstance(found, Withheld)
    return found


def test_data_are_told_apart_by_content(tmp_path: Path) -> None:
    """Names do not matter; what lies in a recording's folder is the recording's; a folder of tables is no recording."""
    batch = tmp_path / "batch"
    Desk().window("Mail", "x").type("hi").save(batch / "r1")
    parquet(batch / "r1" / "inside.parquet", ("d", "Mail"))
    (batch / "tables").mkdir()
    for name in ("a.parquet", "b.dat"):
        parquet(batch / "tables" / name, ("d", "Mail"))
    export(batch / "laptop.json", "laptop")
    (batch / "notes.json").write_text("{}")
    assert [(str(path.relative_to(batch)), kind) for path, kind in find_data(batch)] == [
        ("laptop.json", "activitywatch"),
        ("r1", "recording"),
        ("tables/a.parquet", "parquet"),
        ("tables/b.dat", "parquet"),
    ]
    assert find_data(batch / "tables" / "b.dat") == [(batch / "tables" / "b.dat", "parquet")]
    assert find_data(batch / "r1") == [(batch / "r1", "recording")]
    assert find_data(batch / "notes.json") == [(batch / "notes.json", "recording")], "refused when it is read"
    (batch / "link.parquet").symlink_to(batch / "tables" / "a.parquet")
    with pytest.raises(InputError) as caught:
        find_data(batch)
    assert caught.value.code == "link"
    with pytest.raises(InputError):
        find_data(tmp_path / "nothing")


def test_devices_of_one_person_are_bounded_together(tmp_path: Path, made: Made) -> None:
    """The register says whose a device is, whatever its case; one that is in none is refused."""
    (tmp_path / "people.csv").write_text("device,person\nd1,Ann\nD2,Ann\nd3,Bob\n")
    plan = made(data="{columns: {app: prog}, people: people.csv}")
    file = parquet(tmp_path / "a", ("d1", "Mail"), ("d2 ", "Mail"), ("D3", "Diary"), ("d3", None))
    apps, people = counts(file, "parquet", plan)
    assert apps == {("ann", "Mail"): 2, ("bob", "other"): 2}
    assert people == {("ann", "all"): 2, ("bob", "all"): 2}
    assert refused(parquet(tmp_path / "b", ("d4", "Mail")), "parquet", plan).code == "dp-person"
    (tmp_path / "people.csv").write_text("device,person\nd1,ann\nD1,bob\n")
    assert refused(file, "parquet", plan).code == "people-twice"
    (tmp_path / "people.csv").write_text("host,person\nd1,ann\n")
    assert refused(file, "parquet", plan).code == "register-columns"


def test_one_export_answers_statistics_of_several_watchers(tmp_path: Path, made: Made) -> None:
    """Each statistic reads the bucket that has its columns; hosts are people only where the policy says so."""
    policy = (
        POLICY
        + """\
    - {{use: dp.sum, id: presses, value: presses, clip: [0, 100], unit: presses, max_per_group: 500, epsilon: 1}}
    - {{use: dp.count_events, id: states, by: status, keys: [afk], max_per_group: 500, epsilon: 1}}
"""
    )
    window = [{"duration": 3, "data": {"app": "Mail", "title": SECRET}}] * 2
    polls = [{"data": {"presses": 7, "clicks": 1}}, {"data": {"presses": 1000, "clicks": 1}}]
    file = export(tmp_path / "e.json", "Laptop", window=window, input=polls, afk=[{"data": {"status": "afk"}}])
    apps, people, presses, states = counts(file, "activitywatch", made("hostname", data="{}", policy=policy))
    assert apps == {("laptop", "Mail"): 2}
    assert people == {("laptop", "all"): 2}
    assert presses == {("laptop", "all"): 107}
    assert states == {("laptop", "afk"): 1}
    assert refused(file, "activitywatch", made("user_id", data="{}")).code == "person-unknown"
    both = f"""{POLICY}
    - {{{{use: dp.mean, id: s, value: presses, clip: [0, 9], unit: s, by: app, keys: [Mail], max_events: 9, rho: 1}}}}
"""
    assert refused(file, "activitywatch", made("hostname", data="{}", policy=both)).code == "dp-column"


def test_admit_steps_hold_for_tables(tmp_path: Path, made: Made) -> None:
    """Who has not consented and what is denied does not count; what only a recording tells refuses the table."""
    (tmp_path / "consent.csv").write_text("person,status\nann,opted_in\nbob,opted_out\n")
    consent = "admit: {consent: {register: consent.csv}}"
    file = parquet(tmp_path / "a", ("ann", "Mail"), ("bob", "Mail"), ("cleo", "Mail"), ("ann", "KeePass"))
    assert counts(file, "parquet", made(more=consent))[0] == {("ann", "Mail"): 1, ("ann", "other"): 1}
    apps = 'admit: {apps: {deny: ["keepass*"]}}'
    assert counts(file, "parquet", made(more=apps))[1] == {("ann", "all"): 1, ("bob", "all"): 1, ("cleo", "all"): 1}
    said = export(tmp_path / "e.json", "ann", window=[{"data": {"app": "KeePass"}}, {"data": {"app": "Mail"}}])
    assert counts(said, "activitywatch", made("hostname", data="{}", more=apps))[1] == {("ann", "all"): 1}
    windows = 'admit: {windows: {deny: ["*Private*"]}}'
    assert refused(said, "activitywatch", made("hostname", data="{}", more=windows)).code == "dp-column"
    assert refused(file, "parquet", made(more=windows)).code == "dp-column"
    pads = "find: [{use: mouse.keypads}]\nchange: {default: {use: redact}}"
    assert refused(file, "parquet", made(more=pads)).code == "admit-table"


def test_who_withdraws_counts_no_more_and_makes_a_table_a_new_question(tmp_path: Path, made: Made) -> None:
    """Neither does who has not consented to statistics; an answer that was stored before is not given again."""
    register = tmp_path / "consent.csv"
    register.write_text("person,status,scope\nann,opted_in,all\nbob,opted_in,statistics\ncleo,opted_in,keys screens\n")
    plan = made(more="admit: {consent: {register: consent.csv}}")
    file = parquet(tmp_path / "a", ("ann", "Mail"), ("bob", "Mail"), ("cleo", "Mail"))
    assert counts(file, "parquet", plan)[0] == {("ann", "Mail"): 1, ("bob", "Mail"): 1}
    before = table_digest(file, plan)
    register.write_text(register.read_text() + "\n")
    assert table_digest(file, plan) == before
    withdraw(register, "bob", date(2026, 1, 1))
    assert counts(file, "parquet", plan)[0] == {("ann", "Mail"): 1}
    assert table_digest(file, plan) != before


def test_a_row_without_a_person_refuses_the_table(tmp_path: Path, made: Made) -> None:
    """Rows of nobody could not be bounded."""
    file = parquet(tmp_path / "a", ("d1", "Mail"), (None, "Mail"))
    assert refused(file, "parquet", made()).code == "dp-person"


def test_what_is_wrong_with_a_table_ends_the_release_at_no_cost(
    tmp_path: Path, made: Made, in_this_process: Callable[[Plan], None]
) -> None:
    """A table is never left out: that would leave out everybody in it. A recording that nobody can read is."""
    plan = made()
    in_this_process(plan)
    batch = tmp_path / "batch"
    batch.mkdir()
    parquet(batch / "good.parquet", ("plover-11", "Mail"))
    (batch / "bad.parquet").write_bytes((batch / "good.parquet").read_bytes()[:-20])
    with pytest.raises(InputError) as caught:
        release_statistics([batch], plan, tmp_path / "out", ledger=None)
    assert caught.value.code == "unreadable"
    assert caught.value.place.endswith("bad.parquet")
    assert not (tmp_path / "ledger.db").exists()
    assert SECRET not in str(caught.value)
    (batch / "bad.parquet").unlink()
    (batch / "keys.jsonl").write_bytes(b"{")
    done = release_statistics([batch], plan, tmp_path / "two", ledger=None)
    assert sorted(done.answers) == ["apps", "people"]
    assert [path.name for path, _ in done.left_out] == ["keys.jsonl"]
    assert left_of([SECRET, "plover-11", "good.parquet"], tmp_path / "two") == []


def test_the_same_table_under_another_name_is_the_same_question(
    tmp_path: Path, made: Made, in_this_process: Callable[[Plan], None]
) -> None:
    """The stored answer comes back at no cost; another register of people is another question."""
    (tmp_path / "people.csv").write_text("device,person\nd1,ann\nd2,bob\n")
    plan = made(data="{columns: {app: prog}, people: people.csv}")
    in_this_process(plan)
    one = parquet(tmp_path / "a.parquet", ("d1", "Mail"), ("d2", "Crm"), times=50)
    first = release_statistics([one], plan, tmp_path / "out1", ledger=None)
    one.rename(tmp_path / "b.parquet")
    again = release_statistics([tmp_path / "b.parquet"], plan, tmp_path / "out2", ledger=None)
    assert first.answers["apps"].to_json() == again.answers["apps"].to_json()
    (tmp_path / "people.csv").write_text("device,person\nd1,ann\nd2,ann\n")
    other = release_statistics([tmp_path / "b.parquet"], plan, tmp_path / "out3", ledger=None)
    assert other.answers["apps"].before == 2_000_000


def test_what_takes_too_long_is_ended(tmp_path: Path, made: Made) -> None:
    """Reading has a process of its own, which is killed: a recording is left out, a table ends the release."""
    plan = made(more="limits: {seconds: 0.00001}")
    Desk(user="ann").window("Mail", "x").save(tmp_path / "r")
    done = release_statistics([tmp_path / "r"], plan, tmp_path / "out", ledger=None)
    assert [verdict.code for _, verdict in done.left_out] == ["timeout"]
    assert {verdict.code for verdict in done.refused.values()} == {"no-recordings"}
    with pytest.raises(InputError) as caught:
        release_statistics([parquet(tmp_path / "a", ("d1", "Mail"))], plan, tmp_path / "two", ledger=None)
    assert caught.value.code == "timeout"
    assert not (tmp_path / "ledger.db").exists()


@pytest.mark.parametrize("wrapped", [True, False])
def test_an_export_counts_as_a_table_however_it_lies(tmp_path: Path, wrapped: bool) -> None:
    """By itself, alone in a folder, with or without what the server's interface puts around the buckets."""
    buckets = {"a_h": {"id": "a_h", "type": "afkstatus", "client": "a", "hostname": "h", "events": []}}
    file = tmp_path / "day.json"
    file.write_text(json.dumps({"buckets": buckets} if wrapped else buckets))
    assert find_data(file) == find_data(tmp_path) == [(file, "activitywatch")]
