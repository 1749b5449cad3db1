"""What is probably not meant is said; what is fine is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies import PolicySource, load_policy, parse_policy, shipped
from policies.globs import covers, matches
from policies.lint import lint
from policies.severity import Severity, severity_of

HEAD = "policy: 1\nname: mine\n"
FIND = "find:\n  - {use: text.pii, entities: [US_SSN]}\nchange:\n  default: {use: replace}\n"


def codes(text: str, level: str = "warning") -> list[tuple[str, int]]:
    """Code and line of every lint of a level."""
    policy = parse_policy((PolicySource("mine.yaml", HEAD + text),), folder=Path.cwd())
    return [(one.diagnostic.code, one.diagnostic.line) for one in lint(policy) if one.level == level]


@pytest.mark.parametrize("name", shipped())
def test_shipped_policies_are_clean(name):
    """Notes say what they leave; nothing in them is useless."""
    assert [one for one in lint(load_policy(name)) if one.level == "warning"] == []


def test_kinds_that_nothing_touches_are_named():
    """A policy that looks for nothing lets everything pass, and that is said."""
    assert codes("") == [("untouched-frames", 1), ("untouched-text", 1)]
    assert codes("", "note") == [("untouched-mouse", 1), ("untouched-timing", 1)]
    assert codes(FIND) == []


def test_operators_of_labels_that_nothing_finds_are_named():
    """A country's number that no step looks for, or any label where every step says what it finds."""
    assert codes(FIND + "  UK_NINO: {use: redact}\n") == [("never-found", 7)]
    assert codes(FIND + "  US_SSN: {use: redact}\n") == []
    open_ended = FIND.replace("find:\n", "find:\n  - {use: text.secrets}\n")
    assert codes(open_ended + "  SECRET: {use: redact}\n  IP_ADDRESS: {use: redact}\n  ID_NUMBER: {use: mask}\n") == []


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("CREDIT_CARD", "critical"),
        ("UK_NHS", "high"),
        ("IP_ADDRESS", "medium"),
        ("ID_NUMBER", "medium"),
        ("URL", "low"),
    ],
)
def test_every_label_has_a_severity(label, expected):
    """The policy's own, else the usual one; a country's numbers are high."""
    assert severity_of(label, {}) == expected
    assert severity_of(label, {label: Severity.LOW}) == "low"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("overrides:\n  - {when: {app: KeePassXC}, ignore: [LOCATION]}\n", "unreachable-override"),
        ("overrides:\n  - {when: {app: Kee}, ignore: [LOCATION]}\n", None),
        ("overrides:\n  - {when: {app: [KeePassXC, Word]}, ignore: [LOCATION]}\n", None),
        ("overrides:\n  - {when: {app: Word}}\n", "empty-override"),
        ("overrides:\n  - {when: {app: Word}, ignore: [PERSON]}\n", "severe-ignored"),
        ("severity: {PERSON: low}\noverrides:\n  - {when: {app: Word}, ignore: [PERSON]}\n", None),
        ("overrides:\n  - {when: {app: '*'}, ignore: [LOCATION]}\n", "found-never-changed"),
        (
            (
                "overrides:\n  - {when: {app: W*}, change: {PERSON: {use: mask}}}\n"
                "  - {when: {app: '*'}, change: {PERSON: {use: redact}}}\n"
            ),
            "unreachable-override",
        ),
        (
            (
                "overrides:\n  - {when: {app: '*'}, change: {PERSON: {use: mask}}}\n"
                "  - {when: {app: W*}, change: {PERSON: {use: redact}}}\n"
            ),
            None,
        ),
    ],
)
def test_overrides_that_do_nothing_are_named(more, expected):
    """Where nothing is let in, or where a later one has the last word."""
    found = codes("admit:\n  apps: {deny: ['KeePass*']}\n" + FIND + more)
    assert [code for code, _ in found] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("budget", "level", "expected"),
    [
        ("epsilon: 0.5", "warning", "budget-too-small"),
        ("epsilon: 5, planned_releases: 12", "warning", "budget-runs-out"),
        ("epsilon: 12, planned_releases: 12", "warning", None),
        ("epsilon: 5", "note", "budget-lasts"),
    ],
)
def test_a_budget_that_does_not_last_is_named(budget, level, expected):
    """Before the first release is charged."""
    release = (
        f"person: who\n{FIND}release:\n  budget: {{{budget}}}\n  aggregates:\n"
        "    - {use: dp.count_events, id: a, keys: [x], max_groups: 1, max_per_group: 5, epsilon: 1}\n"
    )
    found = [code for code, _ in codes(release, level) if code.startswith("budget")]
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("*", "a?", True),
        ("KeePass*", "keepassXC", True),
        ("a*", "*a", False),
        ("a?", "a*", False),
        ("a*", "a?*", True),
        ("[ab]", "a", False),
        ("a", "a", True),
    ],
)
def test_a_pattern_covers_another_where_it_surely_does(wide, narrow, expected):
    """In doubt it does not."""
    assert covers(wide, narrow) is expected


def test_names_match_in_any_case():
    """As in a shell, and upper case is lower case."""
    assert matches("Signal Desktop", ["sig*"])
    assert not matches("Mail", ["sig*", "?ail.com"])
