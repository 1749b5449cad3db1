"""A consent register lets in whom it clearly lets in, today and for what they said, and nobody else."""

from __future__ import annotations

import os
import stat
import threading
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundary.register import EVERYTHING, Register, read_register
from boundary.withdrawing import edited, withdraw
from recording.errors import InputError

DAY = date(2026, 6, 15)
FULL = "person,status,from,until,scope,withdrawn\n"


def register(folder: Path, text: str) -> Register:
    """A register with that content."""
    (folder / "c.csv").write_text(text, encoding="utf-8", newline="")
    return read_register(folder / "c.csv")


def refusal(folder: Path, text: str, person: str = "ann") -> str | None:
    """Why somebody is refused on the day of these tests."""
    return register(folder, text).refusal(person, "opted_in", first=DAY, last=DAY)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("ann,opted_in", None),
        ("ann,opted_out", "consent-missing"),
        ("ann,", "consent-missing"),
        ("bob,opted_in", "consent-unknown"),
        ("Ann,opted_in", "consent-unknown"),
        ("ann,opted_in,2026-06-15,2026-06-16", None),
        ("ann,opted_in,2026-06-16", "consent-not-yet"),
        ("ann,opted_in,,2026-06-15", "consent-ended"),
        ("ann,opted_in,2026-06-16,2026-06-15", "consent-unclear"),
        ("ann,opted_in,15.06.2026", "consent-unclear"),
        ("ann,opted_in,2026-13-01", "consent-unclear"),
        ("ann,opted_in,20260101", "consent-unclear"),
        ("ann,opted_in,,,keys sceens", "consent-unclear"),
        ("ann,opted_in,,,all,,and more", "consent-unclear"),
        ("ann,opted_in,,,all,2026-01-01", "consent-withdrawn"),
        ("ann,opted_in,,,all,2027-01-01", "consent-withdrawn"),
        ("ann,opted_in,,,all,yes", "consent-withdrawn"),
        ("ann,opted_in,,,all\nann,opted_in,,,all", None),
        ("ann,opted_in,,,all\nann,opted_in,,,keys", "consent-unclear"),
        ("ann,opted_out,,,all\nann,opted_in,,,all", "consent-unclear"),
        ("ann,opted_in,,,all\nANN ,opted_in,,,all,x", "consent-withdrawn"),
        ("ann,opted_in,,,all\nANN,opted_out,,,all", "consent-unclear"),
    ],
)
def test_what_is_not_clearly_a_consent_lets_nobody_in(line: str, code: str | None, tmp_path: Path) -> None:
    """Status, days, scope, doubles and withdrawals: each doubt has its code."""
    assert refusal(tmp_path, f"{FULL}{line}\n") == code


def test_a_register_of_two_columns_reads_as_it_always_did(tmp_path: Path) -> None:
    """Without the newer columns a consent is for everything, with no end; nameless lines let nobody in."""
    found = register(tmp_path, "\ufeffStatus,person\r\nopted_in, ann \r\n\r\nopted_in\r\n")
    assert found.refusal("ann", "opted_in", first=DAY, last=DAY) is None
    assert found.refusal(" ", "opted_in", first=DAY, last=DAY) == "person-unknown"
    assert found.scope("ann") == EVERYTHING


@pytest.mark.parametrize(
    ("cell", "scope"),
    [("all", EVERYTHING), ("", frozenset()), ("keys; screens", {"keys", "screens"}), ("Statistics", {"statistics"})],
)
def test_a_scope_is_what_the_cell_says_and_an_empty_cell_is_none(
    cell: str, scope: frozenset[str], tmp_path: Path
) -> None:
    """Where the register has scopes, who says nothing consents to nothing."""
    assert register(tmp_path, f"person,status,scope\nann,opted_in,{cell}\n").scope("ann") == scope


def test_consent_covers_the_whole_recording_or_nothing_of_it(tmp_path: Path) -> None:
    """A recording that began before the consent is not let in, though today is within it."""
    found = register(tmp_path, f"{FULL}ann,opted_in,2026-06-01,2026-07-01,all\n")
    assert found.refusal("ann", "opted_in", first=date(2026, 5, 31), last=DAY) == "consent-not-yet"
    assert found.refusal("ann", "opted_in", first=DAY, last=date(2026, 7, 1)) == "consent-ended"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"name,status\na,opted_in\n", "register-columns"),
        (b"person,status,person\na,b,c\n", "register-columns"),
        (b"", "register-columns"),
        (b"\xff\xfe", "register-unreadable"),
        (b'person,status\n"a"b,opted_in\n', "register-unreadable"),
        (b"person,status,withdrawn\n,opted_in,2026-01-01\n", "register-nameless"),
        (None, "register-unreadable"),
    ],
)
def test_a_register_that_cannot_be_read_is_refused_without_its_content(
    data: bytes | None, code: str, tmp_path: Path
) -> None:
    """No register, no consent; the error names the file and nobody in it."""
    if data is not None:
        (tmp_path / "c.csv").write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_register(tmp_path / "c.csv")
    assert caught.value.code == code
    assert caught.value.place.startswith(str(tmp_path))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("head", ["person,status", "person,note,status,scope,withdrawn"])
