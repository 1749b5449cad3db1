"""What the page shows and what it hides: mistakes, previews, reasons, and what was recorded only for who asks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from needs import needs
from reviewing import CARD, MAIL, PERSON, POLICY, Page

from boundary.review.completions import completions
from boundary.review.desk import Desk
from policies.contract import Phase
from policies.registry import steps
from recording.errors import InputError


@pytest.fixture
def page(page_for: Callable[..., Page]) -> Page:
    """Ann's page."""
    return page_for("ann")


def look_name(text: str) -> str:
    """The name of the look that a preview was made as."""
    found = re.search(r"/looks/([0-9a-f]{32})/", text)
    assert found
    return found[1]


def test_mistakes_come_with_line_column_and_remedy(page: Page) -> None:
    """The editor underlines what the command line would print."""
    broken = POLICY.replace("text.pii", "text.pi").replace("keep_last: 4", "keep_lst: 4")
    problems = page.post("/check", text=broken).json()["problems"]
    told = {(one["line"], one["column"], one["code"]) for one in problems}
    assert told == {(5, 11, "unknown-step"), (10, 28, "unknown-key")}
    assert all(one["hint"] for one in problems)


def test_what_is_probably_not_meant_is_told_without_being_a_mistake(page: Page) -> None:
    """Lints are in the answer of a policy that is accepted."""
    told = page.post("/check", text=POLICY).json()
    assert told["problems"] == []
    assert {"untouched-timing", "untouched-mouse"} <= {one["code"] for one in told["lints"]}


def test_a_mistake_in_an_extended_file_is_told_at_the_top(page: Page) -> None:
    """The editor has only one of the files; the message says which one to mend."""
    page.desk.file.with_name("base.yaml").write_text("policy: 1\nname: base\nfnd: []\n")
    text = POLICY.replace("description:", "extends: [base.yaml]\ndescription:")
    (problem,) = page.post("/check", text=text).json()["problems"]
    assert (problem["line"], problem["column"]) == (1, 1)
    assert "base.yaml:3" in problem["message"]


def test_completion_knows_every_section_step_and_option() -> None:
    """What the editor offers comes from the models that check the policy."""
    offered = completions()
    json.dumps(offered)
    for phase in Phase:
        names = {step["name"]: step for step in offered["steps"][phase.value]}
        assert set(names) == {name for name, spec in steps().items() if spec.phase is phase}
        for name, step in names.items():
            options = {info.alias or key for key, info in steps()[name].options.model_fields.items()}
            assert {option["name"] for option in step["options"]} == options
    assert {"find", "change", "release"} <= {section["name"] for section in offered["sections"]}
    assert {"seconds"} <= {key["name"] for key in offered["keys"]["limits"]}
    assert {"scope", "epsilon"} <= {key["name"] for key in offered["keys"]["budget"]}


def test_a_preview_shows_what_would_leave_and_nothing_else(page: Page) -> None:
    """No value that the policy hides is in the page, whichever texts are asked for; what stays is."""
    for show in ("left", "found", "all"):
        first, second = page.look(show=show).text, page.look(number=2, show=show).text
        for value in (PERSON, "Okafor", MAIL, CARD, CARD.replace(" ", "")):
            assert value not in first + second
        assert "PERSON" in first
        assert "EMAIL_ADDRESS" in first
        assert "1111" in second  # the policy keeps the last four digits
    assert "milk and bread" in page.look(show="left").text


def test_a_preview_follows_the_text_that_is_typed_and_not_the_one_that_is_saved(page: Page) -> None:
    """Every change shows at once what it would do."""
    text = POLICY.replace("  - {use: text.list, label: PERSON, file: people.txt}\n", "")
    assert PERSON in page.look(text=text).text
    assert PERSON not in page.look().text
    assert page.desk.text() == POLICY


def test_a_preview_of_a_refused_policy_waits(page: Page) -> None:
    """There is nothing to show before the mistakes are mended."""
    assert "2 mistakes" in page.look(text="policy: 1\nfind: [{use: nothing}]\n").text


def test_a_recording_that_would_be_withheld_shows_none_of_its_texts(page: Page) -> None:
    """What does not leave is not seen as if it had."""
    text = POLICY.replace("find:", "person: nobody\nadmit:\n  consent: {register: consent.csv}\nfind:")
    page.desk.file.with_name("consent.csv").write_text("person,status\n")
    shown = page.look(text=text).text
    assert "would not leave" in shown
    assert "milk" not in shown


