"""Four eyes: from a draft to a version that may run, and every way in which it may not."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from reviewing import MAIL, POLICY, Page
from typer.testing import CliRunner

from boundary import ApprovalMissing, Stage
from boundary.approvals import require_approved
from boundary.cli import app
from boundary.review.samples import acting
from policies import load_policy
from recording.errors import InputError

Pages = Callable[..., Page]


@pytest.fixture
def approved(page_for: Pages) -> Page:
    """A version that Ann asked for, and Ben and Cleo approved; the page is Ann's."""
    ann = page_for("ann")
    assert ann.act("submit").status_code == 303
    for name in ("ben", "cleo"):
        assert page_for(name).act("approve").status_code == 303
    return ann


def state(page: Page) -> str:
    """The state that the page would show."""
    policy = page.desk.stored()
    assert policy is not None
    return page.desk.case(policy).state


def test_two_people_who_did_not_write_it_approve_a_version(approved: Page, policy_file: Path) -> None:
    """Then, and only then, it may run where approval is asked for."""
    assert state(approved) == "approved"
    found = require_approved(load_policy(policy_file), approved.desk.folder)
    assert found.voters == ("ben", "cleo")


def test_an_author_never_votes_on_their_own(page_for: Pages) -> None:
    """Neither who asked for approval, nor who edited before somebody else asked."""
    ann, ben = page_for("ann"), page_for("ben")
    assert ann.save(POLICY + "limits: {seconds: -1}\n").status_code == 422
    assert ann.save(POLICY.replace("find:", "limits: {seconds: 60}\nfind:", 1)).status_code == 200
    ben.act("submit")
    for author in (ann, ben):
        answer = author.act("approve")
        assert answer.status_code == 409
        assert "not-allowed" in answer.text
    assert state(ann) == "submitted"


def test_nobody_votes_twice(page_for: Pages) -> None:
    """Also not from another launch, and not under another spelling of the name."""
    page_for("ann").act("submit")
    assert page_for("ben").act("approve").status_code == 303
    for name in ("ben", "BEN", " ben "):
        assert page_for(name).act("approve").status_code == 409


@pytest.mark.parametrize("name", ["", "a b", "../ann", "ann\n", "b\u0435n", "<b>", "x" * 65, "\u202eann"])
def test_a_name_is_plain(name: str) -> None:
    """Letters that only look alike, and whatever could break a page or a file, are no name."""
    if name == "ann\n":
        assert acting(name) == "ann"
        return
    with pytest.raises(InputError) as caught:
        acting(name)
    assert caught.value.code == "bad-name"


def test_a_vote_is_hidden_until_all_are_in(page_for: Pages) -> None:
    """Who knows the first vote votes otherwise: nobody sees who voted, how, or what they wrote."""
    ann, ben, cleo = (page_for(name) for name in ("ann", "ben", "cleo"))
    ann.act("submit")
    ben.act("return", comment="mind the clipboard")
    for page in (ann, cleo):
        text = page.get("/log").text + page.get("/approval").text
        assert "mind the clipboard" not in text
        assert "1 of 2" in text
        assert "<td>return</td>" not in text
    cleo.act("approve")
    assert "mind the clipboard" in ann.get("/approval").text
    assert state(ann) == "returned"


def test_an_edit_voids_a_vote_and_what_was_approved_stays_what_it_was(page_for: Pages, approved: Page) -> None:
    """The new version needs two votes of its own; the old one may still run until it is revoked."""
    old = approved.desk.stored()
    ben = page_for("ben")
    ben.save(POLICY.replace("keep_last: 4", "keep_last: 2"))
    assert state(ben) == "draft"
    new = ben.desk.stored()
    assert require_approved(old, ben.desk.folder)
    with pytest.raises(ApprovalMissing) as caught:
        require_approved(new, ben.desk.folder)
    assert caught.value.code == "not-approved"