def test_a_withdrawal_changes_the_persons_line_and_keeps_every_other_byte(head: str, newline: str) -> None:
    """Quotes, spaces, line breaks in cells, ends of lines and a byte order mark stay; the last line needs no end."""
    row = {"person": '"bob, junior"', "note": f'"two{newline}lines ""so"""', "status": " opted_in ", "scope": "all"}
    bob = ",".join(row.get(name, "") for name in head.split(","))
    ann = ",".join({**row, "person": "Ann"}.get(name, "") for name in head.split(","))
    text = "\ufeff" + newline.join([head, bob, "", ann, bob])
    after, done = edited(text, "ann", DAY)
    assert (done.what, done.lines) == ("new", 1)
    wide = head if "withdrawn" in head else f"{head},withdrawn"
    lines = after.split(newline + "Ann", 1)
    assert lines[0] == "\ufeff" + newline.join([wide, bob, ""])
    assert after.endswith(newline + bob)
    assert "withdrawn" in lines[1]
    assert DAY.isoformat() in lines[1]


def test_a_withdrawal_holds_after_it_is_written_and_is_written_once(tmp_path: Path) -> None:
    """The register refuses the person from then on, under every spelling; asked again, the file is left alone."""
    file = tmp_path / "c.csv"
    file.write_text("person,status\nann,opted_in\nANN,opted_in\nbob,opted_in")
    file.chmod(0o640)
    assert withdraw(file, "Ann", DAY).lines == 2
    found = read_register(file)
    assert found.refusal("ann", "opted_in", first=DAY, last=DAY) == "consent-withdrawn"
    assert found.refusal("bob", "opted_in", first=DAY, last=DAY) is None
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    before = file.read_bytes()
    assert withdraw(file, "ann", date(2027, 1, 1)).what == "already"
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["c.csv"]


def test_who_is_in_no_line_gets_one(tmp_path: Path) -> None:
    """A withdrawal of somebody unknown is kept, so that a later consent does not count by mistake."""
    file = tmp_path / "c.csv"
    file.write_text("person,status\nbob,opted_in")
    assert withdraw(file, "ann, b", DAY).what == "added"
    assert file.read_text() == 'person,status,withdrawn\nbob,opted_in\n"ann, b",withdrawn,2026-06-15\n'
    assert read_register(file).refusal("ann, b", "opted_in", first=DAY, last=DAY) == "consent-withdrawn"


@pytest.mark.parametrize(
    "text", ["person,status\nann,opted_in\nbob,opted_in,extra\n", 'person,status\na"b"",c\nann,x\n']
)
def test_a_register_that_is_not_clear_is_not_edited(text: str, tmp_path: Path) -> None:
    """Where a new column would give old cells a meaning, or lines cannot be told apart, a person must look."""
    file = tmp_path / "c.csv"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        withdraw(file, "ann", DAY)
    assert caught.value.code == "register-not-editable"
    assert file.read_text() == text


@pytest.mark.parametrize("person", ["", "  ", "a\nb", "a\x00"])
def test_a_person_is_a_printable_word(person: str, tmp_path: Path) -> None:
    """No line break gets into the register."""
    with pytest.raises(InputError, match="person-unknown"):
        withdraw(tmp_path / "c.csv", person, DAY)


def test_withdrawals_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    """Who comes second waits, and works on what the first has written."""
    file = tmp_path / "c.csv"
    people = [f"p{number}" for number in range(12)]
    file.write_text("person,status\n" + "".join(f"{person},opted_in\n" for person in people))
    threads = [threading.Thread(target=withdraw, args=(file, person, DAY)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = read_register(file)
    assert {found.refusal(person, "opted_in", first=DAY, last=DAY) for person in people} == {"consent-withdrawn"}


def test_a_disk_that_refuses_leaves_the_register_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is replaced whole or not at all."""
    file = tmp_path / "c.csv"
    file.write_text("person,status\nann,opted_in\n")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="register-unwritable"):
        withdraw(file, "ann", DAY)
    assert file.read_text() == "person,status\nann,opted_in\n"
    assert [path.name for path in tmp_path.iterdir()] == ["c.csv"]


@given(st.lists(st.tuples(st.text("ab,\" é'", min_size=1, max_size=4), st.text('x,"\n y', max_size=4)), max_size=6))
def test_whatever_cells_hold_others_stay_and_the_person_is_withdrawn(rows: list[tuple[str, str]]) -> None:
    """Any register that CSV writes can be edited; read again it says the same of everybody else."""
    import csv
    import io

    out = io.StringIO(newline="")
    csv.writer(out).writerows([("person", "status"), *rows])
    after, _ = edited(out.getvalue(), "zoe", DAY)
    again = list(csv.reader(io.StringIO(after, newline="")))
    assert [tuple(row) for row in again[1:-1]] == rows
    assert again[-1] == ["zoe", "withdrawn", DAY.isoformat()]
