"""Explanations say which rule and which policy line decided; diffs pair places and not lines of output."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_recording import Desk

from boundary.explaining import explain_recording, explain_text
from boundary.plan import Plan, build_plan
from boundary.policy_diff import by_label, compare_findings, compare_policies, spending
from policies import PolicySource, parse_policy
from recording import open_recording

HEAD = "policy: 1\nname: mine\n"
FIND = """\
find:
  - {use: text.pii, entities: [EMAIL_ADDRESS, US_SSN]}
  - {use: text.list, label: PERSON, values: [Ada Example]}
link: {within: session}
change:
  default: {use: replace}
"""
SSN = "536-22-1234"


def plan(text: str = HEAD + FIND) -> Plan:
    """The plan of a policy."""
    return build_plan(parse_policy((PolicySource("mine.yaml", text),), folder=Path.cwd()), key=b"k" * 32)


@pytest.fixture
def desk(tmp_path) -> Path:
    """Somebody types a value with a slip in it, and a window shows a name."""
    made = Desk().window("editor", "Letter to Ada Example").type("ssn 53").type("9").erase(1).type("6-22-1234 ok")
    return made.save(tmp_path / "desk")


class TestExplaining:
    def test_a_finding_names_rule_step_and_both_policy_lines(self):
        """Who asks why sees what found it, how sure, and the lines that asked for finding and for changing."""
        (found,) = explain_text("write to jane.doe@corp.example today", plan()).findings
        assert (found.label, found.step, found.found_by, found.changed_by) == (
            "EMAIL_ADDRESS",
            "text.pii",
            "mine.yaml:4",
            "mine.yaml:8",
        )
        assert found.value == "jane.doe@corp.example"
        assert found.action == "replace"

    def test_the_score_without_the_words_around_is_told(self):
        """Context raises a score; the explanation shows by how much."""
        (found,) = explain_text(f"social security number {SSN}", plan()).findings
        assert found.alone is not None
        assert found.alone < found.score
        assert {rival.label for rival in found.rivals} == {"US_SSN"}

    def test_nothing_that_is_printed_holds_a_value(self):
        """``repr`` is what logs and tracebacks show."""
        assert SSN not in repr(explain_text(f"ssn {SSN}", plan()))

    def test_a_typed_value_is_one_finding_however_many_texts_showed_it(self, desk):
        """Typed, taken back and typed again is one place with all its keys."""
        found = explain_recording(open_recording(desk), plan())
        typed = [one for one in found.findings if one.modality == "typed"]
        assert [one.label for one in typed] == ["US_SSN"]
        assert found.kinds["key_down"] == 20
        assert [one.label for one in found.findings if one.role == "window_title"] == ["PERSON"]

    def test_what_is_withheld_has_its_code_and_no_findings(self, desk):
        """A recording on which a step fails is explained by the code and nothing else."""
        short = plan(HEAD + "limits: {text_chars: 3}\n" + FIND)
        found = explain_recording(open_recording(desk), short)
        assert (found.withheld, found.findings) == ("text-too-long", ())


class TestDiff:
    def test_equal_policies_differ_in_nothing(self, desk):
        """The same policy under the same name finds the same."""
        diff = compare_policies(plan(), plan(), [desk])
        assert diff.empty
        assert diff.same == 4  # both values, who typed, and on which machine

    def test_added_removed_and_changed_are_told_apart(self, desk):
        """One detector goes, another comes, and an operator changes."""
        other = FIND.replace("[EMAIL_ADDRESS, US_SSN]", "[EMAIL_ADDRESS]").replace("{use: replace}", "{use: redact}")
        other = other.replace("link:", "  - {use: text.list, label: WORD, values: [Letter]}\nlink:")
        diff = compare_policies(plan(), plan(HEAD + other), [desk])
        assert by_label(diff.changes) == {
            "HOST_NAME": Counter(changed=1),
            "PERSON": Counter(changed=2),
            "US_SSN": Counter(removed=1),
            "WORD": Counter(added=1),
        }
        assert [change.what for change in diff.changes if change.kind == "changed"] == [("action",)] * 3

    def test_a_shorter_extent_is_a_change(self):
        """What hides less of a value than before is no agreement."""
        whole = explain_text("Ada Example", plan())
        (one,) = whole.findings
        part = replace(one, span=replace(one.span, end=3))
        changes, same = compare_findings(whole, replace(whole, findings=(part,)))
        assert ([change.what for change in changes], same) == ([("extent",)], 0)

    def test_findings_that_share_a_place_are_no_removals(self):
        """Two findings of one place, as lines on screens give them, are met by one that covers both."""
        whole = explain_text("Ada Example", plan())
        twice = replace(whole, findings=whole.findings * 2)
        assert compare_findings(twice, whole) == ([], 1)

    def test_what_is_no_longer_let_in_is_an_outcome(self, desk):
        """Rows that another policy does not admit are no findings, and are told all the same."""
        strict = plan(HEAD + "admit:\n  apps: {deny: [editor]}\n" + FIND)
        (outcome,) = compare_policies(plan(), strict, [desk]).outcomes
        assert outcome.removed_before == 0
        assert outcome.removed_after == 41

    def test_settings_go_by_path_and_steps_by_name(self):
        """A step put in front moves no other."""
        text = HEAD + FIND.replace("find:\n", "find:\n  - {use: text.roles}\n")
        (setting,) = compare_policies(plan(), plan(text)).settings
        assert (setting.path, setting.before, setting.after) == ("find[text.roles].use", None, '"text.roles"')

    def test_the_budget_delta_counts_releases(self):
        """How often a policy can be released is its total by what it costs."""
        release = (
            "person: who\nrelease:\n  budget: {epsilon: 2}\n  aggregates:\n"
            "    - {use: dp.count_events, id: a, keys: [x], max_groups: 1, max_per_group: 5, epsilon: 0.75}\n"
        )
        spent = spending(plan(HEAD + release).policy)
        assert (str(spent.total), str(spent.price), spent.releases) == ("2", "0.75", 2)