def test_a_vote_is_for_what_was_shown(page_for: Pages, policy_file: Path) -> None:
    """If the file, a list, or the sample changed since the page was made, the vote is not counted."""
    ann, ben = page_for("ann"), page_for("ben")
    ann.act("submit")
    shown = ben.desk.version(ben.desk.stored())
    policy_file.with_name("people.txt").write_text("Somebody Else\n")
    answer = ben.post("/act", action="approve", digest=shown.digest, sample=shown.sample)
    assert answer.status_code == 409
    assert "version-changed" in answer.text
    assert ben.act("approve").status_code == 409  # the changed version was never put to review


def test_another_sample_voids_the_votes(page_for: Pages, sample: Path) -> None:
    """An approval is of a policy on a sample: who swaps the sample starts again."""
    ann, ben = page_for("ann"), page_for("ben")
    ann.act("submit")
    ben.act("approve")
    title = sample / "second" / "top_window.jsonl"
    title.write_bytes(title.read_bytes().replace(b"Sale", b"Sala"))
    cleo = page_for("cleo")
    assert state(cleo) == "draft"
    assert cleo.act("approve").status_code == 409


def test_a_file_that_was_edited_elsewhere_is_a_draft(page_for: Pages, approved: Page, policy_file: Path) -> None:
    """The page needs no edit of its own to see that the version is another."""
    policy_file.write_text(POLICY.replace("keep_last: 4", "keep_last: 2"))
    assert state(approved) == "draft"
    policy_file.write_text(POLICY + "# a comment changes nothing\n")
    assert state(approved) == "approved"


def test_what_somebody_else_saved_is_not_overwritten(page_for: Pages) -> None:
    """Two people who edit at once do not lose each other's work."""
    from boundary.review.desk import fingerprint

    ann, ben = page_for("ann"), page_for("ben")
    base = fingerprint(ann.desk.text())
    ben.save(POLICY.replace("keep_last: 4", "keep_last: 3"))
    answer = ann.post("/save", text=POLICY.replace("keep_last: 4", "keep_last: 2"), base=base)
    assert answer.status_code == 409
    assert "keep_last: 3" in ann.desk.text()


def test_anybody_may_revoke_and_then_it_no_longer_runs(page_for: Pages, approved: Page, policy_file: Path) -> None:
    """A reviewer who sees a leak does not need to ask anybody."""
    digest = approved.desk.stored().digest
    assert page_for("dora").post("/act", action="revoke", digest=digest).status_code == 303
    with pytest.raises(ApprovalMissing):
        require_approved(load_policy(policy_file), approved.desk.folder)
    assert state(approved) == "revoked"


@pytest.mark.parametrize("action", ["edit", "", "begun", "reveal", "APPROVE", "approve\n"])
def test_only_actions_of_the_table_can_be_asked_for(page_for: Pages, action: str) -> None:
    """An edit is saved, not asked for; other words are nothing."""
    page = page_for("ann")
    before = len(page.desk.entries())
    assert page.act(action).status_code == 409
    assert len(page.desk.entries()) == before


def test_who_votes_without_having_looked_is_told_so(page_for: Pages) -> None:
    """A vote on what nobody looked at is a signature, not a review."""
    page_for("ann").act("submit")
    ben = page_for("ben")
    assert "You have not looked at a sample yet" in ben.get("/approval").text
    ben.look()
    assert "You have not looked" not in ben.get("/approval").text


def test_both_votes_from_one_account_are_pointed_out(approved: Page) -> None:
    """Names are what each launch was told; the page says so where that matters."""
    assert "one account of the operating system" in approved.get("/approval").text


def test_the_page_stays_up_and_votes_for_nothing_while_the_policy_is_broken(page_for: Pages, policy_file: Path) -> None:
    """A file that somebody broke elsewhere is shown, to be mended."""
    page = page_for("ann")
    policy_file.write_text("policy: 1\nfnd: [")
    for path in ("/", "/changes", "/evidence", "/approval", "/log"):
        assert page.get(path).status_code == 200
    assert page.post("/act", action="submit").status_code == 409