def test_a_residue_can_be_looked_for_by_who_says_why(page: Page) -> None:
    """A policy that leaves something is mended by seeing where; until then findings alone are shown, masked."""
    text = POLICY.replace("entities: [EMAIL_ADDRESS, CREDIT_CARD]", "entities: [CREDIT_CARD]")
    shown = page.look(text=text).text
    assert "text-residue" in shown
    assert "PERSON" in shown
    assert "milk" not in shown
    assert MAIL not in shown
    name = look_name(shown)
    assert page.post(f"/looks/{name}/reveal", reason="").status_code == 409
    assert page.post(f"/looks/{name}/reveal", reason="look for something missed").status_code == 200
    assert MAIL in page.look(text=text).text
    assert "texts of the recording" in page.desk.entries()[-1].detail


def test_why_tells_the_rule_the_score_and_the_lines_and_not_the_value(page: Page) -> None:
    """Each finding can be traced to the lines of the policy that made and changed it."""
    name = look_name(page.look(number=2).text)
    why = page.get(f"/looks/{name}/why/0").text
    assert "CREDIT_CARD" in why
    assert "till.yaml:5" in why
    assert "till.yaml:10" in why
    assert CARD not in why


def test_a_value_is_shown_to_who_says_why_and_that_is_logged(page: Page) -> None:
    """Revealing is a deed: it needs a reason of the list, and stands in the log without the value."""
    name = look_name(page.look(number=2).text)
    before = len(page.desk.entries())
    for reason in ("", "because", PERSON):
        assert page.post(f"/looks/{name}/reveal/0", reason=reason).status_code == 409
    assert page.get(f"/looks/{name}/reveal/0").status_code == 405
    assert len(page.desk.entries()) == before
    shown = page.post(f"/looks/{name}/reveal/0", reason="judge a finding")
    assert CARD in shown.text
    entry = page.desk.entries()[-1]
    assert (entry.who, entry.action) == ("ann", "reveal")
    assert "recording 2" in entry.detail
    assert CARD not in page.desk.log_file.read_text()
    assert CARD not in page.get(f"/looks/{name}/why/0").text


@pytest.mark.parametrize("path", ["/looks/{}/why/99999", "/looks/nothing/why/0", "/looks/{}/screens/1/before.jpg"])
def test_what_is_not_there_is_said_to_be_not_there(page: Page, path: str) -> None:
    """Made-up numbers and old previews give an error, not a crash."""
    name = look_name(page.look().text)
    assert page.get(path.format(name)).status_code == 404


def test_a_key_that_goes_with_another_text_is_not_shown(page_for: Callable[..., Page], tmp_path: Path) -> None:
    """A letter of a value that was then typed on is gone from what was left in the end, too."""
    from tiny_recording import Desk as Recorder

    recorder = Recorder().window("Till", "Sale").into("Note").type(PERSON).erase(3).type("pi and more\n")
    recorder.save(tmp_path / "sample" / "third")
    page = page_for("ann")
    shown = page.look(number=3, show="left").text
    assert "Rosalind" not in shown
    assert "and more" in shown


def test_a_long_timeline_comes_in_parts(page_for: Callable[..., Page], tmp_path: Path) -> None:
    """Hundreds of texts are sent page by page, and none is lost."""
    from tiny_recording import Desk as Recorder

    recorder = Recorder()
    for number in range(320):
        recorder.window("Till", f"Page {number} of the list")
    recorder.save(tmp_path / "sample" / "third")
    page = page_for("ann")
    seen, answer = set(), page.look(number=3, show="left").text
    while True:
        seen |= set(re.findall(r"Page (\d+) of the list", answer))
        more = re.search(r'hx-get="(/looks/[^"]*texts[^"]*)"', answer)
        if more is None:
            break
        answer = page.get(more[1].replace("&amp;", "&")).text
    assert len(seen) == 320


def test_the_evidence_page_tells_what_nothing_touches(page: Page) -> None:
    """Coverage is of this sample, and says what happens to the rest."""
    text = page.get("/evidence").text
    row = re.search(r"<tr[^>]*>\s*<th[^>]*>rhythm of keys</th>.*?</tr>", text, re.DOTALL)
    assert row
    assert "nothing" in row[0]
    assert "releases no statistics" in text


