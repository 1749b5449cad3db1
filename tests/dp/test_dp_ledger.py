"""The ledger: integer budget that cannot be overspent, and a chain that shows what was changed."""

from __future__ import annotations

import pickle
import shutil
import sqlite3
import stat
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from dp import GENESIS, Balance, Charge, Ledger
from recording.errors import BudgetExceeded, InputError


def charge(number: int, cost: int = 10_000) -> Charge:
    """The charge of release ``number``; cost in micro-epsilon."""
    return Charge(release_id=f"r{number}", policy="p", mechanism="m", params="{}", event="{}", cost=cost)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with a total of 1, not yet on disk."""
    return Ledger(tmp_path / "var" / "dp.db", scope="team", total=1_000_000)


def test_a_hundred_spends_of_a_hundredth_fit_exactly(ledger: Ledger) -> None:
    """100 charges of 0.01 are admitted at a total of 1 and the 101st is refused and changes nothing."""
    for number in range(100):
        ledger.reserve(charge(number))
    head = ledger.head()
    with pytest.raises(BudgetExceeded) as caught:
        ledger.reserve(charge(100))
    assert caught.value.code == "budget-exceeded"
    assert ledger.balance() == Balance(total=1_000_000, spent=1_000_000)
    assert ledger.head() == ledger.verify() == head


def test_a_reservation_says_what_was_spent_before_and_after(ledger: Ledger) -> None:
    """Amounts before and after belong to the charge, also when it is asked for again later."""
    first = ledger.reserve(charge(1))
    second = ledger.reserve(charge(2))
    assert (first.before, first.after, first.total) == (0, 10_000, 1_000_000)
    assert (second.before, second.after) == (10_000, 20_000)
    assert ledger.reserve(charge(1)) == first
    assert ledger.balance().spent == 20_000


def test_the_first_stored_answer_stays(ledger: Ledger) -> None:
    """A second answer to the same release is dropped and the first one comes back, byte for byte."""
    ledger.reserve(charge(1))
    assert ledger.settle("r1", b"first") == b"first"
    assert ledger.settle("r1", b"second") == b"first"
    assert ledger.reserve(charge(1)).answer == b"first"


def test_an_answer_without_a_charge_is_refused(ledger: Ledger) -> None:
    """Nothing is stored for a release that was never charged."""
    with pytest.raises(InputError) as caught:
        ledger.settle("r1", b"free")
    assert caught.value.code == "ledger-uncharged"


@pytest.mark.parametrize("field", ["policy", "mechanism", "params", "event", "cost"])
def test_one_release_id_cannot_be_charged_under_two_terms(ledger: Ledger, field: str) -> None:
    """A known release id with other terms is refused, since its stored answer would answer another question."""
    ledger.reserve(charge(1))
    with pytest.raises(InputError) as caught:
        ledger.reserve(Charge(**{**asdict(charge(1)), field: 5 if field == "cost" else "x"}))
    assert caught.value.code == "release-conflict"


@pytest.mark.parametrize("cost", [0, -1])
def test_a_charge_costs_something(ledger: Ledger, cost: int) -> None:
    """Free and negative charges are refused: nothing refills a budget."""
    with pytest.raises(InputError):
        ledger.reserve(charge(1, cost))


def test_scopes_do_not_share_budget(ledger: Ledger) -> None:
    """Two scopes of one file are charged apart and chained together."""
    other = replace(ledger, scope="other", total=20_000)
    ledger.reserve(charge(1))
    other.reserve(charge(2, 20_000))
    assert (ledger.balance().spent, other.balance().left) == (10_000, 0)
    assert ledger.head() == other.head() == ledger.verify()


def test_a_lower_total_is_taken_over_but_never_below_what_is_spent(ledger: Ledger) -> None:
    """A policy may tighten the budget down to what is spent, not further."""
    ledger.reserve(charge(1))
    tight = replace(ledger, total=20_000)
    tight.reserve(charge(2))
    assert tight.balance() == Balance(total=20_000, spent=20_000)
    with pytest.raises(InputError) as caught:
        replace(ledger, total=19_999).reserve(charge(3))
    assert caught.value.code == "budget-below-spent"
    assert ledger.verify() == ledger.head()


def test_a_higher_total_needs_an_explicit_word(ledger: Ledger) -> None:
    """Editing the policy does not raise the budget; raise_total does, and leaves an entry in the chain."""
    ledger.reserve(charge(1))
    rich = replace(ledger, total=5_000_000)
    with pytest.raises(InputError) as caught:
        rich.reserve(charge(2))
    assert caught.value.code == "budget-raised"
    before = rich.head()
    rich.raise_total()
    assert rich.head() != before
    rich.reserve(charge(2, 4_990_000))
    assert rich.verify([before]) == rich.head()


def test_an_answer_already_paid_for_is_given_after_the_budget_was_cut(ledger: Ledger) -> None:
    """Replaying an answer needs no budget and no matching total."""
    ledger.reserve(charge(1))
    ledger.settle("r1", b"answer")
    assert replace(ledger, total=1).reserve(charge(1)).answer == b"answer"


def test_only_the_owner_can_read_the_files(ledger: Ledger) -> None:
    """The ledger and the files SQLite puts beside it are created with mode 0600, and nothing else is left behind."""
    ledger.reserve(charge(1))
    with sqlite3.connect(ledger.path) as db:
        db.execute("SELECT * FROM charge").fetchall()
        files = list(ledger.path.parent.iterdir())
        assert {file.name for file in files} >= {"dp.db", "dp.db-wal"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    db.close()
    assert [file.name for file in ledger.path.parent.iterdir()] == ["dp.db"]


def test_reading_creates_nothing(ledger: Ledger) -> None:
    """Balance, head and verify of a ledger that does not exist yet leave the disk as it was."""
    assert (ledger.balance().left, ledger.head(), ledger.verify()) == (1_000_000, GENESIS, GENESIS)
    assert not ledger.path.parent.exists()


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be read as a header", None])
def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """An empty file, a foreign file and a foreign database are refused and not written to."""
    path = tmp_path / "dp.db"
    if content is None:
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE mine (x)")
        db.close()
        content = path.read_bytes()
    path.write_bytes(content)
    ledger = Ledger(path, scope="team", total=1)
    for use in (ledger.head, ledger.verify, lambda: ledger.reserve(charge(1, 1))):
        with pytest.raises(InputError) as caught:
            use()
        assert caught.value.code in {"ledger-unreadable", "ledger-failed"}
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_an_input_error(tmp_path: Path) -> None:
    """A path below a file fails as an error of the toolkit, before anything is drawn."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as caught:
        Ledger(tmp_path / "file" / "dp.db", scope="team", total=10).reserve(charge(1, 1))
    assert caught.value.code == "ledger-failed"


