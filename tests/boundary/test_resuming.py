"""A run that was broken off goes on where it stopped, as the run that it was, and as no other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from broken_plan import Here
from plug_in import boundary
from tiny_policy import events_per_app
from tiny_recording import Desk, contents, left_of, save

from boundary.journal import JOURNAL, create, reopen
from boundary.outcome import Withheld
from boundary.plan import Plan
from boundary.resuming import open_record
from boundary.runner import run
from recording.errors import InputError

POLICY = "find: [{use: text.roles}]\nchange: {default: {use: redact}}\n"
USERS = ("plover-11", "gannet-12", "stilt-13", "ruff-14")


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """Four people, one recording each, and one that cannot be read."""
    for user in USERS:
        Desk(user=user).window("Mail", "Inbox").type("hello").mouse().save(tmp_path / "batch" / user)
    save(tmp_path / "batch" / "broken", {"events.jsonl": b"{"})
    return tmp_path / "batch"


Go = Callable[..., Any]


@pytest.fixture
def go(
    batch: Path,
    tmp_path: Path,
    planned: Callable[[str], Plan],
    in_this_process: Callable[[Plan], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Go:
    """Runs the batch into a folder; ``stop`` ends it as a crash would, when so many recordings were done."""

    def start(out: str, *, policy: str = POLICY, stop: int | None = None, **named: Any) -> Any:
        plan = planned(policy)
        in_this_process(plan)
        real = Here.run
        done = 0

        def dying(self: Here, job: Any) -> Any:
            nonlocal done
            done += 1
            if stop is not None and done > stop:
                raise SystemError("the machine died")
            return real(self, job)

        with monkeypatch.context() as patched:
            patched.setattr(Here, "run", dying)
            return run([batch], plan, tmp_path / out, ledger=tmp_path / "ledger.db", **named)

    return start


def broken_off(go: Go, out: str, stop: int, **named: Any) -> None:
    """A run that ended in the middle."""
    with pytest.raises(SystemError):
        go(out, stop=stop, **named)


@pytest.mark.parametrize("stop", [0, 2, 4])
def test_a_run_that_goes_on_gives_the_bytes_of_one_that_was_never_broken_off(stop: int, go: Go, tmp_path: Path) -> None:
    """Recordings, manifest and list are the same, wherever it stopped, and nothing of the journal is left."""
    go("whole")
    broken_off(go, "out", stop)
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert left_of([*USERS, "batch", "hello"], tmp_path / "out" / JOURNAL) == []
    result = go("out", resume=True)
    assert len(result.entries) == 5
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_what_is_done_is_not_done_again(go: Go, tmp_path: Path) -> None:
    """Only what is left is read; a second crash in between changes nothing."""
    broken_off(go, "out", 2)
    broken_off(go, "out", 1, resume=True)
    with pytest.raises(SystemError):
        go("out", stop=0, resume=True)
    result = go("out", stop=2, resume=True)
    assert [bool(entry.name) for entry in result.entries] == [False, True, True, True, True]


@pytest.mark.parametrize("harm", ["changed", "added", "missing", "gone", "linked"])
def test_a_release_that_is_not_as_it_was_written_is_done_again(harm: str, go: Go, tmp_path: Path) -> None:
    """Every file must have the digest in the journal, and there must be no other."""
    go("whole")
    broken_off(go, "out", 4)
    release = next(path for path in (tmp_path / "out" / "recordings").iterdir())
    file = release / "events.jsonl"
    if harm == "changed":
        file.write_bytes(file.read_bytes().replace(b"h", b"j", 1))
    elif harm == "added":
        (release / "more.txt").write_text("more")
    elif harm == "gone":
        shutil.rmtree(release)
    else:
        kept = file.rename(tmp_path / "kept")
        if harm == "linked":
            file.symlink_to(kept)
    go("out", resume=True)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert not any(path.is_symlink() for path in (tmp_path / "out").rglob("*"))


def test_what_the_journal_does_not_know_is_taken_away(go: Go, tmp_path: Path) -> None:
    """A release that was not written down, files that are not whole, and folders aside are gone when it goes on."""
    go("whole")
    broken_off(go, "out", 3)
    out = tmp_path / "out"
    for folder in ("recordings/half", ".staging-x/000004"):
        (out / folder).mkdir(parents=True)
        (out / folder / "events.jsonl").write_text("half")
    (out / ".0123456789abcdef.partial").write_text("half")
    go("out", resume=True)
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_a_journal_that_was_cut_short_is_read_as_far_as_it_is_whole(cut: int, go: Go, tmp_path: Path) -> None:
    """The last line may be half written; what it told of is done again."""
    go("whole")
    broken_off(go, "out", 4)
    journal = tmp_path / "out" / JOURNAL
    journal.write_bytes(journal.read_bytes()[:-cut] + b"\0\0")
    go("out", resume=True)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_a_line_of_the_journal_that_somebody_changed_says_nothing(go: Go, tmp_path: Path) -> None:
    """Who does not have the key cannot make a run take something for a release of its own."""
    go("whole")
    broken_off(go, "out", 4)
    journal = tmp_path / "out" / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    index = next(n for n, line in enumerate(lines) if b'"released"' in line)
    told = json.loads(lines[index][33:])
    file = next((tmp_path / "out" / "recordings" / told["name"]).iterdir())
    file.write_text("put there")
    lines[index] = lines[index].replace(told["release"]["digests_out"][file.name].encode(), b"0" * 64)
    journal.write_bytes(b"".join(lines))
    go("out", resume=True)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_a_run_that_died_before_it_began_is_begun(go: Go, tmp_path: Path) -> None:
    """Nothing but half a first line of the journal, or nothing at all: there is nothing to go on with."""
    go("whole")
    for name, start in {"half": b'0123 {"jour', "empty": b"", "none": None}.items():
        (tmp_path / name).mkdir()
        if start is not None:
            (tmp_path / name / JOURNAL).write_bytes(start)
        go(name, resume=True)
        assert contents(tmp_path / name) == contents(tmp_path / "whole")


def refused(go: Go, out: str, **named: Any) -> str:
    """The code with which a run is refused."""
    with pytest.raises(InputError) as caught:
        go(out, **named)
    return caught.value.code


def test_a_folder_with_a_run_in_it_is_no_empty_folder(go: Go, tmp_path: Path) -> None:
    """One that was broken off is not begun again by mistake, one that has ended cannot go on."""
    broken_off(go, "out", 2)
    before = contents(tmp_path / "out")
    assert refused(go, "out") == "run-unfinished"
    assert contents(tmp_path / "out") == before
    go("out", resume=True)
    assert refused(go, "out", resume=True) == "run-finished"
    assert refused(go, "out") == "out-not-empty"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("x")
    assert refused(go, "other", resume=True) == "out-not-empty"


def test_a_run_goes_on_as_the_one_that_it_was(
    go: Go, batch: Path, tmp_path: Path, planned: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another policy, other sources, another key or other versions would give a release that no run ever gave."""
    from dataclasses import replace

    broken_off(go, "out", 2)
    before = contents(tmp_path / "out")
    assert refused(go, "out", policy=POLICY.replace("redact", "replace"), resume=True) == "resume-differs"
    with monkeypatch.context() as patched:
        patched.setattr("boundary.resuming.versions", dict)
        assert refused(go, "out", resume=True) == "resume-differs"
    Desk(user="dunlin-15").window("Crm", "Sheet").type("x").save(batch / "dunlin-15")
    assert refused(go, "out", resume=True) == "resume-differs"
    shutil.rmtree(batch / "dunlin-15")
    with pytest.raises(InputError) as caught:
        run([batch], replace(planned(POLICY), key=b"q" * 32), tmp_path / "out", ledger=None, resume=True)
    assert caught.value.code == "journal-unreadable"
    assert contents(tmp_path / "out") == before
    assert go("out", resume=True)


