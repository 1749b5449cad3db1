"""The log: a chain that shows when anything in it was changed, and that only grows."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from boundary.review.case import case_of, free
from boundary.review.log import append, read_log
from recording.errors import InputError


def write(file: Path, count: int = 3) -> Path:
    """A log with its beginning and ``count`` entries."""
    for number in range(count):
        append(file, guard=free, who="ann", account="os", action="view", policy="p", detail=str(number))
    return file


def code_of(file: Path) -> str:
    """Why a log is refused; empty where it is not."""
    try:
        read_log(file)
    except InputError as error:
        return error.code
    return ""


def test_entries_come_back_in_order_and_chained(tmp_path: Path) -> None:
    """Each entry has the hash of the one before, and its own number."""
    entries = read_log(write(tmp_path / "log"))
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert [entry.prev for entry in entries] == ["", *(entry.hash for entry in entries[:-1])]


@pytest.mark.parametrize(
    "field", ["time", "who", "account", "action", "policy", "digest", "sample", "detail", "prev", "hash"]
)
def test_a_changed_field_is_noticed(tmp_path: Path, field: str) -> None:
    """Whatever is changed in whichever field, the log is refused."""
    file = write(tmp_path / "log")
    lines = file.read_text().splitlines()
    told = json.loads(lines[2])
    told[field] += "x"
    lines[2] = json.dumps(told)
    file.write_text("\n".join(lines) + "\n")
    assert code_of(file) == "review-log-tampered"


@pytest.mark.parametrize("keep", [(0, 1, 3), (0, 2, 1, 3), (1, 2, 3), (0, 1, 2, 3, 3)])
def test_a_line_taken_out_moved_or_repeated_is_noticed(tmp_path: Path, keep: tuple[int, ...]) -> None:
    """The order and the number of entries are part of the chain."""
    file = write(tmp_path / "log")
    lines = file.read_text().splitlines()
    file.write_text("".join(f"{lines[number]}\n" for number in keep))
    assert code_of(file) == "review-log-tampered"


@pytest.mark.parametrize("line", ["{}", "[]", "null", "not json", '{"seq": 1}', "[" * 5000])
def test_a_line_that_is_no_entry_is_noticed(tmp_path: Path, line: str) -> None:
    """Garbage is refused with a code, whatever it is."""
    file = write(tmp_path / "log")
    file.write_text(file.read_text() + line + "\n")
    assert code_of(file) == "review-log-tampered"


def test_a_log_that_was_rolled_back_is_noticed_by_who_wrote_it(tmp_path: Path) -> None:
    """A backup is a whole chain, but this account remembers a longer one."""
    file = write(tmp_path / "log")
    lines = file.read_text().splitlines()
    file.write_text("".join(f"{line}\n" for line in lines[:-1]))
    assert code_of(file) == "review-log-rolled-back"


def test_a_line_that_a_crash_cut_short_does_not_count(tmp_path: Path) -> None:
    """What was never finished was never told, and the next entry takes its place."""
    file = write(tmp_path / "log")
    file.write_bytes(file.read_bytes() + b'{"seq": 5, "who')
    assert len(read_log(file)) == 4
    write(file, 1)
    assert [entry.seq for entry in read_log(file)] == [1, 2, 3, 4, 5]


def test_launches_that_write_at_once_take_turns(tmp_path: Path) -> None:
    """No entry is lost and none is doubled."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: write(tmp_path / "log", 4), range(8)))
    assert [entry.seq for entry in read_log(tmp_path / "log")] == list(range(1, 34))


def test_an_entry_that_breaks_the_rules_is_no_approval_even_if_its_hash_is_right(tmp_path: Path) -> None:
    """Who can write the file can chain an entry, but not one that the table forbids."""
    file = tmp_path / "log"
    for action in ("submit", "approve"):
        append(file, guard=free, who="ann", account="os", action=action, policy="p", digest="d", sample="s")
    with pytest.raises(InputError) as caught:
        case_of(read_log(file), "p", file)
    assert caught.value.code == "review-log-tampered"


def test_the_file_is_for_its_owner_alone_or_for_the_group_that_its_folder_is_for(tmp_path: Path) -> None:
    """Others on the machine read nothing of it; reviewers with accounts of their own share a folder of their group."""
    assert write(tmp_path / "own" / "log").stat().st_mode & 0o077 == 0
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o2770)
    assert write(shared / "log").stat().st_mode & 0o777 == 0o660
