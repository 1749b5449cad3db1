"""The ledger from outside: what manifests and the state folder remember, and the commands that show it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from charges import charge, release
from tiny_policy import events_per_app
from tiny_recording import Desk
from typer.testing import CliRunner

from boundary.cli import app
from boundary.plan import Plan
from boundary.runner import run
from boundary.witness import beside, check_ledger, manifest_heads, remember
from dp.accounting import total
from dp.events import threshold
from dp.ledger import GENESIS, StoredLedger, open_ledger
from dp.noise import TableNoise
from dp.terms import Currency, Terms
from recording.errors import InputError

STATISTIC = events_per_app("0.25")


@pytest.fixture
def ledger(tmp_path: Path) -> StoredLedger:
    """A ledger with a total of 1 and one release."""
    opened = open_ledger(tmp_path / "var" / "l.db", scope="team", total=1_000_000, currency=Currency.PURE)
    release(opened, "first")
    return opened


def budget(*arguments: object, code: int = 0) -> Any:
    """What ``boundary budget`` writes to standard output, parsed where it is JSON."""
    done = CliRunner().invoke(app, ["budget", *map(str, arguments)], env={"COLUMNS": "150"})
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if "--json" in arguments else done.stdout


# A ledger that was begun anew says nothing of the old one: only the state folder knows what was at its place.
@pytest.mark.parametrize(
    ("fate", "keep_state"),
    [("restored", True), ("restored", False), ("copied", True), ("copied", False), ("deleted", True)],
)
def test_a_run_does_not_charge_a_ledger_that_forgot_a_release(
    fate: str,
    keep_state: bool,
    tmp_path: Path,
    planned: Callable[[str], Plan],
    in_this_process: Callable[[Plan], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Yesterday's ledger put back, used as a copy, or begun anew is refused: by this machine, or by manifests there."""
    plan, path = planned(STATISTIC), tmp_path / "l.db"
    in_this_process(plan)
    for day, user in enumerate(("plover-11", "gannet-12", "stilt-13")):
        Desk(user=user).window("Mail", "Inbox").type("hello").mouse().save(tmp_path / "batch" / user)
        if day == 2:
            if fate == "restored":
                shutil.copy(tmp_path / "yesterday.db", path)
            elif fate == "copied":
                path = tmp_path / "yesterday.db"
            else:
                path.unlink()
            if not keep_state:
                monkeypatch.setenv("BOUNDARY_STATE", str(tmp_path / "another"))
        done = run([tmp_path / "batch"], plan, tmp_path / "out" / f"day{day}", ledger=path)
        if day == 0:
            shutil.copy(path, tmp_path / "yesterday.db")
        if day < 2:
            assert done.complete
            manifest = json.loads((tmp_path / "out" / f"day{day}" / "manifest.json").read_bytes())
            assert manifest["ledger"] == dict(done.ledger or {})
            assert manifest["aggregates"]["per-app"]["ledger_head"]
    assert [verdict.code for verdict in done.refused.values()] == ["ledger-rolled-back"]
    assert not (tmp_path / "out" / "day2" / "aggregates").exists()


def test_every_manifest_has_the_head_of_the_ledger_there_is(
    tmp_path: Path, ledger: StoredLedger, planned: Callable[[str], Plan], in_this_process: Callable[[Plan], None]
) -> None:
    """Also a run without statistics says how far the ledger was; where there is none it says so and makes none."""
    plan = planned("")
    in_this_process(plan)
    Desk(user="plover-11").window("Mail", "Inbox").type("hello").save(tmp_path / "batch" / "one")
    told = []
    for number, path in enumerate((tmp_path / "var" / "l.db", tmp_path / "none.db")):
        run([tmp_path / "batch"], plan, tmp_path / f"out{number}", ledger=path)
        told.append(json.loads((tmp_path / f"out{number}" / "manifest.json").read_bytes())["ledger"])
    assert told == [{"id": ledger.identity(), "head": ledger.head()}, None]
    assert not (tmp_path / "none.db").exists()