def test_two_runs_do_not_work_in_one_folder(
    go: Go, batch: Path, tmp_path: Path, planned: Callable[[str], Plan]
) -> None:
    """The second is refused as long as the first lives, with and without ``resume``."""
    plan = planned(POLICY)
    paths = sorted(batch.iterdir())
    first = open_record(tmp_path / "out", paths, plan, ledger=None, resume=False)
    for resume in (False, True):
        assert refused(go, "out", resume=resume) == "run-in-progress"
    first.close()
    assert go("out", resume=True)


def test_a_statistic_of_a_run_that_goes_on_is_charged_once(go: Go, tmp_path: Path) -> None:
    """It counts what was released before the crash too, and a crash after the charge gives the same answer."""
    policy = events_per_app("0.75")
    (tmp_path / "batch" / "broken" / "events.jsonl").unlink()
    (tmp_path / "batch" / "broken").rmdir()
    go("whole", policy=policy)
    answer = (tmp_path / "whole" / "aggregates" / "per-app.json").read_bytes()
    broken_off(go, "out", 3, policy=policy)
    result = go("out", policy=policy, resume=True)
    assert result.complete
    assert (tmp_path / "out" / "aggregates" / "per-app.json").read_bytes() == answer, "the same question"
    assert json.loads(answer)["after"] == 750_000


