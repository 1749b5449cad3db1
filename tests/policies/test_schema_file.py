"""The shipped JSON Schema is the one that models and steps make; it accepts what loads, and sees what does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from policies import shipped
from policies.json_schema import FILE, rendered
from policies.nodes import parse, plain

ROOT = Path(__file__).resolve().parents[2]
POLICIES = sorted((ROOT / "policies").glob("*.yaml"))
SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))
CHECK = jsonschema.Draft7Validator(SCHEMA)


def data(text: str) -> object:
    """A policy as plain data."""
    tree, mistakes = parse(text, "p.yaml")
    assert tree is not None
    assert not mistakes
    return plain(tree)


def test_it_is_up_to_date():
    """``python -m policies.json_schema`` writes what is shipped."""
    assert FILE.read_text(encoding="utf-8") == rendered()


def test_it_is_a_schema():
    """Of draft 7, which editors check in full."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_shipped_policies_are_accepted_and_name_it(path):
    """Their first line leads to the schema, as a path relative to them."""
    text = path.read_text(encoding="utf-8")
    assert list(CHECK.iter_errors(data(text))) == []
    found = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert found is not None
    assert (path.parent / found[1]).resolve() == FILE


def test_the_policy_of_the_sample_is_accepted():
    """As any policy of a user."""
    text = (ROOT / "samples" / "policy.yaml").read_text(encoding="utf-8")
    assert list(CHECK.iter_errors(data(text))) == []


def test_there_is_a_policy_for_each_shipped_name():
    """None of the shipped ones is left out of the test above."""
    assert set(shipped()) <= {path.stem for path in POLICIES}


@pytest.mark.parametrize(
    "text",
    [
        "nmae: b",
        "find: [{use: text.pii, treshold: 0.3}]",
        "find: [{use: text.pii, threshold: high}]",
        "find: [{use: text.nothing}]",
        "change: {default: {use: cover}}",
        "change: {screen: {use: mask}}",
        "change: {person: {use: mask}}",
        "admit: {apps: {denied: [a]}}",
        "overrides: [{ignore: [PERSON]}]",
        "overrides: [{when: {app: a}, find: [{use: cover}]}]",
        "severity: {PERSON: terrible}",
        "tests: [{text: 3}]",
        "release: {budget: {epsilon: 0}}",
    ],
)
def test_mistakes_are_seen_by_editors(text):
    """Misspelt keys and wrong values, at any depth."""
    assert list(CHECK.iter_errors(data(f"policy: 1\nname: a\n{text}\n")))


def test_hooks_for_repositories_call_commands_that_are_there():
    """Every entry of ``.pre-commit-hooks.yaml`` is a command of ``boundary policy`` with options that it has."""
    from typer.testing import CliRunner

    from boundary.policy_cli import app

    hooks = data((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert isinstance(hooks, list)
    for hook in hooks:
        program, group, command, *options = hook["entry"].split()
        assert (program, group) == ("boundary", "policy")
        done = CliRunner().invoke(app, [command, *options, str(ROOT / "samples" / "policy.yaml"), "--help"])
        assert done.exit_code == 0
        assert re.search(hook["files"], "policies/team.yaml")
        assert re.search(hook["files"], "policy.yml")
        assert not re.search(hook["files"], "docs/readme.yaml")