def test_a_log_that_was_tampered_with_stops_the_page_and_every_run(approved: Page, policy_file: Path) -> None:
    """Nothing is approved by a log that does not hold."""
    log = approved.desk.log_file
    log.write_text(log.read_text().replace("cleo", "clea"))
    assert approved.get("/approval").status_code == 409
    with pytest.raises(InputError) as caught:
        require_approved(load_policy(policy_file), approved.desk.folder)
    assert caught.value.code == "review-log-tampered"


def test_changes_are_told_against_what_was_approved(page_for: Pages, approved: Page) -> None:
    """What is no longer hidden stands out; its value does not."""
    ben = page_for("ben")
    ben.save(POLICY.replace("entities: [EMAIL_ADDRESS, CREDIT_CARD]", "entities: [CREDIT_CARD]"))
    text = ben.get("/changes").text
    assert "no longer hidden" in text
    assert "EMAIL_ADDRESS" in text
    assert "find[text.pii]" in text
    assert MAIL not in text


def test_a_stage_takes_what_is_approved_and_nothing_else(approved: Page, policy_file: Path, tmp_path: Path) -> None:
    """Also after it was sent to another process; a log that is not there approves nothing."""
    stage = Stage(policy_file, approvals=approved.desk.folder)
    assert pickle.loads(pickle.dumps(stage)).policy_digest == stage.policy_digest
    with pytest.raises(ApprovalMissing) as caught:
        Stage(policy_file, approvals=tmp_path / "nothing")
    assert caught.value.code == "no-review-log"
    policy_file.write_text(POLICY.replace("keep_last: 4", "keep_last: 0"))
    with pytest.raises(ApprovalMissing):
        Stage(policy_file, approvals=approved.desk.log_file)


@pytest.mark.slow
def test_a_run_takes_what_is_approved_and_nothing_else(
    approved: Page, policy_file: Path, sample: Path, tmp_path: Path
) -> None:
    """Exit code 3, and nothing is written, where it is not."""
    runner, log = CliRunner(), str(approved.desk.log_file)
    told = ["run", str(sample), "-p", str(policy_file), "--approved", log, "-q", "-o"]
    assert runner.invoke(app, [*told, str(tmp_path / "one")]).exit_code == 0
    policy_file.with_name("people.txt").write_text("\n")
    assert runner.invoke(app, [*told, str(tmp_path / "two")]).exit_code == 3
    assert not (tmp_path / "two").exists()


def test_the_log_holds_who_did_what_and_no_recorded_content(approved: Page) -> None:
    """Every step from opening to approval stands there, in order."""
    lines = [json.loads(line) for line in approved.desk.log_file.read_text().splitlines()]
    deeds = [(line["who"], line["action"]) for line in lines]
    assert deeds == [
        ("ann", "begun"), ("ann", "open"), ("ann", "submit"), ("ben", "open"), ("ben", "approve"),
        ("cleo", "open"), ("cleo", "approve"),
    ]  # fmt: skip
    assert all(line["account"] for line in lines)


def test_changes_of_screens_are_read_aside(page_for: Pages, approved: Page) -> None:
    """The page answers at once that it is reading, and has them in the end."""
    import time

    ben = page_for("ben")
    ben.save(POLICY.replace("keep_last: 4", "keep_last: 2"))
    answer = ben.get("/changes/screens")
    for _ in range(600):
        assert answer.status_code == 200
        if "Texts alone" not in answer.text:
            break
        assert "Reading the screens" in answer.text
        time.sleep(0.1)
        answer = ben.get("/changes/screens")
    assert "All 7 findings are the same" in answer.text


def test_there_are_no_changes_before_something_was_approved(page_for: Pages) -> None:
    """The page says so, and asked for screens it has nothing to compare with."""
    page = page_for("ann")
    assert "No version is approved yet" in page.get("/changes").text
    assert page.get("/changes/screens").status_code == 404