def test_a_ledger_pickles(ledger: Ledger) -> None:
    """A ledger in use can be sent to another process."""
    ledger.reserve(charge(1))
    assert pickle.loads(pickle.dumps(ledger)).balance() == ledger.balance()


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE charge SET cost = 1 WHERE release_id = 'r2'",
        "UPDATE charge SET policy = 'q' WHERE release_id = 'r1'",
        "UPDATE charge SET event = '{\"x\":1}' WHERE release_id = 'r3'",
        "DELETE FROM charge WHERE release_id = 'r2'",
        "DELETE FROM charge WHERE release_id = 'r3'",
        "UPDATE charge SET prev_hash = 'x' WHERE release_id = 'r2'",
        "UPDATE charge SET seq = 99 WHERE release_id = 'r3'",
        "UPDATE charge SET release_id = 'r9' WHERE release_id = 'r3'",
        "UPDATE scope SET spent = 0",
        "UPDATE scope SET total = 9000000",
        "INSERT INTO scope VALUES ('extra', 10, 0)",
        "UPDATE answer SET bytes = x'00'",
        "UPDATE answer SET release_id = 'r2'",
    ],
)
def test_every_change_of_history_is_found(ledger: Ledger, edit: str) -> None:
    """Whatever is edited behind the ledger's back, verify refuses; triggers refuse edits of charges and answers."""
    for number in (1, 2, 3):
        ledger.reserve(charge(number))
    ledger.settle("r1", b"answer")
    db = sqlite3.connect(ledger.path, isolation_level=None)
    if " scope" not in edit:
        with pytest.raises(sqlite3.IntegrityError, match="append only"):
            db.execute(edit)
    for trigger in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {trigger[0]}")
    db.execute(edit)
    db.close()
    with pytest.raises(InputError) as caught:
        ledger.verify()
    assert caught.value.code == "ledger-tampered"


def test_an_older_copy_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    """Yesterday's ledger verifies by itself, but not against the head in today's manifest; nor does a missing one."""
    ledger.reserve(charge(1))
    shutil.copy(ledger.path, tmp_path / "yesterday.db")
    today = ledger.reserve(charge(2)).head
    assert ledger.verify([today]) == today
    shutil.copy(tmp_path / "yesterday.db", ledger.path)
    ledger.verify()
    for _ in range(2):
        with pytest.raises(InputError) as caught:
            ledger.verify([today])
        assert caught.value.code == "ledger-rolled-back"
        ledger.path.unlink(missing_ok=True)
