"""``boundary release``: statistics of recordings, and nothing else of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plug_in import boundary
from tiny_recording import Desk, left_of

from boundary.plan import build_plan
from boundary.release_cli import forecasts, release_statistics
from policies import load_policy

POLICY = """\
policy: 1
name: desk
person: user_id
release:
  budget: {scope: tests, rho: 1, ledger: ledger.db}
  aggregates:
    - {use: dp.count_users, id: people, rho: 0.1}
    - {use: dp.histogram, id: keys, keys: [h, e, l], max_groups: 4, max_per_group: 20, rho: 0.1}
    - {use: dp.partitions, id: apps, by: app, max_groups: 3, rho: 0.1}
    - {use: dp.quantiles, id: pauses, value: interval_ms, unit: ms, grid: [0, 1000, 20], rho: 0.1}
    - {use: dp.count_events, id: fine, keys: [Mail], max_per_group: 500, rho: 0.1, require: {error: 10}}
"""
SECRET_APP = "Divorce Planner"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy with four statistics that can be released and one that cannot."""
    (tmp_path / "desk.yaml").write_text(POLICY)
    return tmp_path / "desk.yaml"


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """Three people; one of them uses an application that nobody else has."""
    for user in ("plover-11", "gannet-12", "stilt-13"):
        app = SECRET_APP if user == "stilt-13" else "Mail"
        Desk(user=user).window(app, "Inbox").type("hello").save(tmp_path / "batch" / user)
    return tmp_path / "batch"


def test_a_batch_becomes_statistics_and_nothing_else(policy: Path, batch: Path, tmp_path: Path) -> None:
    """What leaves holds no person, no unique application and no number of recordings; the refused one says why."""
    plan, out = build_plan(load_policy(policy), key=b"k" * 32), tmp_path / "out"
    done = release_statistics([batch], plan, out, ledger=None)
    assert sorted(done.answers) == ["apps", "keys", "pauses", "people"]
    assert {name: verdict.code for name, verdict in done.refused.items()} == {"fine": "accuracy-unmet"}
    assert "max_per_group" in done.refused["fine"].hint
    assert left_of(["plover-11", "stilt-13", SECRET_APP], out) == []
    manifest = json.loads((out / "manifest.json").read_bytes())
    assert manifest["ledger"]["head"] == done.answers["pauses"].ledger_head or manifest["ledger"]["head"]
    assert {"index.html", "registry.yaml", "aggregates/people.json", "aggregates/people.parquet"} <= set(
        manifest["files"]
    )

    again = release_statistics([batch], plan, tmp_path / "again", ledger=None)
    assert {name: one.to_json() for name, one in again.answers.items()} == {
        name: one.to_json() for name, one in done.answers.items()
    }


def test_a_forecast_reads_nothing_and_charges_nothing(policy: Path, tmp_path: Path) -> None:
    """It needs no data and makes no ledger."""
    found = forecasts(build_plan(load_policy(policy), key=b"k" * 32), None)
    assert {name: one.good for name, one in found.items()} == {
        "people": True, "keys": True, "apps": True, "pauses": True, "fine": False,
    }  # fmt: skip
    assert not (tmp_path / "ledger.db").exists()


def test_the_command_tells_with_its_exit_code(policy: Path, tmp_path: Path) -> None:
    """1 where something would be refused, 2 without data."""
    told = boundary("release", "--policy", str(policy), "--forecast", state=tmp_path / "state")
    assert told.returncode == 1
    assert "would be refused" in told.stdout
    assert boundary("release", "--policy", str(policy), state=tmp_path / "state").returncode == 2


def test_a_price_in_the_other_currency_is_refused(policy: Path, batch: Path, tmp_path: Path) -> None:
    """A budget in rho pays nothing priced in epsilon."""
    policy.write_text(POLICY.replace("id: people, rho: 0.1", "id: people, epsilon: 0.1"))
    plan = build_plan(load_policy(policy), key=b"k" * 32)
    from recording.errors import InputError

    with pytest.raises(InputError) as caught:
        release_statistics([batch], plan, tmp_path / "out", ledger=None)
    assert caught.value.code == "budget-currency"
