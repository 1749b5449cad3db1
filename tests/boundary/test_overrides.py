"""What is different in some places holds there and nowhere else; allow lists let no secret pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_recording import Desk, presses

from boundary.outcome import Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from policies import PolicySource, parse_policy
from recording import open_recording
from recording.errors import PolicyError

HEAD = """\
policy: 1
name: mine
find:
  - {use: text.pii, entities: [EMAIL_ADDRESS, US_SSN]}
  - {use: text.secrets}
  - {use: text.list, label: PERSON, values: [Ada Example]}
link: {within: session}
change:
  default: {use: replace}
"""
MAIL = "jane.doe@corp.example"

Run = Callable[[Desk, str], Release]


def plan(more: str, folder: Path) -> Plan:
    """The plan of the policy with more behind it."""
    return build_plan(parse_policy((PolicySource("mine.yaml", HEAD + more),), folder=folder), key=b"k" * 32)


@pytest.fixture
def run(tmp_path) -> Run:
    """Takes a recording through the policy with more behind it."""

    def done(desk: Desk, more: str) -> Release:
        desk.save(tmp_path / "in")
        outcome = process(lambda: open_recording(tmp_path / "in"), plan(more, tmp_path))
        assert not isinstance(outcome, Withheld), outcome
        return outcome

    return done


def typed(release: Release) -> str:
    """What the keys of the result type."""
    return presses(release.files["events.jsonl"])


def desk() -> Desk:
    """An address typed in a sheet, another one in a letter."""
    made = Desk().window("Sheet", "Totals").into("Cell").type(f"{MAIL} 12")
    return made.window("Letter", "Draft").into("Body").type("bob.roe@corp.example ok")


class TestPlaces:
    @pytest.mark.parametrize(
        ("when", "kept"), [("app: Sheet", True), ("app: [S*]", True), ("field: cell", True), ("app: Other", False)]
    )
    def test_a_label_that_is_ignored_stays_there_alone(self, run, when, kept):
        """In the place it is kept as it was typed, through verification; everywhere else it is replaced."""
        text = typed(run(desk(), f"overrides:\n  - {{when: {{{when}}}, ignore: [EMAIL_ADDRESS]}}\n"))
        assert (MAIL in text) is kept
        assert "bob.roe" not in text

    def test_what_is_found_elsewhere_too_is_hidden_there_as_well(self, run):
        """A value that is sensitive in one place is sensitive in all of the session."""
        both = desk().type(f" {MAIL}")
        text = typed(run(both, "overrides:\n  - {when: {app: Sheet}, ignore: [EMAIL_ADDRESS]}\n"))
        assert MAIL not in text

    def test_every_key_of_a_place_must_fit(self, run):
        """App and window together are one place."""
        more = "overrides:\n  - {when: {app: Sheet, window: Other}, ignore: [EMAIL_ADDRESS]}\n"
        assert MAIL not in typed(run(desk(), more))

    def test_detectors_are_added_in_a_place(self, run):
        """All that is typed in one application goes, and what is typed in others stays."""
        text = typed(run(desk(), "overrides:\n  - {when: {app: Sheet}, find: [{use: text.all, fields: false}]}\n"))
        assert "12" not in text
        assert text.endswith("ok")

    def test_another_operator_in_a_place(self, run):
        """The operator of the place writes there, the policy's own everywhere else."""
        more = "overrides:\n  - {when: {app: Sheet}, change: {EMAIL_ADDRESS: {use: redact}}}\n"
        text = typed(run(desk(), more))
        assert text.count("[EMAIL_ADDRESS]") == 1
        assert text.startswith(" 12")

    def test_the_last_override_wins(self, run):
        """As a policy on top of another."""
        more = (
            "overrides:\n  - {when: {app: Sheet}, change: {default: {use: redact}}}\n"
            "  - {when: {app: '*'}, change: {default: {use: mask, keep_last: 3}}}\n"
        )
        assert typed(run(desk(), more)).count("ple") == 2

    def test_texts_beside_the_keys_have_the_place_of_their_event(self, run):
        """A title belongs to the window that bears it."""
        made = Desk().window("Sheet", f"{MAIL} - Sheet").type("a").window("Letter", "to bob.roe@corp.example").type("b")
        release = run(made, "overrides:\n  - {when: {app: Sheet}, ignore: [EMAIL_ADDRESS]}\n")
        titles = release.files["top_window.jsonl"].decode()
        assert MAIL in titles
        assert "bob.roe" not in titles

    def test_sites_are_host_names(self, run):
        """``*.corp.example`` stands for its subdomains and itself, and for no address that merely mentions it."""
        made = Desk()
        for title, url in (
            ("Crm", "https://crm.corp.example/x"),
            ("Home", "https://corp.example"),
            ("Other", "https://evil.test/?corp.example"),
        ):
            made.log("top_window.jsonl", top_window_name="Browser", window_title=title, url=url).type(f"{MAIL} ")
        more = "overrides:\n  - {when: {site: '*.corp.example'}, change: {default: {use: redact}}}\n"
        assert typed(run(made, more)).count("[EMAIL_ADDRESS]") == 1

    def test_keys_of_another_page_below_the_same_title_are_not_ignored(self, run):
        """A page that changed without a word of it in the title is another place all the same."""
        made = Desk()
        for url in ("https://crm.corp.example/", "https://other.test/"):
            made.log("top_window.jsonl", top_window_name="Browser", window_title="Page", url=url)
            made.type(f"{url[8:11]}.doe@corp.example ")
        text = typed(run(made, "overrides:\n  - {when: {site: crm.corp.example}, ignore: [EMAIL_ADDRESS]}\n"))
        assert "oth.doe" not in text