def test_what_was_seen_is_kept_through_a_crash_and_for_other_names_of_a_place(
    ledger: StoredLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that was cut short hides none after it; a relative path is the same place; a head is written once."""
    state = Path(os.environ["BOUNDARY_STATE"])
    state.mkdir(parents=True, exist_ok=True)
    (state / "ledger-heads.jsonl").write_bytes(b'{"ledger": "ab')
    for _ in range(3):
        remember(ledger.store)
    text = (state / "ledger-heads.jsonl").read_text()
    assert text.count(ledger.head()) == 1
    assert check_ledger(ledger.store) == {"id": ledger.identity(), "head": ledger.head()}
    (tmp_path / "var" / "l.db").unlink()
    monkeypatch.chdir(tmp_path)
    again = open_ledger("var/l.db", scope="team", total=1_000_000, currency=Currency.PURE)
    with pytest.raises(InputError) as caught:
        check_ledger(again.store)
    assert caught.value.code == "ledger-rolled-back"
    assert check_ledger(open_ledger("b.db", scope="t", total=1, currency=Currency.PURE).store)["head"] == GENESIS


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff", b'{"manifest": 2, "ledger": null}', b'{"manifest": 1, "ledger": 5}', b'{"a": 1}']
)
def test_a_file_that_is_no_manifest_is_refused_when_it_is_named_and_passed_over_beside(
    content: bytes, tmp_path: Path
) -> None:
    """Who names a file wants it checked; what lies beside the output may be anything."""
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "manifest.json").write_bytes(content)
    with pytest.raises(InputError) as caught:
        manifest_heads(tmp_path / "x" / "manifest.json")
    assert caught.value.code == "manifest-unreadable"
    assert list(beside(tmp_path / "out")) == []


def test_show_says_what_is_left_in_each_account(ledger: StoredLedger) -> None:
    """The table and the JSON have every account with its currency, exactly."""
    where = ("--ledger", ledger.store.place)
    text = budget("show", *where)
    for word in ("team", "0.01", "0.99", "epsilon"):
        assert word in text
    (scope,) = budget("show", *where, "--json")["scopes"]
    assert scope == {
        "scope": "team", "currency": "epsilon", "total_micro": 1_000_000, "spent_micro": 10_000,
        "left_micro": 990_000, "delta_spent": "0", "charges": 1, "delta": "1e-6",
        "epsilon_pld": pytest.approx(0.5, abs=1e-5),
    }  # fmt: skip
    assert budget("show", *where, "--json", "--scope", "other")["scopes"] == []


def test_the_total_epsilon_of_an_account_is_that_of_all_its_releases(tmp_path: Path) -> None:
    """By privacy loss distributions at the delta that is asked for; below what threshold took of it there is none."""
    ledger = open_ledger(tmp_path / "l.db", scope="team", total=1_000_000, currency=Currency.ZCDP)
    terms = Terms(currency=Currency.ZCDP, amount=5_000, groups=3, per_group=2)
    noise = TableNoise("gaussian").event(terms)
    for number in range(10):
        ledger.reserve(charge(number, 5_000, currency=Currency.ZCDP, events=(noise, threshold(Fraction("1e-8")))))
    where = ("show", "--ledger", ledger.store.place, "--json")
    (found,) = budget(*where)["scopes"]
    assert found["epsilon_pld"] == total(ledger.events(), Fraction("1e-6")).epsilon_pld
    assert 0.7 < found["epsilon_pld"] < 1.7, "rho 0.05 in all"
    assert budget(*where, "--delta", "1e-4")["scopes"][0]["epsilon_pld"] < found["epsilon_pld"]
    assert budget(*where, "--delta", "1e-7")["scopes"][0]["epsilon_pld"] is None
    assert f"{found['epsilon_pld']:.3f}" in budget(*where[:-1])
    for wrong in ("0", "1", "much", "1/0"):
        budget(*where[:-1], "--delta", wrong, code=2)


def test_history_has_every_charge_and_marks_those_without_an_answer(ledger: StoredLedger) -> None:
    """What was paid and not yet answered stands out; names from elsewhere are shown as they are, not as markup."""
    ledger.reserve(charge("[red]x", events=({"event": "discrete-gaussian", "query": "[b]clicks"},)))
    where = ("--ledger", ledger.store.place)
    text = budget("history", *where)
    assert "r[red]x" in text
    assert "[b]clicks: discrete-gaussian (paid, no answer yet)" in text
    assert text.count("no answer yet") == 1
    kinds = [entry["kind"] for entry in budget("history", *where, "--json")["entries"]]
    assert kinds == ["total", "charge", "answer", "charge"]


def test_verify_tells_an_intact_ledger_from_another(ledger: StoredLedger, tmp_path: Path) -> None:
    """0 intact, 1 older than a manifest or changed, 2 not to be read; a manifest may be named by its folder."""
    where = ("--ledger", ledger.store.place)
    manifest = {"manifest": 1, "ledger": {"id": ledger.identity(), "head": ledger.head()}, "aggregates": {}}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(manifest))
    assert "intact" in budget("verify", *where, tmp_path / "run")
    assert budget("verify", *where, "--json", tmp_path / "run" / "manifest.json")["intact"] is True
    fresh = ("--ledger", tmp_path / "fresh.db")
    told = budget("verify", *fresh, "--json", tmp_path / "run", code=1)
    assert (told["intact"], told["code"]) == (False, "ledger-rolled-back")
    budget("verify", *fresh, tmp_path / "run", code=1)
    budget("verify", "--ledger", Path(__file__), code=2)
    budget("verify", *where, tmp_path / "nothing", code=2)


def test_an_address_that_cannot_be_read_is_not_repeated() -> None:
    """The URL may hold a password, so no error prints it."""
    done = CliRunner().invoke(app, ["budget", "show", "--ledger", "mysql://me:s3cret@host/db"])
    assert done.exit_code == 2
    assert "ledger-url" in done.output
    assert "s3cret" not in done.output


def test_a_budget_is_raised_by_a_person_only(ledger: StoredLedger) -> None:
    """A plain yes raises a total and is recorded; no, a lower total, a wrong number and a wrong name change nothing."""
    where = ("--ledger", ledger.store.place)
    before = ledger.head()
    done = CliRunner().invoke(app, ["budget", "raise", "team", "2.5", *where], input="n\n")
    assert done.exit_code == 1
    for wrong in (("team", "1"), ("team", "0.5"), ("team", "much"), ("nobody", "3")):
        budget("raise", *wrong, "--yes", *where, code=2)
    assert ledger.head() == before
    assert "team has 2.5 epsilon now" in budget("raise", "team", "2.5", "--yes", *where)
    assert ledger.balance().total == 2_500_000
    assert ledger.verify([before]) == ledger.head()