def test_tallies_that_are_lost_are_counted_again(go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They lie in the state folder, never in the output; without them what they were counted from is done again."""
    policy = events_per_app("0.75")
    shutil.rmtree(tmp_path / "batch" / "broken")
    monkeypatch.setenv("BOUNDARY_STATE", str(tmp_path / "state"))
    broken_off(go, "out", 3, policy=policy)
    (counts,) = (tmp_path / "state" / "runs").iterdir()
    assert counts.stat().st_mode & 0o077 == 0
    assert not any("plover" in str(data) for data in contents(tmp_path / "out" / JOURNAL).values())
    counts.unlink()
    with pytest.raises(SystemError):
        go("out", policy=policy, stop=3, resume=True)
    assert go("out", policy=policy, resume=True).complete
    assert list((tmp_path / "state" / "runs").iterdir()) == []


def test_what_failed_once_before_a_crash_has_failed_once_after_it(
    go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second failure is the last, however many runs they are spread over; nobody else waits for it."""
    real = Here.run
    tried: list[str] = []

    def failing(self: Here, job: Any) -> Any:
        tried.append(job.source.name)
        return Withheld("worker-died", "run") if job.source.name == "plover-11" else real(self, job)

    monkeypatch.setattr(Here, "run", failing)
    broken_off(go, "out", 5)
    assert tried == ["broken", "gannet-12", "plover-11", "ruff-14", "stilt-13"], "and it died as it tried one again"
    result = go("out", resume=True)
    assert tried[5:] == ["plover-11"]
    (line,) = [json.loads(one) for one in (tmp_path / "out" / "withheld.jsonl").read_text().splitlines()[1:]]
    assert (line["code"], line["first"], line["source"]) == ("quarantined", "worker-died", 3)
    assert not result.complete


def test_a_log_gives_back_what_was_put_in_and_nothing_that_was_not(tmp_path: Path) -> None:
    """Lines of any length are read by their place; those of another key are none."""
    log = create(tmp_path / "log", b"k" * 32)
    data = [{"number": number, "text": "x" * 10**number} for number in range(6)]
    places = [log.append(one) for one in data]
    assert [log.read(place) for place in places] == data
    log.close()
    again = reopen(tmp_path / "log", b"k" * 32)
    assert list(again.replay()) == list(zip(places, data, strict=True))
    again.close()
    other = reopen(tmp_path / "log", b"q" * 32)
    assert list(other.replay()) == []
    other.remove()
    assert not (tmp_path / "log").exists()


@pytest.mark.slow
def test_the_command_goes_on_and_its_workers_do_not_show_in_the_output(batch: Path, tmp_path: Path) -> None:
    """One worker or three: the same bytes, and ``--resume`` begins where there is nothing to go on with."""
    (tmp_path / "p.yaml").write_text(f"policy: 1\nname: test\n{POLICY}")
    for number in (1, 3):
        common = ("-p", tmp_path / "p.yaml", "-o", tmp_path / f"out{number}", "--workers", number)
        done = boundary("run", batch, *common, "--resume", state=tmp_path / "state")
        assert done.returncode == 1, done.stderr
        assert boundary("run", batch, *common, "--resume", state=tmp_path / "state").returncode == 2
    assert contents(tmp_path / "out1") == contents(tmp_path / "out3")