class TestMistakes:
    @pytest.mark.parametrize(
        ("entry", "code", "place"),
        [
            ("{when: {}, ignore: [PERSON]}", "wrong-value", (11, 12)),
            ("{when: {app: A}, ignore: [PASSWORD]}", "wrong-value", (11, 30)),
            ("{when: {ap: A}}", "unknown-key", (11, 13)),
            ("{when: {app: A}, find: [{use: screen.text}]}", "override-step", (11, 29)),
            ("{when: {app: A}, change: {timing: {use: resample}}}", "override-step", (11, 31)),
            ("{ignore: [PERSON]}", "missing-key", (11, 5)),
        ],
    )
    def test_each_is_told_at_its_place(self, tmp_path, entry, code, place):
        """Line and column of the key or value."""
        with pytest.raises(PolicyError) as caught:
            plan(f"overrides:\n  - {entry}\n", tmp_path)
        assert (code, *place) in [(d.code, d.line, d.column) for d in caught.value.diagnostics]


class TestAllow:
    def test_allowed_values_stay_and_others_go(self, run, tmp_path):
        """In the list file and in the policy, whatever the case."""
        (tmp_path / "allow.txt").write_text("# ours\nJANE.doe@corp.example\n")
        text = typed(run(desk(), "allow: {file: allow.txt}\n"))
        assert MAIL in text
        assert "bob.roe" not in text
        assert "bob.roe" in typed(run(desk(), "allow: {values: [bob.roe@corp.example]}\n"))

    def test_more_than_an_allowed_value_is_no_allowed_value(self, run):
        """An allowed first name lets no full name pass."""
        made = Desk().window("Sheet", "Totals").type("Ada Example")
        assert "Ada" not in typed(run(made, "allow: {values: [Ada]}\n"))

    def test_no_secret_is_allowed(self, run):
        """An allow list is for what is no secret."""
        made = Desk().window("Sheet", "Totals").type("password: Grebe-4417-shoal ok")
        assert "Grebe" not in typed(run(made, "allow: {values: [Grebe-4417-shoal]}\n"))

    def test_the_digest_covers_what_lists_hold(self, tmp_path):
        """Who changes a list changes the policy that was approved."""
        (tmp_path / "allow.txt").write_text("one\n")
        before = plan("allow: {file: allow.txt}\n", tmp_path).policy
        (tmp_path / "allow.txt").write_text("two\n")
        after = plan("allow: {file: allow.txt}\n", tmp_path).policy
        assert before.digest != after.digest
        assert before.effective == after.effective