def test_the_evidence_page_forecasts_the_budget(page: Page) -> None:
    """What a release costs, how often it can be paid, and how exact it is; nothing is charged for asking."""
    page.save(
        POLICY.replace("find:", "person: user_id\nfind:", 1)
        + "release:\n  budget: {scope: till, epsilon: 2}\n  aggregates:\n"
        "    - {use: dp.count_events, id: per-app, keys: [Till], max_groups: 1, max_per_group: 9, epsilon: 0.75}\n"
    )
    text = page.get("/evidence").text
    assert "Enough for 2 releases" in text
    assert "0.75" in text
    assert "95 %" in text


def rate(planted: int, share: float | None, low: float, high: float) -> dict[str, object]:
    """A row of an audit's figures."""
    return {"planted": planted, "withheld": 0, "leak": {"share": share, "low": low, "high": high}}


AUDIT = {
    "version": 1,
    "made": "2026-11-21",
    "policy": {"name": "till", "digest": "0" * 64},
    "sample": {"total": 40, "drawn": 8},
    "gates": [{"text": "leak.CREDIT_CARD > 0.01", "state": "failed"}],
    "leak": {
        "all": rate(120, 0.02586, 0.0054, 0.0737),
        "both": [
            {"key": ["CREDIT_CARD", "typed"], **rate(20, 0.15, 0.03, 0.38)},
            {"key": ["PERSON", "screen"], **rate(20, None, 0.0, 1.0)},
        ],
    },
}


def test_figures_of_an_audit_are_shown_with_the_version_they_are_of(
    page_for: Callable[..., Page], tmp_path: Path
) -> None:
    """Leak rates with their intervals; of another version they say nothing certain about this one."""
    (tmp_path / "audit.json").write_text(json.dumps(AUDIT))
    text = page_for("ann", audit=tmp_path).get("/evidence").text
    assert "another version" in text
    assert "2.6 %" in text
    assert "3.0 % to 38.0 %" in text
    assert "unknown" in text


def test_an_audit_of_this_very_policy_is_shown_as_its_own(
    page_for: Callable[..., Page], policy_file: Path, sample: Path, tmp_path: Path
) -> None:
    """What `boundary audit` writes is what the page reads; no other version is spoken of."""
    needs("scipy")
    from boundary import audit

    wanted = ("CREDIT_CARD", "EMAIL_ADDRESS", "US_SSN")
    options = audit.Options(canaries=30, screen_canaries=0, entities=wanted, labels=2, second=False)
    audit.run(sample, policy_file, tmp_path / "audit", options=options, gates=("leak.US_SSN > 0.5",), key=b"k" * 32)
    text = page_for("ann", audit=tmp_path / "audit").get("/evidence").text
    assert "another version" not in text
    row = re.search(r"<th scope=\"row\">US_SSN</th>.*?</tr>", text, re.DOTALL)
    assert row
    assert "unknown" in row[0]  # no step looks for it, so verification withheld whatever held one
    assert "not measured" in text
    assert "leak.US_SSN" in text


@pytest.mark.parametrize("content", ["", "{}", "[]", "not json", '{"leak": {"both": [{}]}}'])
def test_what_is_no_audit_is_refused_before_the_page_opens(
    desk_for: Callable[..., Desk], tmp_path: Path, content: str
) -> None:
    """A wrong file is said to be wrong, and no figure is made up."""
    (tmp_path / "audit.json").write_text(content)
    with pytest.raises(InputError) as caught:
        desk_for("ann", audit=tmp_path / "audit.json")
    assert caught.value.code == "audit-unreadable"


def test_a_recording_of_screens_alone_is_not_called_withheld(page_for: Callable[..., Page], tmp_path: Path) -> None:
    """Nothing is known of it before its screens are read, and the page says so."""
    from tiny_recording import picture

    folder = tmp_path / "sample" / "third"
    folder.mkdir(parents=True)
    for number in range(2):
        (folder / f"{number}.png").write_bytes(picture("milk and bread"))
    shown = page_for("ann").look(number=3).text
    assert "would not leave" not in shown
    assert "holds screens alone" in shown
    assert "Screens (2)" in shown
